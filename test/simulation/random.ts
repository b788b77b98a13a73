/** Random choices that a seed gives again (mulberry32: small, and good enough to draw schedules from). */

export interface Random {
  /** 0 <= n < `below`. */
  integer(below: number): number
  chance(probability: number): boolean
  pick<Item>(items: readonly Item[]): Item
  /** One of the names, by weight. */
  weighted<Name extends string>(weights: { readonly [N in Name]: number }): Name
  bytes(length: number): Uint8Array
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const integer = (below: number): number => Math.floor(next() * below)
  return {
    integer,
    chance: (probability) => next() < probability,
    pick: (items) => items[integer(items.length)]!,
    weighted(weights) {
      const rows = Object.entries(weights) as [keyof typeof weights, number][]
      let at = next() * rows.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [name, weight] of rows) {
        at -= weight
        if (at < 0) return name
      }
      return rows[0]![0]
    },
    bytes: (length) => Uint8Array.from({ length }, () => integer(256)),
  }
}
