/** Calls into the wasm that only tests see (assembly/serial/test-exports.ts), with BigInt on this side. */
import { readFile } from 'node:fs/promises'
import { bytesToInteger, integerToBytes, modulo, P, Point } from './curve.ts'

interface Exports {
  readonly memory: WebAssembly.Memory
  readonly INPUT: WebAssembly.Global
  readonly TERM_POINTERS: WebAssembly.Global
  readonly TERM_SCALARS: WebAssembly.Global
  readonly STRAUS_TERMS_MAX: WebAssembly.Global
  readonly TERMS_MAX: WebAssembly.Global
  readonly BASE_POINT: WebAssembly.Global
  readonly KEYS_MAX: WebAssembly.Global
  add(out: number, a: number, b: number): void
  subtract(out: number, a: number, b: number): void
  multiply(out: number, a: number, b: number): void
  negate(out: number, a: number): void
  square(out: number, a: number): void
  squareTimes(out: number, a: number, times: number): void
  invert(out: number, a: number): void
  raiseForRoot(out: number, a: number): void
  carryLimbs(out: number, a: number): void
  decode(out: number, ptr: number): void
  encode(out: number, a: number): void
  isZero(a: number): number
  isOdd(a: number): number
  isEqual(a: number, b: number): number
  isBelowL(ptr: number): number
  reduceWide(out: number, wide: number): void
  multiplyAdd(out: number, a: number, b: number, c: number): void
  negateScalar(out: number, a: number): void
  setIdentity(out: number): void
  decodePoint(out: number, ptr: number): number
  encodePoint(out: number, p: number): void
  makeAddend(out: number, p: number): void
  negatePoint(p: number): void
  addPoint(out: number, p: number, q: number): void
  subtractPoint(out: number, p: number, q: number): void
  doublePoint(out: number, p: number): void
  doubleTimes(p: number, times: number): void
  isIdentity(p: number): number
  isSmallOrder(p: number): number
  makeBaseTable(): void
  sumByStraus(out: number, count: number, baseScalar: number): void
  sumByPippenger(out: number, count: number): void
  seedKeyCache(seed: bigint): void
  findKey(encoded: number): number
  keyPointPtr(slot: number): number
}

const { instance } = await WebAssembly.instantiate(
  await readFile(new URL('../../../build/test/arithmetic.wasm', import.meta.url)),
)
export const wasm = instance.exports as unknown as Exports
const memory = wasm.memory.buffer

/** Weight of limb i is 2^⌈25.5 i⌉. */
const LIMB_BITS = Array.from({ length: 10 }, (_, i) => BigInt(Math.ceil(25.5 * i)))
/** The header of field.ts calls these B. */
export const limbBound = (index: number): number => (index % 2 === 0 ? 2 ** 25 : 2 ** 24)

const FIELD_BYTES = 40
export const POINT_BYTES = 4 * FIELD_BYTES

/** Operand `index`, a place of 192 bytes in the arena. */
export const slot = (index: number): number => wasm.INPUT.value + 192 * index

export const writeBytes = (ptr: number, bytes: Uint8Array): void => new Uint8Array(memory).set(bytes, ptr)
export const readBytes = (ptr: number, length: number): Uint8Array =>
  new Uint8Array(memory, ptr, length).slice()

/** Ten limbs as they stand. */
export const readLimbs = (ptr: number): readonly number[] => [...new Int32Array(memory, ptr, 10)]
export const writeLimbs = (ptr: number, limbs: readonly number[]): void =>
  new Int32Array(memory, ptr, 10).set(limbs)

/** The value of limbs, modulo p. */
export const valueOfLimbs = (limbs: readonly number[]): bigint =>
  modulo(
    limbs.reduce((sum, limb, i) => sum + (BigInt(limb) << LIMB_BITS[i]!), 0n),
    P,
  )

/** A field element, by its own decoding; values from p to 2^255 - 1 too. */
export function writeField(ptr: number, value: bigint): void {
  writeBytes(slot(60), integerToBytes(value))
  wasm.decode(ptr, slot(60))
}

export const readField = (ptr: number): bigint => valueOfLimbs(readLimbs(ptr))

export const writeScalar = (ptr: number, value: bigint): void => writeBytes(ptr, integerToBytes(value))
export const readScalar = (ptr: number): bigint => bytesToInteger(readBytes(ptr, 32))

/** An extended point; `z` is its Z. */
export function writePoint(ptr: number, point: Point, z = 1n): void {
  const { x, y } = point.toAffine()
  for (const [i, value] of [x * z, y * z, z, x * y * z].entries()) {
    writeField(ptr + FIELD_BYTES * i, modulo(value, P))
  }
}

/** The point of extended coordinates, after a check that T fits the others. */
export function readPoint(ptr: number): Point {
  const [x, y, z, t] = [0, 1, 2, 3].map((i) => readField(ptr + FIELD_BYTES * i)) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ]
  if (modulo(x * y - z * t, P) !== 0n) throw new Error('T does not fit X, Y and Z')
  return new Point(x, y, z, t)
}

/** Writes the terms of a multi-scalar multiplication, points from operand 1,000 on. */
export function writeTerms(terms: readonly (readonly [Point, bigint])[]): void {
  const pointers = new Uint32Array(memory, wasm.TERM_POINTERS.value, terms.length)
  for (const [i, [point, scalar]] of terms.entries()) {
    pointers[i] = slot(1000 + i)
    writePoint(slot(1000 + i), point)
    writeScalar(wasm.TERM_SCALARS.value + 32 * i, scalar)
  }
}
