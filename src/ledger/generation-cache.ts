/**
 * A bounded cache that forgets what was not used lately, in two generations: when the young one is full it becomes the
 * old one, and what the old one held is dropped unless it was asked for again. Costs one map operation an access
 * where a list of least recent use would cost three.
 */

/** What a cached value costs beyond its bytes: the map's slot and the object's headers. */
const ENTRY_BYTES = 200

export interface GenerationCache<Value> {
  get(key: string): Value | undefined
  /** `bytes` is the size of key and value in their stored form. */
  set(key: string, value: Value, bytes: number): void
  /** The same for a key that is in the cache; any other is left out. */
  replace(key: string, value: Value, bytes: number): void
}

/** A cache whose values weigh about `bytesMax` at most. */
export function createGenerationCache<Value>(bytesMax: number): GenerationCache<Value> {
  type Entry = { readonly value: Value; readonly weight: number }
  let young = new Map<string, Entry>()
  let old = new Map<string, Entry>()
  let youngBytes = 0

  const put = (key: string, entry: Entry) => {
    young.set(key, entry)
    youngBytes += entry.weight
    if (youngBytes < bytesMax / 2) return
    old = young
    young = new Map()
    youngBytes = 0
  }
  return {
    set: (key, value, bytes) => put(key, { value, weight: bytes + ENTRY_BYTES }),
    get(key) {
      const entry = young.get(key)
      if (entry !== undefined) return entry.value
      const aged = old.get(key)
      if (aged !== undefined) put(key, aged)
      return aged?.value
    },
    replace(key, value, bytes) {
      if (young.has(key) || old.has(key)) put(key, { value, weight: bytes + ENTRY_BYTES })
    },
  }
}
