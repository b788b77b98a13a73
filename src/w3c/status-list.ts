/**
 * W3C Bitstring Status List 1.0: the state of many credentials in one compressed string of bits, so that who asks for
 * the list does not say which credential it looks at. Bit i (the highest of byte 0 first) set = revoked or suspended.
 */
import { base64urlnopad } from '@scure/base'
import { concatBytes, STATUS_LIST_BYTES_MAX, STATUS_LIST_ENCODED_CHARACTERS_MAX } from '../base/index.ts'

/** Shortest list the standard allows, for the herd's privacy: 131,072 entries. */
export const STATUS_LIST_ENTRIES = 131_072

export interface StatusList {
  readonly bits: Uint8Array
}

/** A list of at least STATUS_LIST_ENTRIES entries with the given ones set. */
export function makeStatusList(setIndexes: readonly number[], entries = STATUS_LIST_ENTRIES): StatusList {
  if (entries < STATUS_LIST_ENTRIES || entries % 8 !== 0 || entries / 8 > STATUS_LIST_BYTES_MAX) {
    throw new RangeError('a status list has a multiple of 8 entries, at least 131,072')
  }
  const bits = new Uint8Array(entries / 8)
  for (const index of setIndexes) {
    if (!Number.isInteger(index) || index < 0 || index >= entries) throw new RangeError('no such entry')
    bits[index >> 3]! |= 0x80 >> (index & 7)
  }
  return { bits }
}

/** Whether entry `index` is set; undefined beyond the list. */
export function statusAt(list: StatusList, index: number): boolean | undefined {
  if (!Number.isInteger(index) || index < 0 || index >= 8 * list.bits.length) return undefined
  return (list.bits[index >> 3]! & (0x80 >> (index & 7))) !== 0
}

/** `encodedList`: multibase base64url of the GZIP-compressed bits. */
export async function encodeStatusList(list: StatusList): Promise<string> {
  const compressed = new Blob([list.bits.slice()]).stream().pipeThrough(new CompressionStream('gzip'))
  return `u${base64urlnopad.encode(new Uint8Array(await new Response(compressed).arrayBuffer()))}`
}

/** The list of an `encodedList`; undefined where it is malformed, too short or grows beyond STATUS_LIST_BYTES_MAX. */
export async function decodeStatusList(encoded: string): Promise<StatusList | undefined> {
  if (!encoded.startsWith('u') || encoded.length > STATUS_LIST_ENCODED_CHARACTERS_MAX) return undefined
  try {
    const compressed = base64urlnopad.decode(encoded.slice(1))
    const stream = new Blob([compressed.slice()]).stream().pipeThrough(new DecompressionStream('gzip'))
    const parts: Uint8Array[] = []
    let length = 0
    // Read part by part, so that a few compressed bytes can not fill the memory.
    for (const reader = stream.getReader(); ; ) {
      const { done, value } = await reader.read()
      if (done) break
      length += value.length
      if (length > STATUS_LIST_BYTES_MAX) {
        await reader.cancel()
        return undefined
      }
      parts.push(value)
    }
    return length >= STATUS_LIST_ENTRIES / 8 ? { bits: concatBytes(...parts) } : undefined
  } catch {
    return undefined
  }
}
