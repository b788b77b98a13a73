/**
 * The members, actors and keys that a ledger starts with. Their form, and that no key stands twice, is
 * genesis's own check.
 */
import { LedgerError } from '../../base/index.ts'
import type { Genesis, GenesisActor, GenesisMember } from '../../protocol/index.ts'
import type { StateWriter } from '../contract.ts'
import { ENROLLERS, hasMemberRole } from '../roles.ts'
import { ACTORS, KEYS, type KeyUse, MEMBERS, splitActor } from './state.ts'

export function writeGenesis(genesis: Genesis, state: StateWriter): void {
  for (const member of genesis.members) writeMember(member, genesis.time, state)
  for (const [i, actor] of genesis.actors.entries()) {
    const { roles } = MEMBERS.get(state, actor.member)!
    if (!hasMemberRole(roles, ENROLLERS[actor.role])) {
      const message = `A member of the roles ${roles.join(', ')} may not enrol a ${actor.role}.`
      throw new LedgerError('genesis.invalid', { field: `/actors/${i}/role`, message })
    }
    writeActor(actor, genesis.time, state)
  }
}

function writeMember(member: GenesisMember, time: number, state: StateWriter): void {
  const row = {
    ...(member.displayName !== undefined && { displayName: member.displayName }),
    roles: member.roles,
    status: { value: 'active' },
    key: member.key,
    admittedAt: time,
  } as const
  MEMBERS.put(state, row, member.id)
  const keys: readonly (readonly [KeyUse, string | undefined])[] = [
    ['actor', member.key],
    ['log', member.logKey],
    ['cosigner', member.cosignerKey],
    ['order', member.orderKey],
  ]
  for (const [use, key] of keys) {
    if (key !== undefined) KEYS.put(state, { actor: member.id, use, from: time }, key)
  }
}

function writeActor(actor: GenesisActor, time: number, state: StateWriter): void {
  const { key, encryptionKey, role } = actor
  const [member, local] = splitActor(actor.id)
  const row = { role, status: 'active', key, enrolledBy: actor.member, enrolledAt: time } as const
  ACTORS.put(state, row, member, local!)
  KEYS.put(state, { actor: actor.id, use: 'actor', encryptionKey, from: time }, key)
}
