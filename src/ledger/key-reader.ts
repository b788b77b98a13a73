/**
 * Reads the signers of transaction entries as hex. Most requests and blocks have few, often one: it is spelled out
 * once.
 */

import { toHex } from '../base/index.ts'

const KEY_BYTES = 32

export interface KeyReader {
  /** Lower-case hex of the public key of the entry that starts at `start`: the 32 bytes behind its tag. */
  read(bytes: Uint8Array, start: number): string
}

export function createKeyReader(): KeyReader {
  const last = new Uint8Array(KEY_BYTES)
  let text: string | undefined

  const isLast = (bytes: Uint8Array, at: number): boolean => {
    for (let i = 0; i < KEY_BYTES; i++) if (bytes[at + i] !== last[i]) return false
    return true
  }
  return {
    read(bytes, start) {
      const at = start + 1
      if (text === undefined || !isLast(bytes, at)) {
        last.set(bytes.subarray(at, at + KEY_BYTES))
        text = toHex(last)
      }
      return text
    },
  }
}
