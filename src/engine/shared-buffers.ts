/**
 * Shared memory for the arguments of calls, used again and again. V8 does not count the bytes of a SharedArrayBuffer
 * as garbage of any thread, so a fresh one for every call would pile up until some unrelated collection: 600 calls of
 * 1 MiB made the process 362 MiB larger, with buffers used again 13 MiB. They come in few sizes and stay with the
 * engine.
 */

/** The smallest buffer: below it book-keeping costs more than memory. */
const BUFFER_BYTES_MIN = 1_024

/** How much memory a call of `byteLength` bytes takes: the next of four sizes to each doubling. */
export function bufferBytesFor(byteLength: number): number {
  let step = BUFFER_BYTES_MIN
  while (8 * step < byteLength) step *= 2
  return Math.max(1, Math.ceil(byteLength / step)) * step
}

/** Idle buffers by size. The sizes used longest ago go first when they sum to more than `idleBytesMax`. */
export class SharedBuffers {
  readonly #idleBytesMax: number
  /** A Map keeps insertion order, and each use moves its size to the end. */
  readonly #idle = new Map<number, SharedArrayBuffer[]>()
  #idleBytes = 0

  constructor(idleBytesMax: number) {
    this.#idleBytesMax = idleBytesMax
  }

  /** A buffer of `bufferBytesFor(byteLength)` bytes. Its content is what its last user left. */
  take(byteLength: number): SharedArrayBuffer {
    const size = bufferBytesFor(byteLength)
    const buffer = this.#buffersOf(size).pop()
    if (buffer === undefined) return new SharedArrayBuffer(size)
    this.#idleBytes -= size
    return buffer
  }

  /** Takes back a buffer that no job reads any more. */
  giveBack(buffer: SharedArrayBuffer): void {
    this.#buffersOf(buffer.byteLength).push(buffer)
    this.#idleBytes += buffer.byteLength
    for (const [size, buffers] of this.#idle) {
      while (this.#idleBytes > this.#idleBytesMax && buffers.pop() !== undefined) this.#idleBytes -= size
    }
  }

  #buffersOf(size: number): SharedArrayBuffer[] {
    const buffers = this.#idle.get(size) ?? []
    this.#idle.delete(size)
    this.#idle.set(size, buffers)
    return buffers
  }
}
