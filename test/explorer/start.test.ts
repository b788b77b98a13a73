/** Whom the start page trusts, and what it takes for what. */
import { describe, expect, it } from 'vitest'
import { CHECKED_FILE_BYTES_MAX, toHex, utf8 } from '../../src/base/index.ts'
import { hashIn, recogniseText, stateOf } from '../../src/explorer/start/check.ts'
import { type NodeWord, trustGenesisFile, trustNode } from '../../src/explorer/start/trust.ts'
import * as protocol from '../../src/protocol/index.ts'
import { codeOf } from '../protocol/code-of.ts'
import { kernel } from '../protocol/kernel.ts'
import { keys, sampleGenesis, sampleKey } from '../protocol/sample-ledger.ts'

const [hospital] = sampleGenesis.members
const members = [{ ...hospital!, displayName: '市立医院' }, ...sampleGenesis.members.slice(1)]
const bytes = utf8(JSON.stringify({ ...sampleGenesis, quorum: 1, members }))
const ledgerId = protocol.ledgerIdOf(kernel, bytes)
const founded = protocol.trustOf(kernel, protocol.parseGenesis(kernel, bytes), ledgerId)
const { origin } = founded

/** The terms after the hospital has replaced its keys `count` times. */
const pairs = [
  [keys.hospitalLog, keys.hospitalCosigner],
  [sampleKey(21), sampleKey(22)],
  [sampleKey(23), sampleKey(24)],
] as const
const termsAfter = (count: number): protocol.TrustTerms => {
  const [log, cosigner] = pairs[count]!
  const [own, ...others] = protocol.termsOf(founded).nodes
  const renewed = { ...own!, logKey: toHex(log.publicKey), cosignerKey: toHex(cosigner.publicKey) }
  return { quorum: 1, nodes: [renewed, ...others] }
}

/** A checkpoint of the hospital's node in its `era`-th pair of keys. */
function noteOf(size: number, era: number, next?: protocol.TrustTerms): string {
  const [log, cosigner] = pairs[era]!
  const nextTrust = next && protocol.trustDigest(kernel, ledgerId, next)
  const root = new Uint8Array(32).fill(size)
  const text = protocol.formatCheckpoint({ origin, size, root, ...(nextTrust && { nextTrust }) })
  const name = protocol.cosignerName(origin, 'city-hospital')
  return protocol.formatNote(text, [
    protocol.makeLogSigner(kernel, origin, log).sign(text),
    protocol.makeCosigner(kernel, name, cosigner).cosign(text, 1_000),
  ])
}

const steps = [1, 2].map((era) => ({
  checkpoint: noteOf(10 * era, era - 1, termsAfter(era)),
  ...termsAfter(era),
}))
const now = protocol.makeTrust(kernel, founded, termsAfter(2))
const word: NodeWord = {
  info: {
    origin,
    ledgerId: toHex(ledgerId),
    node: 'city-hospital',
    rulesVersion: 1,
    quorum: 1,
    vkeys: {
      logs: now.logKeys.map(protocol.formatVkey),
      cosigners: now.cosigners.map(protocol.formatVkey),
      witnesses: [],
    },
  },
  chain: { steps },
  checkpoint: noteOf(30, 2),
}

const opens = (note: string, trust: protocol.Trust) => protocol.openCheckpoint(kernel, note, trust).final

describe('trust in a node', () => {
  it('is in its keys of now, and in those before them as far as its chain shows', () => {
    const { from, trust } = trustNode(kernel, word)
    expect(from).toBe('node')
    expect(opens(noteOf(30, 2), trust)).toBe(true)
    expect(opens(noteOf(15, 1), trust)).toBe(true)
    // Each pair of keys for its time alone; of those of genesis the node shows nothing.
    for (const [size, era] of [
      [30, 1],
      [15, 2],
      [5, 0],
      [5, 1],
      [5, 2],
    ] as const) {
      expect(() => opens(noteOf(size, era), trust), `${size} under ${era}`).toThrow()
    }
  })

  it('leaves out a chain that ends elsewhere or has no form, and refuses one that proves nothing', () => {
    for (const chain of [undefined, 7, { steps: [{}] }, { steps: steps.slice(0, 1) }]) {
      const { trust } = trustNode(kernel, { ...word, chain })
      expect(trust.before).toBeUndefined()
      expect(opens(noteOf(30, 2), trust)).toBe(true)
    }
    const forged = [steps[0], { ...steps[1], checkpoint: noteOf(20, 2, termsAfter(2)) }]
    expect(codeOf(() => trustNode(kernel, { ...word, chain: { steps: forged } }))).toBe('signature.invalid')
  })
})

describe('trust in a genesis file', () => {
  it('needs no node, and takes from one what its chain proves', () => {
    const alone = trustGenesisFile(kernel, bytes, undefined)
    expect(alone).toMatchObject({ from: 'genesis', names: { 'city-hospital': '市立医院' } })
    expect(opens(noteOf(5, 0), alone.trust)).toBe(true)
    expect(() => opens(noteOf(30, 2), alone.trust)).toThrow()
    const { trust } = trustGenesisFile(kernel, bytes, word)
    for (const [size, era] of [
      [5, 0],
      [15, 1],
      [30, 2],
    ] as const) {
      expect(opens(noteOf(size, era), trust)).toBe(true)
    }
  })

  it('takes nothing from a node of another ledger, nor from a chain that proves nothing', () => {
    const elsewhere = { ...word, info: { ...word.info, ledgerId: 'ab'.repeat(32) } }
    const forged = { ...word, chain: { steps: [{ ...steps[0], checkpoint: noteOf(10, 1, termsAfter(1)) }] } }
    for (const other of [elsewhere, forged]) {
      expect(trustGenesisFile(kernel, bytes, other).trust.before).toBeUndefined()
    }
    expect(codeOf(() => trustGenesisFile(kernel, utf8('{}'), word))).toBe('genesis.invalid')
  })
})

describe('a verdict', () => {
  it('is valid only where it is final, and a proven refusal is no valid transaction', () => {
    const of = (verdict: object) => stateOf(verdict as protocol.ReceiptVerdict)
    expect(of({ ok: true, status: 'accepted', final: true })).toBe('VALID')
    expect(of({ ok: true, status: 'accepted', final: false })).toBe('NOT_FINAL')
    expect(of({ ok: true, status: 'refused', final: true })).toBe('REFUSED')
    expect(of({ ok: false })).toBe('INVALID')
  })
})

describe('what is brought', () => {
  it('is known by what it holds', () => {
    expect(recogniseText(JSON.stringify(sampleGenesis)).is).toBe('genesis')
    expect(recogniseText('{"credential":{}}').is).toBe('certificate')
    for (const text of ['{"proof":""}', ' [] ', 'null', '7']) expect(recogniseText(text).is).toBe('receipt')
    expect(recogniseText('{')).toEqual({ is: 'nothing', problem: 'notJson' })
    const long = ' '.repeat(CHECKED_FILE_BYTES_MAX + 1)
    expect(recogniseText(long)).toEqual({ is: 'nothing', problem: 'tooLarge' })
    expect(recogniseText(`"${'医'.repeat(CHECKED_FILE_BYTES_MAX / 2)}"`)).toMatchObject({
      problem: 'tooLarge',
    })
  })

  it('names a certificate by its hash, alone or in a link', () => {
    const hash = 'ab'.repeat(32)
    for (const text of [hash, ` ${hash}\n`, `https://node.example/c/${hash}?a#b`, hash.toUpperCase()]) {
      expect(hashIn(text), text).toBe(hash)
    }
    for (const text of ['', 'x', `${hash}0`, `${hash}/`, `https://node.example/?c=${hash}`]) {
      expect(hashIn(text), text).toBeUndefined()
    }
  })
})
