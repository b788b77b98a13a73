/**
 * Makes a kernel fast before the first caller needs it: V8 runs wasm in a slow first tier until a function has been
 * busy for a while. It is a self-test too, for a worker whose kernel answers wrongly must not start.
 */
import { generateKeyPairSync, sign } from 'node:crypto'
import { assert, concatBytes, hasBit, pack } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'

/** µs a check by round of 256: 69, 30, 25, 22, then no more to gain. */
const ROUNDS = 4
const CHECKS = 256
const MESSAGE_BYTES = 200

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

/** Valid checks under keys of their own, so that keys are decompressed and R and A have terms of their own. */
function createPackedChecks(): Uint8Array[] {
  return Array.from({ length: CHECKS }, (_, i) => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const message = new Uint8Array(MESSAGE_BYTES).fill(i)
    const key = Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url')
    return concatBytes(key, sign(null, message, privateKey), message)
  })
}
