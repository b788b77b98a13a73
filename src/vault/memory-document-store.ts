/** A document store in memory, for simulation and tests. */
import type { DocumentStore } from './types.ts'

/** An empty store. */
export function createMemoryDocumentStore(): DocumentStore {
  const rows = new Map<string, string>()
  return {
    async put(name, document, mayReplace = () => true) {
      const kept = rows.get(name)
      if (kept !== undefined && !mayReplace(JSON.parse(kept))) return false
      rows.set(name, JSON.stringify(document))
      return true
    },
    async get(name) {
      const text = rows.get(name)
      return text === undefined ? undefined : JSON.parse(text)
    },
    async remove(name) {
      rows.delete(name)
    },
    close: async () => undefined,
  }
}
