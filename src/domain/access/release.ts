/** What the vault asks before it gives a content away: whether an access that was accepted still stands. */
import type { Json } from '../../protocol/index.ts'
import type { Actor, Context } from '../contract.ts'
import type { AccessRelease } from '../ports.ts'
import { findOpeningFault } from './opening.ts'
import { ACCESSES, type AccessRow } from './state.ts'

/**
 * The port `access.release`: what an accepted `access.open` or `access.break-glass` of this actor opens now;
 * undefined where nothing does any more, the consent being revoked or the record erased, or where the content
 * is not in the vault.
 */
export function release(
  context: Context,
  type: string,
  payload: Json,
  actor: Actor,
): AccessRelease | undefined {
  const { accessId } = payload as { readonly accessId: string }
  const row = ACCESSES.get(context.state, actor.actor, accessId)
  if (row?.openedAt === undefined || row.vaultHash === undefined) return undefined
  const { record, vaultHash } = row
  const standing = context.port('record.find')(record)
  if (standing === undefined || standing.erased) return undefined
  if (type === 'access.break-glass' && row.supervisor !== undefined) {
    return { record, vaultHash, wrappedFor: 'break-glass' }
  }
  if (type !== 'access.open' || !isStillCovered(context, actor, row)) return undefined
  return { record, vaultHash, wrappedFor: 'signer' }
}

function isStillCovered(context: Context, actor: Actor, row: AccessRow): boolean {
  const { subject, record, consent, purpose } = row
  if (consent === undefined || purpose === undefined) return false
  return findOpeningFault(context, actor, { subject, record, consent, purpose }) === undefined
}

/** The actor whose X25519 key a hospital keeps for emergencies: `<hospital>:break-glass`. */
export const emergencyActorOf = (member: string): string => `${member}:break-glass`

/** The port `access.emergencyReader`: every content of a hospital's can be opened in an emergency. */
export function findEmergencyReader(
  context: Context,
  member: string,
): { readonly actor: string; readonly encryptionKey: string | undefined } | undefined {
  if (context.port('identity.member')(member)?.roles.includes('hospital') !== true) return undefined
  const actor = emergencyActorOf(member)
  return { actor, encryptionKey: context.port('identity.encryptionKeyOf')(actor) }
}
