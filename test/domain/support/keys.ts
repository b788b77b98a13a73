/** Keys of a test, each made from a name, and the key statements that they sign. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { fromHex, toHex, utf8 } from '../../../src/base/index.ts'
import type { RuleCrypto } from '../../../src/domain/index.ts'
import { keyStatementInput } from '../../../src/protocol/index.ts'
import { nobleKernel } from '../../support/noble-kernel.ts'

export interface TestKey {
  /** Hex. */
  readonly publicKey: string
  readonly secret: Uint8Array
}

/** SHA-256 of a name, hex: a hash, a subject or an X25519 key where any will do. */
export const hashOf = (name: string): string => toHex(sha256(utf8(name)))

const keys = new Map<string, TestKey>()

/** The key pair of a name, always the same. */
export function keyOf(name: string): TestKey {
  let key = keys.get(name)
  if (key === undefined) {
    const secret = sha256(utf8(`key of ${name}`))
    key = { secret, publicKey: toHex(ed25519.getPublicKey(secret)) }
    keys.set(name, key)
  }
  return key
}

export const LEDGER_ID = sha256(utf8('a test ledger'))

/** What `newKey` signs to take the place of `oldKey` for an actor. */
export function statementOf(actor: string, newKey: TestKey, oldKey?: TestKey, ledgerId = LEDGER_ID): string {
  const old = oldKey && fromHex(oldKey.publicKey)
  const input = keyStatementInput(ledgerId, actor, old, fromHex(newKey.publicKey)!)
  return toHex(ed25519.sign(input, newKey.secret))
}

/** The oracle's cryptography: rules do not know who answers. */
export const testCrypto: RuleCrypto = {
  ledgerId: LEDGER_ID,
  verifySignature: (publicKey, message, signature) =>
    ed25519.verify(fromHex(signature)!, message, fromHex(publicKey)!, { zip215: true }),
  isEnrollableKey(publicKey) {
    try {
      const point = ed25519.Point.fromHex(publicKey, false)
      return point.isTorsionFree() && !point.is0() && point.toHex() === publicKey
    } catch {
      return false
    }
  },
  sha256Hex: (bytes) => toHex(sha256(bytes)),
  merkleRoot: (entries) => toHex(nobleKernel.merkleRoot(entries)),
  verifyInclusion: ({ index, size, entry }, path, root) =>
    nobleKernel.verifyInclusion(
      index,
      size,
      nobleKernel.leafHash(entry),
      fromHex(path.join(''))!,
      fromHex(root)!,
    ),
}
