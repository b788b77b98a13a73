/**
 * Verdicts of admitted entries: found for the very same bytes, in whatever order blocks bring them, else not at all.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasBit, type Packed, pack, packedCount } from '../../src/base/index.ts'
import { type AdmittedBatch, completeVerdicts, Verdicts } from '../../src/intake/verdicts.ts'
import type { EntryVerdicts } from '../../src/kernel/index.ts'
import { checkProperty } from '../support/property.ts'

/** An entry whose signature begins with its number; `extra` bytes follow. */
const entryOf = (n: number, extra = 0): Uint8Array => {
  const entry = new Uint8Array(97 + extra).fill(7)
  entry.set([n >> 8, n & 255], 33)
  return entry
}

/** Packed hashes that tell the number of their entry, and `mark`. */
const hashesOf = (numbers: readonly number[], mark: number): Uint8Array =>
  Uint8Array.from({ length: 32 * numbers.length }, (_, at) => (at % 32 === 0 ? numbers[at >> 5]! : mark))

const makeBatch = (numbers: readonly number[]): AdmittedBatch => ({
  entries: pack(numbers.map((n) => entryOf(n, n % 3))),
  ids: hashesOf(numbers, 1),
  leafHashes: hashesOf(numbers, 2),
})

const blockOf = (numbers: readonly number[]): Packed => pack(numbers.map((n) => entryOf(n, n % 3)))

/** What an engine finds: numbers from 200 on are unsound, with fault 9 at byte 3. */
function verify(asked: Packed[]): (entries: Packed) => Promise<EntryVerdicts> {
  return async (entries) => {
    asked.push(entries)
    const numbers = Array.from(
      { length: packedCount(entries) },
      (_, i) => entries.bytes[entries.offsets[i]! + 34]!,
    )
    const valid = new Uint8Array(Math.ceil(numbers.length / 8))
    for (const [i, n] of numbers.entries()) if (n < 200) valid[i >> 3]! |= 1 << (i & 7)
    const faults = Uint8Array.from(numbers, (n) => (n < 200 ? 0 : 9))
    const faultOffsets = Uint32Array.from(numbers, (n) => (n < 200 ? 0 : 3))
    return { valid, ids: hashesOf(numbers, 1), leafHashes: hashesOf(numbers, 2), faults, faultOffsets }
  }
}

describe('verdicts of admitted entries', () => {
  it('and those of the engine make the verdicts of any block, each entry asked once', async () => {
    const runs: [number[], number[], number[]][] = []
    const numbers = (max: number) => fc.uniqueArray(fc.integer({ min: 0, max }), { maxLength: 24 })
    checkProperty(
      fc.property(numbers(199), numbers(255), numbers(255), (...run) => void runs.push(run)),
      100,
    )
    for (const [admitted, first, second] of runs) {
      const verdicts = new Verdicts()
      verdicts.remember(makeBatch(admitted))
      const known = new Set(admitted)
      for (const block of [first, second]) {
        const asked: Packed[] = []
        const entries = blockOf(block)
        const found = await completeVerdicts(entries, verdicts.take(entries), verify(asked))
        expect(found).toEqual(await verify([])(entries))
        const unknown = block.filter((n) => !known.has(n))
        expect(asked).toEqual(unknown.length === 0 ? [] : [blockOf(unknown)])
        for (const n of block) known.delete(n)
      }
      expect(verdicts.size).toBe(known.size)
    }
  })

  it.each<[string, (entry: Uint8Array) => Uint8Array]>([
    ['a changed byte', (entry) => entry.with(90, 1)],
    ['a byte more', (entry) => Uint8Array.of(...entry, 7)],
    ['a byte less', (entry) => entry.slice(0, -1)],
    ['nothing but a beginning', (entry) => entry.slice(0, 40)],
    ['nothing', () => new Uint8Array(0)],
  ])('are not found for %s, and stay for the entry itself', (_name, change) => {
    const verdicts = new Verdicts()
    verdicts.remember(makeBatch([1, 2]))
    const { verdicts: found, unknown } = verdicts.take(pack([change(entryOf(1, 1)), entryOf(2, 2)]))
    expect(unknown).toEqual([0])
    expect([hasBit(found.valid, 0), hasBit(found.valid, 1)]).toEqual([false, true])
    expect(verdicts.take(blockOf([1])).unknown).toEqual([])
  })

  it('are found once: a repeated entry is verified again', () => {
    const verdicts = new Verdicts()
    verdicts.remember(makeBatch([1]))
    expect(verdicts.take(blockOf([1, 1])).unknown).toEqual([1])
    expect(verdicts.size).toBe(0)
  })

  it('are forgotten where no block will bring the entry', () => {
    const verdicts = new Verdicts()
    verdicts.remember(makeBatch([1, 2]))
    verdicts.forget(entryOf(1, 1))
    expect(verdicts.take(blockOf([1, 2])).unknown).toEqual([0])
  })
})
