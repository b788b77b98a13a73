/** Rules about keys: who is enrolled with which key, and how a key is replaced or ended. */
import Type from 'typebox'
import { assert, fromHex } from '../../base/index.ts'
import { ACTOR_ROLES, type ActorRole, keyStatementInput } from '../../protocol/index.ts'
import type { PortContext, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { ENROLLERS, hasMemberRole, MEMBER, ownMember } from '../roles.ts'
import { ActorId, Fields, Hash, OneOf, PersonId, Signature } from '../schema.ts'
import {
  ACTORS,
  type ActorRow,
  currentKey,
  findActor,
  isKeyValid,
  KEYS,
  MEMBERS,
  RECOVERIES,
  type RecoveryRow,
  splitActor,
} from './state.ts'

/** A key that takes up its work. */
interface NewKey {
  readonly publicKey: string
  readonly encryptionKey?: string
}

/** Refuses a key that is unsound or was ever enrolled. */
export function requireUnusedKey(context: PortContext, publicKey: string, field: string): void {
  if (!context.crypto.isEnrollableKey(publicKey)) context.refuse('identity.key-unsound', { field })
  if (KEYS.has(context.state, publicKey)) context.refuse('identity.key-used', { field })
}

/**
 * Refuses a key that is unsound, was ever enrolled, or did not sign `medseal/key/v1` for this actor, this
 * ledger and the key it replaces. `at` is where the key stands in the payload.
 */
export function requireNewKey(
  context: PortContext,
  actor: string,
  oldKey: string | undefined,
  { publicKey, statement }: NewKey & { readonly statement: string },
  at = '/payload',
): void {
  const { crypto } = context
  requireUnusedKey(context, publicKey, `${at}/publicKey`)
  const old = oldKey === undefined ? undefined : fromHex(oldKey, 32)
  const message = keyStatementInput(crypto.ledgerId, actor, old, fromHex(publicKey, 32)!)
  if (!crypto.verifySignature(publicKey, message, statement)) {
    context.refuse('identity.statement-invalid', { field: `${at}/statement` })
  }
}

/** Ends a key from the next leaf on. What it signed before stays provable. */
export function endKey(context: PortContext, publicKey: string): void {
  const row = KEYS.get(context.state, publicKey)
  assert(row !== undefined, 'a key that ends was enrolled')
  KEYS.put(context.state, { ...row, until: context.time }, publicKey)
}

/** Enrols a key from the next leaf on, or from a later time. */
export function startKey(
  context: PortContext,
  actor: string,
  { publicKey, encryptionKey }: NewKey,
  from = context.time,
): void {
  const row = { actor, use: 'actor', from } as const
  KEYS.put(context.state, encryptionKey === undefined ? row : { ...row, encryptionKey }, publicKey)
}

export const enrol = defineVerb({
  summary: "Enrols a person or device under the signer's member, with its keys.",
  signers: "the member's key; an employee for patients",
  payload: Fields({
    actor: PersonId,
    role: OneOf(ACTOR_ROLES),
    publicKey: Hash,
    encryptionKey: Hash,
    statement: Signature,
  }),
  parties: ({ actor }, signer) => [{ actor }, { member: signer.member }],
  rule(context) {
    const { payload, signer } = context
    const [member, local] = splitActor(payload.actor)
    requireEnroller(context, payload.role)
    if (member !== signer.member) context.refuse('identity.foreign-member', { field: '/payload/actor' })
    const before = findActor(context, payload.actor)
    if (before !== undefined && !mayTakeNewKey(context, before, payload.role)) {
      context.refuse('identity.actor-exists', { field: '/payload/actor' })
    }
    requireNewKey(context, payload.actor, undefined, payload)
    startKey(context, payload.actor, payload)
    const row: ActorRow = {
      role: payload.role,
      status: before?.status ?? 'active',
      key: payload.publicKey,
      enrolledBy: signer.actor,
      enrolledAt: before?.enrolledAt ?? context.time,
    }
    ACTORS.put(context.state, row, member, local!)
  },
})

/** The member's own key enrols anyone; an employee at its desk enrols patients. */
function requireEnroller(context: RuleContext<unknown>, role: ActorRole): void {
  const { signer } = context
  const mayEnrol = signer.role === MEMBER || (signer.role === 'employee' && role === 'patient')
  if (!mayEnrol) context.refuse('identity.role')
  if (!hasMemberRole(signer.memberRoles, ENROLLERS[role])) {
    context.refuse('identity.role-unfit', { field: '/payload/role' })
  }
}

/**
 * A member gives its own staff or device a new key once the old one is revoked. Never a patient: whoever
 * enrolled it could then act in its name; a patient's way back is recovery.
 */
function mayTakeNewKey(context: PortContext, before: ActorRow, role: ActorRole): boolean {
  if (before.role !== role || role === 'patient') return false
  const key = KEYS.get(context.state, before.key)
  return key !== undefined && !isKeyValid(key, context.time)
}

export const rotateKey = defineVerb({
  summary: "Replaces the signer's key by a new one; the old key ends with this transaction.",
  signers: 'any actor or member',
  payload: Fields({ publicKey: Hash, encryptionKey: Type.Optional(Hash), statement: Signature }),
  parties: ownMember,
  rule(context) {
    const { payload, signer, state } = context
    requireNewKey(context, signer.actor, signer.key, payload)
    // Whoever can rotate has not lost the key.
    vetoRecovery(context, signer.actor)
    const encryptionKey = payload.encryptionKey ?? KEYS.get(state, signer.key)?.encryptionKey
    endKey(context, signer.key)
    startKey(context, signer.actor, encryptionKey === undefined ? payload : { ...payload, encryptionKey })
    setCurrentKey(context, signer.actor, payload.publicKey)
  },
})

/**
 * Stops a recovery of this actor that waits for its delay to pass: the old key stays, the new one never
 * becomes valid. Whether there was one.
 */
export function vetoRecovery(context: PortContext, actor: string): boolean {
  const [member, local] = splitActor(actor)
  const recovery = local === undefined ? undefined : findWaitingRecovery(context, member, local)
  if (recovery === undefined) return false
  const { until: _until, ...oldKey } = KEYS.get(context.state, recovery.oldKey)!
  KEYS.put(context.state, oldKey, recovery.oldKey)
  const newKey = KEYS.get(context.state, recovery.publicKey)!
  KEYS.put(context.state, { ...newKey, until: newKey.from }, recovery.publicKey)
  RECOVERIES.put(context.state, { ...recovery, vetoedAt: context.time }, member, local!)
  return true
}

/** A recovery that two members vouched for, not vetoed, whose delay has not passed. */
export function findWaitingRecovery(
  context: PortContext,
  member: string,
  local: string,
): RecoveryRow | undefined {
  const recovery = RECOVERIES.get(context.state, member, local)
  if (recovery === undefined || recovery.vetoedAt !== undefined) return undefined
  return context.time < recovery.effectiveAt ? recovery : undefined
}

/** Makes `key` the one that an actor or member signs with. */
export function setCurrentKey(context: PortContext, actor: string, key: string): void {
  const [memberId, local] = splitActor(actor)
  if (local === undefined) {
    const member = MEMBERS.get(context.state, memberId)
    assert(member !== undefined, 'a signer of role member is a member')
    MEMBERS.put(context.state, { ...member, key }, memberId)
  } else {
    const row = ACTORS.get(context.state, memberId, local)
    assert(row !== undefined, 'a signer is enrolled')
    ACTORS.put(context.state, { ...row, key }, memberId, local)
  }
}

export const revokeKey = defineVerb({
  summary: 'Ends a key: its own holder, or the member that enrolled the holder. Nothing replaces it.',
  signers: 'the holder, or the key of its member',
  payload: Fields({ actor: ActorId, key: Hash }),
  parties: ({ actor }, signer) => [{ actor }, { member: signer.member }],
  rule(context) {
    const { payload, signer } = context
    const isOwn = signer.actor === payload.actor
    const isEnroller = signer.role === MEMBER && splitActor(payload.actor)[0] === signer.member
    if (!isOwn && !isEnroller) context.refuse('identity.foreign-member', { field: '/payload/actor' })
    const key = KEYS.get(context.state, payload.key)
    const isCurrent = currentKey(context, payload.actor) === payload.key
    if (!isCurrent || key === undefined || !isKeyValid(key, context.time)) {
      context.refuse('identity.key-inactive', { field: '/payload/key' })
    }
    endKey(context, payload.key)
  },
})
