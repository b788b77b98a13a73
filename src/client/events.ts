/**
 * Live events of a node as an async iterable: Server-Sent Events (WHATWG HTML 9.2) read with `fetch`, because the
 * platform's EventSource can send no token. A lost connection is taken up again after the last event seen.
 */
import type { LedgerEvent } from '../answers/index.ts'
import { CLIENT_EVENT_BYTES_MAX, LedgerError } from '../base/index.ts'

/** One event as the wire has it. */
export interface StreamEvent<Data = LedgerEvent> {
  /** Leaf index of the transaction. */
  readonly id: string
  /** Transaction type. */
  readonly event: string
  readonly data: Data
}

/** Lines of a stream of UTF-8 bytes, ended by LF, CR or CR LF. */
async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      rest += decoder.decode(value, { stream: true })
      // A CR at the very end may be half of a CR LF: it waits for the next bytes.
      const lines = rest.split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop()!
      if (rest.length > CLIENT_EVENT_BYTES_MAX) {
        throw new LedgerError('client.answer', { message: 'A line of the event stream is too long.' })
      }
      yield* lines
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

function parseData(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new LedgerError('client.answer', { message: 'The data of an event is not JSON.' }, cause)
  }
}

/** Events of one connection, until it ends. Comments (keep-alives) and events without data are skipped. */
export async function* readEvents(stream: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent<unknown>> {
  let id = ''
  let event = 'message'
  let data: string[] = []
  for await (const line of readLines(stream)) {
    if (line === '') {
      if (data.length > 0) yield { id, event, data: parseData(data.join('\n')) }
      event = 'message'
      data = []
      continue
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'id') id = value
    else if (field === 'event') event = value
    else if (field === 'data') data.push(value)
  }
}
