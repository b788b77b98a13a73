/** Receipts of single transactions on ledgers made by hand, for tests that need a proof but no node. */
import type { Kernel } from '../../src/kernel/index.ts'
import * as protocol from '../../src/protocol/index.ts'
import { keys, SampleLog, sampleGenesis } from '../protocol/sample-ledger.ts'

export interface TestLedger {
  readonly genesis: Uint8Array
  readonly trust: protocol.Trust
}

/** A ledger of the sample consortium under another name; its quorum is two. */
export function testLedger(kernel: Kernel, name = 'test-ledger'): TestLedger {
  const genesis = new TextEncoder().encode(JSON.stringify({ ...sampleGenesis, name }))
  const ledgerId = protocol.ledgerIdOf(kernel, genesis)
  return { genesis, trust: protocol.trustOf(kernel, protocol.parseGenesis(kernel, genesis), ledgerId) }
}

export interface TestTransaction {
  readonly secretKey: Uint8Array
  readonly time: number
  readonly type: string
  readonly payload: protocol.Payload
}

/** The receipt of a transaction in block 1, cosigned by the quorum. No rule has looked at it. */
export function makeTestReceipt(
  kernel: Kernel,
  { genesis, trust: { ledgerId, origin } }: TestLedger,
  { secretKey, time, type, payload }: TestTransaction,
): protocol.Receipt {
  const signer = protocol.makeSigningKey(secretKey)
  const body = protocol.encodeBody({ expires: time + 600, nonce: '0'.repeat(32), payload, type })
  const signature = signer.sign(protocol.signingInput(ledgerId, signer.publicKey, body))
  const log = new SampleLog(kernel)
  log.addBlock([protocol.encodeGenesisLeaf(genesis)], [], sampleGenesis.time)
  log.addBlock([protocol.encodeTransactionLeaf(signer.publicKey, signature, body)], [], time)
  const text = log.checkpointText(origin)
  const cosign = (member: string, key: protocol.SigningKey) =>
    protocol.makeCosigner(kernel, protocol.cosignerName(origin, member), key).cosign(text, time)
  const checkpoint = protocol.formatNote(text, [
    protocol.makeLogSigner(kernel, origin, keys.hospitalLog).sign(text),
    cosign('city-hospital', keys.hospitalCosigner),
    cosign('mutual-insurer', keys.insurerCosigner),
  ])
  return protocol.makeReceipt(checkpoint, log.prove(2), log.prove(3))
}
