/**
 * The side that answers: methods behind messages. Answers come in the order of the calls, as far as the methods settle
 * in it; an error that no call explains ends the thread, which its callers learn from `startThread`.
 */
import type { MessagePort } from 'node:worker_threads'
import { type Call, type Reply, toPlainError } from './messages.ts'
import { transferable } from './transfer.ts'

/** What can be called by name. `close` is the last call: nothing is answered after it. */
interface Callable {
  readonly close: () => Promise<void>
}

function post(port: MessagePort, reply: Reply): void {
  const bytes = 'answer' in reply && reply.answer instanceof Uint8Array ? [reply.answer] : []
  port.postMessage(reply, transferable(bytes))
}

async function answer(port: MessagePort, methods: Callable, { call, method, args }: Call): Promise<void> {
  try {
    const run = methods[method as keyof Callable] as (...args: readonly unknown[]) => Promise<unknown>
    post(port, { call, answer: await run(...args) })
  } catch (error) {
    post(port, { call, error: toPlainError(error) })
  }
  if (method === 'close') port.close()
}

/**
 * Opens what is called and answers until it is closed. `open` gives the methods, and what the caller is told once they
 * can be called; where it fails, the caller is told why and the thread ends.
 */
export async function answerCalls(
  port: MessagePort,
  open: () => Promise<{ readonly methods: Callable; readonly opened?: unknown }>,
): Promise<void> {
  try {
    const { methods, opened } = await open()
    port.on('message', (call: Call) => void answer(port, methods, call))
    post(port, { opened })
  } catch (error) {
    post(port, { openFailed: toPlainError(error) })
    port.close()
  }
}
