/**
 * What identity stores: its tables, their rows, and who a key, an actor or a member is at this point of the
 * block.
 */
import Type from 'typebox'
import { ACTOR_ROLES, MEMBER_ROLES } from '../../protocol/index.ts'
import type { Actor, Context } from '../contract.ts'
import type { ActorStanding, MemberStanding } from '../ports.ts'
import { MEMBER } from '../roles.ts'
import { ScheduledOf, valueAt } from '../scheduled.ts'
import {
  ActorId,
  actFields,
  DisplayName,
  Fields,
  Hash,
  LocalId,
  OneOf,
  pick,
  type RowOf,
  Time,
} from '../schema.ts'
import { createTable } from '../table.ts'

/** A member is `admitted` until the block after its admission. */
export const MEMBER_STATUSES = ['admitted', 'active', 'suspended', 'expelled'] as const
export type MemberStatus = (typeof MEMBER_STATUSES)[number]

export const MemberRow = Fields({
  /** Public. */
  displayName: Type.Optional(DisplayName),
  roles: Type.Array(OneOf(MEMBER_ROLES)),
  status: ScheduledOf(OneOf(MEMBER_STATUSES)),
  /** The key that signs for the member now. */
  key: Hash,
  admittedAt: Time,
})
export type MemberRow = RowOf<typeof MemberRow>

export const MEMBERS = createTable('identity/member', {
  id: ['member'],
  row: MemberRow,
  meaning: 'a member with the key that signs for it now',
})

export const ActorRow = Fields({
  role: OneOf(ACTOR_ROLES),
  status: OneOf(['active', 'suspended']),
  /** The key that signs for the actor now, or did last. */
  key: Hash,
  /** Actor id of who signed the enrolment; the member itself for actors of genesis. */
  enrolledBy: ActorId,
  enrolledAt: Time,
})
export type ActorRow = RowOf<typeof ActorRow>

export const ACTORS = createTable('identity/actor', {
  id: ['member', 'local'],
  row: ActorRow,
  meaning: 'a person or device with the key that signs for it now, or did last',
})

/** What a key is for. A key has one job, and is never enrolled twice. */
export const KEY_USES = ['actor', 'log', 'cosigner', 'order'] as const
export type KeyUse = (typeof KEY_USES)[number]

/** Valid at times `from` <= t < `until`. */
export const KeyRow = Fields({
  /** Actor id, or member id. */
  actor: ActorId,
  use: OneOf(KEY_USES),
  /** X25519 key for which contents are wrapped; members of genesis have none. */
  encryptionKey: Type.Optional(Hash),
  from: Time,
  until: Type.Optional(Time),
})
export type KeyRow = RowOf<typeof KeyRow>

export const KEYS = createTable('identity/key', {
  id: ['key'],
  row: KeyRow,
  meaning: 'whose a public key is, and when it is valid',
  indexes: {
    ofEncryptionKey: {
      name: 'identity/encryption-key',
      id: ['encryptionKey', 'key'],
      meaning: 'the signing keys with which an encryption key is enrolled',
      key: ({ encryptionKey }, key) => (encryptionKey === undefined ? undefined : [encryptionKey, key]),
    },
  },
})

export const SubjectRow = Fields({
  facility: LocalId,
  enrolledAt: Time,
  /** What social security attested last. */
  verification: Type.Optional(Fields({ insured: Hash, actor: ActorId, ...actFields })),
})
export type SubjectRow = RowOf<typeof SubjectRow>

export const SUBJECTS = createTable('identity/subject', {
  id: ['subject'],
  row: SubjectRow,
  meaning: 'which facility made a subject, and who social security attests is behind it',
})

export const AgentRow = Fields({ by: OneOf(['enrolment', 'verification']), since: Time })

export const AGENTS = createTable('identity/agent', {
  id: ['subject', 'member', 'local'],
  row: AgentRow,
  meaning: 'an actor that acts for a subject',
  indexes: {
    ofActor: {
      name: 'identity/subject-of',
      id: ['member', 'local', 'subject'],
      row: Fields(pick(AgentRow, 'since')),
      meaning: 'the same, found from the actor',
      key: (_, subject, member, local) => [member, local, subject],
    },
  },
})

/** Offered on behalf of `subject`; in force once its mirror stands too. */
export const LinkRow = Fields({ by: ActorId, since: Time })

export const LINKS = createTable('identity/link', {
  id: ['subject', 'other'],
  row: LinkRow,
  meaning: 'a link that was offered for a subject; in force once its mirror stands too',
})

export const GUARDIAN_REASONS = ['minor', 'incapacity'] as const

/** Acts for the subject until the time given. */
export const GuardianRow = Fields({
  reason: OneOf(GUARDIAN_REASONS),
  by: ActorId,
  since: Time,
  until: Time,
})

export const GUARDIANS = createTable('identity/guardian', {
  id: ['subject', 'member', 'local'],
  row: GuardianRow,
  meaning: 'an actor that acts for a subject until the time given; deleted when it is released',
  indexes: {
    ofGuardian: {
      name: 'identity/ward-of',
      id: ['member', 'local', 'subject'],
      meaning: 'the same, found from the guardian',
      key: (_, subject, member, local) => [member, local, subject],
    },
  },
})

/** A member says that the patient lost its key and holds a new one. */
export const VouchRow = Fields({ publicKey: Hash, encryptionKey: Hash, at: Time })
export type VouchRow = RowOf<typeof VouchRow>

export const VOUCHES = createTable('identity/vouch', {
  id: ['member', 'local', 'voucher'],
  row: VouchRow,
  meaning: 'a member vouches for the new key of a patient that lost its own',
})

/** Two members vouched; in force from `effectiveAt` unless it was vetoed. */
export const RecoveryRow = Fields({
  oldKey: Hash,
  publicKey: Hash,
  effectiveAt: Time,
  vouchers: Type.Array(LocalId),
  vetoedAt: Type.Optional(Time),
})
export type RecoveryRow = RowOf<typeof RecoveryRow>

export const RECOVERIES = createTable('identity/recovery', {
  id: ['member', 'local'],
  row: RecoveryRow,
  meaning: 'the last recovery of a patient: in force from `effectiveAt` unless it was vetoed',
})

export const RECOVERY_STATES = ['waiting', 'effective', 'vetoed'] as const

export function recoveryState(row: RecoveryRow, time: number): (typeof RECOVERY_STATES)[number] {
  if (row.vetoedAt !== undefined) return 'vetoed'
  return time < row.effectiveAt ? 'waiting' : 'effective'
}

/** Member and local part of an actor id; a member's own id has no local part. */
export function splitActor(actor: string): [member: string, local: string | undefined] {
  const colon = actor.indexOf(':')
  return colon < 0 ? [actor, undefined] : [actor.slice(0, colon), actor.slice(colon + 1)]
}

export const isKeyValid = (key: KeyRow, time: number): boolean =>
  key.from <= time && (key.until === undefined || time < key.until)

/** A member's name and roles, whether it is active at this height, and its status from the next block on. */
export function memberStanding(context: Context, member: string): MemberStanding | undefined {
  const row = MEMBERS.get(context.state, member)
  if (row === undefined) return undefined
  const active = valueAt(row.status, context.height) === 'active'
  const { roles, displayName } = row
  const statusNext = valueAt(row.status, context.height + 1)
  return { roles, ...(displayName !== undefined && { displayName }), active, statusNext }
}

/** The row of a person or device; undefined for a member's id and for what was never enrolled. */
export function findActor(context: Context, actor: string): ActorRow | undefined {
  const [member, local] = splitActor(actor)
  return local === undefined ? undefined : ACTORS.get(context.state, member, local)
}

/** The key that an actor or member signs with now, or did last: after a recovery, the recovered one. */
export function currentKey(context: Context, actor: string): string | undefined {
  const [memberId, local] = splitActor(actor)
  if (local === undefined) return MEMBERS.get(context.state, memberId)?.key
  const row = ACTORS.get(context.state, memberId, local)
  const recovery = RECOVERIES.get(context.state, memberId, local)
  const isRecovered =
    recovery !== undefined &&
    recovery.vetoedAt === undefined &&
    recovery.oldKey === row?.key &&
    recovery.effectiveAt <= context.time
  return isRecovered ? recovery.publicKey : row?.key
}

/** An actor's role and whether it and its member are active, whatever its key. */
function standingWithoutKey(context: Context, actor: string): ActorStanding | undefined {
  const [memberId, local] = splitActor(actor)
  const member = memberStanding(context, memberId)
  if (member === undefined) return undefined
  const base = { actor, member: memberId, memberRoles: member.roles }
  if (local === undefined) return { ...base, role: MEMBER, active: member.active }
  const row = ACTORS.get(context.state, memberId, local)
  return row && { ...base, role: row.role, active: member.active && row.status === 'active' }
}

/** An actor's role and whether it could sign now. */
export function actorStanding(context: Context, actor: string): ActorStanding | undefined {
  const standing = standingWithoutKey(context, actor)
  if (standing === undefined) return undefined
  const key = KEYS.get(context.state, currentKey(context, actor) ?? '')
  return { ...standing, active: standing.active && key !== undefined && isKeyValid(key, context.time) }
}

/** Who a key is, and whether it may sign and read now; undefined for a key that is no actor's. */
export function findSigner(context: Context, key: string): { actor: Actor; active: boolean } | undefined {
  const row = KEYS.get(context.state, key)
  if (row === undefined || row.use !== 'actor') return undefined
  const standing = standingWithoutKey(context, row.actor)
  if (standing === undefined) return undefined
  const { active, ...who } = standing
  return { actor: { key, ...who }, active: active && isKeyValid(row, context.time) }
}

/** Rows looked at for one encryption key: one a signing key that it was enrolled with, and few rotate so often. */
const ENCRYPTION_KEY_ROWS_MAX = 1_000

/** Whether an encryption key is enrolled with a key that may read now. */
export const isReaderKey = (context: Context, encryptionKey: string): boolean =>
  KEYS.indexes.ofEncryptionKey
    .list(context.state, [encryptionKey], { limit: ENCRYPTION_KEY_ROWS_MAX })
    .some(({ id: [key = ''] }) => findSigner(context, key)?.active)
