/** Who is in the simulated consortium, and how they sign. */
import { toHex, utf8 } from '../../src/base/index.ts'
import {
  type Body,
  encodeBody,
  encodePrivatePart,
  encodeTransactionLeaf,
  type Genesis,
  ledgerIdOf,
  type Payload,
  parseGenesis,
  privateHash,
  signingInput,
  transactionId,
} from '../../src/protocol/index.ts'
import { kernel, keyOf, publicKeyOf } from '../ledger/support/consortium.ts'
import type { Random } from './random.ts'

export { kernel, keyOf, publicKeyOf }

export const START_SECONDS = 1_767_225_600

export const LOG_KEY = 'hospital log'
export const COSIGNER_KEY = 'hospital cosigner'
export const PATIENTS = ['hospital:ann', 'hospital:bob', 'hospital:cid']
export const DOCTORS = ['hospital:dr-li', 'hospital:dr-wang']
export const MEMBERS = ['hospital', 'clinic', 'insurer', 'fund', 'platform', 'auditor']

const roleOf = (id: string) => (PATIENTS.includes(id) ? 'patient' : 'doctor')

const genesis: Genesis = {
  name: 'simulation.example',
  time: START_SECONDS,
  quorum: 1,
  members: [
    {
      id: 'hospital',
      roles: ['hospital', 'exam-institution'],
      key: publicKeyOf('hospital'),
      logKey: publicKeyOf(LOG_KEY),
      cosignerKey: publicKeyOf(COSIGNER_KEY),
    },
    { id: 'clinic', roles: ['hospital'], key: publicKeyOf('clinic') },
    { id: 'insurer', roles: ['insurer'], key: publicKeyOf('insurer') },
    { id: 'fund', roles: ['social-security'], key: publicKeyOf('fund') },
    { id: 'platform', roles: ['platform'], key: publicKeyOf('platform') },
    { id: 'auditor', roles: ['auditor'], key: publicKeyOf('auditor') },
  ],
  actors: [...DOCTORS, ...PATIENTS].map((id) => ({
    id,
    member: 'hospital',
    role: roleOf(id),
    key: publicKeyOf(id),
    encryptionKey: toHex(kernel.sha256(utf8(`encryption key of ${id}`))),
  })),
  parameters: {},
}

export const genesisBytes = utf8(JSON.stringify(genesis))
export const ledgerId = ledgerIdOf(kernel, genesisBytes)
export const parsedGenesis = parseGenesis(kernel, genesisBytes)

/** A signed transaction, as its sender keeps it to send it again. */
export interface Sent {
  readonly id: string
  readonly type: string
  readonly expires: number
  readonly entry: Uint8Array
  readonly privatePart: Uint8Array | undefined
}

export interface DraftOfSim {
  readonly signer: string
  readonly type: string
  readonly payload: Payload
  readonly private?: boolean
  /** Life in seconds. */
  readonly life?: number
}

export function signDraft(random: Random, nowSeconds: number, draft: DraftOfSim): Sent {
  const { signer, type, payload, life = 600 } = draft
  const key = keyOf(signer)
  const privatePart = draft.private ? encodePrivatePart(random.bytes(32), { note: 'private' }) : undefined
  const body: Body = {
    expires: nowSeconds + life,
    nonce: toHex(random.bytes(16)),
    payload,
    ...(privatePart && { privateHash: privateHash(kernel, privatePart) }),
    type,
  }
  const bytes = encodeBody(body)
  const entry = encodeTransactionLeaf(
    key.publicKey,
    key.sign(signingInput(ledgerId, key.publicKey, bytes)),
    bytes,
  )
  const id = toHex(transactionId(kernel, ledgerId, key.publicKey, bytes, body.expires))
  return { id, type, expires: body.expires, entry, privatePart }
}
