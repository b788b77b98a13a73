/** The ledger's way in: form, id, leaf hash and signature of transaction leaves, whatever stands among them. */
import { createHash, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  concatBytes,
  decodeUtf8,
  hasBit,
  LEAF_BYTES_MAX,
  pack,
  packedItem,
  utf8,
} from '../../src/base/index.ts'
import { FAULT, type Kernel } from '../../src/kernel/index.ts'
import { canonicalBytes, ENVELOPE } from './support/bodies.ts'
import { makeSigner, type Signer } from './support/curve.ts'
import { loadKernels } from './support/kernels.ts'
import { pick, randomBytes, randomInteger, seed } from './support/random.ts'

const CONTEXT = utf8('medseal/transaction/v1\n')
const ledgerId = randomBytes(32)
const signers = Array.from({ length: 5 }, makeSigner)

const sha256 = (...parts: readonly Uint8Array[]) =>
  new Uint8Array(
    createHash('sha256')
      .update(concatBytes(...parts))
      .digest(),
  )

/** What one entry should get. */
interface Expected {
  readonly entry: Uint8Array
  readonly fault: number
  readonly offset: number
  /** Zeros where the form is unsound. */
  readonly id: Uint8Array
}

function makeBody(payload: unknown = { a: randomInteger(1000) }): Uint8Array {
  const nonce = Buffer.from(randomBytes(16)).toString('hex')
  return canonicalBytes({ ...ENVELOPE, expires: randomInteger(2 ** 32), nonce, payload })
}

/** The id of an entry of sound form. */
function idOf(entry: Uint8Array): Uint8Array {
  const body = entry.subarray(97)
  const id = new Uint8Array(32)
  new DataView(id.buffer).setUint32(0, JSON.parse(decodeUtf8(body)).expires)
  id.set(sha256(CONTEXT, ledgerId, entry.subarray(1, 33), body).subarray(0, 28), 4)
  return id
}

/** A sound entry, or one of an unsound `body`, as its fault and offset then say. */
function makeEntry(
  body = makeBody(),
  fault: number = FAULT.none,
  offset = 0,
  signer: Signer = pick(signers),
): Expected {
  const input = concatBytes(CONTEXT, ledgerId, signer.publicKey, body)
  const entry = concatBytes(Uint8Array.of(1), signer.publicKey, sign(null, input, signer.privateKey), body)
  return { entry, fault, offset, id: fault === FAULT.none ? idOf(entry) : new Uint8Array(32) }
}

/** A sound entry with byte `at` of its key or signature changed. */
function spoil({ entry }: Expected, at: number): Expected {
  const spoiled = entry.slice()
  spoiled[at]! ^= 1
  return { entry: spoiled, fault: FAULT.signature, offset: 0, id: idOf(spoiled) }
}

/** `entry` altered so that it is no transaction leaf. */
const unformed = (entry: Uint8Array): Expected => ({
  entry,
  fault: FAULT.entry,
  offset: 0,
  id: new Uint8Array(32),
})

function expectVerdicts(kernel: Kernel, all: readonly Expected[]): void {
  const entries = pack(all.map(({ entry }) => entry))
  const verdicts = kernel.verifyEntries(entries, ledgerId)
  expect([...verdicts.faults]).toEqual(all.map(({ fault }) => fault))
  expect([...verdicts.faultOffsets]).toEqual(all.map(({ offset }) => offset))
  expect(verdicts.ids).toEqual(concatBytes(...all.map(({ id }) => id)))
  expect(verdicts.leafHashes).toEqual(concatBytes(...all.map(({ entry }) => sha256(Uint8Array.of(0), entry))))
  expect(all.map((_, i) => hasBit(verdicts.valid, i))).toEqual(all.map(({ fault }) => fault === FAULT.none))
}

/** One entry of each kind of wrong, and sound ones. */
function makeMixture(): Expected[] {
  const sound = makeEntry()
  const body = makeBody()
  const fraction = canonicalBytes({ ...ENVELOPE, payload: { a: 1.5 } })
  const withTag = (tag: number) => concatBytes(Uint8Array.of(tag), sound.entry.subarray(1))
  return [
    sound,
    spoil(makeEntry(), 40),
    spoil(makeEntry(), 70),
    spoil(makeEntry(), 5),
    unformed(new Uint8Array(0)),
    unformed(Uint8Array.of(1)),
    unformed(sound.entry.subarray(0, 96)),
    unformed(withTag(0)),
    unformed(withTag(2)),
    unformed(concatBytes(sound.entry, new Uint8Array(LEAF_BYTES_MAX))),
    makeEntry(new Uint8Array(0), FAULT.length),
    makeEntry(utf8('{'), FAULT.syntax, 1),
    makeEntry(utf8('{}'), FAULT.envelope, 1),
    makeEntry(concatBytes(body, utf8(' ')), FAULT.syntax, body.length),
    makeEntry(fraction, FAULT.number, fraction.indexOf('.'.charCodeAt(0)) - 1),
  ]
}

describe.each(await loadKernels())(`entries, %s build (seed ${seed})`, (_, kernel) => {
  it('takes sound entries, with their ids and leaf hashes', () => {
    for (const count of [0, 1, 2, 9, 300])
      expectVerdicts(
        kernel,
        Array.from({ length: count }, () => makeEntry()),
      )
  })

  it('names what is wrong with each, among sound ones', () => {
    const mixture = makeMixture()
    for (const expected of mixture) expectVerdicts(kernel, [expected])
    const sound = Array.from({ length: 40 }, () => makeEntry())
    expectVerdicts(kernel, [...sound, ...mixture, ...sound, ...mixture])
  })

  it('binds a signature to its ledger and its key', () => {
    const entries = [makeEntry(), makeEntry()]
    const packed = pack(entries.map(({ entry }) => entry))
    const elsewhere = kernel.verifyEntries(packed, randomBytes(32))
    expect([...elsewhere.faults]).toEqual([FAULT.signature, FAULT.signature])
    const body = makeBody()
    const [first, second] = [makeEntry(body, 0, 0, signers[0]), makeEntry(body, 0, 0, signers[1])]
    expectVerdicts(kernel, [first, second])
    expect(first.id).not.toEqual(second.id)
    const stolen = concatBytes(Uint8Array.of(1), signers[1]!.publicKey, first.entry.subarray(33))
    expectVerdicts(kernel, [{ ...second, entry: stolen, fault: FAULT.signature }, first])
  })

  it('takes entries of the largest size, a block of them, and more than a block', () => {
    const text = 'x'.repeat(LEAF_BYTES_MAX - 97 - makeBody({ a: '' }).length - 3)
    const largest = Array.from({ length: 140 }, () => makeEntry(makeBody({ a: text })))
    expect(largest.every(({ entry }) => entry.length > LEAF_BYTES_MAX - 20)).toBe(true)
    expectVerdicts(kernel, largest)
    const many = Array.from({ length: 50 }, () => makeEntry())
    const mixture = makeMixture()
    const all = Array.from({ length: 4200 }, (_, i) => (i % 1000 === 7 ? pick(mixture) : many[i % 50]!))
    expectVerdicts(kernel, all)
  })

  it('refuses what is larger than the arena and goes on', () => {
    const huge = unformed(new Uint8Array(9 * 2 ** 20).fill(1))
    expectVerdicts(kernel, [makeEntry(), huge, makeEntry(), spoil(makeEntry(), 50), huge])
  })

  it('reads a part of larger bytes', () => {
    const all = [makeEntry(), makeEntry(), makeEntry()]
    const packed = pack(all.map(({ entry }) => entry))
    const part = { bytes: packed.bytes, offsets: packed.offsets.subarray(1) }
    expect(packedItem(part, 0)).toEqual(all[1]!.entry)
    const verdicts = kernel.verifyEntries(part, ledgerId)
    expect([...verdicts.valid]).toEqual([0b11])
    expect(verdicts.ids).toEqual(concatBytes(all[1]!.id, all[2]!.id))
  })
})
