import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeUtf8, NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX, toHex, utf8 } from '../../src/base/index.ts'
import * as protocol from '../../src/protocol/index.ts'
import { checkProperty } from '../support/property.ts'
import { codeOf } from './code-of.ts'
import { kernel } from './kernel.ts'

/** The example of C2SP signed-note. */
const SPEC_NOTE = `Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
`

/** Key and note of the documentation of Go's sumdb/note package. */
const GO_VKEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const GO_SECRET = 'AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz'
const GO_TEXT = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.
`
const GO_NOTE = `${GO_TEXT}
— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`

/** The examples of C2SP tlog-cosignature. */
const SPEC_COSIGNED = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`

describe('a signed note', () => {
  test('is split at its last empty line', () => {
    const note = protocol.parseNote(SPEC_NOTE)
    expect(note.text.endsWith('\ned è subito sera.\n')).toBe(true)
    expect(note.signatures).toHaveLength(1)
    expect(note.signatures[0]).toMatchObject({ name: 'quasimodo.example/salvatore', keyId: 0x367ba04b })
    expect(note.signatures[0]!.signature).toHaveLength(64)
    expect(protocol.formatNote(note.text, note.signatures)).toBe(SPEC_NOTE)
  })

  test('of several signers is read and written back', () => {
    const note = protocol.parseNote(SPEC_COSIGNED)
    expect(note.signatures.map(({ signature }) => signature.length)).toEqual([64, 72])
    expect(protocol.formatNote(note.text, note.signatures)).toBe(SPEC_COSIGNED)
    expect(protocol.parseCheckpoint(note.text)).toMatchObject({
      origin: 'example.com/behind-the-sofa',
      size: 20_852_163,
    })
  })

  const line = '— a AAAAAQI='
  test.each<[string, string]>([
    ['nothing', ''],
    ['no empty line', `text\n${line}\n`],
    ['no signature', 'text\n\n'],
    ['no final newline', `text\n\n${line}`],
    ['a hyphen for the dash', 'text\n\n- a AAAAAQI=\n'],
    ['an en dash', 'text\n\n– a AAAAAQI=\n'],
    ['no name', 'text\n\n—  AAAAAQI=\n'],
    ['two spaces', 'text\n\n— a  AAAAAQI=\n'],
    ['a trailing space', 'text\n\n— a AAAAAQI= \n'],
    ['a plus in the name', 'text\n\n— a+b AAAAAQI=\n'],
    ['a no-break space in the name', 'text\n\n— a\u00a0b AAAAAQI=\n'],
    ['an ideographic space in the name', 'text\n\n— a\u3000b AAAAAQI=\n'],
    ['loose base64', 'text\n\n— a AAAAAQJ=\n'],
    ['unpadded base64', 'text\n\n— a AAAAAQI\n'],
    ['a key id and nothing after it', 'text\n\n— a AAAAAQ==\n'],
    ['a carriage return', `text\r\n\n${line}\n`],
    ['a NUL', `te\u0000xt\n\n${line}\n`],
    ['a tab', `te\txt\n\n${line}\n`],
    ['a lone surrogate', `te\ud800xt\n\n${line}\n`],
    ['text between signatures', `text\n\n${line}\nmore\n`],
    ['too many signatures', `text\n\n${`${line}\n`.repeat(NOTE_SIGNATURES_MAX + 1)}`],
    ['too many bytes', `${'x'.repeat(NOTE_BYTES_MAX)}\n\n${line}\n`],
  ])('with %s is refused', (_, note) => {
    expect(codeOf(() => protocol.parseNote(note))).toBe('form.note')
  })

  test('takes as many signatures as C2SP asks for, and C1 controls in its text', () => {
    const note = `te\u0085xt\n\n${`${line}\n`.repeat(16)}`
    expect(protocol.parseNote(note).signatures).toHaveLength(16)
  })

  test('is not written without final newline, with control characters or unsigned', () => {
    const { signatures } = protocol.parseNote(SPEC_NOTE)
    expect(() => protocol.formatNote('text', signatures)).toThrow(RangeError)
    expect(() => protocol.formatNote('te\rxt\n', signatures)).toThrow(RangeError)
    expect(() => protocol.formatNote('text\n', [])).toThrow(RangeError)
  })

  test('damaged anywhere is refused or reads as another note', () => {
    const bytes = utf8(SPEC_COSIGNED)
    checkProperty(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const damaged = bytes.with(at, bytes[at]! ^ mask)
        let text: string
        try {
          text = decodeUtf8(damaged)
        } catch {
          return
        }
        const code = codeOf(() => {
          const note = protocol.parseNote(text)
          expect(protocol.formatNote(note.text, note.signatures)).toBe(text)
        })
        expect(['none', 'form.note']).toContain(code)
      }),
      2_000,
    )
  })
})

describe('a verifier key', () => {
  test('is read, and written back', () => {
    for (const text of [GO_VKEY, 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8']) {
      expect(protocol.formatVkey(protocol.parseVkey(kernel, text))).toBe(text)
    }
  })

  test('with an id that begins with zeros keeps its eight digits', () => {
    expect(
      protocol.parseVkey(kernel, 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8')
        .keyId,
    ).toBe(0x033de0ae)
  })

  test('differs by type', () => {
    const key = new Uint8Array(32).fill(9)
    const [log, cosigner] = [0x01, 0x04].map((type) =>
      protocol.makeVkey(kernel, 'a', type as protocol.KeyType, key),
    )
    const digest = (type: number) => kernel.sha256(Uint8Array.from([0x61, 0x0a, type, ...key])).subarray(0, 4)
    expect(log!.keyId.toString(16).padStart(8, '0')).toBe(toHex(digest(1)))
    expect(cosigner!.keyId.toString(16).padStart(8, '0')).toBe(toHex(digest(4)))
  })

  test.each([
    '',
    'PeterNeumann',
    'PeterNeumann+c74f20a3',
    'PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    'PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    'Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    'PeterNeumann+c74f20a3+AhpcQQcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10==',
    `${GO_VKEY}\n`,
  ])('%j is refused', (text) => {
    expect(codeOf(() => protocol.parseVkey(kernel, text))).toBe('form.note')
  })

  test('is not made of a wrong name or key', () => {
    const key = new Uint8Array(32)
    for (const name of ['', 'a b', 'a+b', 'a\nb', 'a\u2003b', '\ud800']) {
      expect(() => protocol.makeVkey(kernel, name, 0x01, key)).toThrow(RangeError)
    }
    expect(() => protocol.makeVkey(kernel, 'a', 0x01, new Uint8Array(31))).toThrow(RangeError)
  })
})

describe('opening a note', () => {
  const vkey = protocol.parseVkey(kernel, GO_VKEY)
  const peter = protocol.makeLogSigner(
    kernel,
    'PeterNeumann',
    protocol.makeSigningKey(protocol.decodeBase64(GO_SECRET, 33)!.subarray(1)),
  )

  test('signed by Go, and signing it as Go does', () => {
    expect(protocol.openNote(kernel, GO_NOTE, [vkey])).toEqual({ text: GO_TEXT, verified: [{ vkey }] })
    expect(peter.vkey).toEqual(vkey)
    expect(protocol.formatNote(GO_TEXT, [peter.sign(GO_TEXT)])).toBe(GO_NOTE)
  })

  const other = protocol.makeLogSigner(
    kernel,
    'EnochRoot',
    protocol.makeSigningKey(new Uint8Array(32).fill(1)),
  )
  const cosigner = protocol.makeCosigner(kernel, 'w', protocol.makeSigningKey(new Uint8Array(32).fill(2)))

  test('ignores unknown keys, also one that shares only name or id with a known one', () => {
    const mine = peter.sign(GO_TEXT)
    const note = protocol.formatNote(GO_TEXT, [
      other.sign(GO_TEXT),
      { ...mine, name: 'PeterNeuman' },
      { ...mine, keyId: mine.keyId + 1 },
      mine,
    ])
    expect(protocol.openNote(kernel, note, [vkey]).verified).toEqual([{ vkey }])
  })

  test('needs a known key', () => {
    const note = protocol.formatNote(GO_TEXT, [other.sign(GO_TEXT)])
    expect(codeOf(() => protocol.openNote(kernel, note, [vkey]))).toBe('signature.invalid')
    expect(codeOf(() => protocol.openNote(kernel, GO_NOTE, []))).toBe('signature.invalid')
  })

  test('a false signature of a known key condemns the note, wherever it stands', () => {
    const mine = peter.sign(GO_TEXT)
    const damaged = { ...mine, signature: mine.signature.with(0, mine.signature[0]! ^ 1) }
    for (const signatures of [
      [mine, damaged],
      [damaged, mine],
      [{ ...mine, signature: mine.signature.subarray(1) }],
    ]) {
      const note = protocol.formatNote(GO_TEXT, signatures)
      expect(codeOf(() => protocol.openNote(kernel, note, [vkey]))).toBe('signature.invalid')
    }
    const altered = GO_NOTE.replace('problem is', 'problem was')
    expect(codeOf(() => protocol.openNote(kernel, altered, [vkey]))).toBe('signature.invalid')
  })

  test('names a key once, however often it signed', () => {
    const mine = peter.sign(GO_TEXT)
    const cosigned = [1, 2].map((time) => cosigner.cosign(GO_TEXT, time))
    const note = protocol.formatNote(GO_TEXT, [mine, mine, ...cosigned])
    expect(protocol.openNote(kernel, note, [vkey, cosigner.vkey]).verified).toEqual([
      { vkey },
      { vkey: cosigner.vkey, time: 1 },
    ])
  })

  test('tries every key that a name and id may mean', () => {
    const double = { ...other.vkey, name: vkey.name, keyId: vkey.keyId }
    expect(protocol.openNote(kernel, GO_NOTE, [double, vkey]).verified).toEqual([{ vkey }])
  })

  test('a cosignature signs heading, time and text', () => {
    const { signature } = cosigner.cosign(GO_TEXT, 1_679_315_147)
    expect(toHex(signature.subarray(0, 8))).toBe('00000000641850cb')
    expect(decodeUtf8(protocol.cosignatureMessage(GO_TEXT, 1_679_315_147))).toBe(
      `cosignature/v1\ntime 1679315147\n${GO_TEXT}`,
    )
    const retimed = { name: 'w', keyId: cosigner.vkey.keyId, signature: signature.with(7, 0) }
    const note = protocol.formatNote(GO_TEXT, [retimed])
    expect(codeOf(() => protocol.openNote(kernel, note, [cosigner.vkey]))).toBe('signature.invalid')
    const tooFar = { ...retimed, signature: signature.with(0, 0x7f) }
    const farNote = protocol.formatNote(GO_TEXT, [tooFar])
    expect(codeOf(() => protocol.openNote(kernel, farNote, [cosigner.vkey]))).toBe('signature.invalid')
    expect(() => cosigner.cosign(GO_TEXT, -1)).toThrow(RangeError)
  })

  test('a signature made for one type is no signature of the other', () => {
    const key = protocol.makeSigningKey(new Uint8Array(32).fill(2))
    const asLog = protocol.makeLogSigner(kernel, 'w', key)
    const crossed = { ...cosigner.cosign(GO_TEXT, 1), keyId: asLog.vkey.keyId }
    const note = protocol.formatNote(GO_TEXT, [crossed])
    expect(codeOf(() => protocol.openNote(kernel, note, [asLog.vkey, cosigner.vkey]))).toBe(
      'signature.invalid',
    )
  })
})
