import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { REFUSALS_PER_LEAF_MAX, toHex } from '../../src/base/index.ts'
import * as protocol from '../../src/protocol/index.ts'
import { checkProperty } from '../support/property.ts'
import { kernel } from './kernel.ts'
import {
  keys,
  makeSampleLedger,
  SAMPLE_TIME,
  SampleLog,
  sampleBody,
  sampleGenesisBytes,
  sampleKey,
  signSample,
} from './sample-ledger.ts'

const sample = makeSampleLedger(kernel)
const { trust, origin, ledgerId } = sample
const [first, second, third] = sample.accepted
const [refusedFirst, refusedSecond] = sample.refused
const receipt = sample.receiptOf(2, 5)
const verify = (value: unknown, expectedId?: string) =>
  protocol.verifyReceipt(kernel, value, trust, expectedId)

/** The signed checkpoint of a log, of one member or two. */
function signLog(log: SampleLog, cosigned = true): string {
  const text = log.checkpointText(origin)
  const lines = [protocol.makeLogSigner(kernel, origin, keys.insurerLog).sign(text)]
  for (const [member, key] of [
    ['city-hospital', keys.hospitalCosigner],
    ['mutual-insurer', keys.insurerCosigner],
  ] as const) {
    const cosigner = protocol.makeCosigner(kernel, protocol.cosignerName(origin, member), key)
    if (cosigned) lines.push(cosigner.cosign(text, SAMPLE_TIME))
  }
  return protocol.formatNote(text, lines)
}

const receiptFrom = (log: SampleLog, index: number, headerIndex: number): protocol.Receipt =>
  protocol.makeReceipt(signLog(log), log.prove(index), log.prove(headerIndex))

describe('the receipt of an accepted transaction', () => {
  test('proves entry, place and time', () => {
    expect(verify(receipt)).toEqual({
      ok: true,
      status: 'accepted',
      id: toHex(first.id),
      publicKey: toHex(keys.doctor.publicKey),
      body: sampleBody(1),
      index: 2,
      height: 1,
      time: SAMPLE_TIME + 10,
      size: 8,
      cosignedBy: ['city-hospital', 'mutual-insurer'],
      final: true,
    })
    expect(verify(sample.receiptOf(3, 5))).toMatchObject({ ok: true, id: toHex(second.id), height: 1 })
    expect(verify(sample.receiptOf(6, 7))).toMatchObject({ ok: true, id: toHex(third.id), height: 2 })
  })

  test('out of JSON proves the same', () => {
    expect(verify(JSON.parse(JSON.stringify(receipt)))).toEqual(verify(receipt))
  })

  test('is final by the quorum only', () => {
    const note = protocol.formatNote(sample.checkpointText, [
      sample.signatures.log,
      sample.signatures.insurer,
    ])
    expect(verify(sample.receiptOf(2, 5, note))).toMatchObject({
      ok: true,
      final: false,
      cosignedBy: ['mutual-insurer'],
    })
  })

  test('is that of the expected id and no other', () => {
    expect(verify(receipt, toHex(first.id))).toMatchObject({ ok: true })
    expect(verify(receipt, toHex(second.id))).toMatchObject({ ok: false, code: 'receipt.mismatch' })
    expect(() => verify(receipt, 'AB')).toThrow(RangeError)
  })

  test('means nothing to those who trust another ledger', () => {
    const other = { ...trust, logKeys: [protocol.makeVkey(kernel, origin, 0x01, sampleKey(50).publicKey)] }
    expect(protocol.verifyReceipt(kernel, receipt, other)).toMatchObject({
      ok: false,
      code: 'receipt.checkpoint',
    })
    const renamed = { ...trust, ledgerId: new Uint8Array(32) }
    expect(protocol.verifyReceipt(kernel, receipt, renamed)).toMatchObject({
      ok: false,
      code: 'receipt.entry',
    })
  })
})

describe('the receipt of a refused transaction', () => {
  const refusal = sample.receiptOf(4, 5)

  test('proves the refusal and its code', () => {
    expect(verify(refusal, toHex(refusedFirst.id))).toMatchObject({
      ok: true,
      status: 'refused',
      id: toHex(refusedFirst.id),
      codeNumber: 1101,
      code: 'record.not-facility',
      index: 4,
      height: 1,
      time: SAMPLE_TIME + 10,
      final: true,
    })
  })

  test('with a code that this build does not know gives the number', () => {
    expect(verify(refusal, toHex(refusedSecond.id))).toMatchObject({
      ok: true,
      codeNumber: 65_535,
      code: undefined,
    })
  })

  test('shared with others needs to be told which', () => {
    expect(verify(refusal)).toMatchObject({ ok: false, code: 'receipt.mismatch' })
    expect(verify(refusal, toHex(first.id))).toMatchObject({ ok: false, code: 'receipt.mismatch' })
  })

  test('finds its place among several refusals leaves, and in blocks of refusals alone', () => {
    const refusals = Array.from({ length: REFUSALS_PER_LEAF_MAX + 1 }, (_, i) => ({
      id: kernel.sha256(Uint8Array.of(i >> 8, i)),
      code: 1101,
    }))
    const log = new SampleLog(kernel)
    log.addBlock([protocol.encodeGenesisLeaf(sampleGenesisBytes)], [], SAMPLE_TIME)
    log.addBlock([], refusals, SAMPLE_TIME + 1)
    const last = refusals.at(-1)!
    expect(verify(receiptFrom(log, 2, 4), toHex(refusals[7]!.id))).toMatchObject({
      ok: true,
      index: 2,
      height: 1,
    })
    expect(verify(receiptFrom(log, 3, 4))).toMatchObject({ ok: true, index: 3, id: toHex(last.id) })
  })
})

describe('a header that is not that of the entry', () => {
  const failing = (index: number, headerIndex: number) => verify(sample.receiptOf(index, headerIndex))

  test.each([
    ['of a later block', 2, 7],
    ['of an earlier block', 6, 5],
    ['of genesis', 2, 1],
  ])('%s is found out by the indexes', (_, index, headerIndex) => {
    expect(failing(index, headerIndex)).toMatchObject({ ok: false, code: 'receipt.header' })
  })

  test('is refused where it is no header at all', () => {
    expect(failing(2, 3)).toMatchObject({ ok: false, code: 'receipt.header' })
  })

  test('is refused where it counts other leaves than the block has', () => {
    const log = new SampleLog(kernel)
    log.addBlock([protocol.encodeGenesisLeaf(sampleGenesisBytes)], [], SAMPLE_TIME)
    const [only] = protocol.encodeRefusalsLeaves([{ id: first.id, code: 1101 }])
    const header = {
      height: 1,
      time: 1,
      rulesVersion: 1,
      previousHeaderHash: ledgerId,
      stateDigest: ledgerId,
    }
    // A transaction where the header has its refusals, refusals where it has transactions, refusals of another count.
    log.leaves.push(
      first.leaf,
      only!,
      protocol.encodeHeaderLeaf({ ...header, accepted: 0, refused: 2 * 1_900 }),
    )
    expect(verify(receiptFrom(log, 2, 4))).toMatchObject({ ok: false, code: 'receipt.header' })
    expect(verify(receiptFrom(log, 3, 4))).toMatchObject({ ok: false, code: 'receipt.header' })
    log.leaves[4] = protocol.encodeHeaderLeaf({ ...header, accepted: 2, refused: 0 })
    expect(verify(receiptFrom(log, 3, 4))).toMatchObject({ ok: false, code: 'receipt.header' })
    log.leaves[4] = protocol.encodeHeaderLeaf({ ...header, accepted: 1, refused: 1 })
    expect(verify(receiptFrom(log, 3, 4))).toMatchObject({ ok: true })
  })

  test('the genesis and headers have no receipt', () => {
    expect(failing(0, 1)).toMatchObject({ ok: false, code: 'receipt.entry' })
    expect(failing(5, 7)).toMatchObject({ ok: false, code: 'receipt.entry' })
  })
})

test('an entry whose signature is false is refused, though the log commits to it', () => {
  const log = new SampleLog(kernel)
  log.addBlock([protocol.encodeGenesisLeaf(sampleGenesisBytes)], [], SAMPLE_TIME)
  const forged = first.leaf.with(40, first.leaf[40]! ^ 1)
  const elsewhere = signSample(kernel, new Uint8Array(32), sampleBody(1))
  log.addBlock([forged, elsewhere.leaf], [], SAMPLE_TIME + 1)
  expect(verify(receiptFrom(log, 2, 4))).toMatchObject({ ok: false, code: 'receipt.entry' })
  expect(verify(receiptFrom(log, 3, 4))).toMatchObject({ ok: false, code: 'receipt.entry' })
})

describe('a receipt of the wrong form', () => {
  test.each<[string, unknown]>([
    ['null', null],
    ['a text', 'receipt'],
    ['a list', []],
    ['no header', { proof: receipt.proof, entry: receipt.entry, headerProof: receipt.headerProof }],
    ['a number for the entry', { ...receipt, entry: 7 }],
    ['an unknown field', { ...receipt, final: true }],
    ['an entry in hex', { ...receipt, entry: `${toHex(first.leaf)}=` }],
    ['an entry in loose base64', { ...receipt, entry: ` ${receipt.entry}` }],
    ['no proof', { ...receipt, proof: '' }],
    ['an extra line', { ...receipt, proof: receipt.proof.replace('index', 'extra AAAA\nindex') }],
    [
      'proofs of two checkpoints',
      { ...receipt, headerProof: sample.receiptOf(2, 5, signLog(sample.log)).headerProof },
    ],
    [
      'a checkpoint without signatures',
      {
        ...receipt,
        proof: receipt.proof.slice(0, receipt.proof.indexOf('—')),
        headerProof: receipt.headerProof.slice(0, receipt.headerProof.indexOf('—')),
      },
    ],
  ])('%s: receipt.form', (_, value) => {
    expect(verify(value)).toMatchObject({ ok: false, code: 'receipt.form' })
  })

  test('the proof of another leaf: receipt.proof', () => {
    const other = sample.receiptOf(3, 5)
    expect(verify({ ...receipt, entry: other.entry })).toMatchObject({ ok: false, code: 'receipt.proof' })
    expect(verify({ ...receipt, proof: other.proof })).toMatchObject({ ok: false, code: 'receipt.proof' })
    expect(verify({ ...receipt, header: sample.receiptOf(6, 7).header })).toMatchObject({
      code: 'receipt.proof',
    })
  })
})

test('a receipt with any one letter changed proves nothing else than before', () => {
  const proven = verify(receipt) as protocol.AcceptedVerdict
  const fields = ['proof', 'entry', 'header', 'headerProof'] as const
  const letters = fc.constantFrom(...'ABab019+/= \n—x')
  const outcomes = new Set<string>()
  const tamper = (field: (typeof fields)[number], at: number, letter: string) => {
    const text = receipt[field]
    const changed = `${text.slice(0, at)}${letter}${text.slice(at + 1)}`
    if (changed === text) return
    const verdict = verify({ ...receipt, [field]: changed })
    outcomes.add(verdict.ok ? 'ok' : verdict.code)
    expect(verdict.ok, `${field} at ${at}`).toBe(false)
  }
  for (const field of fields) {
    for (let at = 0; at < receipt[field].length; at++)
      tamper(field, at, receipt[field][at] === 'A' ? 'B' : 'A')
  }
  expect(outcomes).toEqual(new Set(['receipt.form', 'receipt.proof']))

  // The same change in both proofs: they agree on the checkpoint, so its signatures have to speak.
  const noteStart = receipt.proof.indexOf('\n\n') + 2
  const note = receipt.proof.slice(noteStart)
  checkProperty(
    fc.property(fc.nat({ max: note.length - 1 }), letters, (at, letter) => {
      const changed = `${note.slice(0, at)}${letter}${note.slice(at + 1)}`
      const verdict = verify({
        ...receipt,
        proof: receipt.proof.replace(note, changed),
        headerProof: receipt.headerProof.replace(note, changed),
      })
      if (!verdict.ok) return
      // A cosigner's line that no longer names a known key is ignored: fewer cosigners, all else the same.
      expect(proven.cosignedBy).toEqual(expect.arrayContaining([...verdict.cosignedBy]))
      expect(verdict.final).toBe(verdict.cosignedBy.length >= 2)
      expect({ ...verdict, cosignedBy: proven.cosignedBy, final: true }).toEqual(proven)
    }),
    1_000,
  )
})
