/**
 * The engine's key files, written from seeds (RFC 8032 private keys, 32 bytes): what it votes with, and what it is
 * known by to its peers.
 */
import { toHex } from '../../../base/index.ts'
import type { Kernel } from '../../../kernel/index.ts'
import { encodeBase64, makeSigningKey } from '../../../protocol/index.ts'

const ADDRESS_BYTES = 20

/** The first 20 bytes of SHA-256(public key): how the engine names a key. */
export const addressOf = (kernel: Kernel, publicKey: Uint8Array): Uint8Array =>
  kernel.sha256(publicKey).slice(0, ADDRESS_BYTES)

/** What a node is called among its peers, hex: the address of its p2p key. */
export const nodeIdOf = (kernel: Kernel, publicKey: Uint8Array): string => toHex(addressOf(kernel, publicKey))

/** The engine keeps a private key as seed ‖ public key. */
const privateKeyOf = (seed: Uint8Array) => ({
  type: 'tendermint/PrivKeyEd25519',
  value: encodeBase64(Uint8Array.of(...seed, ...makeSigningKey(seed).publicKey)),
})

/** `node_key.json`. */
export const nodeKeyFile = (seed: Uint8Array): string =>
  `${JSON.stringify({ priv_key: privateKeyOf(seed) })}\n`

/** `priv_validator_key.json`. */
export function voteKeyFile(kernel: Kernel, seed: Uint8Array): string {
  const { publicKey } = makeSigningKey(seed)
  const file = {
    address: toHex(addressOf(kernel, publicKey)).toUpperCase(),
    pub_key: { type: 'tendermint/PubKeyEd25519', value: encodeBase64(publicKey) },
    priv_key: privateKeyOf(seed),
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

/** `priv_validator_state.json` of a key that has never voted. */
export const NEVER_VOTED = `${JSON.stringify({ height: '0', round: 0, step: 0 }, null, 2)}\n`
