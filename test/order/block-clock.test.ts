/**
 * Block time against a wall clock that jumps: what is believed at once, after a minute, and not without an operator.
 */
import { describe, expect, it } from 'vitest'
import {
  CLOCK_CONFIRM_SECONDS,
  CLOCK_JUMP_SECONDS_MAX,
  CLOCK_STEP_SECONDS_MAX,
} from '../../src/base/index.ts'
import { type ClockJump, createBlockClock } from '../../src/order/index.ts'

/** Time that a test moves: `pass` for real, `error` for what the wall clock says beside it. */
function createTime() {
  let real = 1_000_000.5
  const time = {
    error: 0,
    pass: (seconds: number) => (real += seconds),
    clock: { nowSeconds: () => Math.floor(real + time.error), monotonicMs: () => 1000 * (real - 1_000_000) },
    /** How far a block's time is from the real one. */
    off: (seconds: number) => seconds - Math.floor(real),
    jumps: [] as ClockJump[],
  }
  const read = createBlockClock(time.clock, (jump) => time.jumps.push(jump))
  return { ...time, time, read: () => time.off(read()) }
}

const DAY = 86_400

/** Whole seconds of two clocks differ by one where they tick at different moments. */
const expectNear = (seconds: number, expected: number) =>
  expect(Math.abs(seconds - expected)).toBeLessThanOrEqual(1)

describe('block time', () => {
  it('is the wall clock, back and forth, as long as it is not ahead of what the monotonic clock allows', () => {
    const { time, read, pass, jumps } = createTime()
    for (const error of [0, 2, -1, CLOCK_STEP_SECONDS_MAX, -DAY, 0]) {
      time.error = error
      pass(7.3)
      expectNear(read(), error)
    }
    expect(jumps).toEqual([])
  })

  it.each([
    ['one wrong reading', 1],
    ['a clock that is mended before a minute has passed', 10],
  ])('does not move for %s, and an operator is told once', (_, readings) => {
    const { time, read, pass, jumps } = createTime()
    time.error = DAY
    for (let i = 0; i < readings; i++) {
      expectNear(read(), 0)
      pass(5)
    }
    time.error = 0
    expectNear(read(), 0)
    expect(jumps.map(({ is }) => is)).toEqual(['seen', 'over'])
    expect(jumps[0]).toEqual({ aheadSeconds: DAY, is: 'seen', isBounded: false })
  })

  it('takes a jump that has stood for a minute, also where nobody asked in between', () => {
    const { time, read, pass, jumps } = createTime()
    time.error = CLOCK_JUMP_SECONDS_MAX - 2
    expectNear(read(), 0)
    pass(CLOCK_CONFIRM_SECONDS - 1)
    expectNear(read(), 0)
    pass(1.5)
    expectNear(read(), CLOCK_JUMP_SECONDS_MAX - 2)
    expect(jumps.map(({ is }) => is)).toEqual(['seen', 'taken'])
    pass(DAY)
    expectNear(read(), CLOCK_JUMP_SECONDS_MAX - 2)
  })

  it('begins the minute anew where the clock jumps on', () => {
    const { time, read, pass } = createTime()
    for (let error = 100; error < 1_000; error += 100) {
      time.error = error
      expectNear(read(), 0)
      pass(CLOCK_CONFIRM_SECONDS - 1)
    }
  })

  it('never takes a jump beyond the bound: a node that is started again does', () => {
    const { time, read, pass, clock } = createTime()
    time.error = CLOCK_JUMP_SECONDS_MAX + 2
    for (let i = 0; i < 100; i++) {
      expectNear(read(), 0)
      pass(3_600)
    }
    expect(createBlockClock(clock, () => {})()).toBe(clock.nowSeconds())
  })
})
