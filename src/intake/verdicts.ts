/**
 * What this node's own engine found of the entries that it admitted, in the order in which they were proposed, until their
 * block comes. A block whose bytes are those very bytes need not be checked a second time; nothing is believed of the
 * sequencer, for every byte of its block is compared with what was checked. A block that brings anything else, in another
 * order, or from another node, finds nothing here and is verified like any proposal.
 */
import { type Packed, packedCount } from '../base/index.ts'
import type { EntryVerdicts } from '../kernel/index.ts'

const HASH_BYTES = 32

/** Entries that were found sound in form and signature, with n × 32 bytes of ids and of leaf hashes. Nobody changes them. */
export interface AdmittedBatch {
  readonly entries: Packed
  readonly ids: Uint8Array
  readonly leafHashes: Uint8Array
}

/** Entries `from` to `to` of a batch. */
interface Slice {
  readonly batch: AdmittedBatch
  readonly from: number
  readonly to: number
}

/** Whether the slice's entries are those of `block` from number `at` on: the same bytes, cut at the same places. */
function isSame({ batch, from, to }: Slice, block: Packed, at: number): boolean {
  const { bytes, offsets } = batch.entries
  const [start, blockStart] = [offsets[from]!, block.offsets[at]!]
  for (let i = 1; i <= to - from; i++) {
    if (offsets[from + i]! - start !== block.offsets[at + i]! - blockStart) return false
  }
  const [end, blockEnd] = [offsets[to]!, block.offsets[at + to - from]!]
  return Buffer.compare(bytes.subarray(start, end), block.bytes.subarray(blockStart, blockEnd)) === 0
}

/** The first `count` bits set. */
function bitsSet(count: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil(count / 8)).fill(255)
  if (count % 8 !== 0) bits[bits.length - 1] = 2 ** (count % 8) - 1
  return bits
}

export class AdmittedVerdicts {
  #batches: AdmittedBatch[] = []
  /** The first entry of the first batch that no block has brought yet. */
  #next = 0

  /** Called right before the batch is proposed. */
  remember(batch: AdmittedBatch): void {
    this.#batches.push(batch)
  }

  /** Called where the proposal of a batch failed. */
  forget(batch: AdmittedBatch): void {
    if (this.#batches[0] === batch) this.#next = 0
    this.#batches = this.#batches.filter((other) => other !== batch)
  }

  /**
   * Verdicts on `block`, where it brings the oldest of what is remembered, and no more of that is remembered. Otherwise
   * undefined, and all is forgotten: the order is not the one expected here.
   */
  take(block: Packed): EntryVerdicts | undefined {
    const count = packedCount(block)
    const slices: Slice[] = []
    let [found, used, next] = [0, 0, this.#next]
    while (found < count) {
      const batch = this.#batches[used]
      if (batch === undefined) break
      const size = packedCount(batch.entries)
      const to = Math.min(size, next + count - found)
      const slice = { batch, from: next, to }
      if (!isSame(slice, block, found)) break
      slices.push(slice)
      found += to - next
      if (to === size) {
        used += 1
        next = 0
      } else next = to
    }
    if (found < count) {
      this.#batches = []
      this.#next = 0
      return undefined
    }
    this.#batches.splice(0, used)
    this.#next = next
    return joinSlices(slices, count)
  }
}

function joinSlices(slices: readonly Slice[], count: number): EntryVerdicts {
  const [ids, leafHashes] = [new Uint8Array(HASH_BYTES * count), new Uint8Array(HASH_BYTES * count)]
  let at = 0
  for (const { batch, from, to } of slices) {
    ids.set(batch.ids.subarray(HASH_BYTES * from, HASH_BYTES * to), at)
    leafHashes.set(batch.leafHashes.subarray(HASH_BYTES * from, HASH_BYTES * to), at)
    at += HASH_BYTES * (to - from)
  }
  const [faults, faultOffsets] = [new Uint8Array(count), new Uint32Array(count)]
  return { valid: bitsSet(count), ids, leafHashes, faults, faultOffsets }
}
