/**
 * Executes what blocks of bundles come to, before one of them is decided: the ledger keeps the last of them, and what
 * is asked again (proposed, judged, decided) is not executed again.
 */
import {
  EXECUTED_BLOCKS_MAX,
  hasBit,
  type Packed,
  type Position,
  packedCount,
  setBit,
} from '../../base/index.ts'
import type { EntryVerdicts } from '../../kernel/index.ts'
import type { ExecutedBlock, Ledger, OrderMemo } from '../../ledger/index.ts'
import type { CheckedBundle } from './bundles.ts'

/** What a block of the order is before it is executed. */
export interface Draft {
  readonly position: Position
  /** Unix seconds. */
  readonly time: number
  /** Kept with the position; a function of what was committed before. */
  readonly memo: OrderMemo
  readonly bundles: readonly CheckedBundle[]
}

/** A block that was executed, and of its n entries the ids (n × 32) and which are sound. */
export interface Execution {
  readonly block: ExecutedBlock
  readonly ids: Uint8Array
  readonly valid: Uint8Array
}

export class Executions {
  readonly #ledger: Pick<Ledger, 'execute'>
  readonly #kept = new Map<string, Execution>()
  #lastTicket = 0

  constructor(ledger: Pick<Ledger, 'execute'>) {
    this.#ledger = ledger
  }

  /** Undefined where a rule or an invariant of ours breaks on it: it can not be committed. */
  async execute(draft: Draft): Promise<Execution | undefined> {
    const { position, time, memo, bundles } = draft
    const key = `${position.height} ${time} ${bundles.map(({ hash }) => hash).join(' ')}`
    const kept = this.#kept.get(key)
    if (kept !== undefined && kept.block.ticket > this.#lastTicket - EXECUTED_BLOCKS_MAX) return kept
    const joined = joinBundles(bundles)
    // The ledger takes over the buffers.
    const [ids, valid] = [joined.verdicts.ids.slice(), joined.verdicts.valid.slice()]
    const block = await this.#ledger.execute({ position, time, memo, ...joined })
    if (block === undefined) return undefined
    const execution = { block, ids, valid }
    this.#lastTicket = block.ticket
    this.#kept.set(key, execution)
    if (this.#kept.size > EXECUTED_BLOCKS_MAX) this.#kept.delete(this.#kept.keys().next().value!)
    return execution
  }

  /** A block was committed: what was executed on the head before is worth nothing. */
  clear(): void {
    this.#kept.clear()
  }
}

/** The entries of several bundles and what was found of them, one behind the other, in new buffers. */
function joinBundles(bundles: readonly CheckedBundle[]): { entries: Packed; verdicts: EntryVerdicts } {
  const count = bundles.reduce((sum, { entries }) => sum + packedCount(entries), 0)
  const entries = {
    bytes: new Uint8Array(bundles.reduce((sum, bundle) => sum + bundle.entries.bytes.length, 0)),
    offsets: new Uint32Array(count + 1),
  }
  const verdicts = {
    valid: new Uint8Array(Math.ceil(count / 8)),
    ids: new Uint8Array(32 * count),
    leafHashes: new Uint8Array(32 * count),
    faults: new Uint8Array(count),
    faultOffsets: new Uint32Array(count),
  }
  let [first, start] = [0, 0]
  for (const bundle of bundles) {
    const [own, found] = [packedCount(bundle.entries), bundle.verdicts]
    entries.bytes.set(bundle.entries.bytes, start)
    for (let i = 0; i < own; i++) {
      entries.offsets[first + i + 1] = start + bundle.entries.offsets[i + 1]!
      if (hasBit(found.valid, i)) setBit(verdicts.valid, first + i)
    }
    verdicts.ids.set(found.ids, 32 * first)
    verdicts.leafHashes.set(found.leafHashes, 32 * first)
    verdicts.faults.set(found.faults, first)
    verdicts.faultOffsets.set(found.faultOffsets, first)
    first += own
    start += bundle.entries.bytes.length
  }
  return { entries, verdicts }
}
