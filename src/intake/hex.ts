/** Hex of many ids at once, by the platform's encoder: a block has thousands. */

const ID_BYTES = 32

/** Lower-case hex of packed ids (n × 32). */
export function idsToHex(ids: Uint8Array): string[] {
  const text = Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength).toString('hex')
  return Array.from({ length: ids.length / ID_BYTES }, (_, i) => text.slice(64 * i, 64 * (i + 1)))
}
