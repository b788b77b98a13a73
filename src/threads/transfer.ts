/** Bytes on their way to another thread: what is copied, and what is given away. */

/** `bytes` as they should be posted: a view of a larger buffer would drag all of it along, so it is copied out. */
export const compact = <Bytes extends Uint8Array | Uint32Array>(bytes: Bytes): Bytes =>
  fillsItsBuffer(bytes) ? bytes : (bytes.slice() as Bytes)

/** Buffers that a post may take away from this thread: those that one of `arrays` fills, and that are not shared. */
export const transferable = (arrays: readonly (Uint8Array | Uint32Array)[]): ArrayBuffer[] => [
  ...new Set(
    arrays.filter(fillsItsBuffer).flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : [])),
  ),
]

const fillsItsBuffer = (bytes: Uint8Array | Uint32Array): boolean =>
  bytes.byteLength === bytes.buffer.byteLength
