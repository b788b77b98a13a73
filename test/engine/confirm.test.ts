/** Defence in depth: a fast build that lies is found out, overruled and switched off. */
import { describe, expect, it } from 'vitest'
import { equalBytes, hasBit, pack } from '../../src/base/index.ts'
import { createEngine, type Disagreement } from '../../src/engine/index.ts'
import { FAULT } from '../../src/kernel/index.ts'
import { createEntries, LEDGER_ID, printedSeed, seededNumbers } from './support/fixtures.ts'

const next = seededNumbers(printedSeed('confirm'))
const worker = new URL('support/faulty-worker.mjs', import.meta.url)

const createLyingEngine = (evidence: Disagreement[], confirmOneIn: number) =>
  createEngine({
    threads: 2,
    build: 'simd',
    worker,
    limits: { confirmOneIn },
    onDisagreement: (found) => evidence.push(found),
  })

/** 600 entries, two jobs; the `notes` of some make the fast build lie about them. */
function createBlock(notes: Readonly<Record<number, string>>) {
  const entries = createEntries(next, 600, (i) => notes[i] ?? 'plain')
  return { entries, ...pack(entries) }
}

describe('in an ordered block', () => {
  it('a wrong refusal is overruled by the scalar build, and SIMD switched off', async () => {
    const evidence: Disagreement[] = []
    const engine = await createLyingEngine(evidence, 1_000_000)
    const { entries, bytes, offsets } = createBlock({ 7: 'fault:refuse' })
    const verdicts = await engine.verifyEntries(bytes, offsets, LEDGER_ID, 'ordered')
    expect(verdicts.faults.every((fault) => fault === FAULT.none)).toBe(true)
    expect(engine.stats()).toMatchObject({ build: 'scalar', disagreements: 1, invalidChecks: 0 })

    expect(evidence).toHaveLength(1)
    const [{ fast, scalar, ledgerId, entries: kept }] = evidence as [Disagreement]
    expect(hasBit(fast.valid, 7)).toBe(false)
    expect(hasBit(scalar.valid, 7)).toBe(true)
    expect(ledgerId).toEqual(LEDGER_ID)
    expect(equalBytes(kept.bytes.subarray(kept.offsets[7]!, kept.offsets[8]!), entries[7]!)).toBe(true)

    // From now on the scalar build answers, at admission too.
    const again = await engine.verifyEntries(bytes, offsets, LEDGER_ID)
    expect(again).toEqual(verdicts)
    expect(engine.stats().disagreements).toBe(1)
    await engine.close()
  })

  it('a wrong acceptance is found where the job is sampled', async () => {
    const evidence: Disagreement[] = []
    const engine = await createLyingEngine(evidence, 1)
    const { entries, offsets } = createBlock({ 7: 'fault:accept' })
    entries[7]![50]! ^= 1
    const { bytes } = pack(entries)
    const verdicts = await engine.verifyEntries(bytes, offsets, LEDGER_ID, 'ordered')
    expect(verdicts.faults[7]).toBe(FAULT.signature)
    expect(hasBit(verdicts.valid, 7)).toBe(false)
    expect(engine.stats()).toMatchObject({ build: 'scalar', disagreements: 1, invalidChecks: 1 })
    await engine.close()
  })

  it('nothing that SIMD said stands once a part of the block has shown it wrong', async () => {
    const evidence: Disagreement[] = []
    const engine = await createLyingEngine(evidence, 1_000_000)
    const { entries, offsets } = createBlock({ 7: 'fault:refuse', 590: 'fault:accept' })
    entries[590]![50]! ^= 1
    const verdicts = await engine.verifyEntries(pack(entries).bytes, offsets, LEDGER_ID, 'ordered')
    expect(verdicts.faults.findIndex((fault) => fault !== FAULT.none)).toBe(590)
    expect(evidence).toHaveLength(1)
    await engine.close()
  })

  it('refusals on which both builds agree cost one more check each, and change nothing', async () => {
    const evidence: Disagreement[] = []
    const engine = await createLyingEngine(evidence, 1_000_000)
    const { entries, offsets } = createBlock({})
    for (const i of [0, 300, 599]) entries[i]![40]! ^= 1
    const verdicts = await engine.verifyEntries(pack(entries).bytes, offsets, LEDGER_ID, 'ordered')
    expect(entries.flatMap((_, i) => (hasBit(verdicts.valid, i) ? [] : [i]))).toEqual([0, 300, 599])
    expect(engine.stats()).toMatchObject({ build: 'simd', disagreements: 0, confirmedChecks: 3 })
    expect(evidence).toEqual([])
    await engine.close()
  })
})

describe('at admission', () => {
  it('no refusal is confirmed', async () => {
    const evidence: Disagreement[] = []
    const engine = await createLyingEngine(evidence, 1)
    const { bytes, offsets } = createBlock({ 7: 'fault:refuse', 590: 'fault:refuse' })
    const verdicts = await engine.verifyEntries(bytes, offsets, LEDGER_ID)
    expect(verdicts.faults[7]).toBe(FAULT.signature)
    expect(engine.stats()).toMatchObject({ build: 'simd', confirmedChecks: 0, disagreements: 0 })
    expect(evidence).toEqual([])
    await engine.close()
  })

  it('a wrong acceptance is found where the job is sampled, and SIMD switched off', async () => {
    const evidence: Disagreement[] = []
    const engine = await createLyingEngine(evidence, 1)
    const { entries, offsets } = createBlock({ 7: 'fault:accept' })
    entries[7]![50]! ^= 1
    const verdicts = await engine.verifyEntries(pack(entries).bytes, offsets, LEDGER_ID)
    expect(verdicts.faults[7]).toBe(FAULT.signature)
    expect(engine.stats()).toMatchObject({ build: 'scalar', disagreements: 1, invalidChecks: 1 })
    expect(evidence).toHaveLength(1)
    await engine.close()
  })
})
