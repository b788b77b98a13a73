/**
 * docs/protocol-example.md holds real bytes: it is written by this test (`npx vitest run test/protocol/worked-example
 * -u`) and compared on every run. What it shows is also checked by means that share no code with the protocol:
 * node:crypto and a kernel made of @noble.
 */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { decodeUtf8, toHex, utf8 } from '../../src/base/index.ts'
import * as protocol from '../../src/protocol/index.ts'
import { nobleKernel } from '../support/noble-kernel.ts'
import { kernel } from './kernel.ts'
import {
  keys,
  makeSampleLedger,
  SAMPLE_TIME,
  sampleBody,
  sampleGenesisBytes,
  sampleSalt,
  sampleSubject,
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
`

describe('the worked example of the documentation', () => {
  test('is what the protocol makes', async () => {
    await expect(example).toMatchFileSnapshot('../../docs/protocol-example.md')
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
