/** Verdicts of admitted entries: found for the very same bytes in the same order, however they are cut, else not at all. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasBit, type Packed, pack, packedCount } from '../../src/base/index.ts'
import { type AdmittedBatch, AdmittedVerdicts } from '../../src/intake/verdicts.ts'
import { checkProperty } from '../support/property.ts'

/** Entries as bytes of these lengths; the hashes tell the number of the entry. */
function makeBatch(lengths: readonly number[], first: number): AdmittedBatch {
  const entries = pack(lengths.map((length, i) => new Uint8Array(length).fill(first + i)))
  const hashes = (mark: number) =>
    Uint8Array.from({ length: 32 * lengths.length }, (_, at) => (at % 32 === 0 ? first + (at >> 5) : mark))
  return { entries, ids: hashes(1), leafHashes: hashes(2) }
}

const itemsOf = ({ bytes, offsets }: Packed): Uint8Array[] =>
  Array.from({ length: offsets.length - 1 }, (_, i) => bytes.slice(offsets[i]!, offsets[i + 1]!))

describe('verdicts of admitted entries', () => {
  it('are found by blocks that bring them in order, whatever the cuts', () => {
    const lengths = fc.array(fc.nat(3), { minLength: 1, maxLength: 6 })
    const batches = fc.array(lengths, { minLength: 1, maxLength: 6 })
    checkProperty(
      fc.property(batches, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (given, cuts) => {
        const admitted = new AdmittedVerdicts()
        const items: Uint8Array[] = []
        for (const batch of given) {
          const made = makeBatch(batch, items.length)
          items.push(...itemsOf(made.entries))
          admitted.remember(made)
        }
        for (let [at, cut] = [0, 0]; at < items.length; cut++) {
          const block = items.slice(at, at + cuts[cut % cuts.length]!)
          const verdicts = admitted.take(pack(block))!
          block.forEach((_, i) => {
            expect(hasBit(verdicts.valid, i)).toBe(true)
            expect([verdicts.ids[32 * i], verdicts.ids[32 * i + 1]]).toEqual([at + i, 1])
            expect([verdicts.leafHashes[32 * i], verdicts.leafHashes[32 * i + 1]]).toEqual([at + i, 2])
          })
          expect(
            verdicts.valid.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0),
          ).toBe(block.length)
          expect(verdicts.faults).toEqual(new Uint8Array(block.length))
          at += block.length
        }
        expect(admitted.take(pack([Uint8Array.of(1)]))).toBeUndefined()
      }),
      100,
    )
  })

  it('are not found for other bytes, other cuts, another order, or more than was admitted', () => {
    const wrong: ((items: Uint8Array[]) => Uint8Array[])[] = [
      ([a, b]) => [a!, Uint8Array.of(...b!.subarray(1), 9)],
      ([a, b]) => [b!, a!],
      ([a, b]) => [Uint8Array.of(...a!, b![0]!), b!.slice(1)],
      ([a, b, c]) => [a!, b!, c!, Uint8Array.of(3)],
      ([, b, c]) => [b!, c!],
    ]
    for (const change of wrong) {
      const admitted = new AdmittedVerdicts()
      const batch = makeBatch([2, 3, 4], 0)
      admitted.remember(batch)
      const block = pack(change(itemsOf(batch.entries)))
      expect(admitted.take(block)).toBeUndefined()
      // The order was not the one expected: nothing is left of it.
      expect(admitted.take(batch.entries)).toBeUndefined()
    }
  })

  it('of a proposal that failed are forgotten, the others stay', () => {
    const admitted = new AdmittedVerdicts()
    const [first, second, third] = [makeBatch([1, 1], 0), makeBatch([1], 2), makeBatch([1], 3)]
    for (const batch of [first, second, third]) admitted.remember(batch)
    admitted.forget(second)
    expect(packedCount(first.entries)).toBe(2)
    expect(admitted.take(pack([...itemsOf(first.entries), ...itemsOf(third.entries)]))?.faults).toHaveLength(
      3,
    )
  })
})
