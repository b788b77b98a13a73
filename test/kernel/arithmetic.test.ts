/** Field, scalar and point arithmetic against BigInt and @noble/curves, limb bounds included. */
import { describe, expect, it } from 'vitest'
import {
  limbBound,
  POINT_BYTES,
  readBytes,
  readField,
  readLimbs,
  readPoint,
  readScalar,
  slot,
  valueOfLimbs,
  wasm,
  writeBytes,
  writeField,
  writeLimbs,
  writePoint,
  writeScalar,
  writeTerms,
} from './support/arithmetic.ts'
import {
  bytesToInteger,
  encodingsOf,
  integerToBytes,
  L,
  modulo,
  multiplyPoint,
  P,
  Point,
  randomScalar,
  SMALL_ORDER_ENCODINGS,
  TORSION,
} from './support/curve.ts'
import { pick, randomBytes, randomInteger, seed } from './support/random.ts'

const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % P
    base = (base * base) % P
  }
  return result
}

const EDGES = [
  0n,
  1n,
  2n,
  18n,
  19n,
  20n,
  P - 20n,
  P - 1n,
  P,
  P + 1n,
  P + 18n,
  2n ** 255n - 1n,
  2n ** 254n,
  2n ** 204n - 1n,
]
const randomField = () => bytesToInteger(randomBytes(32)) >> 1n
const fields = [...EDGES, ...Array.from({ length: 40 }, randomField)]

const TIGHT = 1.01
const LOOSE = 7.1

/** Limbs of at most `bound` times B: all at the limit, of either sign or mixed, or random. */
function boundedLimbs(bound: number, kind: number): number[] {
  return Array.from({ length: 10 }, (_, i) => {
    const limit = Math.floor(bound * limbBound(i))
    if (kind === 0) return limit
    if (kind === 1) return -limit
    if (kind === 2) return pick([limit, -limit])
    return randomInteger(2 * limit + 1) - limit
  })
}

function expectTight(ptr: number): void {
  for (const [i, limb] of readLimbs(ptr).entries()) {
    expect(Math.abs(limb) / limbBound(i)).toBeLessThanOrEqual(TIGHT)
  }
}

describe(`field (seed ${seed})`, () => {
  const [a, b, out] = [slot(0), slot(1), slot(2)]

  it('adds, subtracts, multiplies, squares and negates as BigInt does', () => {
    for (const x of fields) {
      for (const y of fields) {
        writeField(a, x)
        writeField(b, y)
        const calls: [(out: number, a: number, b: number) => void, bigint][] = [
          [wasm.add, x + y],
          [wasm.subtract, x - y],
          [wasm.multiply, x * y],
          [wasm.square, x * x],
          [wasm.negate, -x],
        ]
        for (const [call, expected] of calls) {
          call(out, a, b)
          expect(readField(out)).toBe(modulo(expected, P))
        }
        expect(wasm.isEqual(a, b) !== 0).toBe(modulo(x - y, P) === 0n)
      }
    }
  })

  it('decodes any 255 bits and encodes below p', () => {
    for (const x of fields) {
      // The top bit belongs to the sign of a point.
      for (const top of [0n, 1n << 255n]) {
        writeBytes(b, integerToBytes(x | top))
        wasm.decode(a, b)
        expectTight(a)
        expect(readField(a)).toBe(modulo(x, P))
      }
      wasm.encode(out, a)
      expect(bytesToInteger(readBytes(out, 32))).toBe(modulo(x, P))
      expect(wasm.isZero(a) !== 0).toBe(modulo(x, P) === 0n)
      expect(wasm.isOdd(a) !== 0).toBe((modulo(x, P) & 1n) === 1n)
    }
  })

  it('inverts, and raises to (p - 5)/8', () => {
    for (const x of fields) {
      writeField(a, x)
      wasm.invert(out, a)
      expect(readField(out)).toBe(power(modulo(x, P), P - 2n))
      wasm.raiseForRoot(out, a)
      expect(readField(out)).toBe(power(modulo(x, P), (P - 5n) / 8n))
      wasm.squareTimes(out, a, 7)
      expect(readField(out)).toBe(power(modulo(x, P), 2n ** 7n))
    }
  })

  it('takes loose limbs and gives tight ones', () => {
    for (let i = 0; i < 400; i++) {
      const [x, y] = [boundedLimbs(LOOSE, i % 4), boundedLimbs(LOOSE, (i >> 2) % 4)]
      writeLimbs(a, x)
      writeLimbs(b, y)
      wasm.multiply(out, a, b)
      expectTight(out)
      expect(readField(out)).toBe(modulo(valueOfLimbs(x) * valueOfLimbs(y), P))
      wasm.square(out, a)
      expectTight(out)
      expect(readField(out)).toBe(modulo(valueOfLimbs(x) ** 2n, P))
      wasm.carryLimbs(out, a)
      expectTight(out)
      expect(readField(out)).toBe(valueOfLimbs(x))
    }
  })

  it('encodes every tight element', () => {
    for (let i = 0; i < 400; i++) {
      const x = boundedLimbs(TIGHT, i % 4)
      writeLimbs(a, x)
      wasm.encode(out, a)
      expect(bytesToInteger(readBytes(out, 32))).toBe(valueOfLimbs(x))
    }
  })
})

describe(`scalars (seed ${seed})`, () => {
  const [a, b, c, out] = [slot(0), slot(1), slot(2), slot(3)]
  const edges = [
    0n,
    1n,
    L - 1n,
    L,
    L + 1n,
    2n * L,
    2n ** 252n - 1n,
    2n ** 252n,
    2n ** 255n - 1n,
    2n ** 256n - 1n,
  ]
  const scalars = [...edges, ...Array.from({ length: 30 }, () => bytesToInteger(randomBytes(32)))]

  it('reduces 512 bits modulo L', () => {
    const wides = [
      ...edges,
      2n ** 512n - 1n,
      2n ** 511n,
      L * L,
      L * 2n ** 259n,
      (2n ** 512n / L) * L,
      (2n ** 512n / L) * L - 1n,
      ...Array.from({ length: 500 }, () => bytesToInteger(randomBytes(64))),
    ]
    for (const wide of wides) {
      writeBytes(a, integerToBytes(wide, 64))
      wasm.reduceWide(out, a)
      expect(readScalar(out)).toBe(wide % L)
    }
  })

  it('multiplies, adds, negates and compares', () => {
    for (const x of scalars) {
      for (const y of scalars) {
        const z = pick(scalars)
        writeScalar(a, x)
        writeScalar(b, y)
        writeScalar(c, z)
        wasm.multiplyAdd(out, a, b, c)
        expect(readScalar(out)).toBe((x * y + z) % L)
      }
      writeScalar(a, x % L)
      wasm.negateScalar(out, a)
      expect(readScalar(out)).toBe(modulo(-x, L))
      writeScalar(a, x)
      expect(wasm.isBelowL(a) !== 0).toBe(x < L)
    }
  })
})

describe(`points (seed ${seed})`, () => {
  const [p, q, addend, out] = [slot(0), slot(1), slot(2), slot(3)]
  const points = [
    ...TORSION,
    Point.BASE,
    ...Array.from({ length: 6 }, () => Point.BASE.multiply(randomScalar())),
    ...TORSION.map((torsion) => Point.BASE.multiply(randomScalar()).add(torsion)),
  ]

  it('adds, subtracts, doubles and negates as noble does', () => {
    for (const left of points) {
      for (const right of points) {
        writePoint(p, left, 1n + (randomField() % (P - 1n)))
        writePoint(q, right, 1n + (randomField() % (P - 1n)))
        wasm.makeAddend(addend, q)
        wasm.addPoint(out, p, addend)
        expect(readPoint(out).equals(left.add(right))).toBe(true)
        wasm.subtractPoint(out, p, addend)
        expect(readPoint(out).equals(left.subtract(right))).toBe(true)
      }
      wasm.doublePoint(out, p)
      expect(readPoint(out).equals(left.double())).toBe(true)
      expect(wasm.isIdentity(p) !== 0).toBe(left.equals(Point.ZERO))
      wasm.doubleTimes(p, 5)
      expect(readPoint(p).equals(multiplyPoint(left, 32n))).toBe(true)
      writePoint(p, left)
      wasm.negatePoint(p)
      expect(readPoint(p).equals(left.negate())).toBe(true)
      expect(wasm.isSmallOrder(p) !== 0).toBe(multiplyPoint(left, 8n).equals(Point.ZERO))
    }
  })

  it('decodes what ZIP-215 decodes, and encodes canonically', () => {
    const encodings = [
      ...points.flatMap(encodingsOf),
      ...EDGES.flatMap((y) => [integerToBytes(y), integerToBytes(y | (1n << 255n))]),
      ...Array.from({ length: 60 }, () => randomBytes(32)),
    ]
    let refused = 0
    for (const encoding of encodings) {
      writeBytes(q, encoding)
      const isDecoded = wasm.decodePoint(p, q) !== 0
      let expected: Point | undefined
      try {
        expected = Point.fromBytes(encoding, true)
      } catch {
        refused++
      }
      expect(isDecoded).toBe(expected !== undefined)
      if (expected === undefined) continue
      expect(readPoint(p).equals(expected)).toBe(true)
      wasm.encodePoint(out, p)
      expect(readBytes(out, 32)).toEqual(expected.toBytes())
    }
    expect(refused).toBeGreaterThan(10)
    expect(SMALL_ORDER_ENCODINGS).toHaveLength(14)
  })

  /** Σ [s]P by noble: scalars of one point are added up first. */
  function sumTerms(terms: readonly (readonly [Point, bigint])[]): Point {
    const totals = new Map<Point, bigint>()
    for (const [point, scalar] of terms) totals.set(point, (totals.get(point) ?? 0n) + scalar)
    return [...totals].reduce((sum, [point, total]) => sum.add(multiplyPoint(point, total)), Point.ZERO)
  }

  it('sums terms by Straus and by Pippenger as noble does', () => {
    wasm.makeBaseTable()
    const scalars = [0n, 1n, 2n, L - 1n, 2n ** 128n - 1n, ...Array.from({ length: 9 }, randomScalar)]
    for (const count of [0, 1, 2, 3, 8, 40, 255, 256, 1023, 1024, 5999, 6001, wasm.TERMS_MAX.value]) {
      const terms = Array.from({ length: count }, () => [pick(points), pick(scalars)] as const)
      const sum = sumTerms(terms)
      writeTerms(terms)
      wasm.sumByPippenger(out, count)
      expect(readPoint(out).equals(sum), `Pippenger, ${count} terms`).toBe(true)
      if (count > wasm.STRAUS_TERMS_MAX.value) continue
      const base = pick(scalars)
      writeScalar(slot(5), base)
      wasm.sumByStraus(out, count, slot(5))
      expect(readPoint(out).equals(sum.add(multiplyPoint(Point.BASE, base))), `Straus, ${count} terms`).toBe(
        true,
      )
    }
  })
})

describe(`key cache (seed ${seed})`, () => {
  const findKey = (key: Uint8Array) => {
    writeBytes(slot(0), key)
    return wasm.findKey(slot(0))
  }
  const expectPoint = (key: Uint8Array, found: number) => {
    writeBytes(slot(0), key)
    wasm.decodePoint(slot(1), slot(0))
    expect(readBytes(wasm.keyPointPtr(found), POINT_BYTES)).toEqual(readBytes(slot(1), POINT_BYTES))
  }

  it('finds again what it holds, and forgets the key used longest ago', () => {
    wasm.seedKeyCache(BigInt(seed))
    // About every second y is that of a point.
    const keys = Array.from({ length: 24_000 }, (_, i) => integerToBytes(BigInt(i)))
    const held: [key: Uint8Array, found: number][] = []
    const slots = new Set<number>()
    for (const key of keys) {
      const found = findKey(key)
      if (found === 0) continue
      if (slots.has(found)) {
        // The cache is full: the first key made room, unless it is used again first.
        expect(held.length).toBe(slots.size)
        expect(found).toBe(held[0]![1])
        expect(findKey(held[2]![0])).toBe(held[2]![1])
        const [used] = held.splice(2, 1)
        held.splice(0, 1)
        held.push([key, found], used!)
        continue
      }
      slots.add(found)
      held.push([key, found])
    }
    expect(slots.size).toBe(wasm.KEYS_MAX.value - 1)
    for (const [key, found] of held) expect(findKey(key)).toBe(found)
    for (const [key, found] of held.slice(-100)) expectPoint(key, found)
    wasm.seedKeyCache(BigInt(seed) + 2n)
    expectPoint(integerToBytes(1n), findKey(integerToBytes(1n)))
  })
})
