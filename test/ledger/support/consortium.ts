/** A small consortium with fixed keys: its genesis, signed entries, and blocks as the engine would hand them over. */
import { createPrivateKey, sign } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { concatBytes, pack, toHex, utf8 } from '../../../src/base/index.ts'
import { type Kernel, loadKernel } from '../../../src/kernel/index.ts'
import type { VerifiedBlock } from '../../../src/ledger/index.ts'
import {
  type Body,
  encodeBody,
  encodeTransactionLeaf,
  type Genesis,
  ledgerIdOf,
  type Payload,
  type SigningKey,
  signingInput,
  transactionId,
} from '../../../src/protocol/index.ts'

export const kernel: Kernel = await loadKernel()

export const GENESIS_TIME = 1_767_225_600

const keys = new Map<string, SigningKey>()

/** The secret of the key of a name. */
export const secretOf = (name: string) => kernel.sha256(utf8(`key of ${name}`))

/** Signs by node:crypto, which is much faster than the signing of the protocol and gives the same bytes. */
function nodeSigningKey(secret: Uint8Array): SigningKey {
  const pkcs8 = concatBytes(Buffer.from('302e020100300506032b657004220420', 'hex'), secret)
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
  return {
    publicKey: ed25519.getPublicKey(secret),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  }
}

/** The signing key of a name, always the same. */
export function keyOf(name: string): SigningKey {
  let key = keys.get(name)
  if (key === undefined) keys.set(name, (key = nodeSigningKey(secretOf(name))))
  return key
}

export const publicKeyOf = (name: string): string => toHex(keyOf(name).publicKey)

const actor = (id: string, role: 'doctor' | 'patient') => ({
  id,
  member: id.slice(0, id.indexOf(':')),
  role,
  key: publicKeyOf(id),
  encryptionKey: toHex(kernel.sha256(utf8(`encryption key of ${id}`))),
})

export const genesis: Genesis = {
  name: 'test.example',
  time: GENESIS_TIME,
  quorum: 1,
  members: [
    {
      id: 'hospital',
      roles: ['hospital'],
      key: publicKeyOf('hospital'),
      logKey: publicKeyOf('hospital log'),
      cosignerKey: publicKeyOf('hospital cosigner'),
    },
    { id: 'insurer', roles: ['insurer'], key: publicKeyOf('insurer') },
  ],
  actors: [actor('hospital:dr-li', 'doctor'), actor('hospital:dr-wang', 'doctor')],
  parameters: {},
}

export const genesisBytes = utf8(`${JSON.stringify(genesis, null, 2)}\n`)
export const ledgerId = ledgerIdOf(kernel, genesisBytes)

let nonceCount = 0

export interface EntryOptions {
  readonly expires?: number
  readonly nonce?: string
  readonly privateHash?: string
}

/** A signed entry. Nonces count up, so entries are the same on every run of a test. */
export function signEntry(
  signer: string,
  type: string,
  payload: Payload,
  options: EntryOptions = {},
): Uint8Array {
  const body: Body = {
    expires: GENESIS_TIME + 600,
    nonce: (++nonceCount).toString(16).padStart(32, '0'),
    payload,
    type,
    ...options,
  }
  const bytes = encodeBody(body)
  const key = keyOf(signer)
  return encodeTransactionLeaf(key.publicKey, key.sign(signingInput(ledgerId, key.publicKey, bytes)), bytes)
}

/** The entry with another valid signature of the same body by the same key: RFC 8032 with another choice of r. */
export function signAgain(signer: string, entry: Uint8Array): Uint8Array {
  const { scalar } = ed25519.utils.getExtendedPublicKey(secretOf(signer))
  const { Fn, BASE } = ed25519.Point
  const publicKey = entry.subarray(1, 33)
  const r = 12_345n
  const R = BASE.multiply(r).toBytes()
  const hash = kernel.sha512(concatBytes(R, publicKey, signingInput(ledgerId, publicKey, entry.subarray(97))))
  const k = Fn.create(BigInt(`0x${toHex(hash.reverse())}`))
  const S = Fn.toBytes(Fn.create(r + k * scalar))
  return concatBytes(entry.subarray(0, 33), R, S, entry.subarray(97))
}

/** Entries as a block that the engine has checked. */
export function blockOf(entries: readonly Uint8Array[], time = GENESIS_TIME + 10): VerifiedBlock {
  const packed = pack(entries)
  return { time, entries: packed, verdicts: kernel.verifyEntries(packed, ledgerId) }
}

/** Id of an entry. */
export function idOf(entry: Uint8Array): Uint8Array {
  const body = entry.subarray(97)
  const { expires } = JSON.parse(new TextDecoder().decode(body)) as Body
  return transactionId(kernel, ledgerId, entry.subarray(1, 33), body, expires)
}

export const put = (
  key: string,
  value = 1,
  options: EntryOptions = {},
  signer = 'hospital:dr-li',
): Uint8Array => signEntry(signer, 'probe.put', { key, value }, options)
