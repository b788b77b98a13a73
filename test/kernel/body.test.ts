/**
 * The form of bodies: against `canonicalize` on valid, mutated and hostile input, and each fault by number and place.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BODY_BYTES_MAX, concatBytes, utf8 } from '../../src/base/index.ts'
import { FAULT } from '../../src/kernel/index.ts'
import { checkProperty } from '../support/property.ts'
import { canonicalBytes, ENVELOPE, isSoundBody } from './support/bodies.ts'
import { loadHashingKernels } from './support/kernels.ts'
import { seed } from './support/random.ts'

const key = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9-]{0,8}$/)
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      '"',
      '\\',
      '/',
      '\b',
      '\f',
      '\n',
      '\r',
      '\t',
      '\0',
      '\x1f',
      '\x7f',
      '\u2028',
      'é',
      '€',
      '😀',
    ),
  }),
)
const integer = fc.oneof(fc.integer(), fc.maxSafeInteger())
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    text,
    integer,
    fc.boolean(),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
}))
const hex = (digits: number) =>
  fc.string({ minLength: digits, maxLength: digits, unit: fc.constantFrom(...'0123456789abcdef') })
const fields = fc.record(
  {
    expires: fc.nat(2 ** 32 - 1),
    nonce: hex(32),
    payload: fc.dictionary(key, anyValue, { maxKeys: 5, noNullPrototype: true }),
    privateHash: hex(64),
    type: fc.stringMatching(/^[a-z][a-z0-9-]{0,10}\.[a-z][a-z0-9-]{0,10}$/),
  },
  { requiredKeys: ['expires', 'nonce', 'payload', 'type'], noNullPrototype: true },
)

/** Bytes that a mutation puts in: those of the grammar, and some that are never right. */
const spice = fc.oneof(
  fc.constantFrom(...Array.from(utf8('{}[]",:\\ntu0019-.eE+ \t\n/falsnr')), 0x00, 0x1f, 0x7f, 0x80, 0xbf),
  fc.constantFrom(0xc0, 0xc1, 0xc2, 0xe0, 0xed, 0xef, 0xbb, 0xf0, 0xf4, 0xf5, 0xff),
)
const mutation = fc.record({
  kind: fc.constantFrom('set', 'insert', 'delete', 'repeat', 'cut'),
  at: fc.nat(),
  byte: spice,
})

function mutate(
  bytes: Uint8Array,
  { kind, at, byte }: { kind: string; at: number; byte: number },
): Uint8Array {
  const position = at % (bytes.length + 1)
  const [head, tail] = [bytes.subarray(0, position), bytes.subarray(position)]
  if (kind === 'set') return concatBytes(head, Uint8Array.of(byte), tail.subarray(1))
  if (kind === 'insert') return concatBytes(head, Uint8Array.of(byte), tail)
  if (kind === 'delete') return concatBytes(head, tail.subarray(1))
  if (kind === 'repeat') return concatBytes(head, tail.subarray(0, byte % 20), tail)
  return head.slice()
}

/** A sound body's text around `payload`, given as text. */
const around = (payload: string) =>
  `{"expires":${ENVELOPE.expires},"nonce":"${ENVELOPE.nonce}","payload":${payload},"type":"record.anchor"}`
const HEAD = around('').indexOf(',"type"')

/** Payloads that are no sound value in their place, with the fault and its offset in the payload. */
const PAYLOAD_FAULTS: readonly (readonly [payload: string, fault: keyof typeof FAULT, offset: number])[] = [
  ['{"a":null}', 'syntax', 5],
  ['{ "a":1}', 'syntax', 1],
  ['{"a": 1}', 'syntax', 5],
  ['{"a" :1}', 'syntax', 4],
  ['{"a":1 }', 'syntax', 6],
  ['{"a":1,}', 'syntax', 7],
  ['{,"a":1}', 'syntax', 1],
  ['{"a":1"b":2}', 'syntax', 6],
  ['{"a"}', 'syntax', 4],
  ['{"a":}', 'syntax', 5],
  ['{"a":[1,]}', 'syntax', 8],
  ['{"a":[,1]}', 'syntax', 6],
  ['{"a":[1 2]}', 'syntax', 7],
  ['{"a":[1}', 'syntax', 7],
  ['{"a":1]', 'syntax', 6],
  ['{"a":tru}', 'syntax', 5],
  ['{"a":True}', 'syntax', 5],
  ['{"a":falsy}', 'syntax', 5],
  ['{"a":+1}', 'syntax', 5],
  ['{"a":.5}', 'syntax', 5],
  ['{"a":NaN}', 'syntax', 5],
  ['{"a":Infinity}', 'syntax', 5],
  ["{'a':1}", 'syntax', 1],
  ['{a:1}', 'syntax', 1],
  ['{"a":0x10}', 'syntax', 6],
  ['{"a":1//\n}', 'syntax', 6],
  ['{"a":1.0}', 'number', 5],
  ['{"a":1e2}', 'number', 5],
  ['{"a":1E2}', 'number', 5],
  ['{"a":-0}', 'number', 5],
  ['{"a":01}', 'number', 5],
  ['{"a":-01}', 'number', 5],
  ['{"a":00}', 'number', 5],
  ['{"a":-}', 'number', 5],
  ['{"a":0.5}', 'number', 5],
  ['{"a":9007199254740992}', 'range', 5],
  ['{"a":-9007199254740992}', 'range', 5],
  ['{"a":18446744073709551617}', 'range', 5],
  [`{"a":${'9'.repeat(400)}}`, 'range', 5],
  ['{"a":"\\u0041"}', 'string', 6],
  ['{"a":"\\/"}', 'string', 6],
  ['{"a":"\\u000A"}', 'string', 6],
  ['{"a":"\\u000a"}', 'string', 6],
  ['{"a":"\\u0008"}', 'string', 6],
  ['{"a":"\\u001F"}', 'string', 6],
  ['{"a":"\\u0020"}', 'string', 6],
  ['{"a":"\\u007f"}', 'string', 6],
  ['{"a":"\\ud800"}', 'string', 6],
  ['{"a":"\\ud83d\\ude00"}', 'string', 6],
  ['{"a":"\\x"}', 'string', 6],
  ['{"a":"\\v"}', 'string', 6],
  ['{"a":"\n"}', 'string', 6],
  ['{"a":"\0"}', 'string', 6],
  ['{"1":1}', 'key', 2],
  ['{"":1}', 'key', 2],
  ['{"-a":1}', 'key', 2],
  ['{"a_b":1}', 'key', 3],
  ['{"a.b":1}', 'key', 3],
  ['{"é":1}', 'key', 2],
  ['{"\\u0061":1}', 'key', 2],
  ['{"__proto__":1}', 'key', 2],
  [`{"${'a'.repeat(65)}":1}`, 'key', 66],
  ['{"b":1,"a":2}', 'order', 8],
  ['{"a":1,"B":2}', 'order', 8],
  ['{"ab":1,"a-":2}', 'order', 9],
  ['{"ab":1,"a":2}', 'order', 9],
  ['{"a":1,"a":1}', 'duplicate', 8],
  ['{"a":[{"b":1,"b":2}]}', 'duplicate', 14],
]

/** Whole bodies, with the fault and its offset. */
const BODY_FAULTS: readonly (readonly [body: string, fault: keyof typeof FAULT, offset: number])[] = [
  ['', 'length', 0],
  ['{', 'syntax', 1],
  ['x', 'syntax', 0],
  ['[]', 'syntax', 0],
  ['"{}"', 'syntax', 0],
  ['null', 'syntax', 0],
  [` ${around('{}')}`, 'syntax', 0],
  [`\ufeff${around('{}')}`, 'syntax', 0],
  [`${around('{}')} `, 'syntax', around('{}').length],
  [`${around('{}')}\n`, 'syntax', around('{}').length],
  [around('{}') + around('{}'), 'syntax', around('{}').length],
  ['{}', 'envelope', 1],
  ['{"expires":1}', 'envelope', 12],
  ['{"a":1}', 'envelope', 2],
  [around('[]'), 'envelope', HEAD],
  [around('"{}"'), 'envelope', HEAD],
  [around('1'), 'envelope', HEAD],
  [around('true'), 'envelope', HEAD],
  [around('{}').replace('1700000000', '4294967296'), 'envelope', 11],
  [around('{}').replace('1700000000', '-1'), 'envelope', 11],
  [around('{}').replace('1700000000', '"1"'), 'envelope', 11],
  [around('{}').replace('1700000000', 'true'), 'envelope', 11],
  [around('{}').replace('1700000000', '{}'), 'envelope', 11],
  [around('{}').replace('aabb', 'AABB'), 'envelope', 30],
  [around('{}').replace('aabb', 'aab'), 'envelope', 30],
  [around('{}').replace('aabb', 'aabbc'), 'envelope', 30],
  [around('{}').replace('"type"', '"Type"'), 'order', HEAD + 4],
  [around('{}').replace('"type"', '"typ"'), 'envelope', HEAD + 4],
  [around('{}').replace('"type"', '"zeta"'), 'envelope', HEAD + 4],
  [around('{}').replace('"type"', `"privateHash":"${'a'.repeat(63)}","type"`), 'envelope', HEAD + 17],
  [around('{}').replace('"type"', '"privateHash":1,"type"'), 'envelope', HEAD + 17],
  [around('{}').replace('"type"', '"payload":{},"type"'), 'duplicate', HEAD + 4],
  [around('{}').replace('"nonce"', '"expires":1,"nonce"'), 'duplicate', 23],
]

const TYPES = [
  'record',
  'record.',
  '.anchor',
  'record.anchor.x',
  'Record.anchor',
  'record.Anchor',
  'record.1',
  '1.a',
]

describe.each(await loadHashingKernels())(`bodies, %s build (seed ${seed})`, (_, kernel) => {
  const isSound = (bytes: Uint8Array) => kernel.checkBody(bytes).fault === FAULT.none

  it('takes every body that canonicalize writes', () => {
    checkProperty(
      fc.property(fields, (body) => {
        const bytes = canonicalBytes(body)
        expect(isSoundBody(bytes)).toBe(true)
        expect(kernel.checkBody(bytes)).toEqual({ fault: FAULT.none, offset: 0, expires: body.expires })
      }),
      500,
    )
  })

  it('judges mutated bodies as the reference does', () => {
    const answers = new Set<boolean>()
    checkProperty(
      fc.property(fields, fc.array(mutation, { minLength: 1, maxLength: 3 }), (body, mutations) => {
        const bytes = mutations.reduce(mutate, canonicalBytes(body))
        const expected = isSoundBody(bytes)
        answers.add(expected)
        const verdict = kernel.checkBody(bytes)
        expect(verdict.fault === FAULT.none).toBe(expected)
        expect(verdict.offset).toBeLessThanOrEqual(bytes.length)
        if (!expected) expect(verdict.expires).toBe(0)
      }),
      4000,
    )
    expect(answers.size).toBe(2)
  })

  it('judges any text that JSON.parse may take as the reference does', () => {
    checkProperty(
      fc.property(fc.json(), (payload) => {
        const bytes = utf8(around(payload))
        expect(isSound(bytes)).toBe(isSoundBody(bytes))
      }),
      1000,
    )
    checkProperty(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const body = concatBytes(
          utf8(around('{"a":"').slice(0, -24)),
          bytes,
          utf8('"},"type":"record.anchor"}'),
        )
        expect(isSound(bytes)).toBe(false)
        expect(isSound(body)).toBe(isSoundBody(body))
      }),
      1000,
    )
  })

  it('names each fault and where it is', () => {
    for (const [payload, fault, offset] of PAYLOAD_FAULTS) {
      const bytes = utf8(around(payload))
      expect(kernel.checkBody(bytes), payload).toEqual({
        fault: FAULT[fault],
        offset: HEAD + offset,
        expires: 0,
      })
      expect(isSoundBody(bytes), payload).toBe(false)
    }
    for (const [body, fault, offset] of BODY_FAULTS) {
      expect(kernel.checkBody(utf8(body)), body).toEqual({ fault: FAULT[fault], offset, expires: 0 })
      expect(isSoundBody(utf8(body)), body).toBe(false)
    }
    for (const type of TYPES) {
      const body = utf8(around('{}').replace('record.anchor', type))
      expect(kernel.checkBody(body), type).toEqual({ fault: FAULT.envelope, offset: HEAD + 10, expires: 0 })
    }
  })

  it('refuses a body cut short anywhere', () => {
    const bytes = canonicalBytes({ ...ENVELOPE, payload: { a: ['é\n', true, -17], b: { c: false } } })
    expect(isSound(bytes)).toBe(true)
    for (let length = 0; length < bytes.length; length++) {
      const { fault, offset } = kernel.checkBody(bytes.subarray(0, length))
      expect(fault).not.toBe(FAULT.none)
      expect(offset).toBeLessThanOrEqual(length)
    }
  })

  it('refuses every kind of invalid UTF-8, inside strings and outside', () => {
    const sequences = [
      [0x80],
      [0xbf],
      [0xc0, 0x80],
      [0xc1, 0xbf],
      [0xc2],
      [0xe0, 0x80, 0x80],
      [0xe0, 0x9f, 0xbf],
      [0xe2, 0x82],
      [0xed, 0xa0, 0x80],
      [0xed, 0xbf, 0xbf],
      [0xf0, 0x80, 0x80, 0x80],
      [0xf0, 0x8f, 0xbf, 0xbf],
      [0xf0, 0x9f, 0x98],
      [0xf4, 0x90, 0x80, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
      [0xfe],
      [0xff],
      [0xc3, 0x28],
      [0xe2, 0x28, 0xa1],
    ]
    const quoted = utf8(around('{"a":"').slice(0, HEAD + 6))
    for (const sequence of sequences) {
      const body = concatBytes(quoted, Uint8Array.from(sequence), utf8('"},"type":"record.anchor"}'))
      const label = sequence.map((byte) => byte.toString(16)).join(' ')
      expect(kernel.checkBody(body), label).toEqual({ fault: FAULT.utf8, offset: HEAD + 6, expires: 0 })
      const outside = concatBytes(quoted.subarray(0, HEAD + 5), Uint8Array.from(sequence))
      expect(kernel.checkBody(outside).fault, label).toBe(FAULT.syntax)
    }
  })

  it('takes every character that needs no escape, and every escape that RFC 8785 writes', () => {
    for (let code = 0; code <= 0x10ffff; code += code < 0x3000 ? 1 : 251) {
      if (code >= 0xd800 && code <= 0xdfff) continue
      const bytes = canonicalBytes({ ...ENVELOPE, payload: { a: String.fromCodePoint(code) } })
      expect(isSound(bytes), `U+${code.toString(16)}`).toBe(true)
    }
  })

  it('goes 16 deep and no deeper, at any size of hostile nesting', () => {
    // The body is depth 1 and its payload depth 2.
    const nest = (depth: number, open: string, close: string, inner: string) =>
      around(open.repeat(depth) + inner + close.repeat(depth))
    expect(isSound(utf8(nest(15, '{"a":', '}', '1')))).toBe(true)
    const deepMap = utf8(nest(16, '{"a":', '}', '1'))
    expect(kernel.checkBody(deepMap)).toEqual({ fault: FAULT.depth, offset: HEAD + 75, expires: 0 })
    expect(isSound(utf8(around(`{"a":${'['.repeat(14)}${']'.repeat(14)}}`)))).toBe(true)
    const deepArray = utf8(around(`{"a":${'['.repeat(15)}${']'.repeat(15)}}`))
    expect(kernel.checkBody(deepArray)).toEqual({ fault: FAULT.depth, offset: HEAD + 19, expires: 0 })
    expect(kernel.checkBody(utf8(nest(10_000, '{"a":', '}', '1'))).fault).toBe(FAULT.depth)
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      expect(kernel.checkBody(utf8(nest(1_000_000, open, close, '1'))).fault).toBe(FAULT.length)
      expect(kernel.checkBody(utf8(open.repeat(1_000_000))).fault).toBe(FAULT.length)
    }
    expect(kernel.checkBody(utf8('{"a":'.repeat(13_000))).fault).toBe(FAULT.envelope)
  })

  it('keeps the limits of size', () => {
    const sized = (bytes: number) => utf8(around(`{"a":"${'x'.repeat(bytes - around('{"a":""}').length)}"}`))
    expect(isSound(sized(BODY_BYTES_MAX))).toBe(true)
    const lengthFault = { fault: FAULT.length, offset: 0, expires: 0 }
    expect(kernel.checkBody(sized(BODY_BYTES_MAX + 1))).toEqual(lengthFault)
    expect(kernel.checkBody(sized(65_536))).toEqual(lengthFault)
    expect(kernel.checkBody(new Uint8Array(0))).toEqual(lengthFault)
    expect(kernel.checkBody(utf8('{'))).toEqual({ fault: FAULT.syntax, offset: 1, expires: 0 })
    expect(kernel.checkBody(new Uint8Array(9 * 2 ** 20))).toEqual(lengthFault)
    const longest = 'a'.repeat(64)
    expect(isSound(utf8(around(`{"${longest}":1}`)))).toBe(true)
    expect(isSound(utf8(around('{}').replace('record.anchor', `${longest}.${longest}`)))).toBe(true)
    expect(isSound(utf8(around('{}').replace('record.anchor', `${longest}a.b`)))).toBe(false)
    expect(isSound(utf8(around('{}').replace('record.anchor', `a.${longest}b`)))).toBe(false)
    expect(isSound(utf8(around('{"a":[9007199254740991,-9007199254740991,0]}')))).toBe(true)
    for (const expires of [0, 1, 2 ** 32 - 1]) {
      const body = utf8(around('{}').replace('1700000000', `${expires}`))
      expect(kernel.checkBody(body)).toEqual({ fault: FAULT.none, offset: 0, expires })
    }
  })
})
