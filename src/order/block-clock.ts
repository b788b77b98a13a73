/**
 * The time of blocks. It is in the log for ever, and a transaction expires by it: one wrong reading far ahead would
 * have every honest transaction refused until real time has caught up. So the wall clock is held against the monotonic
 * one. As far ahead of it as CLOCK_STEP_SECONDS_MAX it is believed; beyond, blocks go on by the monotonic clock until
 * the new time has stood for CLOCK_CONFIRM_SECONDS, and beyond CLOCK_JUMP_SECONDS_MAX until an operator starts the node
 * again. What the wall clock says at the start is believed. A clock that goes back is no danger: the ledger's time
 * stands still.
 */
import {
  CLOCK_CONFIRM_SECONDS,
  CLOCK_JUMP_SECONDS_MAX,
  CLOCK_STEP_SECONDS_MAX,
  type Clock,
} from '../base/index.ts'

/** A jump of the wall clock: it stands out against the monotonic clock, is taken after all, or is over. */
export interface ClockJump {
  readonly aheadSeconds: number
  readonly is: 'seen' | 'taken' | 'over'
  /** Whether it will be taken once it has stood for long enough. */
  readonly isBounded: boolean
}

/** Two readings of one clock, in whole seconds, differ by up to a second from what the monotonic clock says. */
const READING_SECONDS = 1.5

/** Seconds for the next block, at each call. `onJump` is told when a jump begins and ends. */
export function createBlockClock(
  clock: Pick<Clock, 'nowSeconds' | 'monotonicMs'>,
  onJump: (jump: ClockJump) => void,
): () => number {
  const wallAhead = () => clock.nowSeconds() - clock.monotonicMs() / 1000
  let trusted = wallAhead()
  let jump: { readonly to: number; readonly sinceMs: number } | undefined

  return () => {
    const reading = wallAhead()
    const aheadSeconds = Math.round(reading - trusted)
    const isBounded = aheadSeconds <= CLOCK_JUMP_SECONDS_MAX
    if (reading - trusted <= CLOCK_STEP_SECONDS_MAX) {
      if (jump !== undefined) onJump({ aheadSeconds, is: 'over', isBounded })
      jump = undefined
      return clock.nowSeconds()
    }
    if (jump === undefined) onJump({ aheadSeconds, is: 'seen', isBounded })
    if (jump === undefined || Math.abs(reading - jump.to) > READING_SECONDS) {
      jump = { to: reading, sinceMs: clock.monotonicMs() }
    }
    if (isBounded && clock.monotonicMs() - jump.sinceMs >= 1000 * CLOCK_CONFIRM_SECONDS) {
      onJump({ aheadSeconds, is: 'taken', isBounded })
      trusted = reading
      jump = undefined
      return clock.nowSeconds()
    }
    return Math.floor(trusted + clock.monotonicMs() / 1000)
  }
}
