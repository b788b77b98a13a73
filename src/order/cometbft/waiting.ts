/**
 * The bundles that wait for a block, by member, oldest first. No member holds more than its even share of what may
 * wait, so one that floods takes no room from the others; and they are proposed in turn by member.
 */
import {
  LedgerError,
  ORDER_WAITING_BYTES_MAX,
  ORDER_WAITING_COUNT_MAX,
  packedCount,
} from '../../base/index.ts'
import type { CheckedBundle } from './bundles.ts'

/** What a transaction of a block costs beside its bytes: a tag, and a length of up to five. */
const FRAME_BYTES = 6

interface Held {
  count: number
  bytes: number
}

export class WaitingBundles {
  readonly #bundles = new Map<string, CheckedBundle>()
  readonly #held = new Map<string, Held>()

  get size(): number {
    return this.#bundles.size
  }

  get(hash: string): CheckedBundle | undefined {
    return this.#bundles.get(hash)
  }

  /**
   * Takes room for a bundle that is being checked; `release` gives it back. LedgerError `order.share-full` where the
   * member has none left.
   */
  reserve(member: string, bytes: number, memberCount: number): { release(): void } {
    const held = this.#heldOf(member)
    const share = (whole: number) => Math.floor(whole / Math.max(1, memberCount))
    if (
      held.count + 1 > share(ORDER_WAITING_COUNT_MAX) ||
      held.bytes + bytes > share(ORDER_WAITING_BYTES_MAX)
    ) {
      throw new LedgerError('order.share-full', { member })
    }
    this.#hold(member, 1, bytes)
    return { release: () => this.#hold(member, -1, -bytes) }
  }

  /** Adds a bundle, for which there is room. */
  add(bundle: CheckedBundle): void {
    if (this.#bundles.has(bundle.hash)) return
    this.#bundles.set(bundle.hash, bundle)
    this.#hold(bundle.member, 1, bundle.bytes.length)
  }

  remove(hash: string): void {
    const bundle = this.#bundles.get(hash)
    if (bundle === undefined) return
    this.#bundles.delete(hash)
    this.#hold(bundle.member, -1, -bundle.bytes.length)
  }

  /** The bundles in turn by member, each member's oldest first; `turn` says which member begins. */
  *inTurn(turn: number): Generator<CheckedBundle, void> {
    const queues = new Map<string, CheckedBundle[]>()
    for (const bundle of this.#bundles.values()) {
      const queue = queues.get(bundle.member)
      if (queue === undefined) queues.set(bundle.member, [bundle])
      else queue.push(bundle)
    }
    const members = [...queues.keys()].sort()
    const first = members.length === 0 ? 0 : turn % members.length
    const order = [...members.slice(first), ...members.slice(0, first)]
    for (let i = 0; ; i++) {
      const round = order.flatMap((member) => queues.get(member)![i] ?? [])
      if (round.length === 0) return
      yield* round
    }
  }

  #heldOf(member: string): Held {
    return this.#held.get(member) ?? { count: 0, bytes: 0 }
  }

  #hold(member: string, count: number, bytes: number): void {
    const held = this.#heldOf(member)
    const next = { count: held.count + count, bytes: held.bytes + bytes }
    if (next.count === 0) this.#held.delete(member)
    else this.#held.set(member, next)
  }
}

/** Those of `bundles` that fit one block, in order, and are wanted. */
export async function fill(
  bundles: Iterable<CheckedBundle>,
  room: { readonly bytes: number; readonly entries: number },
  isWanted: (bundle: CheckedBundle) => Promise<boolean>,
): Promise<CheckedBundle[]> {
  const taken: CheckedBundle[] = []
  let { bytes, entries } = room
  for (const bundle of bundles) {
    const cost = bundle.bytes.length + FRAME_BYTES
    const count = packedCount(bundle.entries)
    if (cost > bytes || count > entries || !(await isWanted(bundle))) continue
    taken.push(bundle)
    bytes -= cost
    entries -= count
  }
  return taken
}
