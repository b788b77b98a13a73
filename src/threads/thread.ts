/**
 * The side that calls: a worker thread with its open calls. A thread that ends by itself rejects what is open and all
 * that comes later; by which error, its user says.
 */
import { Worker, type WorkerOptions } from 'node:worker_threads'
import type { LedgerError } from '../base/index.ts'
import { type Call, fromPlainError, type Reply } from './messages.ts'

export interface ThreadOptions extends Pick<WorkerOptions, 'workerData' | 'resourceLimits'> {
  /** The worker's file: it hands its port to `answerCalls`. */
  readonly url: URL
  /** What calls are told once the thread has ended, which `reason` tells: "failed: …", "ended with code …". */
  readonly endedError: (reason: string) => LedgerError
  /** Called with that error before any call is told. */
  readonly onEnd?: (error: LedgerError) => void
}

/** Methods of any kind. */
type Methods<Face> = Record<keyof Face, (...args: never[]) => unknown>

/** A thread whose methods are those of `Face`; `Opened` is what it says of itself once it is open. */
export interface Thread<Face extends Methods<Face>, Opened> {
  /** Rejects where opening fails or the thread ends first. */
  readonly opened: Promise<Opened>
  /** Fulfilled when the thread has ended, however it came to that. */
  readonly exited: Promise<void>
  /** Calls without an answer so far. */
  readonly openCount: number
  /** Calls a method on the thread. `transfer` lists the buffers that go with it and are empty here afterwards. */
  call<Name extends keyof Face & string>(
    method: Name,
    args: Parameters<Face[Name]>,
    transfer?: readonly ArrayBuffer[],
  ): Promise<Awaited<ReturnType<Face[Name]>>>
  /** Ends the thread without asking it. */
  terminate(): Promise<void>
}

interface OpenCall {
  readonly resolve: (answer: never) => void
  readonly reject: (error: LedgerError) => void
}

export function startThread<Face extends Methods<Face>, Opened>(
  options: ThreadOptions,
): Thread<Face, Opened> {
  const { url, endedError, onEnd, ...workerOptions } = options
  const worker = new Worker(url, workerOptions)
  const calls = new Map<number, OpenCall>()
  let lastCall = 0
  let ended: LedgerError | undefined
  let opening!: { readonly resolve: (opened: Opened) => void; readonly reject: (error: LedgerError) => void }
  const opened = new Promise<Opened>((resolve, reject) => {
    opening = { resolve, reject }
  })

  const settle = (reply: Extract<Reply, { call: number }>): void => {
    const open = calls.get(reply.call)
    calls.delete(reply.call)
    if ('answer' in reply) open?.resolve(reply.answer as never)
    else open?.reject(fromPlainError(reply.error))
  }
  worker.on('message', (reply: Reply) => {
    if ('opened' in reply) opening.resolve(reply.opened as Opened)
    else if ('openFailed' in reply) opening.reject(fromPlainError(reply.openFailed))
    else settle(reply)
  })

  const end = (reason: string): void => {
    ended ??= endedError(reason)
    onEnd?.(ended)
    opening.reject(ended)
    for (const { reject } of calls.values()) reject(ended)
    calls.clear()
  }
  worker.on('error', (error) => end(`failed: ${error instanceof Error ? error.message : String(error)}`))
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      end(`ended with code ${code}`)
      resolve()
    })
  })

  return {
    opened,
    exited,
    get openCount() {
      return calls.size
    },
    call(method, args, transfer = []) {
      if (ended !== undefined) return Promise.reject(ended)
      const call: Call = { call: ++lastCall, method, args }
      return new Promise((resolve, reject) => {
        calls.set(call.call, { resolve, reject })
        worker.postMessage(call, transfer)
      })
    },
    terminate: async () => {
      await worker.terminate()
    },
  }
}
