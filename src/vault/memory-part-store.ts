/** The part store in memory, for tests and simulation: the same behaviour, nothing durable. */
import { compareBytes, concatBytes, fromHex, toHex } from '../base/index.ts'
import { expiresOfId } from '../protocol/index.ts'
import type { PartStore } from './types.ts'

/** A store that forgets everything when the process ends. */
export function createMemoryPartStore(): PartStore {
  const parts = new Map<string, Uint8Array>()
  const unsettled = new Set<string>()

  const erase = (ids: readonly Uint8Array[]): void => {
    for (const id of ids) {
      parts.delete(toHex(id))
      unsettled.delete(toHex(id))
    }
  }

  return {
    keep: async (kept) => {
      for (const { id, part } of kept) {
        const key = toHex(id)
        if (parts.has(key)) continue
        parts.set(key, part.slice())
        unsettled.add(key)
      }
    },
    get: async (id) => parts.get(toHex(id))?.slice(),
    erase: async (ids) => erase(ids),
    expired: async (time, limit) => {
      const ids = [...unsettled].map((key) => fromHex(key)!).filter((id) => expiresOfId(id) < time)
      ids.sort(compareBytes)
      return { ids: concatBytes(...ids.slice(0, limit)), more: ids.length > limit }
    },
    settle: async (ids, drop) => {
      for (let at = 0; at < ids.length; at += 32) unsettled.delete(toHex(ids.subarray(at, at + 32)))
      erase(drop)
    },
    close: async () => {},
  }
}
