/**
 * Powers in the field: the inverse, and the heart of the square root. Both exponents begin with 250 ones, which a chain
 * of 11 multiplications makes.
 */
import { FIELD_BYTES, POWER_SCRATCH } from './memory-map'
import { copyField, multiply, square } from './field'

const T0 = POWER_SCRATCH
const T1 = POWER_SCRATCH + FIELD_BYTES
const T2 = POWER_SCRATCH + 2 * FIELD_BYTES
const T3 = POWER_SCRATCH + 3 * FIELD_BYTES

/** out = a^(2^times), `times` at least 1. */
export function squareTimes(outPtr: usize, aPtr: usize, times: u32): void {
  square(outPtr, aPtr)
  for (let i: u32 = 1; i < times; i++) square(outPtr, outPtr)
}

/** T0 = a^(2^250 - 1), T1 = a^11: what both powers below begin with. */
function raiseCommon(aPtr: usize): void {
  square(T0, aPtr) // 2
  squareTimes(T1, T0, 2) // 8
  multiply(T1, T1, aPtr) // 9
  multiply(T0, T0, T1) // 11
  copyField(T3, T0)
  square(T0, T0) // 22
  multiply(T0, T0, T1) // 2^5 - 1
  squareTimes(T1, T0, 5)
  multiply(T0, T1, T0) // 2^10 - 1
  squareTimes(T1, T0, 10)
  multiply(T1, T1, T0) // 2^20 - 1
  squareTimes(T2, T1, 20)
  multiply(T1, T2, T1) // 2^40 - 1
  squareTimes(T1, T1, 10)
  multiply(T0, T1, T0) // 2^50 - 1
  squareTimes(T1, T0, 50)
  multiply(T1, T1, T0) // 2^100 - 1
  squareTimes(T2, T1, 100)
  multiply(T1, T2, T1) // 2^200 - 1
  squareTimes(T1, T1, 50)
  multiply(T0, T1, T0) // 2^250 - 1
  copyField(T1, T3)
}

/** out = 1/a = a^(p-2); 0 for 0. `out` may be `a`. */
export function invert(outPtr: usize, aPtr: usize): void {
  raiseCommon(aPtr)
  squareTimes(T0, T0, 5) // 2^255 - 2^5
  multiply(outPtr, T0, T1) // 2^255 - 21
}

/** out = a^((p-5)/8) = a^(2^252 - 3), the heart of the square root. `out` may not be `a`. */
export function raiseForRoot(outPtr: usize, aPtr: usize): void {
  raiseCommon(aPtr)
  squareTimes(T0, T0, 2) // 2^252 - 4
  multiply(outPtr, T0, aPtr)
}
