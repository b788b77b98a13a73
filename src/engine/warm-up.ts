/**
 * Makes a kernel fast before the first caller needs it: V8 runs wasm in a slow first tier until a function has been
 * busy for a while. It is a self-test too, for a worker whose kernel answers wrongly must not start.
 */
import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto'
import { assert, concatBytes, hasBit, pack } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'

/**
 * µs a check by round of 256 under 256 keys on a quiet machine: 103, 33, 32, 108 (keys get their tables), 30, then no
 * more to gain.
 */
const ROUNDS = 4
const CHECKS = 256
const MESSAGE_BYTES = 200
/** What stands before the 32 bytes of an Ed25519 secret in PKCS#8. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Runs every path of `kernel` that jobs take. Throws where an answer is wrong. */
export function warmUp(kernel: Kernel): void {
  const checks = createPackedChecks()
  const spoiled = new Uint8Array(checks[0]!)
  spoiled[40]! ^= 1
  const withCulprit = pack([spoiled, ...checks.slice(1)])
  const leaves = pack(checks.map((check) => concatBytes(Uint8Array.of(1), check)))
  for (let round = 0; round < ROUNDS; round++) {
    const valid = kernel.verifyPacked(withCulprit)
    assert(!hasBit(valid, 0), 'the kernel refuses a bad signature')
    assert(
      valid.subarray(1).every((byte) => byte === 255),
      'the kernel accepts good signatures',
    )
    kernel.verifyEntries(leaves, new Uint8Array(32))
    kernel.merkleRootOfHashes(kernel.hashLeaves(leaves))
  }
}

/**
 * Valid checks under keys of their own, so that keys are decompressed and R and A have terms of their own. The keys
 * are read from PKCS#8 (RFC 8410), not generated: in Node 20 the JWK export of a generated key can wait for ever for a
 * lock that its own thread holds, when garbage is collected meanwhile.
 */
function createPackedChecks(): Uint8Array[] {
  return Array.from({ length: CHECKS }, (_, i) => {
    const der = Buffer.concat([PKCS8_HEAD, randomBytes(32)])
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32)
    const message = new Uint8Array(MESSAGE_BYTES).fill(i)
    return concatBytes(publicKey, sign(null, message, privateKey), message)
  })
}
