/**
 * A small ledger made by hand from fixed secrets, for tests of receipts and for the worked example of docs/protocol.md:
 * genesis and its header; a block of two accepted and two refused transactions; a block of one. The same bytes on
 * every run.
 */
import { createHash } from 'node:crypto'
import { x25519 } from '@noble/curves/ed25519.js'
import { CODES, toHex, utf8 } from '../../src/base/index.ts'
import type { Kernel } from '../../src/kernel/index.ts'
import * as protocol from '../../src/protocol/index.ts'

/** A signing key whose secret is 32 times `byte`. */
export const sampleKey = (byte: number): protocol.SigningKey =>
  protocol.makeSigningKey(new Uint8Array(32).fill(byte))

export const SAMPLE_TIME = 1_767_225_600

export const keys = {
  hospital: sampleKey(1),
  hospitalLog: sampleKey(2),
  hospitalCosigner: sampleKey(3),
  insurer: sampleKey(4),
  insurerLog: sampleKey(5),
  insurerCosigner: sampleKey(6),
  doctor: sampleKey(7),
  auditor: sampleKey(8),
  patient: sampleKey(9),
}

/** The doctor's X25519 key, of a secret that is 32 times 10. */
export const sampleEncryptionKey = x25519.getPublicKey(new Uint8Array(32).fill(10))

export const sampleGenesis: protocol.Genesis = {
  name: 'sample.example',
  time: SAMPLE_TIME,
  quorum: 2,
  members: [
    {
      id: 'city-hospital',
      roles: ['hospital'],
      key: toHex(keys.hospital.publicKey),
      logKey: toHex(keys.hospitalLog.publicKey),
      cosignerKey: toHex(keys.hospitalCosigner.publicKey),
    },
    {
      id: 'mutual-insurer',
      roles: ['insurer'],
      key: toHex(keys.insurer.publicKey),
      logKey: toHex(keys.insurerLog.publicKey),
      cosignerKey: toHex(keys.insurerCosigner.publicKey),
    },
    { id: 'audit-office', roles: ['auditor'], key: toHex(keys.auditor.publicKey) },
  ],
  actors: [
    {
      id: 'city-hospital:dr-li',
      member: 'city-hospital',
      role: 'doctor',
      key: toHex(keys.doctor.publicKey),
      encryptionKey: toHex(sampleEncryptionKey),
    },
  ],
  parameters: { 'record.lateAfterSeconds': 259_200 },
}

export const sampleGenesisBytes = utf8(`${JSON.stringify(sampleGenesis, null, 2)}\n`)

/** The patient as the hospital knows it. Made without the protocol's own code, which a test compares with it. */
export const sampleSalt = new Uint8Array(32).fill(11)
export const sampleSubject = createHash('sha256')
  .update('medseal/subject/v1\ncity-hospital\n')
  .update(sampleSalt)
  .update(keys.patient.publicKey)
  .digest('hex')

/** A record anchored by the doctor; `n` makes its id and its nonce. */
export const sampleBody = (n: number): protocol.Body => ({
  expires: SAMPLE_TIME + 600,
  nonce: n.toString(16).padStart(32, '0'),
  payload: {
    contentHash: 'ab'.repeat(32),
    encounterAt: SAMPLE_TIME - 3600 * n,
    kind: 'Observation',
    recordId: `obs-${n}`,
    subject: sampleSubject,
  },
  type: 'record.anchor',
})

export interface SampleTransaction {
  readonly body: Uint8Array
  readonly signature: Uint8Array
  readonly leaf: Uint8Array
  readonly id: Uint8Array
}

/** Signs a body as the sample's doctor does. */
export function signSample(kernel: Kernel, ledgerId: Uint8Array, body: protocol.Body): SampleTransaction {
  const bytes = protocol.encodeBody(body)
  const { publicKey, sign } = keys.doctor
  const signature = sign(protocol.signingInput(ledgerId, publicKey, bytes))
  return {
    body: bytes,
    signature,
    leaf: protocol.encodeTransactionLeaf(publicKey, signature, bytes),
    id: protocol.transactionId(kernel, ledgerId, publicKey, bytes, body.expires),
  }
}

/** Leaves of a log and what is needed to prove them. */
export class SampleLog {
  readonly leaves: Uint8Array[] = []
  readonly kernel: Kernel
  #previousHeader: Uint8Array | undefined
  #height = 0

  constructor(kernel: Kernel) {
    this.kernel = kernel
  }

  /** Appends a block; the state digest is the hash of its height, in want of a state. */
  addBlock(leaves: readonly Uint8Array[], refusals: readonly protocol.Refusal[], time: number): void {
    const isGenesis = this.leaves.length === 0
    const header = protocol.encodeHeaderLeaf({
      height: this.#height,
      time,
      rulesVersion: 1,
      accepted: isGenesis ? 0 : leaves.length,
      refused: refusals.length,
      previousHeaderHash: this.#previousHeader ?? new Uint8Array(32),
      stateDigest: this.kernel.sha256(utf8(`state ${this.#height}`)),
    })
    this.leaves.push(...leaves, ...protocol.encodeRefusalsLeaves(refusals), header)
    this.#previousHeader = this.kernel.leafHash(header)
    this.#height += 1
  }

  readonly readNode: protocol.ReadNode = (level, index) => {
    const width = 2 ** level
    return this.kernel.merkleRoot(this.leaves.slice(index * width, (index + 1) * width))
  }

  /** A leaf with its proof at the log's present size. */
  prove(index: number): protocol.ProvenLeaf {
    const hashes = protocol.inclusionProof(this.kernel, index, this.leaves.length, this.readNode)
    return { leaf: this.leaves[index]!, index, hashes }
  }

  /** Text of the checkpoint at the log's present size. */
  checkpointText(origin: string): string {
    return protocol.formatCheckpoint({
      origin,
      size: this.leaves.length,
      root: this.kernel.merkleRoot(this.leaves),
    })
  }
}

/**
 * The sample ledger. Its leaves: 0 genesis, 1 header 0, 2-3 accepted, 4 refusals, 5 header 1, 6 accepted, 7 header 2.
 */
export function makeSampleLedger(kernel: Kernel) {
  const ledgerId = protocol.ledgerIdOf(kernel, sampleGenesisBytes)
  const origin = protocol.originOf(sampleGenesis.name, ledgerId)
  const transactions = [1, 2, 3, 4, 5].map((n) => signSample(kernel, ledgerId, sampleBody(n)))
  const [first, second, third, refusedFirst, refusedSecond] = transactions as [
    SampleTransaction,
    SampleTransaction,
    SampleTransaction,
    SampleTransaction,
    SampleTransaction,
  ]
  const log = new SampleLog(kernel)
  log.addBlock([protocol.encodeGenesisLeaf(sampleGenesisBytes)], [], SAMPLE_TIME)
  log.addBlock(
    [first.leaf, second.leaf],
    [
      { id: refusedFirst.id, code: CODES['record.not-facility'].number },
      { id: refusedSecond.id, code: 65_535 },
    ],
    SAMPLE_TIME + 10,
  )
  log.addBlock([third.leaf], [], SAMPLE_TIME + 20)

  const text = log.checkpointText(origin)
  const cosigner = (member: string, key: protocol.SigningKey) =>
    protocol.makeCosigner(kernel, protocol.cosignerName(origin, member), key)
  const signatures = {
    log: protocol.makeLogSigner(kernel, origin, keys.hospitalLog).sign(text),
    hospital: cosigner('city-hospital', keys.hospitalCosigner).cosign(text, SAMPLE_TIME + 21),
    insurer: cosigner('mutual-insurer', keys.insurerCosigner).cosign(text, SAMPLE_TIME + 22),
  }
  const checkpoint = protocol.formatNote(text, [signatures.log, signatures.hospital, signatures.insurer])
  const trust = protocol.trustOf(kernel, protocol.parseGenesis(kernel, sampleGenesisBytes), ledgerId)
  return {
    ledgerId,
    origin,
    log,
    trust,
    checkpointText: text,
    signatures,
    checkpoint,
    accepted: [first, second, third] as const,
    refused: [refusedFirst, refusedSecond] as const,
    receiptOf: (index: number, headerIndex: number, note = checkpoint): protocol.Receipt =>
      protocol.makeReceipt(note, log.prove(index), log.prove(headerIndex)),
  }
}
