import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BODY_BYTES_MAX, GENESIS_BYTES_MAX, LEAF_BYTES_MAX, toHex, utf8 } from '../../src/base/index.ts'
import {
  type BlockHeader,
  decodeLeaf,
  encodeGenesisLeaf,
  encodeHeaderLeaf,
  encodeRefusalsLeaves,
  encodeTransactionLeaf,
  refusalsInLeaf,
  refusalsLeafCount,
} from '../../src/protocol/index.ts'
import { checkProperty } from '../support/property.ts'
import { codeOf } from './code-of.ts'

const filled = (byte: number, length = 32) => new Uint8Array(length).fill(byte)
const header: BlockHeader = {
  height: 2,
  time: 1_767_225_600,
  rulesVersion: 1,
  accepted: 3,
  refused: 4,
  previousHeaderHash: filled(0xaa),
  stateDigest: filled(0xbb),
}

describe('a header leaf', () => {
  test('has its bytes in order', () => {
    expect(toHex(encodeHeaderLeaf(header))).toBe(
      `03${'0000000000000002'}${'000000006955b900'}${'00000001'}${'00000003'}${'00000004'}${'aa'.repeat(32)}${'bb'.repeat(32)}`,
    )
    expect(decodeLeaf(encodeHeaderLeaf(header))).toEqual({ kind: 'header', header })
  })

  test('holds every number that fits', () => {
    const u32 = fc.integer({ min: 0, max: 0xffffffff })
    const u53 = fc.maxSafeNat()
    checkProperty(
      fc.property(u53, u53, u32, u32, u32, (height, time, rulesVersion, accepted, refused) => {
        const some = { ...header, height, time, rulesVersion, accepted, refused }
        expect(decodeLeaf(encodeHeaderLeaf(some))).toEqual({ kind: 'header', header: some })
      }),
    )
  })

  test.each([
    { height: 2 ** 53 },
    { height: -1 },
    { time: 1.5 },
    { rulesVersion: 2 ** 32 },
    { accepted: -1 },
    { refused: Number.NaN },
    { previousHeaderHash: filled(0, 31) },
    { stateDigest: filled(0, 33) },
  ])('is not written with %j', (change) => {
    expect(() => encodeHeaderLeaf({ ...header, ...change })).toThrow(RangeError)
  })
})

describe('a transaction leaf', () => {
  test('is tag, key, signature and body', () => {
    const leaf = encodeTransactionLeaf(filled(1), filled(2, 64), utf8('{}'))
    expect(toHex(leaf)).toBe(`01${'01'.repeat(32)}${'02'.repeat(64)}7b7d`)
    expect(decodeLeaf(leaf)).toEqual({
      kind: 'transaction',
      publicKey: filled(1),
      signature: filled(2, 64),
      body: utf8('{}'),
    })
  })

  test('has room for the longest body, and for no longer one', () => {
    expect(encodeTransactionLeaf(filled(1), filled(2, 64), filled(3, BODY_BYTES_MAX))).toHaveLength(
      LEAF_BYTES_MAX,
    )
    expect(() => encodeTransactionLeaf(filled(1), filled(2, 64), filled(3, BODY_BYTES_MAX + 1))).toThrow(
      RangeError,
    )
    expect(() => encodeTransactionLeaf(filled(1), filled(2, 64), filled(3, 0))).toThrow(RangeError)
    expect(() => encodeTransactionLeaf(filled(1, 31), filled(2, 64), utf8('{}'))).toThrow(RangeError)
    expect(() => encodeTransactionLeaf(filled(1), filled(2, 63), utf8('{}'))).toThrow(RangeError)
  })
})

describe('refusals leaves', () => {
  const refusals = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ id: filled(i & 0xff), code: i & 0xffff }))

  test('are none for no refusals', () => {
    expect(encodeRefusalsLeaves([])).toEqual([])
  })

  test('hold ids and codes', () => {
    const [leaf] = encodeRefusalsLeaves([
      { id: filled(7), code: 0x0102 },
      { id: filled(8), code: 0xffff },
    ])
    expect(toHex(leaf!)).toBe(`02${'07'.repeat(32)}0102${'08'.repeat(32)}ffff`)
  })

  test.each([1, 1_899, 1_900, 1_901, 3_800, 4_096])('split %d refusals at 1,900', (count) => {
    const leaves = encodeRefusalsLeaves(refusals(count))
    expect(leaves).toHaveLength(refusalsLeafCount(count))
    const decoded = leaves.map((leaf) => decodeLeaf(leaf))
    expect(decoded.flatMap((leaf) => (leaf.kind === 'refusals' ? leaf.refusals : []))).toEqual(
      refusals(count),
    )
    decoded.forEach((leaf, i) => {
      expect(leaf.kind === 'refusals' && leaf.refusals.length).toBe(refusalsInLeaf(count, i))
    })
  })

  test('are not written with a wrong id or code', () => {
    expect(() => encodeRefusalsLeaves([{ id: filled(1, 31), code: 1 }])).toThrow(RangeError)
    expect(() => encodeRefusalsLeaves([{ id: filled(1), code: 65_536 }])).toThrow(RangeError)
  })
})

test('a genesis leaf holds up to 65,000 bytes', () => {
  const genesis = filled(0x20, GENESIS_BYTES_MAX)
  expect(decodeLeaf(encodeGenesisLeaf(genesis))).toEqual({ kind: 'genesis', genesis })
  expect(() => encodeGenesisLeaf(filled(0x20, GENESIS_BYTES_MAX + 1))).toThrow(RangeError)
})

describe('unsound leaves', () => {
  test.each<[string, Uint8Array]>([
    ['nothing', filled(0, 0)],
    ['a reserved tag', filled(0x04, 100)],
    ['an unknown tag', filled(0xff, 100)],
    ['genesis without bytes', Uint8Array.of(0)],
    ['genesis that is too long', filled(0, GENESIS_BYTES_MAX + 2)],
    ['a transaction without body', filled(1, 97)],
    ['a leaf that is too long', filled(1, LEAF_BYTES_MAX + 1)],
    ['refusals of none', Uint8Array.of(2)],
    ['refusals cut short', filled(2, 34)],
    ['1,901 refusals', filled(2, 1 + 34 * 1_901)],
    ['a short header', encodeHeaderLeaf(header).subarray(0, 92)],
    ['a long header', Uint8Array.from([...encodeHeaderLeaf(header), 0])],
    ['a height of 2^53', encodeHeaderLeaf(header).with(2, 0x20)],
    ['a time of 2^63', encodeHeaderLeaf(header).with(9, 0x80)],
  ])('%s: form.leaf', (_, leaf) => {
    expect(codeOf(() => decodeLeaf(leaf))).toBe('form.leaf')
  })

  test('of random bytes are decoded or refused, never anything else', () => {
    checkProperty(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(['none', 'form.leaf']).toContain(codeOf(() => decodeLeaf(bytes)))
      }),
      2_000,
    )
  })
})
