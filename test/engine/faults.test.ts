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
    engine = await createEngine({ threads: 2, worker, limits: { jobMsMax: 1_500 } })
  })
  afterEach(async () => {
    await engine.close()
    await rm(folder, { recursive: true })
  })

  it.each(['exit', 'hang'])('that does %s in a job is replaced, and the job runs again', async (fault) => {
    const faulty = createCall(`fault:${fault}:${folder}/once;`)
    const sound = createCall('sound')
    const answers = await Promise.all([
      engine.verifySignatures(faulty.checks),
      engine.verifySignatures(sound.checks),
    ])
    expect(answers).toEqual([faulty.expected, sound.expected])
    expect(engine.stats()).toMatchObject({ retriedJobs: 1, replacedWorkers: 1, invalidChecks: 2 })
  })

  it('whose kernel throws runs the job again on a new kernel', async () => {
    const { checks, expected } = createCall(`fault:throw:${folder}/once;`)
    expect(await engine.verifySignatures(checks)).toEqual(expected)
    expect(engine.stats()).toMatchObject({ retriedJobs: 1, replacedWorkers: 0 })
  })

  it.each([
    ['exit', 3],
    ['throw', 0],
    ['hang', 3],
  ])('is not the last one lost to a job that does %s every time', async (fault, replacedWorkers) => {
    const poison = createCall(`fault:${fault}`)
    const sound = createCall('sound')
    const [failed, answered] = await Promise.allSettled([
      engine.verifySignatures(poison.checks),
      engine.verifySignatures(sound.checks),
    ])
    expect(failed).toMatchObject({
      status: 'rejected',
      reason: { code: 'engine.failed', details: { tries: 3 } },
    })
    expect(answered).toMatchObject({ status: 'fulfilled', value: sound.expected })
    expect(engine.stats()).toMatchObject({ retriedJobs: 2, replacedWorkers, queuedBytes: 0 })
    expect(await engine.verifySignatures(sound.checks)).toEqual(sound.expected)
  })

  it('that dies while the engine closes is replaced for the accepted work', async () => {
    const { checks, expected } = createCall(`fault:exit:${folder}/once;`)
    const answers = engine.verifySignatures(checks)
    await Promise.all([engine.close(), expect(answers).resolves.toEqual(expected)])
    expect(engine.stats()).toMatchObject({ retriedJobs: 1, replacedWorkers: 1 })
  })
})

it('an engine whose worker can not start is refused', async () => {
  const missing = new URL('support/no-such-worker.mjs', import.meta.url)
  await expect(createEngine({ threads: 2, worker: missing })).rejects.toThrow(/no-such-worker/)
})

it.each([0, 1.5, -1, 65])('an engine of %s threads is refused', async (threads) => {
  await expect(createEngine({ threads })).rejects.toThrow(RangeError)
})
