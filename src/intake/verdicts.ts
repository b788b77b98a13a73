/**
 * What this node's own engine found of the entries that it admitted, until their block comes. An entry of an ordered
 * block that is, byte for byte, one that was found sound here need not be checked a second time; nothing is believed of
 * the order. Blocks may bring entries in any order and from any node: what is not known here is verified like any
 * proposal, and what is known beside it still counts.
 */
import { hasBit, type Packed, pack, packedCount, packedItem, setBit } from '../base/index.ts'
import type { Engine } from '../engine/index.ts'
import type { EntryVerdicts } from '../kernel/index.ts'

const HASH_BYTES = 32
/**
 * Where an entry's signature stands, and how much of it names the entry here. Whatever else has that name is compared.
 */
const [NAME_START, NAME_END] = [33, 49]

/**
 * Entries that were found sound in form and signature, with n × 32 bytes of ids and of leaf hashes. Nobody changes
 * them.
 */
export interface AdmittedBatch {
  readonly entries: Packed
  readonly ids: Uint8Array
  readonly leafHashes: Uint8Array
}

interface Place {
  readonly batch: AdmittedBatch
  readonly index: number
}

/** What is known of a block: verdicts on its known entries, and which entries are still to be verified. */
export interface KnownVerdicts {
  readonly verdicts: EntryVerdicts
  /** Positions in the block, ascending. */
  readonly unknown: readonly number[]
}

const nameOf = (entry: Uint8Array): string =>
  Buffer.from(entry.buffer, entry.byteOffset + NAME_START, NAME_END - NAME_START).toString('latin1')

const hashAt = (hashes: Uint8Array, i: number) => hashes.subarray(HASH_BYTES * i, HASH_BYTES * (i + 1))

/** Verdicts on `count` entries, none of them sound yet. */
const emptyVerdicts = (count: number): EntryVerdicts => ({
  valid: new Uint8Array(Math.ceil(count / 8)),
  ids: new Uint8Array(HASH_BYTES * count),
  leafHashes: new Uint8Array(HASH_BYTES * count),
  faults: new Uint8Array(count),
  faultOffsets: new Uint32Array(count),
})

export class Verdicts {
  readonly #places = new Map<string, Place>()

  /** Entries of which something is known. */
  get size(): number {
    return this.#places.size
  }

  /** Called right before the batch is proposed. */
  remember(batch: AdmittedBatch): void {
    for (let index = 0; index < packedCount(batch.entries); index++) {
      this.#places.set(nameOf(packedItem(batch.entries, index)), { batch, index })
    }
  }

  /** Called where no block will bring the entry any more: its proposal failed, or it has expired. */
  forget(entry: Uint8Array): void {
    this.#places.delete(nameOf(entry))
  }

  /** What is known of `block`, and no longer remembered. */
  take(block: Packed): KnownVerdicts {
    const count = packedCount(block)
    const verdicts = emptyVerdicts(count)
    const unknown: number[] = []
    for (let position = 0; position < count; position++) {
      const entry = packedItem(block, position)
      const place = this.#find(entry)
      if (place === undefined) {
        unknown.push(position)
        continue
      }
      setBit(verdicts.valid, position)
      verdicts.ids.set(hashAt(place.batch.ids, place.index), HASH_BYTES * position)
      verdicts.leafHashes.set(hashAt(place.batch.leafHashes, place.index), HASH_BYTES * position)
    }
    return { verdicts, unknown }
  }

  #find(entry: Uint8Array): Place | undefined {
    if (entry.length < NAME_END) return undefined
    const name = nameOf(entry)
    const place = this.#places.get(name)
    if (place === undefined) return undefined
    const { batch, index } = place
    const { bytes, offsets } = batch.entries
    if (Buffer.compare(bytes.subarray(offsets[index]!, offsets[index + 1]!), entry) !== 0) return undefined
    this.#places.delete(name)
    return place
  }
}

/** What finds out about entries: this node's engine, and what it found at the door. */
export interface Verification {
  readonly engine: Engine
  readonly ledger: { readonly ledgerId: Uint8Array }
  readonly verdicts: Verdicts
}

/**
 * Verdicts on ordered entries, each looked at once. Where the engine's two builds ever disagreed, nothing that was found
 * before is used again.
 */
export function verifyOrdered(
  { engine, ledger, verdicts }: Verification,
  entries: Packed,
): Promise<EntryVerdicts> {
  const known = verdicts.take(entries)
  const verify = ({ bytes, offsets }: Packed) =>
    engine.verifyEntries(bytes, offsets, ledger.ledgerId, 'ordered')
  return engine.stats().disagreements === 0 ? completeVerdicts(entries, known, verify) : verify(entries)
}

/**
 * Verdicts on a whole block: those that are known, the others by `verify`, which is asked once, of as few entries as
 * may be.
 */
export async function completeVerdicts(
  block: Packed,
  { verdicts, unknown }: KnownVerdicts,
  verify: (entries: Packed) => Promise<EntryVerdicts>,
): Promise<EntryVerdicts> {
  if (unknown.length === 0) return verdicts
  if (unknown.length === packedCount(block)) return verify(block)
  const found = await verify(pack(unknown.map((position) => packedItem(block, position))))
  for (const [i, position] of unknown.entries()) {
    if (hasBit(found.valid, i)) setBit(verdicts.valid, position)
    verdicts.ids.set(hashAt(found.ids, i), HASH_BYTES * position)
    verdicts.leafHashes.set(hashAt(found.leafHashes, i), HASH_BYTES * position)
    verdicts.faults[position] = found.faults[i]!
    verdicts.faultOffsets[position] = found.faultOffsets[i]!
  }
  return verdicts
}
