/**
 * Frames of the ABCI socket: each message behind its length as a varint. Chunks come cut anywhere. A frame that says
 * it is longer than it may be is refused before any of it is kept.
 */

/** A length needs no more bytes: five hold 35 bits. */
const LENGTH_BYTES_MAX = 5

/** The bytes do not begin with a frame that may come. */
export class FrameFault extends Error {
  override readonly name = 'FrameFault'
}

/** Cuts a stream into frames. */
export interface FrameReader {
  /**
   * Takes a chunk; the frames that are whole now, as copies. Throws FrameFault behind the last that came before it:
   * nothing can be read after it.
   */
  push(chunk: Uint8Array): Iterable<Uint8Array>
}

export function createFrameReader(frameBytesMax: number): FrameReader {
  /** Of the frame that has begun: chunks of its body, and how much of it is still to come. */
  let [parts, missing]: [Uint8Array[], number | undefined] = [[], undefined]
  /** The length so far, and how many of its bytes were read. */
  let [length, lengthBytes] = [0, 0]

  function takeLength(byte: number): void {
    length += (byte & 0x7f) * 2 ** (7 * lengthBytes)
    lengthBytes += 1
    if (byte < 0x80) {
      if (length > frameBytesMax)
        throw new FrameFault(`a frame of ${length} bytes is longer than ${frameBytesMax}`)
      ;[missing, length, lengthBytes] = [length, 0, 0]
    } else if (lengthBytes === LENGTH_BYTES_MAX) throw new FrameFault('the length of a frame does not end')
  }

  return {
    *push(chunk) {
      let at = 0
      while (at < chunk.length || missing === 0) {
        if (missing === undefined) takeLength(chunk[at++]!)
        else {
          const part = chunk.subarray(at, at + missing)
          parts.push(part.slice())
          at += part.length
          missing -= part.length
          if (missing > 0) continue
          const frame = parts.length === 1 ? parts[0]! : new Uint8Array(Buffer.concat(parts))
          ;[parts, missing] = [[], undefined]
          yield frame
        }
      }
    },
  }
}

/** `body` behind its length. */
export function encodeFrame(body: Uint8Array): Uint8Array {
  const length: number[] = []
  let rest = body.length
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) length.push((rest % 0x80) + 0x80)
  const frame = new Uint8Array(length.length + 1 + body.length)
  frame.set([...length, rest])
  frame.set(body, length.length + 1)
  return frame
}
