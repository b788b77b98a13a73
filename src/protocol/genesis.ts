/**
 * The genesis file: whom a ledger starts with. Its exact bytes make the ledger id, so it need not be canonical, but it
 * is read strictly and every mistake is named at once. `genesis-check.ts` holds the rules of its fields.
 */
import { GENESIS_BYTES_MAX, LedgerError } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { findGenesisMistakes, type GenesisMistake } from './genesis-check.ts'
import type { ActorRole, MemberRole } from './roles.ts'
import { parseStrictJson } from './strict-json.ts'

/** An organisation. Keys are 32 bytes in hex. */
export interface GenesisMember {
  /** No `:`. */
  readonly id: string
  /** As people read it; public. `display-name.ts` says which characters it is made of. */
  readonly displayName?: string
  readonly roles: readonly MemberRole[]
  /** Signs the member's own transactions and its operators' tokens. */
  readonly key: string
  /** Signs checkpoints. A member that runs a node has both of these, another has neither. */
  readonly logKey?: string
  readonly cosignerKey?: string
  /** Votes on blocks where several nodes keep the order; of a member that has the two above. */
  readonly orderKey?: string
}

/** A person or device that a member vouches for. */
export interface GenesisActor {
  /** `<member>:<local>`. */
  readonly id: string
  readonly member: string
  readonly role: ActorRole
  /** Ed25519, hex. */
  readonly key: string
  /** X25519, hex: contents are wrapped for it. */
  readonly encryptionKey: string
}

export interface Genesis {
  /** First part of the origin; without space or `+`. */
  readonly name: string
  /** Time of block 0, unix seconds. */
  readonly time: number
  /** Distinct members whose cosignatures make a checkpoint final. */
  readonly quorum: number
  readonly members: readonly GenesisMember[]
  readonly actors: readonly GenesisActor[]
  /** Parameters that differ from the defaults of rules version 1, by `module.parameter`. */
  readonly parameters: { readonly [name: string]: number }
}

function refuse(mistakes: readonly GenesisMistake[]): never {
  const [first] = mistakes
  const more = mistakes.length > 1 ? ` (and ${mistakes.length - 1} more)` : ''
  const message = `${first!.field === '' ? 'The genesis' : first!.field} ${first!.message}${more}`
  throw new LedgerError('genesis.invalid', { field: first!.field, message, mistakes })
}

/**
 * Reads a genesis file. LedgerError `genesis.invalid` names every mistake: `details.mistakes` is a list of `{field,
 * message}`, `field` a JSON pointer. Whether parameters exist and fit is for the modules to say.
 */
export function parseGenesis(kernel: Kernel, bytes: Uint8Array): Genesis {
  if (bytes.length > GENESIS_BYTES_MAX) {
    refuse([{ field: '', message: `is ${bytes.length} bytes long, more than ${GENESIS_BYTES_MAX}.` }])
  }
  const parsed = parseStrictJson(bytes, { integersOnly: true })
  if (!parsed.ok) refuse([{ field: '', message: `can not be read: ${parsed.message}` }])
  const mistakes = findGenesisMistakes(kernel, parsed.value)
  if (mistakes.length > 0) refuse(mistakes)
  return parsed.value as unknown as Genesis
}
