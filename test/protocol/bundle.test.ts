/** Bundles: their bytes, every fault of them, their signature, and that no other thing that a log key signs is one. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  BUNDLED_BYTES_MAX,
  BUNDLED_COUNT_MAX,
  concatBytes,
  equalBytes,
  LedgerError,
  type Packed,
  pack,
  packedCount,
  packedItem,
  toHex,
  utf8,
} from '../../src/base/index.ts'
import { signToken } from '../../src/client/token.ts'
import {
  bundleCheck,
  bundleLength,
  decodeTransactionBundle,
  encodeTransactionBundle,
  formatCheckpoint,
  makeLogSigner,
  makeSigningKey,
  originOf,
  type SigningKey,
} from '../../src/protocol/index.ts'
import { checkProperty } from '../support/property.ts'
import { kernel } from './kernel.ts'

const ledgerId = new Uint8Array(32).fill(7)
const logKey = makeSigningKey(new Uint8Array(32).fill(9))
const encode = (entries: readonly Uint8Array[], member = 'hospital') =>
  encodeTransactionBundle(kernel, ledgerId, member, pack(entries), logKey)
const itemsOf = (packed: Packed) =>
  Array.from({ length: packedCount(packed) }, (_, i) => [...packedItem(packed, i)])

const anyEntries = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 6 })
const anyMember = fc.stringMatching(/^[A-Za-z0-9._-]{1,64}$/)

/** The message of the refusal; undefined where the bytes are a bundle. */
function faultOf(bytes: Uint8Array): string | undefined {
  try {
    decodeTransactionBundle(bytes)
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(LedgerError)
    expect((error as LedgerError).code).toBe('form.bundle')
    return (error as LedgerError).message
  }
}

describe('a bundle', () => {
  it('has these bytes', () => {
    const bytes = encode([utf8('ab'), utf8('c')], 'h')
    const signed = concatBytes(
      utf8('medseal/bundle/v1\n'),
      ledgerId,
      kernel.sha256(Uint8Array.of(1, 1, 0x68, 0, 0, 0, 2, 0, 2, 0x61, 0x62, 0, 1, 0x63)),
    )
    const signature = toHex(logKey.sign(signed))
    expect(toHex(bytes)).toBe(`010168${signature}00000002000261620001${'63'}`)
    expect(bytes.length).toBe(bundleLength('h', 2, 3))
  })

  it('reads as it was written, under the key that signed it and no other, on its ledger and no other', () => {
    checkProperty(
      fc.property(anyMember, anyEntries, (member, entries) => {
        const bytes = encode(entries, member)
        const found = decodeTransactionBundle(bytes)
        expect(found.member).toBe(member)
        expect(itemsOf(found.entries)).toEqual(entries.map((entry) => [...entry]))
        expect(kernel.verify(bundleCheck(kernel, ledgerId, bytes, logKey.publicKey))).toBe(true)
        const other = makeSigningKey(new Uint8Array(32).fill(10)).publicKey
        expect(kernel.verify(bundleCheck(kernel, ledgerId, bytes, other))).toBe(false)
        expect(kernel.verify(bundleCheck(kernel, new Uint8Array(32), bytes, logKey.publicKey))).toBe(false)
      }),
      50,
    )
  })

  it('with any byte changed is none, or one that its member did not sign', () => {
    const bytes = encode([utf8('first'), utf8('second')])
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice()
      changed[at]! ^= 1 << (at % 8)
      const isSigned = () => kernel.verify(bundleCheck(kernel, ledgerId, changed, logKey.publicKey))
      expect(faultOf(changed) !== undefined || !isSigned()).toBe(true)
    }
  })

  it('cut or lengthened anywhere is none', () => {
    const bytes = encode([utf8('first'), utf8('second')])
    for (let length = 0; length < bytes.length; length++)
      expect(faultOf(bytes.subarray(0, length))).toBeDefined()
    expect(faultOf(concatBytes(bytes, Uint8Array.of(0)))).toContain('1 bytes stand behind')
  })

  it('has one form: whatever reads as a bundle writes to the same bytes', () => {
    const sameKey: SigningKey = { publicKey: logKey.publicKey, sign: () => new Uint8Array(64).fill(0xee) }
    const head = [1, 1, 0x68, ...new Array<number>(64).fill(0xee)]
    checkProperty(
      fc.property(fc.uint8Array({ maxLength: 24 }), (tail) => {
        const bytes = Uint8Array.of(...head, ...tail)
        if (faultOf(bytes) !== undefined) return
        const { member, entries } = decodeTransactionBundle(bytes)
        expect(toHex(encodeTransactionBundle(kernel, ledgerId, member, entries, sameKey))).toBe(toHex(bytes))
      }),
      2_000,
    )
  })

  const tail = (...bytes: number[]) => Uint8Array.of(1, 1, 0x68, ...new Uint8Array(64), ...bytes)
  it.each([
    ['of another version', Uint8Array.of(2, 1, 0x68, ...new Uint8Array(70)), 'no version'],
    ['without a member', Uint8Array.of(1, 0, ...new Uint8Array(70)), 'no member id'],
    ['of a member with a colon', Uint8Array.of(1, 1, 0x3a, ...new Uint8Array(70)), 'no member id'],
    ['of a member that is not UTF-8', Uint8Array.of(1, 1, 0xff, ...new Uint8Array(70)), 'no member id'],
    [
      'of a member of 65 letters',
      Uint8Array.of(1, 65, ...new Uint8Array(65).fill(0x61), ...new Uint8Array(70)),
      'id',
    ],
    ['of no entries', tail(0, 0, 0, 0), '0 entries'],
    ['of too many entries', tail(0, 0, 0x10, 1, 0, 1, 9), '4097 entries'],
    ['with an empty entry', tail(0, 0, 0, 1, 0, 0), 'is empty'],
    ['that ends before a length', tail(0, 0, 0, 1, 0), 'ends before the length of entry 0'],
    ['that ends within an entry', tail(0, 0, 0, 2, 0, 1, 9, 0, 3, 9), 'ends within entry 1'],
    ['over the limit of bytes', new Uint8Array(BUNDLED_BYTES_MAX + 1).fill(1), 'more than'],
  ])('%s is refused', (_, bytes, message) => {
    expect(faultOf(bytes)).toContain(message)
  })

  it('holds as much as it may and no more', () => {
    const full = new Array<Uint8Array>(BUNDLED_COUNT_MAX).fill(utf8('e'))
    expect(faultOf(encode(full))).toBeUndefined()
    expect(() => encode([...full, utf8('e')])).toThrow(RangeError)
    expect(() => encode([])).toThrow(RangeError)
    expect(() => encode([utf8('e')], 'a:b')).toThrow(RangeError)
    const room = BUNDLED_BYTES_MAX - bundleLength('hospital', 17, 0) - 16 * 65_000
    const entries = [...new Array<Uint8Array>(16).fill(new Uint8Array(65_000)), new Uint8Array(room)]
    expect(faultOf(encode(entries))).toBeUndefined()
    expect(() => encode([...entries.slice(1), new Uint8Array(65_000), utf8('e')])).toThrow(RangeError)
  })
})

describe('what a log key signs', () => {
  /** A key that keeps what it was asked to sign. */
  function createRecorder(): { key: SigningKey; messages: Uint8Array[] } {
    const messages: Uint8Array[] = []
    const sign = (message: Uint8Array): Uint8Array => {
      messages.push(message)
      return logKey.sign(message)
    }
    return { key: { publicKey: logKey.publicKey, sign }, messages }
  }
  const kindsOf = (message: Uint8Array) => {
    const text = Buffer.from(message).toString('latin1')
    const isBundle = equalBytes(message.subarray(0, 18), utf8('medseal/bundle/v1\n')) && message.length === 82
    const isNote = /^[^\n]+\/[0-9a-f]{16}\n[0-9]+\n[A-Za-z0-9+/=]{44}\n$/.test(text)
    const isToken = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/.test(text)
    return [isBundle && 'bundle', isNote && 'note', isToken && 'token'].filter((kind) => kind !== false)
  }

  it('is a bundle, a note or a token and never two of them, however the ledger is named', async () => {
    const names = fc.oneof(
      fc.stringMatching(/^[!-*,-~]{1,128}$/),
      fc.constantFrom('medseal/bundle/v1', 'medseal/bundle/v1/0123456789abcdef', 'eyJ.eyJ', 'medseal'),
    )
    const cases = fc.sample(fc.tuple(names, fc.uint8Array({ minLength: 32, maxLength: 32 }), anyEntries), 200)
    for (const [name, id, entries] of cases) {
      const { key, messages } = createRecorder()
      const origin = originOf(name, id)
      encodeTransactionBundle(kernel, id, 'hospital', pack(entries), key)
      makeLogSigner(kernel, origin, key).sign(formatCheckpoint({ origin, size: 5, root: id }))
      const signer = { publicKey: key.publicKey, sign: async (message: Uint8Array) => key.sign(message) }
      await signToken(signer, {
        actor: 'hospital',
        origin,
        node: 'insurer',
        url: 'https://a.example',
      })
      expect(messages.map(kindsOf)).toEqual([['bundle'], ['note'], ['token']])
    }
  })
})
