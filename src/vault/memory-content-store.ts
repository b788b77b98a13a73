/**
 * A content store in memory, for simulation and tests: the same answers as the one on disk, without its bounds and
 * without its disk.
 */
import { createHash } from 'node:crypto'
import { CONTENT_BYTES_MAX, concatBytes, LedgerError, toHex } from '../base/index.ts'
import { memberOf } from '../protocol/index.ts'
import { hasPlace } from './content-store.ts'
import type { ContentStore, StoredContent, StoredWrap } from './types.ts'

/** An empty store. */
export function createMemoryContentStore(): ContentStore {
  const rows = new Map<string, StoredContent>()
  const bytes = new Map<string, Uint8Array>()
  const wraps = new Map<string, Map<string, StoredWrap>>()
  const released = new Set<string>()
  let erasuresDone = 0

  const isKept = (address: string): boolean => rows.get(address)?.state === 'kept'
  return {
    async put(address, { owner, uploader, lengthExpected = 0 }, stream) {
      const known = rows.get(address)
      if (known?.state === 'kept') return known
      if (known !== undefined) throw new LedgerError('content.erased')
      if (lengthExpected > CONTENT_BYTES_MAX) throw new LedgerError('form.too-large', { field: '/content' })
      const parts: Uint8Array[] = []
      for await (const part of stream) parts.push(part.slice())
      const content = concatBytes(...parts)
      if (createHash('sha256').update(content).digest('hex') !== address)
        throw new LedgerError('content.address')
      const row: StoredContent = { owner, uploader, length: content.length, state: 'kept' }
      rows.set(address, row)
      bytes.set(address, content)
      return row
    },
    describe: (address) => rows.get(address),
    async *read(address) {
      if (!isKept(address)) throw new LedgerError('read.not-found')
      yield bytes.get(address)!
    },
    async putWrap(address, readerKey, wrap) {
      if (!isKept(address)) throw new LedgerError('read.not-found')
      const kept = wraps.get(address) ?? new Map<string, StoredWrap>()
      const others = [...kept].filter(([key]) => key !== readerKey).map(([, other]) => other)
      if (!hasPlace(others, wrap.by)) throw new LedgerError('content.wraps')
      wraps.set(address, kept.set(readerKey, wrap))
    },
    wrap: (address, readerKey) => wraps.get(address)?.get(readerKey),
    async removeWrap(address, readerKey) {
      wraps.get(address)?.delete(readerKey)
    },
    async consume(openId) {
      if (released.has(toHex(openId))) throw new LedgerError('content.released')
      released.add(toHex(openId))
    },
    isConsumed: (openId) => released.has(toHex(openId)),
    async erase(address, by) {
      if (!isKept(address)) return
      rows.set(address, { ...rows.get(address)!, state: 'erased', erasedBy: by })
      bytes.delete(address)
      wraps.delete(address)
    },
    erasuresDone: () => erasuresDone,
    async setErasuresDone(index) {
      erasuresDone = index
    },
    usage: (account) =>
      [...rows.values()]
        .filter(({ owner, state }) => state === 'kept' && [owner, memberOf(owner)].includes(account))
        .reduce((sum, { length }) => sum + length, 0),
    close: async () => undefined,
  }
}
