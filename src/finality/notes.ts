/**
 * The signed notes of a log, newest first: which is shown, which proves a leaf, which were shown a while ago. Filled by
 * whoever signs or follows; reading here never signs. A note that is final is preferred to a newer one that is not yet.
 */
import { Bell, LedgerError, NOTES_KEPT_MAX } from '../base/index.ts'
import type { LedgerHead } from '../ledger/index.ts'

/** A head with its signed note. */
export interface SignedHead {
  readonly head: LedgerHead
  readonly note: string
  /** Whether a quorum has cosigned it. */
  readonly final: boolean
}

export class Notes {
  readonly #missing: () => LedgerError
  readonly #bell = new Bell()
  /** By size, in the order in which they came, so that the oldest is the first. */
  readonly #kept = new Map<number, SignedHead>()
  #newest: SignedHead | undefined
  #final: SignedHead | undefined

  /** `missing` says why there is no note yet. */
  constructor(missing: () => LedgerError) {
    this.#missing = missing
  }

  /** A note of a size that is newer, or of an earlier one again where it has more lines by now. */
  add(signed: SignedHead): void {
    const isAtLeast = (other: SignedHead | undefined) => signed.head.size >= (other?.head.size ?? 0)
    if (isAtLeast(this.#newest)) this.#newest = signed
    if (signed.final && isAtLeast(this.#final)) this.#final = signed
    this.#kept.set(signed.head.size, signed)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > NOTES_KEPT_MAX) this.#kept.delete(oldest!)
    this.#bell.ring()
  }

  /** Rings for each note that is added. */
  get changes(): Pick<Bell, 'count' | 'after'> {
    return this.#bell
  }

  /** Undefined where there is none yet. */
  get newest(): SignedHead | undefined {
    return this.#newest
  }

  /** Leaves below this index are final. */
  get finalSize(): number {
    return this.#final?.head.size ?? 0
  }

  /** The checkpoint to show: the newest final one, before there is any the newest. LedgerError where there is none. */
  get shown(): SignedHead {
    const signed = this.#final ?? this.#newest
    if (signed === undefined) throw this.#missing()
    return signed
  }

  /** The checkpoint to prove leaf `index` under: the newest final one where it covers it, else the newest that does. */
  covering(index: number): SignedHead | undefined {
    return [this.#final, this.#newest].find((signed) => signed !== undefined && index < signed.head.size)
  }

  /** The note of a size that was signed lately, with its head; undefined where none is kept. */
  find(size: number): SignedHead | undefined {
    return this.#kept.get(size)
  }

  /** The note of a size that was signed lately. LedgerError `read.range` where none is kept. */
  at(size: number): string {
    const signed = this.#kept.get(size)
    if (signed === undefined) {
      const message = `This node keeps no checkpoint of size ${size}: it has the newest, of ${this.shown.head.size}, and the ${NOTES_KEPT_MAX} before it.`
      throw new LedgerError('read.range', { field: '/size', message })
    }
    return signed.note
  }

  /** Resolves when a note covers leaf `index`. Rejects with the signal's reason. */
  reachSigned(index: number, signal: AbortSignal): Promise<void> {
    return this.#reach(() => index < (this.#newest?.head.size ?? 0), signal)
  }

  /** Resolves when leaf `index` is final. Rejects with the signal's reason. */
  reachFinal(index: number, signal: AbortSignal): Promise<void> {
    return this.#reach(() => index < this.finalSize, signal)
  }

  async #reach(isThere: () => boolean, signal: AbortSignal): Promise<void> {
    while (!isThere()) {
      await this.#bell.after(this.#bell.count, signal)
      signal.throwIfAborted()
    }
  }
}
