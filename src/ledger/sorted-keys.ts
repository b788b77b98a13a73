/**
 * A set of keys that can be walked in order, by code unit. Keys are added far more often than they are walked, so new
 * ones are only put in their places when a walk begins: one by one where they are few, by sorting where they are many.
 */

/** A few insertions move less memory than a sort of everything takes comparisons. */
const SORT_SHARE = 8

export class SortedKeys {
  #sorted: string[] = []
  #added: string[] = []

  /** Adds a key that is not in the set. */
  add(key: string): void {
    this.#added.push(key)
  }

  /** Removes a key that is in the set; without any search where it was added last. */
  remove(key: string): void {
    if (this.#added.at(-1) === key) {
      this.#added.pop()
      return
    }
    this.#settle()
    this.#sorted.splice(this.#positionOf(key), 1)
  }

  /** Keys from `start` on, in order. The set stays as it is while it is walked. */
  *from(start: string): Generator<string, void> {
    this.#settle()
    for (let i = this.#positionOf(start); i < this.#sorted.length; i++) yield this.#sorted[i]!
  }

  #settle(): void {
    if (this.#added.length * SORT_SHARE > this.#sorted.length) {
      this.#sorted = [...this.#sorted, ...this.#added].sort()
    } else {
      for (const key of this.#added) this.#sorted.splice(this.#positionOf(key), 0, key)
    }
    this.#added = []
  }

  /** Where `key` stands or would stand. */
  #positionOf(key: string): number {
    let [low, high] = [0, this.#sorted.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#sorted[middle]! < key) low = middle + 1
      else high = middle
    }
    return low
  }
}
