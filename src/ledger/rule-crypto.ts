/** The kernel's pure functions as rules may call them: hex in and out, so that rules hold no bytes. */
import { fromHex, toHex } from '../base/index.ts'
import type { RuleCrypto } from '../domain/index.ts'
import type { Kernel } from '../kernel/index.ts'

/** `RuleCrypto` over `kernel` for one ledger. */
export function createRuleCrypto(kernel: Kernel, ledgerId: Uint8Array): RuleCrypto {
  return {
    ledgerId,
    verifySignature(publicKey, message, signature) {
      const [key, bytes] = [fromHex(publicKey, 32), fromHex(signature, 64)]
      return (
        key !== undefined &&
        bytes !== undefined &&
        kernel.verify({ publicKey: key, message, signature: bytes })
      )
    },
    isEnrollableKey(publicKey) {
      const key = fromHex(publicKey, 32)
      return key !== undefined && kernel.isEnrollableKey(key)
    },
    sha256Hex: (bytes) => toHex(kernel.sha256(bytes)),
    merkleRoot: (entries) => toHex(kernel.merkleRoot(entries)),
    verifyInclusion({ index, size, entry }, path, root) {
      const [hashes, rootBytes] = [fromHex(path.join('')), fromHex(root, 32)]
      return (
        hashes !== undefined &&
        rootBytes !== undefined &&
        kernel.verifyInclusion(index, size, kernel.leafHash(entry), hashes, rootBytes)
      )
    },
  }
}
