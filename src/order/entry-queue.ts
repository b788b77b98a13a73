/** A queue of packed entries, first in, first out: added a batch at a time, taken a block at a time, copied once. */
import { type Packed, packedCount } from '../base/index.ts'

export interface EntryQueue {
  /** Entries and their bytes that wait. */
  readonly count: number
  readonly bytes: number
  /** When the oldest entry was added, by the clock of `add`; Infinity where none waits. */
  readonly oldestMs: number
  /** Takes over `entries`, at least one. */
  add(entries: Packed, nowMs: number): void
  /** The oldest entries, as many as fit both bounds but at least one, in one packed copy. */
  take(countMax: number, bytesMax: number): Packed
}

interface Batch {
  readonly entries: Packed
  readonly addedMs: number
  /** The first entry not yet taken. */
  next: number
}

export function createEntryQueue(): EntryQueue {
  const batches: Batch[] = []
  let [count, bytes] = [0, 0]

  /** The slices of batches that the next block is made of; moves each batch on and drops it once it is used up. */
  function takeSlices(countMax: number, bytesMax: number): { entries: Packed; from: number; to: number }[] {
    const slices: { entries: Packed; from: number; to: number }[] = []
    let [takenCount, takenBytes] = [0, 0]
    let usedUp = 0
    for (const batch of batches) {
      const { offsets } = batch.entries
      const from = batch.next
      const end = packedCount(batch.entries)
      while (batch.next < end && takenCount < countMax) {
        const length = offsets[batch.next + 1]! - offsets[batch.next]!
        if (takenCount > 0 && takenBytes + length > bytesMax) break
        batch.next += 1
        takenCount += 1
        takenBytes += length
      }
      if (batch.next > from) slices.push({ entries: batch.entries, from, to: batch.next })
      if (batch.next < end) break
      usedUp += 1
    }
    batches.splice(0, usedUp)
    count -= takenCount
    bytes -= takenBytes
    return slices
  }

  return {
    get count() {
      return count
    },
    get bytes() {
      return bytes
    },
    get oldestMs() {
      return batches[0]?.addedMs ?? Number.POSITIVE_INFINITY
    },
    add(entries, nowMs) {
      batches.push({ entries, addedMs: nowMs, next: 0 })
      count += packedCount(entries)
      bytes += entries.offsets.at(-1)! - entries.offsets[0]!
    },
    take: (countMax, bytesMax) => joinSlices(takeSlices(countMax, bytesMax)),
  }
}

function joinSlices(slices: readonly { entries: Packed; from: number; to: number }[]): Packed {
  const count = slices.reduce((sum, { from, to }) => sum + to - from, 0)
  const offsets = new Uint32Array(count + 1)
  const lengthOf = ({ entries, from, to }: (typeof slices)[number]) =>
    entries.offsets[to]! - entries.offsets[from]!
  const bytes = new Uint8Array(slices.reduce((sum, slice) => sum + lengthOf(slice), 0))
  let [item, at] = [0, 0]
  for (const slice of slices) {
    const { entries, from, to } = slice
    const start = entries.offsets[from]!
    bytes.set(entries.bytes.subarray(start, entries.offsets[to]!), at)
    for (let i = from; i < to; i++) offsets[++item] = at + entries.offsets[i + 1]! - start
    at += lengthOf(slice)
  }
  return { bytes, offsets }
}
