/** Signed checks and entries, made from a seed and signed by node:crypto. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import { concatBytes, toHex, utf8 } from '../../../src/base/index.ts'
import type { SignatureCheck } from '../../../src/kernel/index.ts'

/** A generator of 32-bit numbers (mulberry32), so that a printed seed repeats a test. */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}

/** A seed that differs from run to run, printed so that a failure can be repeated. */
export function printedSeed(name: string): number {
  const seed = Number(process.env['TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32))
  process.stdout.write(`${name}: TEST_SEED=${seed}\n`)
  return seed
}

export function randomBytes(next: () => number, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => next() & 255)
}

export interface Signer {
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Uint8Array
}

const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

export function createSigner(secret: Uint8Array): Signer {
  const key: KeyObject = createPrivateKey({
    key: Buffer.concat([PKCS8_HEAD, secret]),
    format: 'der',
    type: 'pkcs8',
  })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return {
    publicKey: new Uint8Array(spki.subarray(-32)),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  }
}

/** `count` valid checks by a few signers; messages of up to 300 bytes, or as `messageOf` says. */
export function createChecks(
  next: () => number,
  count: number,
  messageOf: (i: number) => Uint8Array = () => randomBytes(next, next() % 300),
): SignatureCheck[] {
  const signers = Array.from({ length: 16 }, () => createSigner(randomBytes(next, 32)))
  return Array.from({ length: count }, (_, i) => {
    const { publicKey, sign } = signers[next() % signers.length]!
    const message = messageOf(i)
    return { publicKey, message, signature: sign(message) }
  })
}

/** The same check with one bit of its signature turned. */
export function spoil(check: SignatureCheck, next: () => number): SignatureCheck {
  const signature = new Uint8Array(check.signature)
  signature[next() % 64]! ^= 1 << (next() & 7)
  return { ...check, signature }
}

/** A check as it is packed: public key, signature, message. */
export const packedForm = (check: SignatureCheck) =>
  concatBytes(check.publicKey, check.signature, check.message)

export const LEDGER_ID = Uint8Array.from({ length: 32 }, (_, i) => i)

/** `count` sound transaction leaves whose payload holds `note(i)`. */
export function createEntries(
  next: () => number,
  count: number,
  note: (i: number) => string = () => 'plain',
): Uint8Array[] {
  const signers = Array.from({ length: 8 }, () => createSigner(randomBytes(next, 32)))
  return Array.from({ length: count }, (_, i) => {
    const { publicKey, sign } = signers[next() % signers.length]!
    const nonce = toHex(randomBytes(next, 16))
    const body = utf8(
      `{"expires":1000,"nonce":"${nonce}","payload":{"note":"${note(i)}"},"type":"record.anchor"}`,
    )
    const input = concatBytes(utf8('medseal/transaction/v1\n'), LEDGER_ID, publicKey, body)
    return concatBytes(Uint8Array.of(1), publicKey, sign(input), body)
  })
}
