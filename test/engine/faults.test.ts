/** What happens when a worker dies, hangs or throws; planted by `support/faulty-worker.mjs`. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { utf8 } from '../../src/base/index.ts'
import { createEngine, type Engine } from '../../src/engine/index.ts'
import { createChecks, printedSeed, seededNumbers, spoil } from './support/fixtures.ts'

const next = seededNumbers(printedSeed('faults'))
const worker = new URL('support/faulty-worker.mjs', import.meta.url)

/** 900 checks, number 700 bad, the message of number 3 being `fault`. */
function createCall(fault: string) {
  const checks = createChecks(next, 900, (i) => utf8(i === 3 ? fault : `check ${i}`))
  checks[700] = spoil(checks[700]!, next)
  return { checks, expected: checks.map((_, i) => i !== 700) }
}

describe('a worker', () => {
  let folder: string
  let engine: Engine
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-engine-'))
  })
  afterEach(async () => {
    await engine.close()
    await rm(folder, { recursive: true })
  })

  it('that dies in a job is replaced, and the job runs again', async () => {
    engine = await createEngine({ threads: 2, worker })
    const faulty = createCall(`fault:exit:${folder}/once;`)
    const sound = createCall('sound')
    const answers = [engine.verifySignatures(faulty.checks), engine.verifySignatures(sound.checks)]
    expect(await Promise.all(answers)).toEqual([faulty.expected, sound.expected])
    expect(engine.stats()).toMatchObject({ retriedJobs: 1, replacedWorkers: 1, invalidChecks: 2 })
  })

  it('that hangs in a job is replaced, and the job runs again', async () => {
    engine = await createEngine({ threads: 2, worker, limits: { jobMsMax: 2_000 } })
    const { checks, expected } = createCall(`fault:hang:${folder}/once;`)
    expect(await engine.verifySignatures(checks)).toEqual(expected)
    expect(engine.stats().retriedJobs).toBeGreaterThanOrEqual(1)
    expect(engine.stats().replacedWorkers).toBeGreaterThanOrEqual(1)
  })

  it('is not taken for hanging while a job waits for its turn', async () => {
    engine = await createEngine({ threads: 1, worker, limits: { jobMsMax: 2_000 } })
    const slow = createChecks(next, 2, () => utf8('fault:slow'))
    const calls = Array.from({ length: 12 }, () => engine.verifySignatures(slow))
    for (const answers of await Promise.all(calls)) expect(answers).toEqual([true, true])
    expect(engine.stats()).toMatchObject({ jobs: 12, retriedJobs: 0, replacedWorkers: 0 })
  })

  it('whose kernel throws runs the job again on a new kernel', async () => {
    engine = await createEngine({ threads: 2, worker })
    const { checks, expected } = createCall(`fault:throw:${folder}/once;`)
    expect(await engine.verifySignatures(checks)).toEqual(expected)
    expect(engine.stats()).toMatchObject({ retriedJobs: 1, replacedWorkers: 0 })
  })

  it.each([
    ['exit', { retriedJobs: 2, replacedWorkers: 3 }],
    ['throw', { retriedJobs: 2, replacedWorkers: 0 }],
    ['hang', { retriedJobs: 2 }],
  ])('is not the last one when a job does %s every time', async (fault, counts) => {
    engine = await createEngine({
      threads: 2,
      worker,
      ...(fault === 'hang' && { limits: { jobMsMax: 2_000 } }),
    })
    const poison = engine.verifySignatures(createCall(`fault:${fault}`).checks)
    const sound = createCall('sound')
    await expect(poison).rejects.toMatchObject({ code: 'engine.failed', details: { tries: 3 } })
    expect(engine.stats()).toMatchObject({ ...counts, queuedBytes: 0 })
    expect(await engine.verifySignatures(sound.checks)).toEqual(sound.expected)
  })

  it('that dies while the engine closes is replaced for the accepted work', async () => {
    engine = await createEngine({ threads: 2, worker })
    const { checks, expected } = createCall(`fault:exit:${folder}/once;`)
    const answers = engine.verifySignatures(checks)
    await Promise.all([engine.close(), expect(answers).resolves.toEqual(expected)])
    expect(engine.stats()).toMatchObject({ retriedJobs: 1, replacedWorkers: 1 })
  })

  it('whose fast build traps on an input leaves it to the scalar build', async () => {
    engine = await createEngine({ threads: 2, worker })
    const { checks, expected } = createCall('fault:trap')
    expect(await engine.verifySignatures(checks)).toEqual(expected)
    expect(engine.stats()).toMatchObject({ retriedJobs: 2, replacedWorkers: 0 })
  })
})

it('an engine whose worker can not start is refused', async () => {
  const missing = new URL('support/no-such-worker.mjs', import.meta.url)
  await expect(createEngine({ threads: 2, worker: missing })).rejects.toThrow(/no-such-worker/)
})

it.each([0, 1.5, -1, 65])('an engine of %s threads is refused', async (threads) => {
  await expect(createEngine({ threads })).rejects.toThrow(RangeError)
})
