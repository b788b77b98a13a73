/**
 * Field elements of the SIMD build, two side by side: what is not arithmetic. Layout and arithmetic: generate/.
 * Elements are not unique: their limbs are signed and not carried fully, so questions about values freeze them first.
 */
import { ELEMENT_BYTES, POWER_SPARE, SECOND_POWER_SPARE } from './memory-map'
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

/**
 * a · b + c. Field code keeps products and sums exact, so that rounding once or twice comes to the same, and an
 * instruction that may fuse the two is as good as one that must not. Without relaxed SIMD there are two instructions.
 */
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(a, b, c)
  return f64x2.add(f64x2.mul(a, b), c)
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

/**
 * The same of two elements in turns: while one waits for its carries, the processor works on the other (1.5 times
 * faster).
 */
export function squareBothTimes11(out: usize, x: usize, secondOut: usize, secondX: usize, times: u32): void {
  let from = x
  let to = times & 1 ? out : POWER_SPARE
  let secondFrom = secondX
  let secondTo = times & 1 ? secondOut : SECOND_POWER_SPARE
  for (let i: u32 = 0; i < times; i++) {
    square11(to, from)
    square11(secondTo, secondFrom)
    from = to
    to = to == out ? POWER_SPARE : out
    secondFrom = secondTo
    secondTo = secondTo == secondOut ? SECOND_POWER_SPARE : secondOut
  }
}
