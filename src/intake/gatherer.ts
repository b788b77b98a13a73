/**
 * Joins small requests that arrive together, so that sixty-four of one transaction cost one trip to the engine and the
 * ledger and not sixty-four. What arrives while a trip is under way waits for the next; nothing waits for company.
 */

export interface GathererOptions<Item, Answer> {
  /** One trip: an answer to each item, in order. Where it rejects, every request of the trip does. */
  readonly run: (items: readonly Item[]) => Promise<readonly Answer[]>
  readonly bytesOf: (item: Item) => number
  /** Bounds of a trip; a request that is larger goes alone. */
  readonly countMax: number
  readonly bytesMax: number
}

interface Request<Item, Answer> {
  readonly items: readonly Item[]
  readonly resolve: (answers: Answer[]) => void
  readonly reject: (reason: unknown) => void
}

export class Gatherer<Item, Answer> {
  readonly #options: GathererOptions<Item, Answer>
  #waiting: Request<Item, Answer>[] = []
  #underWay = false

  constructor(options: GathererOptions<Item, Answer>) {
    this.#options = options
  }

  /** Answers to `items`, in order. */
  submit(items: readonly Item[]): Promise<Answer[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ items, resolve, reject })
      if (!this.#underWay) void this.#work()
    })
  }

  async #work(): Promise<void> {
    this.#underWay = true
    while (this.#waiting.length > 0) {
      // What this turn of the event loop has read from other sockets comes along.
      await new Promise((resolve) => setImmediate(resolve))
      await this.#go(this.#takeTrip())
    }
    this.#underWay = false
  }

  /** The requests that waited longest, as many as fit a trip. */
  #takeTrip(): Request<Item, Answer>[] {
    const { bytesOf, bytesMax, countMax } = this.#options
    let [taken, count, bytes] = [0, 0, 0]
    for (const { items } of this.#waiting) {
      count += items.length
      for (const item of items) bytes += bytesOf(item)
      if (taken > 0 && (count > countMax || bytes > bytesMax)) break
      taken += 1
    }
    return this.#waiting.splice(0, taken)
  }

  async #go(trip: readonly Request<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.#options.run(trip.flatMap(({ items }) => items))
      let at = 0
      for (const { items, resolve } of trip) resolve(answers.slice(at, (at += items.length)))
    } catch (reason) {
      for (const { reject } of trip) reject(reason)
    }
  }
}
