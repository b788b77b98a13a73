/** Messages of the engine: known bytes both ways, unknown fields, and bytes that are none. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex, utf8 } from '../../../../src/base/index.ts'
import { request, response } from '../../../../src/order/cometbft/abci/index.ts'
import { checkProperty } from '../../../support/property.ts'

const hex = (text: string): Uint8Array => fromHex(text.replaceAll(' ', ''))!

describe('messages', () => {
  // Written by hand from the numbers of the engine's own description.
  it.each([
    ['a transaction to look at again', '42 05 0a 01 ff 10 01', { checkTx: { tx: hex('ff'), type: 1 } }],
    ['a new transaction', '42 03 0a 01 ff', { checkTx: { tx: hex('ff'), type: 0 } }],
    ['a flush', '12 00', { flush: {} }],
    ['an echo of two letters', '0a 04 0a 02 68 69', { echo: { message: 'hi' } }],
    [
      'a decided block with a time before 1970 and two transactions',
      'a2 01 17 0a 01 01 0a 02 02 03 28 80 01 32 0b 08 ff ff ff ff ff ff ff ff ff 01',
      {
        finalizeBlock: {
          txs: [hex('01'), hex('0203')],
          misbehavior: [],
          hash: hex(''),
          height: 128,
          time: { seconds: -1, nanos: 0 },
          proposer: hex(''),
        },
      },
    ],
  ])('%s reads from its bytes and writes to them', (_, encoded, expected) => {
    const { encode, decode } = request
    const found = decode(hex(encoded))
    expect(found).toMatchObject(expected)
    expect(Object.values(found).filter((value) => value !== undefined)).toHaveLength(1)
    expect(toHex(encode(found))).toBe(toHex(hex(encoded)))
  })

  it('an answer writes what is not zero, messages even where they are empty', () => {
    expect(toHex(response.encode({ flush: {} }))).toBe('1a00')
    expect(toHex(response.encode({ commit: { retainHeight: 0 } }))).toBe('6200')
    expect(toHex(response.encode({ processProposal: { status: 1 } }))).toBe(toHex(hex('92 01 02 08 01')))
    const updates = [{ publicKey: { ed25519: hex('aa') }, power: 10 }]
    const finalizeBlock = { txResults: [{ code: 0 }], validatorUpdates: updates, appHash: hex('bb') }
    const expected = 'aa 01 0e 12 00 1a 07 0a 03 0a 01 aa 10 0a 2a 01 bb'
    expect(toHex(response.encode({ finalizeBlock }))).toBe(toHex(hex(expected)))
  })

  it('fields that no table names are passed over, whatever their kind', () => {
    const unknown = 'f8 07 05  f9 07 01 02 03 04 05 06 07 08  fa 07 02 01 02  fd 07 01 02 03 04'
    expect(request.decode(hex(`${unknown} 12 00 ${unknown}`)).flush).toEqual({})
  })

  it.each([
    ['a length beyond the bytes', '42 05 0a 01'],
    ['a field beyond its message', '42 02 0a 04 01 02 03 04'],
    ['an integer where bytes belong', '42 02 08 01'],
    ['a varint without end', '42 02 10 ff ff ff ff ff ff ff ff ff ff 01'],
    ['a height that no number holds', 'a2 01 0a 28 ff ff ff ff ff ff ff ff 7f'],
    ['text that is not UTF-8', '0a 03 0a 01 ff'],
    ['a group that does not end', 'fb 07'],
  ])('%s is refused', (_, encoded) => {
    expect(() => request.decode(hex(encoded))).toThrow()
  })

  it('any bytes are read or refused, and what was read writes to what reads the same', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      // Bytes that begin as a message does go deeper.
      fc
        .tuple(fc.constantFrom(0x0a, 0x2a, 0x32, 0x42, 0x6a), fc.uint8Array({ maxLength: 60 }))
        .map(([tag, body]) => Uint8Array.of(tag, body.length, ...body)),
    )
    checkProperty(
      fc.property(bytes, (encoded) => {
        let found: ReturnType<typeof request.decode>
        try {
          found = request.decode(encoded)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
          return
        }
        expect(request.decode(request.encode(found))).toEqual(found)
      }),
      5_000,
    )
  })

  it('a message of many items is read in a time that grows with them, not with their square', () => {
    const txs = Array.from({ length: 100_000 }, () => utf8('x'))
    const block = { txs, misbehavior: [], hash: hex(''), height: 1, time: undefined, proposer: hex('') }
    expect(request.decode(request.encode({ finalizeBlock: block })).finalizeBlock!.txs).toHaveLength(100_000)
  })
})
