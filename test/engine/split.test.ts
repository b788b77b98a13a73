import { describe, expect, it } from 'vitest'
import { cutJobs } from '../../src/engine/split.ts'

const evenOffsets = (count: number, itemBytes: number) =>
  Uint32Array.from({ length: count + 1 }, (_, i) => i * itemBytes)

const sizes = (cuts: readonly number[]) => cuts.slice(1).map((end, i) => end - cuts[i]!)

describe('cutting a call into jobs', () => {
  it('gives every worker an equal part of a block', () => {
    expect(cutJobs('verifyEntries', evenOffsets(4_096, 300), 2)).toEqual([0, 2_048, 4_096])
    expect(sizes(cutJobs('verifyPacked', evenOffsets(4_096, 300), 4))).toEqual([1_024, 1_024, 1_024, 1_024])
  })

  it('keeps small calls whole', () => {
    expect(cutJobs('verifyPacked', evenOffsets(1, 300), 8)).toEqual([0, 1])
    expect(cutJobs('verifyEntries', evenOffsets(0, 0), 8)).toEqual([0, 0])
    expect(cutJobs('hashLeaves', evenOffsets(64, 100), 8)).toEqual([0, 64])
  })

  it('keeps large calls in jobs of bounded work, as many for each worker', () => {
    const cuts = cutJobs('verifyPacked', evenOffsets(65_536, 300), 2)
    expect(sizes(cuts)).toEqual(Array(16).fill(4_096))
  })

  it('weighs long messages by their bytes', () => {
    const offsets = new Uint32Array(1_001)
    for (let i = 0; i < 1_000; i++) offsets[i + 1] = offsets[i]! + (i < 100 ? 60_000 : 100)
    const [, firstEnd] = cutJobs('verifyPacked', offsets, 2)
    expect(firstEnd).toBeLessThan(100)
  })

  it('covers every item once, in order, at multiples of 8, whatever their lengths', () => {
    for (let count = 1; count < 3_000; count += 97) {
      const offsets = new Uint32Array(count + 1)
      for (let i = 0; i < count; i++) offsets[i + 1] = offsets[i]! + ((i * 7_919) % 5_000)
      for (const kind of ['verifyEntries', 'hashLeaves'] as const) {
        const cuts = cutJobs(kind, offsets, 5)
        expect(cuts[0]).toBe(0)
        expect(cuts.at(-1)).toBe(count)
        expect(sizes(cuts).every((size) => size > 0)).toBe(true)
        expect(cuts.slice(1, -1).every((cut) => cut % 8 === 0)).toBe(true)
      }
    }
  })

  it('cuts trees into complete subtrees of one width', () => {
    for (const count of [1, 2, 1_000, 65_536, 65_537, 98_303, 200_000]) {
      const cuts = cutJobs('merkleRoot', evenOffsets(count, 300), 2)
      const [width, ...rest] = sizes(cuts)
      expect(cuts.at(-1)).toBe(count)
      if (rest.length === 0) continue
      expect(Math.log2(width!) % 1).toBe(0)
      expect(rest.slice(0, -1).every((size) => size === width)).toBe(true)
      expect(rest.at(-1)).toBeLessThanOrEqual(width!)
    }
  })
})
