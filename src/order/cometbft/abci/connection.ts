/**
 * One connection of the engine: its requests in, the application's answers out in the order of the requests, however
 * they are finished. The engine opens four and asks on all of them at once. Where more requests are open than may be,
 * reading stops until some are answered.
 */
import type { Duplex } from 'node:stream'
import { ABCI_FRAME_BYTES_MAX, ABCI_OPEN_REQUESTS_MAX } from '../../../base/index.ts'
import { createFrameReader, encodeFrame } from './frames.ts'
import {
  type Application,
  type CallName,
  type Requests,
  type Responses,
  request,
  response,
} from './messages.ts'

/** The one request that a frame holds. */
function nameOf(requests: Requests): keyof Requests {
  const names = (Object.keys(requests) as (keyof Requests)[]).filter((name) => requests[name] !== undefined)
  if (names.length !== 1)
    throw new Error(`a frame holds ${names.length} requests that are known here, not one`)
  return names[0]!
}

/** Asks the application. */
async function answer(application: Application, requests: Requests): Promise<Partial<Responses>> {
  const name = nameOf(requests)
  if (name === 'echo') return { echo: requests.echo }
  if (name === 'flush') return { flush: {} }
  const call = application[name] as (request: unknown) => Promise<never>
  return { [name satisfies CallName]: await call(requests[name]) }
}

/**
 * Answers what comes on `socket` until it ends. `onFault` is told of the first thing that ended it from this side: a
 * frame that is none, or a call that failed; the engine is told by an exception, which ends it.
 */
export function serveConnection(
  socket: Duplex,
  application: Application,
  onFault: (error: unknown) => void,
): void {
  const frames = createFrameReader(ABCI_FRAME_BYTES_MAX)
  let [openCount, isOver] = [0, false]
  /** Fulfilled when the answer before has been written. */
  let written: Promise<void> = Promise.resolve()

  const write = (responses: Partial<Responses>): void => {
    if (!socket.writableEnded && !socket.destroyed) socket.write(encodeFrame(response.encode(responses)))
  }

  function fail(error: unknown): void {
    if (isOver) return
    isOver = true
    onFault(error)
    write({ exception: { error: error instanceof Error ? error.message : String(error) } })
    socket.end()
  }

  function take(frame: Uint8Array): void {
    openCount += 1
    if (openCount === ABCI_OPEN_REQUESTS_MAX) socket.pause()
    const before = written
    const answered = (async () => answer(application, request.decode(frame)))()
    answered.catch(() => {})
    written = before.then(async () => {
      try {
        const responses = await answered
        if (!isOver) write(responses)
      } catch (error) {
        fail(error)
      }
      openCount -= 1
      if (openCount === ABCI_OPEN_REQUESTS_MAX - 1) socket.resume()
    })
  }

  socket.on('data', (chunk: Uint8Array) => {
    if (isOver) return
    try {
      for (const frame of frames.push(chunk)) take(frame)
    } catch (error) {
      // What was asked before is answered before.
      written = written.then(() => fail(error))
    }
  })
  // The engine ends all its connections when it ends; what it does not read is lost.
  socket.on('error', () => socket.destroy())
}
