import { describe, expect, test } from 'vitest'
import * as protocol from '../../src/protocol/index.ts'
import { codeOf } from './code-of.ts'
import { kernel } from './kernel.ts'
import { keys, makeSampleLedger, SAMPLE_TIME, sampleKey } from './sample-ledger.ts'

const ROOT = 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I='

describe('the text of a checkpoint', () => {
  test('is origin, size and root', () => {
    const text = `example.com/behind-the-sofa\n20852163\n${ROOT}\n`
    const checkpoint = protocol.parseCheckpoint(text)
    expect(checkpoint).toEqual({
      origin: 'example.com/behind-the-sofa',
      size: 20_852_163,
      root: protocol.decodeBase64(ROOT),
    })
    expect(protocol.formatCheckpoint(checkpoint)).toBe(text)
  })

  test.each<[string, string]>([
    ['nothing', ''],
    ['no origin', `\n1\n${ROOT}\n`],
    ['no root', 'o\n1\n'],
    ['no final newline', `o\n1\n${ROOT}`],
    ['an extension line', `o\n1\n${ROOT}\nextension\n`],
    ['an empty extension line', `o\n1\n${ROOT}\n\n`],
    ['a leading zero', `o\n01\n${ROOT}\n`],
    ['a plus sign', `o\n+1\n${ROOT}\n`],
    ['a negative size', `o\n-1\n${ROOT}\n`],
    ['a fraction', `o\n1.0\n${ROOT}\n`],
    ['a size of 2^53', `o\n9007199254740992\n${ROOT}\n`],
    ['a size of many digits', `o\n${'9'.repeat(400)}\n${ROOT}\n`],
    ['a short root', `o\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n`],
    ['a loose root', `o\n1\n${ROOT.replace('2I=', '2J=')}\n`],
  ])('with %s is refused', (_, text) => {
    expect(codeOf(() => protocol.parseCheckpoint(text))).toBe('form.note')
  })

  test('is not written out of range', () => {
    const root = new Uint8Array(32)
    for (const wrong of [
      { origin: '' },
      { origin: 'a\nb' },
      { size: -1 },
      { size: 2 ** 53 },
      { root: new Uint8Array(31) },
    ]) {
      expect(() => protocol.formatCheckpoint({ origin: 'o', size: 1, root, ...wrong })).toThrow(RangeError)
    }
  })
})

describe('opening a checkpoint', () => {
  const { trust, signatures, checkpointText, checkpoint, origin } = makeSampleLedger(kernel)
  const { log, hospital, insurer } = signatures
  const open = (...lines: protocol.NoteSignature[]) =>
    protocol.openCheckpoint(kernel, protocol.formatNote(checkpointText, lines), trust)

  test('a genesis tells whom to trust', () => {
    expect(trust).toMatchObject({ origin, quorum: 2 })
    expect(trust.logKeys.map(({ name }) => name)).toEqual([origin, origin])
    expect(trust.cosigners.map(({ name }) => name)).toEqual([
      `${origin}/city-hospital`,
      `${origin}/mutual-insurer`,
    ])
  })

  test('is final with the cosignatures of a quorum', () => {
    const opened = protocol.openCheckpoint(kernel, checkpoint, trust)
    expect(opened).toMatchObject({ final: true, cosignedBy: ['city-hospital', 'mutual-insurer'] })
    expect(opened.checkpoint).toMatchObject({ origin, size: 8 })
  })

  test('is not final below the quorum', () => {
    expect(open(log)).toMatchObject({ final: false, cosignedBy: [] })
    expect(open(log, insurer)).toMatchObject({ final: false, cosignedBy: ['mutual-insurer'] })
  })

  test('counts a member once, whatever it signs with', () => {
    const name = protocol.cosignerName(origin, 'city-hospital')
    const second = protocol.makeCosigner(kernel, name, sampleKey(99))
    const wider = { ...trust, cosigners: [...trust.cosigners, second.vkey] }
    const lines = [log, hospital, hospital, second.cosign(checkpointText, SAMPLE_TIME)]
    const opened = protocol.openCheckpoint(kernel, protocol.formatNote(checkpointText, lines), wider)
    expect(opened).toMatchObject({ final: false, cosignedBy: ['city-hospital'] })
  })

  test('does not count witnesses, logs and strangers', () => {
    const witness = protocol.makeCosigner(kernel, 'witness.example/w1', sampleKey(98))
    const stranger = protocol.makeCosigner(kernel, protocol.cosignerName(origin, 'stranger'), sampleKey(97))
    const otherLog = protocol.makeLogSigner(kernel, origin, keys.insurerLog)
    const lines = [witness, stranger].map((cosigner) => cosigner.cosign(checkpointText, SAMPLE_TIME))
    expect(open(log, otherLog.sign(checkpointText), ...lines)).toMatchObject({ final: false, cosignedBy: [] })
  })

  test('any log key opens it, none is not enough', () => {
    expect(open(protocol.makeLogSigner(kernel, origin, keys.insurerLog).sign(checkpointText)).final).toBe(
      false,
    )
    expect(codeOf(() => open(hospital, insurer))).toBe('signature.invalid')
  })

  test('a member key signs no checkpoint', () => {
    const wrong = protocol.makeLogSigner(kernel, origin, keys.hospital).sign(checkpointText)
    expect(codeOf(() => open(wrong))).toBe('signature.invalid')
  })

  test('of another origin is refused, though a known key signed it', () => {
    const text = checkpointText.replace('sample', 'simple')
    const note = protocol.formatNote(text, [
      protocol.makeLogSigner(kernel, origin, keys.hospitalLog).sign(text),
    ])
    expect(codeOf(() => protocol.openCheckpoint(kernel, note, trust))).toBe('receipt.checkpoint')
  })

  test('with extension lines is refused, though a known key signed it', () => {
    const text = `${checkpointText}extension\n`
    const note = protocol.formatNote(text, [
      protocol.makeLogSigner(kernel, origin, keys.hospitalLog).sign(text),
    ])
    expect(codeOf(() => protocol.openCheckpoint(kernel, note, trust))).toBe('form.note')
  })

  test('a quorum of none makes nothing final', () => {
    const note = protocol.formatNote(checkpointText, [log])
    expect(protocol.openCheckpoint(kernel, note, { ...trust, quorum: 0 }).final).toBe(false)
  })
})
