/** The bounds of an engine under more calls than it takes. */
import { describe, expect, it } from 'vitest'
import { pack } from '../../src/base/index.ts'
import { createEngine } from '../../src/engine/index.ts'
import { createChecks, packedForm, printedSeed, seededNumbers, spoil } from './support/fixtures.ts'

const next = seededNumbers(printedSeed('back-pressure'))

describe('an engine with little room', () => {
  it('lets callers wait over its bytes, refuses them over its waiters, and answers all it took', async () => {
    const checks = createChecks(next, 64)
    checks[9] = spoil(checks[9]!, next)
    const packed = pack(checks.map(packedForm))
    // Room for one call of this size at a time.
    const queueBytesMax = packed.bytes.length + packed.offsets.byteLength
    const engine = await createEngine({ threads: 2, limits: { queueBytesMax, waitersMax: 5 } })
    const order: number[] = []
    const calls = Array.from({ length: 8 }, async (_, i) => {
      const bits = await engine.verifyPacked(packed)
      order.push(i)
      return bits
    })
    expect(engine.stats()).toMatchObject({ waitingCallers: 5 })
    const settled = await Promise.allSettled(calls)
    expect(settled.map(({ status }) => status)).toEqual([
      ...Array(6).fill('fulfilled'),
      ...Array(2).fill('rejected'),
    ])
    expect(settled.slice(6)).toMatchObject(Array(2).fill({ reason: { code: 'engine.overloaded' } }))
    expect(order).toEqual([0, 1, 2, 3, 4, 5])
    expect(engine.stats()).toMatchObject({
      waitingCallers: 0,
      queuedBytes: 0,
      checks: 6 * 64,
      invalidChecks: 6,
    })
    expect(await engine.verifyPacked(packed)).toEqual(await calls[0])
    await engine.close()
  })

  it('still finishes those who wait when it closes', async () => {
    const packed = pack(createChecks(next, 32).map(packedForm))
    const engine = await createEngine({ threads: 1, limits: { queueBytesMax: 1 } })
    const calls = Array.from({ length: 5 }, () => engine.verifyPacked(packed))
    await engine.close()
    expect(await Promise.all(calls)).toEqual(Array(5).fill(new Uint8Array(4).fill(255)))
  })
})
