/**
 * The `Engine` interface over whatever runs a call: checks arguments, counts, shapes results, closes. It knows nothing
 * of threads.
 */
import { hasBit, LedgerError, type Packed } from '../base/index.ts'
import type { EntryVerdicts, SignatureCheck } from '../kernel/index.ts'
import {
  copyLedgerId,
  type Items,
  itemsOfArrays,
  itemsOfChecks,
  itemsOfEntries,
  itemsOfPackedChecks,
} from './arguments.ts'
import type { JobKind, JobResults } from './job.ts'
import type { Confirmation, Engine, EngineStats } from './types.ts'

/** One call of the engine. */
export interface Call<Kind extends JobKind = JobKind> {
  readonly kind: Kind
  readonly items: Items
  readonly ledgerId: Uint8Array
  readonly confirm: boolean
}

/** What carries out calls. `run` copies the items before it returns; no call is made after `end`. */
export interface Backend {
  run<Kind extends JobKind>(call: Call<Kind>): Promise<JobResults[Kind]>
  stats(): Omit<EngineStats, 'checks' | 'invalidChecks'>
  /** Called once, when no call is under way. */
  end(): Promise<void>
}

const NO_LEDGER_ID = new Uint8Array(0)

export class EngineFacade implements Engine {
  readonly #backend: Backend
  readonly #calls = new Set<Promise<unknown>>()
  #closed: Promise<void> | undefined
  #checks = 0
  #invalidChecks = 0

  constructor(backend: Backend) {
    this.#backend = backend
  }

  async verifyEntries(
    packed: Uint8Array,
    offsets: Uint32Array,
    ledgerId: Uint8Array,
    confirm: Confirmation = 'admission',
  ): Promise<EntryVerdicts> {
    this.#assertOpen()
    if (confirm !== 'admission' && confirm !== 'ordered') {
      throw new TypeError("confirm is neither 'admission' nor 'ordered'")
    }
    const verdicts = await this.#run({
      kind: 'verifyEntries',
      items: itemsOfEntries(packed, offsets),
      ledgerId: copyLedgerId(ledgerId),
      confirm: confirm === 'ordered',
    })
    this.#count(verdicts.faults.length, verdicts.valid)
    return verdicts
  }

  async verifySignatures(checks: readonly SignatureCheck[]): Promise<boolean[]> {
    this.#assertOpen()
    const items = itemsOfChecks(checks)
    const valid = await this.#verify(items)
    return Array.from({ length: items.offsets.length - 1 }, (_, i) => hasBit(valid, i))
  }

  async verifyPacked(checks: Packed): Promise<Uint8Array> {
    this.#assertOpen()
    return this.#verify(itemsOfPackedChecks(checks))
  }

  async hashLeaves(entries: readonly Uint8Array[]): Promise<Uint8Array> {
    this.#assertOpen()
    return this.#run(plainCall('hashLeaves', itemsOfArrays(entries)))
  }

  async merkleRoot(entries: readonly Uint8Array[]): Promise<Uint8Array> {
    this.#assertOpen()
    return this.#run(plainCall('merkleRoot', itemsOfArrays(entries)))
  }

  stats(): EngineStats {
    return { ...this.#backend.stats(), checks: this.#checks, invalidChecks: this.#invalidChecks }
  }

  close(): Promise<void> {
    this.#closed ??= Promise.allSettled(this.#calls).then(() => this.#backend.end())
    return this.#closed
  }

  async #verify(items: Items): Promise<Uint8Array> {
    const valid = await this.#run(plainCall('verifyPacked', items))
    this.#count(items.offsets.length - 1, valid)
    return valid
  }

  #run<Kind extends JobKind>(call: Call<Kind>): Promise<JobResults[Kind]> {
    const running = this.#backend.run(call)
    this.#calls.add(running)
    const forget = () => this.#calls.delete(running)
    running.then(forget, forget)
    return running
  }

  #count(checks: number, valid: Uint8Array): void {
    this.#checks += checks
    this.#invalidChecks += checks - countBits(valid)
  }

  #assertOpen(): void {
    if (this.#closed !== undefined) throw new LedgerError('engine.closed')
  }
}

const plainCall = <Kind extends JobKind>(kind: Kind, items: Items): Call<Kind> => ({
  kind,
  items,
  ledgerId: NO_LEDGER_ID,
  confirm: false,
})

function countBits(bits: Uint8Array): number {
  let count = 0
  for (let byte of bits) for (; byte !== 0; byte &= byte - 1) count++
  return count
}
