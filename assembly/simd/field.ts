/**
 * Field elements of the SIMD build, two side by side: what is not arithmetic. Layout and arithmetic: generate/.
 * Elements are not unique: their limbs are signed and not carried fully, so questions about values freeze them first.
 */
import { ELEMENT_BYTES, POWER_SPARE } from './memory-map'
import { freeze, square11 } from './generated/field'

/** Whether the lane at `ptr` is 0 modulo p. */
export function isZeroLane(ptr: usize): bool {
  return (freeze(ptr) & 2) != 0
}

/** The lowest bit of the lane at `ptr`, taken modulo p: the sign of RFC 8032. */
export function isOddLane(ptr: usize): bool {
  return (freeze(ptr) & 1) != 0
}

export function copyElement(outPtr: usize, ptr: usize): void {
  memory.copy(outPtr, ptr, ELEMENT_BYTES)
}

/** out = x^(2^times), 11 limbs, times > 0; `out` is not `x`. */
export function squareTimes11(out: usize, x: usize, times: u32): void {
  let from = x
  let to = times & 1 ? out : POWER_SPARE
  for (let i: u32 = 0; i < times; i++) {
    square11(to, from)
    from = to
    to = to == out ? POWER_SPARE : out
  }
}
