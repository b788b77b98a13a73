/**
 * What is known of bundles. A bundle is sound where its form is, its member runs a node, and that node's log key signed
 * it. Its entries are checked once, on the engine's threads, and what was found is kept by the bundle's hash. Whether
 * it is live, so that something in it can still be accepted, is a function of the ledger and a time and of nothing
 * else: every node must answer alike about a proposal.
 */
import {
  EXPIRES_AHEAD_SECONDS_MAX,
  fromHex,
  hasBit,
  LedgerError,
  ORDER_SEEN_COUNT_MAX,
  type Packed,
  packedCount,
  setBit,
  toHex,
} from '../../base/index.ts'
import type { EntryVerdicts, Kernel } from '../../kernel/index.ts'
import { type Ledger, STATUS } from '../../ledger/index.ts'
import { bundleCheck, decodeTransactionBundle, expiresOfId } from '../../protocol/index.ts'

/** A sound bundle with what the engine found of its entries. Nobody changes them but `isLive` its notes. */
export interface CheckedBundle {
  /** SHA-256 of its bytes, hex. */
  readonly hash: string
  readonly bytes: Uint8Array
  readonly member: string
  /** The log key that signed it, hex. */
  readonly logKey: string
  readonly entries: Packed
  readonly verdicts: EntryVerdicts
  /** A bit for each entry whose id was found spent: it stays so. */
  readonly spent: Uint8Array
}

export interface BundleBookOptions {
  readonly kernel: Kernel
  readonly ledger: Pick<Ledger, 'ledgerId' | 'trust' | 'statuses'>
  /** Finds out about entries: form, ids and signatures. */
  readonly verify: (entries: Packed) => Promise<EntryVerdicts>
}

const hashAt = (hashes: Uint8Array, i: number) => hashes.subarray(32 * i, 32 * (i + 1))

export class BundleBook {
  readonly #options: BundleBookOptions
  /** By hash, the oldest first. */
  readonly #seen = new Map<string, CheckedBundle>()
  #nodes: Promise<ReadonlyMap<string, string>> | undefined

  constructor(options: BundleBookOptions) {
    this.#options = options
  }

  /** Log keys (hex) of the members with a node, by member, as they hold for the next block. */
  nodes(): Promise<ReadonlyMap<string, string>> {
    this.#nodes ??= this.#options.ledger
      .trust()
      .then(({ next }) => new Map(next.nodes.map(({ member, logKey }) => [member, logKey])))
    return this.#nodes
  }

  hashOf(bytes: Uint8Array): string {
    return toHex(this.#options.kernel.sha256(bytes))
  }

  /**
   * The bundle in `bytes`, checked. LedgerError `form.bundle`, `order.not-a-node`. `admit` is called once its member is
   * known and has signed it, before the entries cost anything; it may throw.
   */
  async check(bytes: Uint8Array, admit: (member: string) => void = () => {}): Promise<CheckedBundle> {
    const { kernel, ledger, verify } = this.#options
    const hash = this.hashOf(bytes)
    const nodes = await this.nodes()
    const seen = this.#seen.get(hash)
    if (seen !== undefined && nodes.get(seen.member) === seen.logKey) {
      admit(seen.member)
      return seen
    }
    const { member, entries } = decodeTransactionBundle(bytes)
    const logKey = nodes.get(member)
    if (logKey === undefined) throw new LedgerError('order.not-a-node', { member })
    if (!kernel.verify(bundleCheck(kernel, ledger.ledgerId, bytes, fromHex(logKey, 32)!))) {
      throw new LedgerError('form.bundle', { message: `The node of ${member} did not sign it.` })
    }
    admit(member)
    const verdicts = seen?.verdicts ?? (await verify(entries))
    return this.keep({ hash, bytes, member, logKey, entries, verdicts })
  }

  /** Keeps what was found of a bundle; the oldest of too many goes. */
  keep(found: Omit<CheckedBundle, 'spent'>): CheckedBundle {
    const bundle = { ...found, spent: new Uint8Array(Math.ceil(packedCount(found.entries) / 8)) }
    this.#seen.set(bundle.hash, bundle)
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= ORDER_SEEN_COUNT_MAX) break
      this.#seen.delete(oldest)
    }
    return bundle
  }

  /** Whether an entry of it can still be accepted in the next block, if that block has this time (unix seconds). */
  async isLive({ verdicts, spent, entries }: CheckedBundle, time: number): Promise<boolean> {
    const open: number[] = []
    for (let i = 0; i < packedCount(entries); i++) {
      if (!hasBit(verdicts.valid, i) || hasBit(spent, i)) continue
      const expires = expiresOfId(hashAt(verdicts.ids, i))
      if (time < expires && expires <= time + EXPIRES_AHEAD_SECONDS_MAX) open.push(i)
    }
    const findUnspent = async (places: readonly number[]): Promise<boolean> => {
      const ids = new Uint8Array(32 * places.length)
      for (const [at, i] of places.entries()) ids.set(hashAt(verdicts.ids, i), 32 * at)
      const { kinds } = await this.#options.ledger.statuses(ids)
      for (const [at, i] of places.entries()) if (kinds[at] !== STATUS.unknown) setBit(spent, i)
      return kinds.includes(STATUS.unknown)
    }
    // Nearly always the first is unspent.
    if (open.length === 0) return false
    return (await findUnspent(open.slice(0, 1))) || (open.length > 1 && (await findUnspent(open.slice(1))))
  }

  /** A block was committed: its bundles are done, and who runs a node may have changed. */
  committed(hashes: Iterable<string>): void {
    for (const hash of hashes) this.#seen.delete(hash)
    this.#nodes = undefined
  }
}
