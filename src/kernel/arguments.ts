/** Checks of arguments: a wrong type is a TypeError, a wrong size or number a RangeError, each naming the argument. */
import type { Packed } from '../base/index.ts'

/** `value` is a Uint8Array, of `length` bytes where that is given. */
export function requireBytes(name: string, value: unknown, length?: number): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError(`${name} must be a Uint8Array`)
  if (length !== undefined && value.length !== length) {
    throw new RangeError(`${name} must be ${length} bytes long, not ${value.length}`)
  }
}

/** `value` is a Uint8Array of whole hashes or pairs of them. */
export function requireMultiple(name: string, value: unknown, unit: number): asserts value is Uint8Array {
  requireBytes(name, value)
  if (value.length % unit !== 0) {
    throw new RangeError(`${name} must be a multiple of ${unit} bytes long, not ${value.length}`)
  }
}

/** `value` is an integer from `least` to 2^53 - 1. */
export function requireIndex(name: string, value: unknown, least: number): asserts value is number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number`)
  if (!Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`${name} must be an integer from ${least} to 2^53 - 1, not ${value}`)
  }
}

/** `value` is an array. */
export function requireArray(name: string, value: unknown): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${name} must be an array`)
}

/** `value` is packed: its offsets never fall and stay within its bytes; every item has `itemBytesMin` bytes or more. */
export function requirePacked(name: string, value: unknown, itemBytesMin = 0): asserts value is Packed {
  const { bytes, offsets } = (value ?? {}) as Partial<Packed>
  requireBytes(`${name}.bytes`, bytes)
  if (!(offsets instanceof Uint32Array)) throw new TypeError(`${name}.offsets must be a Uint32Array`)
  if (offsets.length === 0)
    throw new RangeError(`${name}.offsets must hold one more number than there are items`)
  for (let i = 1; i < offsets.length; i++) {
    const length = offsets[i]! - offsets[i - 1]!
    if (length < 0) throw new RangeError(`${name}.offsets must not fall, as at ${i}`)
    if (length < itemBytesMin) {
      throw new RangeError(
        `item ${i - 1} of ${name} must be ${itemBytesMin} bytes long or more, not ${length}`,
      )
    }
  }
  if (offsets[offsets.length - 1]! > bytes.length)
    throw new RangeError(`${name}.offsets must end within ${name}.bytes`)
}
