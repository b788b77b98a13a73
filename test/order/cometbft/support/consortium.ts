/** A consortium of members that all run a node and vote, with fixed keys; entries and bundles as they make them. */
import { pack, toHex, utf8 } from '../../../../src/base/index.ts'
import { createVersions } from '../../../../src/domain/index.ts'
import {
  type Body,
  encodeBody,
  encodeTransactionBundle,
  encodeTransactionLeaf,
  type Genesis,
  keyStatementInput,
  ledgerIdOf,
  orderKeyName,
  type Payload,
  signingInput,
  transactionId,
} from '../../../../src/protocol/index.ts'
import { GENESIS_TIME, kernel, keyOf, publicKeyOf } from '../../../ledger/support/consortium.ts'
import { probeRegistry } from '../../../ledger/support/probe-module.ts'

export { GENESIS_TIME, kernel, keyOf, publicKeyOf }

export const MEMBERS = ['authority', 'hospital', 'insurer', 'lab'] as const
const ROLES = ['auditor', 'hospital', 'insurer', 'exam-institution'] as const
export const DOCTOR = 'hospital:dr-li'

export const nodeKeysOf = (member: string) => ({
  logKey: publicKeyOf(`${member} log`),
  cosignerKey: publicKeyOf(`${member} cosigner`),
  orderKey: publicKeyOf(`${member} order`),
})

export const genesis: Genesis = {
  name: 'several.example',
  time: GENESIS_TIME,
  quorum: 1,
  members: [
    ...MEMBERS.map((id, i) => ({ id, roles: [ROLES[i]!], key: publicKeyOf(id), ...nodeKeysOf(id) })),
    { id: 'watcher', roles: ['platform'], key: publicKeyOf('watcher') },
  ],
  actors: [
    {
      id: DOCTOR,
      member: 'hospital',
      role: 'doctor',
      key: publicKeyOf(DOCTOR),
      encryptionKey: toHex(kernel.sha256(utf8(`encryption key of ${DOCTOR}`))),
    },
  ],
  parameters: {},
}
export const genesisBytes = utf8(JSON.stringify(genesis))
export const ledgerId = ledgerIdOf(kernel, genesisBytes)
/** The rules of this build with the probe beside them. */
export const versions = createVersions([{ version: 1, modules: probeRegistry.modules }])

export interface Signed {
  readonly id: string
  readonly entry: Uint8Array
}

/** An entry; `nonce` counts and makes it one of its own. */
export function signEntry(
  signer: string,
  type: string,
  payload: Payload,
  { nonce, expires, ledger = ledgerId }: { nonce: number; expires: number; ledger?: Uint8Array },
): Signed {
  const body: Body = { expires, nonce: nonce.toString(16).padStart(32, '0'), payload, type }
  const bytes = encodeBody(body)
  const key = keyOf(signer)
  const signature = key.sign(signingInput(ledger, key.publicKey, bytes))
  return {
    id: toHex(transactionId(kernel, ledger, key.publicKey, bytes, expires)),
    entry: encodeTransactionLeaf(key.publicKey, signature, bytes),
  }
}

/** A bundle of `member`, signed by its node unless another key is named. */
export const bundleOf = (
  member: string,
  entries: readonly Uint8Array[],
  { signer = `${member} log`, ledger = ledgerId } = {},
): Uint8Array => encodeTransactionBundle(kernel, ledger, member, pack(entries), keyOf(signer))

/** The statement of a key that is to vote for a member's node. */
export function orderStatement(member: string, name: string): { publicKey: string; statement: string } {
  const key = keyOf(name)
  const input = keyStatementInput(ledgerId, orderKeyName(member), undefined, key.publicKey)
  return { publicKey: toHex(key.publicKey), statement: toHex(key.sign(input)) }
}
