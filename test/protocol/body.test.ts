import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BODY_BYTES_MAX, decodeUtf8 } from '../../src/base/index.ts'
import { type Body, encodeBody, parseBody } from '../../src/protocol/index.ts'
import { checkProperty } from '../support/property.ts'
import { arbitraryPayload } from './arbitrary-json.ts'
import { kernel } from './kernel.ts'

const body: Body = {
  type: 'record.anchor',
  payload: { recordId: 'r1', kinds: ['Observation'], final: true, count: 0 },
  nonce: '00112233445566778899aabbccddeeff',
  expires: 1_767_226_200,
}

describe('a body', () => {
  test('is written in canonical form, which the kernel finds sound, and read back', () => {
    const bytes = encodeBody(body)
    expect(decodeUtf8(bytes)).toBe(
      '{"expires":1767226200,"nonce":"00112233445566778899aabbccddeeff",' +
        '"payload":{"count":0,"final":true,"kinds":["Observation"],"recordId":"r1"},"type":"record.anchor"}',
    )
    expect(kernel.checkBody(bytes)).toMatchObject({ fault: 0, expires: body.expires })
    expect(parseBody(bytes)).toEqual(body)
  })

  test('is sound for the kernel, whatever its payload', () => {
    checkProperty(
      fc.property(arbitraryPayload, fc.nat({ max: 2 ** 32 - 1 }), (payload, expires) => {
        const some = { ...body, payload, expires }
        const bytes = encodeBody(some)
        expect(kernel.checkBody(bytes)).toEqual({ fault: 0, offset: 0, expires })
        expect(parseBody(bytes)).toEqual(some)
      }),
      500,
    )
  })

  test('carries privateHash where there is one', () => {
    const withHash = { ...body, privateHash: 'ab'.repeat(32) }
    expect(parseBody(encodeBody(withHash))).toEqual(withHash)
    const without = { ...body, privateHash: undefined } as unknown as Body
    expect(encodeBody(without)).toEqual(encodeBody(body))
  })

  test.each<[string, object]>([
    ['/expires', { expires: -1 }],
    ['/expires', { expires: 2 ** 32 }],
    ['/expires', { expires: 1.5 }],
    ['/expires', { expires: '1' }],
    ['/nonce', { nonce: '00112233445566778899AABBCCDDEEFF' }],
    ['/nonce', { nonce: '0011' }],
    ['/nonce', { nonce: 7 }],
    ['/payload', { payload: [] }],
    ['/payload', { payload: null }],
    ['/payload/a', { payload: { a: null } }],
    ['/privateHash', { privateHash: 'AB'.repeat(32) }],
    ['/privateHash', { privateHash: null }],
    ['/type', { type: 'record' }],
    ['/type', { type: 'Record.anchor' }],
    ['/type', { type: 'record.anchor\n' }],
    ['/note', { note: 'hello' }],
  ])('with a wrong %s is refused: %j', (field, change) => {
    expect(() => encodeBody({ ...body, ...change } as Body)).toThrow(TypeError)
    expect(() => encodeBody({ ...body, ...change } as Body)).toThrow(field)
  })

  test('may be as long as a leaf has room, and no longer', () => {
    const frame = encodeBody({ ...body, payload: { text: '' } }).length
    const text = 'x'.repeat(BODY_BYTES_MAX - frame)
    expect(encodeBody({ ...body, payload: { text } })).toHaveLength(BODY_BYTES_MAX)
    expect(() => encodeBody({ ...body, payload: { text: `${text}x` } })).toThrow(RangeError)
  })
})
