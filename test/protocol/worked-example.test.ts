/**
 * docs/protocol-example.md holds real bytes: it is written by this test (`npx vitest run test/protocol/worked-example
 * -u`) and compared on every run. What it shows is also checked by means that share no code with the protocol:
 * node:crypto and a kernel made of @noble.
 */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { decodeUtf8, systemClock, toHex, utf8 } from '../../src/base/index.ts'
import { signToken } from '../../src/client/index.ts'
import * as protocol from '../../src/protocol/index.ts'
import { nobleKernel } from '../support/noble-kernel.ts'
import { kernel } from './kernel.ts'
import {
  keys,
  makeSampleLedger,
  SAMPLE_TIME,
  sampleBody,
  sampleGenesis,
  sampleGenesisBytes,
  sampleKey,
  sampleSalt,
  sampleSubject,
  signSample,
} from './sample-ledger.ts'

const sample = makeSampleLedger(kernel)
const [first] = sample.accepted
const receipt = sample.receiptOf(2, 5)
const refusal = sample.receiptOf(4, 5)
const privatePart = protocol.encodePrivatePart(sampleSalt, { code: '15074-8', unit: 'mmol/L', value: 6.3 })
const statement = protocol.keyStatementInput(
  sample.ledgerId,
  'city-hospital:pt-1',
  undefined,
  keys.patient.publicKey,
)

/** What a third block makes of keys and quorum: the auditor's office gets a node. */
const auditorNode = {
  member: 'audit-office',
  logKey: toHex(sampleKey(12).publicKey),
  cosignerKey: toHex(sampleKey(13).publicKey),
}
const terms = { quorum: 2, nodes: [auditorNode, ...protocol.termsOf(sample.trust).nodes] }
const termsText = JSON.stringify({
  nodes: terms.nodes.map(({ cosignerKey, logKey, member }) => ({ cosignerKey, logKey, member })),
  quorum: terms.quorum,
})

function makeTrustStep(): protocol.TrustStep {
  const { ledgerId, log, origin } = makeSampleLedger(kernel)
  log.addBlock([signSample(kernel, ledgerId, sampleBody(6)).leaf], [], SAMPLE_TIME + 30)
  const text = protocol.formatCheckpoint({
    origin,
    size: log.leaves.length,
    root: kernel.merkleRoot(log.leaves),
    nextTrust: protocol.trustDigest(kernel, ledgerId, terms),
  })
  const cosign = (member: string, key: protocol.SigningKey, time: number) =>
    protocol.makeCosigner(kernel, protocol.cosignerName(origin, member), key).cosign(text, time)
  const checkpoint = protocol.formatNote(text, [
    protocol.makeLogSigner(kernel, origin, keys.hospitalLog).sign(text),
    cosign('city-hospital', keys.hospitalCosigner, SAMPLE_TIME + 31),
    cosign('mutual-insurer', keys.insurerCosigner, SAMPLE_TIME + 32),
  ])
  return { checkpoint, ...terms }
}
const chain = { steps: [makeTrustStep()] }

const tokenRequest = {
  actor: 'city-hospital:dr-li',
  origin: sample.origin,
  node: 'city-hospital',
  url: 'http://127.0.0.1:8080',
  clock: { ...systemClock, nowSeconds: () => SAMPLE_TIME + 30 },
}
const token = await signToken(keys.doctor, tokenRequest)
const tokenPart = (at: number): string => Buffer.from(token.split('.')[at]!, 'base64url').toString()

const block = (text: string, language = ''): string =>
  `\`\`\`${language}\n${text.replace(/\n$/, '')}\n\`\`\`\n`
const hexBlock = (bytes: Uint8Array): string => block(toHex(bytes).replace(/.{96}(?=.)/g, '$&\n'))
const vkeyBlock = (vkeys: readonly protocol.Vkey[]): string =>
  block(vkeys.map(protocol.formatVkey).join('\n'))
const leafRow = (index: number, what: string): string =>
  `| ${index} | ${what} | \`${toHex(kernel.leafHash(sample.log.leaves[index]!))}\` |\n`

const example = `# The protocol by example

Real bytes of a small ledger, made from secrets that are 32 equal bytes. A test writes this page and compares it on every
run; [protocol.md](protocol.md) says what each value is. Hex is broken into lines of 48 bytes.

## Keys

Ed25519 secrets and public keys. The doctor's encryption key is the X25519 key of a secret that is 32 times \`0a\`.

| key | secret, 32 times | public key |
|---|---|---|
${Object.entries(keys)
  .map(
    ([name, { publicKey }], i) =>
      `| ${name} | \`${toHex(Uint8Array.of(i + 1))}\` | \`${toHex(publicKey)}\` |`,
  )
  .join('\n')}

## Genesis

The file, with one newline at its end (${sampleGenesisBytes.length} bytes):

${block(decodeUtf8(sampleGenesisBytes), 'json')}
Ledger id, its SHA-256:

${hexBlock(sample.ledgerId)}
Origin:

${block(sample.origin)}
Verifier keys of the logs, then of the cosigners:

${vkeyBlock(sample.trust.logKeys)}
${vkeyBlock(sample.trust.cosigners)}
## A transaction

Body (${first.body.length} bytes):

${block(decodeUtf8(first.body), 'json')}
Signing input: \`medseal/transaction/v1\` and a newline, ledger id, the doctor's public key, body.

${hexBlock(protocol.signingInput(sample.ledgerId, keys.doctor.publicKey, first.body))}
Signature by the doctor:

${hexBlock(first.signature)}
Transaction id: \`expires\` ${sampleBody(1).expires} in four bytes, then 28 bytes of the SHA-256 of the signing input.

${hexBlock(first.id)}
Entry, which is the transaction's leaf (${first.leaf.length} bytes):

${hexBlock(first.leaf)}
The MessagePack batch that submits it alone, without private part:

${hexBlock(protocol.encodeBatch([{ entry: first.leaf }]))}
## Commitments

The subject above: patient's key under \`city-hospital\` with a salt of 32 times \`0b\`.

${block(sampleSubject)}
A private part with the same salt, and the \`privateHash\` that binds it:

${hexBlock(privatePart)}
${block(protocol.privateHash(kernel, privatePart))}
What the patient's key signs to be enrolled as \`city-hospital:pt-1\`, and its signature:

${hexBlock(statement)}
${hexBlock(keys.patient.sign(statement))}
## The log

Two blocks after genesis: the first accepts two transactions and refuses two, the second accepts one.

| index | leaf | leaf hash |
|---|---|---|
${leafRow(0, 'genesis')}${leafRow(1, 'header of height 0')}${leafRow(2, 'the transaction above')}${leafRow(3, 'a second one')}${leafRow(4, 'two refusals')}${leafRow(5, 'header of height 1')}${leafRow(6, 'a third one')}${leafRow(7, 'header of height 2')}
The refusals leaf, codes 1101 (\`record.not-facility\`) and 65,535 (none):

${hexBlock(sample.log.leaves[4]!)}
The header leaf of height 1: time ${SAMPLE_TIME + 10}, rules version 1, 2 accepted, 2 refused. (Its state digest is the SHA-256 of
the text \`state 1\`: this ledger has no rules.)

${hexBlock(sample.log.leaves[5]!)}
The eight leaf hashes in order are the partial tile \`${protocol.tilePath(0, 0, 8)}\`, the leaves themselves the bundle
\`${protocol.entriesPath(0, 8)}\`. Signed checkpoint, by the hospital's log key and both cosigners, at ${SAMPLE_TIME + 21} and ${SAMPLE_TIME + 22}:

${block(sample.checkpoint)}
## Receipts

Of the transaction. It is final: both members cosigned, and the quorum is two.

${block(JSON.stringify(receipt, null, 2), 'json')}
Its \`proof\` as text:

${block(receipt.proof)}
Of the refused transaction \`${toHex(sample.refused[0].id)}\`:

${block(JSON.stringify(refusal, null, 2), 'json')}
## A change of trust

A third block, of the leaves 8 and 9, gives the auditor's office a node. Its keys are those of the secrets \`0c\` (log) and
\`0d\` (cosigner). The terms that hold for sizes beyond 10:

${block(termsText, 'json')}
Their digest, which the \`trust\` line of the checkpoint of size 10 has in base64:

${hexBlock(protocol.trustDigest(kernel, sample.ledgerId, terms))}
The chain of trust, as \`/trust.json\` has it. The log's key and the cosigners of genesis sign its one checkpoint:

${block(JSON.stringify(chain, null, 2), 'json')}
## A reader's token

Header and claims with which the doctor asks the hospital's node at \`http://127.0.0.1:8080\` from ${SAMPLE_TIME + 30} on:

${block(tokenPart(0), 'json')}
${block(tokenPart(1), 'json')}
The token: both in base64url without padding, a dot between them, a dot, and the signature of what stands before that dot.

${block(token)}
`

describe('the worked example of the documentation', () => {
  test('is what the protocol makes', async () => {
    await expect(example).toMatchFileSnapshot('../../docs/protocol-example.md')
  })

  test('its chain of trust leads to the terms that it states', () => {
    const reached = protocol.followTrust(kernel, sample.trust, protocol.parseTrustChain(chain))
    expect(protocol.termsOf(reached)).toEqual(terms)
    expect(sampleGenesis.members.map(({ id }) => id)).toContain(auditorNode.member)
  })

  test('holds for node:crypto', () => {
    const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
    expect(Buffer.from(sample.ledgerId)).toEqual(sha256(sampleGenesisBytes))
    const input = Buffer.concat([
      utf8('medseal/transaction/v1\n'),
      sample.ledgerId,
      keys.doctor.publicKey,
      first.body,
    ])
    expect(toHex(first.id).slice(8)).toBe(sha256(input).toString('hex').slice(0, 56))
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), keys.doctor.publicKey])
    const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' })
    expect(verify(null, input, publicKey, first.signature)).toBe(true)
    const [signed, signature] = [token.slice(0, token.lastIndexOf('.')), token.split('.')[2]!]
    expect(verify(null, utf8(signed), publicKey, Buffer.from(signature, 'base64url'))).toBe(true)
    expect(protocol.subjectOf(kernel, 'city-hospital', sampleSalt, keys.patient.publicKey)).toBe(
      sampleSubject,
    )
  })

  test.each([
    ['the kernel', kernel],
    ['a kernel made of @noble', nobleKernel],
  ])('its receipts hold for %s', (_, someKernel) => {
    const { trust } = makeSampleLedger(someKernel)
    expect(protocol.verifyReceipt(someKernel, receipt, trust)).toMatchObject({
      ok: true,
      final: true,
      height: 1,
    })
    const id = toHex(sample.refused[0].id)
    expect(protocol.verifyReceipt(someKernel, refusal, trust, id)).toMatchObject({
      ok: true,
      codeNumber: 1101,
    })
  })
})
