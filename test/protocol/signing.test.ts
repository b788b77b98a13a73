import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { toHex, utf8 } from '../../src/base/index.ts'
import * as protocol from '../../src/protocol/index.ts'
import { kernel } from './kernel.ts'

const filled = (byte: number) => new Uint8Array(32).fill(byte)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
const [ledgerId, publicKey, other] = [filled(0x11), filled(0x22), filled(0x33)]

describe('what is signed', () => {
  test('signing input', () => {
    const input = protocol.signingInput(ledgerId, publicKey, utf8('{}'))
    const expected = Buffer.concat([
      Buffer.from('medseal/transaction/v1\n'),
      ledgerId,
      publicKey,
      Buffer.from('{}'),
    ])
    expect(Buffer.from(input)).toEqual(expected)
  })

  test('key statement, for a first key and for one that takes over', () => {
    const head = Buffer.concat([Buffer.from('medseal/key/v1\n'), ledgerId, Buffer.from('m:a\n')])
    const first = protocol.keyStatementInput(ledgerId, 'm:a', undefined, publicKey)
    const next = protocol.keyStatementInput(ledgerId, 'm:a', publicKey, other)
    expect(Buffer.from(first)).toEqual(Buffer.concat([head, filled(0), publicKey]))
    expect(Buffer.from(next)).toEqual(Buffer.concat([head, publicKey, other]))
  })

  test('wrong lengths are refused', () => {
    const short = new Uint8Array(31)
    expect(() => protocol.signingInput(short, publicKey, utf8('{}'))).toThrow(RangeError)
    expect(() => protocol.signingInput(ledgerId, short, utf8('{}'))).toThrow(RangeError)
    expect(() => protocol.keyStatementInput(ledgerId, 'm:a', short, publicKey)).toThrow(RangeError)
    expect(() => protocol.subjectOf(kernel, 'm', short, publicKey)).toThrow(RangeError)
    expect(() => protocol.makeSigningKey(short)).toThrow(RangeError)
  })
})

describe('what is hashed', () => {
  test('transaction id: expires, then 28 bytes of the hash of the signing input', () => {
    const body = utf8('{"expires":16909060}')
    const id = protocol.transactionId(kernel, ledgerId, publicKey, body, 0x01020304)
    const digest = sha256(protocol.signingInput(ledgerId, publicKey, body))
    expect(toHex(id)).toBe(`01020304${digest.toString('hex').slice(0, 56)}`)
    expect(protocol.expiresOfId(id)).toBe(0x01020304)
    expect(protocol.expiresOfId(Uint8Array.from([9, ...id]).subarray(1))).toBe(0x01020304)
  })

  test('two keys that sign one body make two ids', () => {
    const body = utf8('{}')
    const [one, two] = [publicKey, other].map((key) => protocol.transactionId(kernel, ledgerId, key, body, 5))
    expect(one).not.toEqual(two)
  })

  test('subject', () => {
    const expected = sha256(
      Buffer.concat([Buffer.from('medseal/subject/v1\ncity-hospital\n'), other, publicKey]),
    )
    expect(protocol.subjectOf(kernel, 'city-hospital', other, publicKey)).toBe(expected.toString('hex'))
  })

  test('ledger id and origin', () => {
    const genesis = utf8('{"name":"x"}\n')
    const id = protocol.ledgerIdOf(kernel, genesis)
    expect(Buffer.from(id)).toEqual(sha256(genesis))
    expect(protocol.originOf('demo.example', id)).toBe(`demo.example/${toHex(id).slice(0, 16)}`)
  })
})

test('a signing key signs as RFC 8032 test 2 does, and keeps its own copy of the secret', () => {
  const secret = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex')
  const key = protocol.makeSigningKey(secret)
  secret.fill(0)
  expect(toHex(key.publicKey)).toBe('3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c')
  expect(toHex(key.sign(Uint8Array.of(0x72)))).toBe(
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
      '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  )
})

describe('identifiers', () => {
  test('references', () => {
    expect(protocol.parseReference('city-hospital:r.1_x')).toEqual({ owner: 'city-hospital', local: 'r.1_x' })
    for (const text of ['', ':', 'a:', ':b', 'a:b:c', 'a b:c', `a:${'b'.repeat(63)}`, 'a:b\n', 'ä:b']) {
      expect(protocol.parseReference(text), text).toBeUndefined()
    }
    expect(protocol.parseReference(`a:${'b'.repeat(62)}`)).toBeDefined()
  })

  test('types, hashes, nonces and names are matched to their ends', () => {
    expect(protocol.isType('record.anchor')).toBe(true)
    expect(protocol.isHashHex('ab'.repeat(32))).toBe(true)
    expect(protocol.isParameterName('mutual-aid.feePermille')).toBe(true)
    for (const check of [protocol.isType, protocol.isHashHex, protocol.isNonce, protocol.isIdentifier]) {
      for (const text of ['', ' ', 'record.anchor\n', `${'ab'.repeat(32)}\n`, 'a/b']) {
        expect(check(text), text).toBe(false)
      }
    }
  })
})

test.each(['AA', 'AA=', 'AB==', 'AA==\n', ' AA==', '-_==', 'AA====', '='])('base64 %j is refused', (text) => {
  expect(protocol.decodeBase64(text)).toBeUndefined()
})

test('base64 of a wanted length', () => {
  expect(protocol.decodeBase64('AAAA', 3)).toEqual(new Uint8Array(3))
  expect(protocol.decodeBase64('AAAA', 2)).toBeUndefined()
  expect(protocol.decodeBase64('')).toEqual(new Uint8Array(0))
})
