/** One suite over both engines: the same answers, the same errors, the same ending. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { concatBytes, equalBytes, hasBit, pack, setBit } from '../../src/base/index.ts'
import { createEngine, createInlineEngine, type Engine } from '../../src/engine/index.ts'
import { FAULT, type Kernel, loadKernel, type SignatureCheck } from '../../src/kernel/index.ts'
import {
  createChecks,
  createEntries,
  LEDGER_ID,
  packedForm,
  printedSeed,
  seededNumbers,
  spoil,
} from './support/fixtures.ts'

const next = seededNumbers(printedSeed('engine'))

const malformed = (error: unknown) => error instanceof TypeError || error instanceof RangeError

describe.each(['pool', 'inline'] as const)('the %s engine', (name) => {
  let kernel: Kernel
  let engine: Engine
  const createOne = () => (name === 'pool' ? createEngine({ threads: 2 }) : createInlineEngine(kernel))

  beforeAll(async () => {
    kernel = await loadKernel()
    engine = await createOne()
  })
  afterAll(() => engine.close())

  it('answers as the kernel does, in order, for any number of checks', async () => {
    const checks = createChecks(next, 1_500).map((check) => (next() % 60 === 0 ? spoil(check, next) : check))
    for (const count of [0, 1, 2, 7, 8, 9, 63, 64, 65, 200, 257, 1_023, 1_500]) {
      const some = checks.slice(0, count)
      const expected = kernel.verifyBatch(some)
      expect(await engine.verifySignatures(some)).toEqual(expected)
      const bits = new Uint8Array(Math.ceil(count / 8))
      for (const [i, valid] of expected.entries()) if (valid) setBit(bits, i)
      expect(await engine.verifyPacked(pack(some.map(packedForm)))).toEqual(bits)
    }
  })

  it('names just the one bad signature among 4,096', async () => {
    const checks = createChecks(next, 4_096)
    const culprit = next() % checks.length
    checks[culprit] = spoil(checks[culprit]!, next)
    const answers = await engine.verifySignatures(checks)
    expect(answers.flatMap((valid, i) => (valid ? [] : [i]))).toEqual([culprit])
  })

  it('verifies entries as the kernel does', async () => {
    const entries = createEntries(next, 700)
    entries[11] = new Uint8Array(3)
    entries[300] = concatBytes(entries[300]!, Uint8Array.of(32))
    entries[699]![50]! ^= 1
    const { bytes, offsets } = pack(entries)
    const verdicts = await engine.verifyEntries(bytes, offsets, LEDGER_ID)
    expect(verdicts).toEqual(kernel.verifyEntries({ bytes, offsets }, LEDGER_ID))
    const refused = entries.flatMap((_, i) => (hasBit(verdicts.valid, i) ? [] : [i]))
    expect(refused).toEqual([11, 300, 699])
    expect([11, 300, 699].map((i) => verdicts.faults[i])).toEqual([
      FAULT.entry,
      FAULT.syntax,
      FAULT.signature,
    ])
    expect(await engine.verifyEntries(bytes, offsets, LEDGER_ID, 'ordered')).toEqual(verdicts)
  })

  it('answers each of many calls at once with its own answer', async () => {
    const checks = createChecks(next, 600).map((check) => (next() % 50 === 0 ? spoil(check, next) : check))
    const calls = Array.from({ length: 24 }, async () => {
      const first = next() % 600
      const some = checks.slice(first, first + (next() % 400))
      expect(await engine.verifySignatures(some)).toEqual(kernel.verifyBatch(some))
    })
    await Promise.all(calls)
  })

  it('verifies a part of a larger packed array', async () => {
    const { bytes, offsets } = pack(createEntries(next, 20))
    const part = await engine.verifyEntries(bytes, offsets.subarray(5, 16), LEDGER_ID)
    const whole = await engine.verifyEntries(bytes, offsets, LEDGER_ID)
    expect(part.ids).toEqual(whole.ids.subarray(32 * 5, 32 * 15))
    expect(part.valid).toEqual(Uint8Array.of(255, 3))
  })

  it('hashes leaves and trees of any size', async () => {
    const some = Array.from({ length: 20_001 }, (_, i) => new Uint8Array(i % 80).fill(i))
    for (const count of [0, 1, 2, 3, 100, 1_000, 16_384, 20_001]) {
      const entries = some.slice(0, count)
      expect(equalBytes(await engine.hashLeaves(entries), kernel.hashLeaves(pack(entries)))).toBe(true)
      expect(await engine.merkleRoot(entries)).toEqual(kernel.merkleRoot(entries))
    }
    const ofNothing = new Uint8Array(createHash('sha256').digest())
    expect(await engine.merkleRoot([])).toEqual(ofNothing)
  })

  it('takes messages of any length', async () => {
    const lengths = [0, 1, 65_535, 3_000_000, 10]
    const checks = createChecks(next, lengths.length, (i) => new Uint8Array(lengths[i]!).fill(i))
    checks[4] = spoil(checks[4]!, next)
    expect(await engine.verifySignatures(checks)).toEqual([true, true, true, true, false])
  })

  it('copies its arguments before it returns', async () => {
    const shared = (bytes: Uint8Array) => {
      const copy = new Uint8Array(new SharedArrayBuffer(bytes.length))
      copy.set(bytes)
      return copy
    }
    const checks = createChecks(next, 300).map((check) => ({
      publicKey: shared(check.publicKey),
      message: shared(check.message),
      signature: shared(check.signature),
    }))
    const entries = pack(createEntries(next, 300))
    const sharedOffsets = new Uint32Array(new SharedArrayBuffer(entries.offsets.byteLength))
    sharedOffsets.set(entries.offsets)
    const packed = shared(entries.bytes)
    const ledgerId = shared(LEDGER_ID)

    const answers = [
      engine.verifySignatures(checks),
      engine.verifyEntries(packed, sharedOffsets, ledgerId),
    ] as const
    for (const check of checks) for (const array of Object.values(check)) array.fill(0)
    for (const array of [packed, sharedOffsets, ledgerId]) array.fill(0)

    expect((await answers[0]).every(Boolean)).toBe(true)
    expect((await answers[1]).faults.every((fault) => fault === FAULT.none)).toBe(true)
  })

  it('leaves its arguments usable', async () => {
    const checks = pack(createChecks(next, 3).map(packedForm))
    await engine.verifyPacked(checks)
    expect(checks.bytes.length).toBe(checks.offsets[3])
    expect(await engine.verifyPacked(checks)).toEqual(Uint8Array.of(7))
  })

  it('refuses malformed arguments and queues nothing of them', async () => {
    const [check] = createChecks(next, 1) as [SignatureCheck]
    const { bytes, offsets } = pack(createEntries(next, 3))
    const packedCheck = packedForm(check)
    const before = engine.stats()
    const calls: (() => Promise<unknown>)[] = [
      // @ts-expect-error Callers in JavaScript are not held by types.
      () => engine.verifySignatures(undefined),
      // @ts-expect-error
      () => engine.verifySignatures([check, null]),
      // @ts-expect-error
      () => engine.verifySignatures([{ ...check, message: 'text' }]),
      // An array with a hole has no check there.
      () => engine.verifySignatures(Object.assign(new Array(2), { 1: check })),
      () => engine.verifySignatures([{ ...check, publicKey: check.publicKey.subarray(1) }]),
      () => engine.verifySignatures([check, { ...check, signature: new Uint8Array(65) }]),
      // @ts-expect-error
      () => engine.verifyPacked(),
      // @ts-expect-error
      () => engine.verifyPacked({ bytes: packedCheck, offsets: [0, packedCheck.length] }),
      () => engine.verifyPacked({ bytes: packedCheck, offsets: Uint32Array.of(0, 95) }),
      () => engine.verifyPacked({ bytes: packedCheck, offsets: Uint32Array.of(0, packedCheck.length + 1) }),
      () => engine.verifyPacked({ bytes: packedCheck, offsets: new Uint32Array(0) }),
      // @ts-expect-error
      () => engine.verifyEntries([...bytes], offsets, LEDGER_ID),
      // @ts-expect-error
      () => engine.verifyEntries(bytes, [...offsets], LEDGER_ID),
      // @ts-expect-error
      () => engine.verifyEntries(bytes, offsets),
      // @ts-expect-error
      () => engine.verifyEntries(bytes, offsets, LEDGER_ID, 'always'),
      () => engine.verifyEntries(bytes, offsets, LEDGER_ID.subarray(1)),
      () => engine.verifyEntries(bytes, Uint32Array.of(0, 200, 100), LEDGER_ID),
      () => engine.verifyEntries(bytes.subarray(1), offsets, LEDGER_ID),
      // @ts-expect-error
      () => engine.hashLeaves('leaves'),
      // @ts-expect-error
      () => engine.merkleRoot([[1, 2, 3]]),
    ]
    for (const call of calls) await expect(call()).rejects.toSatisfy(malformed)
    expect(engine.stats()).toEqual(before)
  })

  it('counts what it did', async () => {
    const own = await createOne()
    const checks = createChecks(next, 600)
    checks[5] = spoil(checks[5]!, next)
    await own.verifySignatures(checks)
    const { bytes, offsets } = pack(createEntries(next, 10))
    await own.verifyEntries(bytes, offsets, new Uint8Array(32))
    const { checks: count, invalidChecks, jobs, runMs, queuedBytes, waitingCallers, build } = own.stats()
    expect({ count, invalidChecks, queuedBytes, waitingCallers, build }).toEqual({
      count: 610,
      invalidChecks: 11,
      queuedBytes: 0,
      waitingCallers: 0,
      build: kernel.build,
    })
    expect(jobs).toBeGreaterThanOrEqual(2)
    expect(runMs).toBeGreaterThan(0)
    await own.close()
  })

  it('finishes accepted work on close, and takes none after it', async () => {
    const own = await createOne()
    const checks = createChecks(next, 900)
    const calls = Array.from({ length: 10 }, () => own.verifySignatures(checks))
    const closing = own.close()
    await expect(own.verifySignatures(checks)).rejects.toMatchObject({ code: 'engine.closed' })
    await expect(own.merkleRoot([])).rejects.toMatchObject({ code: 'engine.closed' })
    for (const answers of await Promise.all(calls)) expect(answers).toEqual(checks.map(() => true))
    await closing
    await own.close()
    expect(own.stats().replacedWorkers).toBe(0)
  })
})
