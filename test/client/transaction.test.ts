import { beforeAll, describe, expect, it } from 'vitest'
import { hasBit, pack, toHex } from '../../src/base/index.ts'
import {
  commitSubject,
  type Draft,
  generateSigningKey,
  signKeyStatement,
  signTransaction,
} from '../../src/client/index.ts'
import { type Kernel, loadKernel } from '../../src/kernel/index.ts'
import { decodeLeaf, keyStatementInput, parseBody, parsePrivatePart } from '../../src/protocol/index.ts'
import { sleepyClock } from './fake-node.ts'

const ledgerId = new Uint8Array(32).fill(5)
const signer = generateSigningKey()
const draft: Draft = { type: 'record.anchor', payload: { recordId: 'visit-1', encounterAt: 17 } }

describe('a signed transaction', () => {
  let kernel: Kernel
  beforeAll(async () => {
    kernel = await loadKernel()
  })
  const sign = (what: Draft) =>
    signTransaction(what, { kernel, ledgerId, signer, clock: sleepyClock(1_700_000_000) })
  const bodyOf = (entry: Uint8Array) => {
    const leaf = decodeLeaf(entry)
    if (leaf.kind !== 'transaction') throw new Error('not a transaction')
    return parseBody(leaf.body)
  }

  it('is sound to the kernel, under the id that the client made', async () => {
    const { entry, id, privatePart } = await sign(draft)
    const verdicts = kernel.verifyEntries(pack([entry]), ledgerId)
    expect(hasBit(verdicts.valid, 0)).toBe(true)
    expect(toHex(verdicts.ids)).toBe(id)
    expect(privatePart).toBeUndefined()
    const elsewhere = kernel.verifyEntries(pack([entry]), new Uint8Array(32))
    expect(hasBit(elsewhere.valid, 0)).toBe(false)
  })

  it('lives ten minutes unless told otherwise, and has a nonce of its own', async () => {
    const [one, two] = [await sign(draft), await sign({ ...draft, expiresInSeconds: 60 })]
    expect(bodyOf(one.entry)).toMatchObject({ ...draft, expires: 1_700_000_600 })
    expect(bodyOf(two.entry).expires).toBe(1_700_000_060)
    expect(bodyOf(one.entry).nonce).not.toBe(bodyOf(two.entry).nonce)
  })

  it('is bound to its private part by a salted hash', async () => {
    const value = { diagnosis: 'J45.9', dose: 0.5, note: null }
    const [one, two] = [
      await sign({ ...draft, privatePart: value }),
      await sign({ ...draft, privatePart: value }),
    ]
    expect(parsePrivatePart(one.privatePart!)?.value).toEqual(value)
    expect(bodyOf(one.entry).privateHash).toBe(toHex(kernel.sha256(one.privatePart!)))
    expect(bodyOf(one.entry).privateHash).not.toBe(bodyOf(two.entry).privateHash)
    const salt = new Uint8Array(32).fill(8)
    const salted = await sign({ ...draft, privatePart: value, salt })
    expect(parsePrivatePart(salted.privatePart!)?.salt).toEqual(salt)
  })

  it('is not made of what a body can not hold', async () => {
    for (const payload of [{ amount: 1.5 }, { name: '\ud800' }, { 'a b': 1 }]) {
      await expect(sign({ ...draft, payload })).rejects.toThrow(TypeError)
    }
    await expect(sign({ ...draft, type: 'anchor' })).rejects.toThrow(TypeError)
    await expect(sign({ ...draft, payload: { text: 'x'.repeat(70_000) } })).rejects.toThrow(RangeError)
    await expect(sign({ ...draft, salt: new Uint8Array(32) })).rejects.toThrow(TypeError)
    await expect(sign({ ...draft, privatePart: 1, salt: new Uint8Array(31) })).rejects.toThrow(RangeError)
  })

  it('may be signed by a key that answers later', async () => {
    const distant = { publicKey: signer.publicKey, sign: async (message: Uint8Array) => signer.sign(message) }
    const { entry } = await signTransaction(draft, { kernel, ledgerId, signer: distant })
    expect(hasBit(kernel.verifyEntries(pack([entry]), ledgerId).valid, 0)).toBe(true)
  })

  it("comes after a key statement, which is the new key's own", async () => {
    const oldKey = generateSigningKey().publicKey
    for (const request of [
      { ledgerId, actor: 'ward:doctor' },
      { ledgerId, actor: 'ward:doctor', oldKey },
    ]) {
      const statement = await signKeyStatement(signer, request)
      const message = keyStatementInput(ledgerId, 'ward:doctor', request.oldKey, signer.publicKey)
      const signature = Uint8Array.from(Buffer.from(statement, 'hex'))
      expect(kernel.verify({ publicKey: signer.publicKey, message, signature })).toBe(true)
    }
  })

  it('names a patient by a commitment that its salt opens', () => {
    const { subject, salt } = commitSubject(kernel, 'ward', signer.publicKey)
    expect(commitSubject(kernel, 'ward', signer.publicKey, salt).subject).toBe(subject)
    expect(commitSubject(kernel, 'other', signer.publicKey, salt).subject).not.toBe(subject)
    expect(commitSubject(kernel, 'ward', signer.publicKey).subject).not.toBe(subject)
  })
})
