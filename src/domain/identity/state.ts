/**
 * What identity stores: its tables, their rows, and who a key, an actor or a member is at this point of the
 * block.
 */
import type { Actor, Context } from '../contract.ts'
import type { ActorStanding, MemberStanding } from '../ports.ts'
import { MEMBER } from '../roles.ts'
import { type Scheduled, valueAt } from '../scheduled.ts'
import { createTable } from '../table.ts'

/** A member is `admitted` until the block after its admission. */
export type MemberStatus = 'admitted' | 'active' | 'suspended' | 'expelled'

/** `identity/member/<member>` */
export type MemberRow = {
  readonly roles: readonly string[]
  readonly status: Scheduled<MemberStatus>
  /** The key that signs for the member now. */
  readonly key: string
  readonly admittedAt: number
}

/** `identity/actor/<member>/<local>` */
export type ActorRow = {
  readonly role: string
  readonly status: 'active' | 'suspended'
  /** The key that signs for the actor now, or did last. */
  readonly key: string
  /** Actor id of who signed the enrolment; the member itself for actors of genesis. */
  readonly enrolledBy: string
  readonly enrolledAt: number
}

/** What a key is for. A key has one job, and is never enrolled twice. */
export type KeyUse = 'actor' | 'log' | 'cosigner'

/** `identity/key/<public key>`: valid at times `from` <= t < `until`. */
export type KeyRow = {
  /** Actor id, or member id. */
  readonly actor: string
  readonly use: KeyUse
  /** X25519 key for which contents are wrapped; members of genesis have none. */
  readonly encryptionKey?: string
  readonly from: number
  readonly until?: number
}

/** `identity/subject/<subject>` */
export type SubjectRow = {
  readonly facility: string
  readonly enrolledAt: number
  /** What social security attested last. */
  readonly verification?: {
    readonly insured: string
    readonly actor: string
    readonly by: string
    readonly at: number
  }
}

/** `identity/agent/<subject>/<member>/<local>`: an actor that acts for a subject. */
export type AgentRow = { readonly by: 'enrolment' | 'verification'; readonly since: number }

/** `identity/subject-of/<member>/<local>/<subject>`: the same, found from the actor. */
export type SubjectOfRow = { readonly since: number }

/** `identity/link/<subject>/<other>`: offered on behalf of `subject`; in force once its mirror stands too. */
export type LinkRow = { readonly by: string; readonly since: number }

/** `identity/guardian/<subject>/<member>/<local>`: acts for the subject until the time given. */
export type GuardianRow = {
  readonly reason: 'minor' | 'incapacity'
  readonly by: string
  readonly since: number
  readonly until: number
}

/**
 * `identity/vouch/<member>/<local>/<voucher>`: a member says that the patient lost its key and holds a new
 * one.
 */
export type VouchRow = { readonly publicKey: string; readonly encryptionKey: string; readonly at: number }

/**
 * `identity/recovery/<member>/<local>`: two members vouched; in force from `effectiveAt` unless it was
 * vetoed.
 */
export type RecoveryRow = {
  readonly oldKey: string
  readonly publicKey: string
  readonly effectiveAt: number
  readonly vouchers: readonly string[]
  readonly vetoedAt?: number
}

export const MEMBERS = createTable<MemberRow, [member: string]>('identity/member')
export const ACTORS = createTable<ActorRow, [member: string, local: string]>('identity/actor')
export const KEYS = createTable<KeyRow, [key: string]>('identity/key')
export const SUBJECTS = createTable<SubjectRow, [subject: string]>('identity/subject')
export const AGENTS = createTable<AgentRow, [subject: string, member: string, local: string]>(
  'identity/agent',
)
export const SUBJECTS_OF = createTable<SubjectOfRow, [member: string, local: string, subject: string]>(
  'identity/subject-of',
)
export const LINKS = createTable<LinkRow, [subject: string, other: string]>('identity/link')

export const GUARDIANS = createTable<GuardianRow, [subject: string, member: string, local: string]>(
  'identity/guardian',
)
export const VOUCHES = createTable<VouchRow, [member: string, local: string, voucher: string]>(
  'identity/vouch',
)
export const RECOVERIES = createTable<RecoveryRow, [member: string, local: string]>('identity/recovery')

/** Member and local part of an actor id; a member's own id has no local part. */
export function splitActor(actor: string): [member: string, local: string | undefined] {
  const colon = actor.indexOf(':')
  return colon < 0 ? [actor, undefined] : [actor.slice(0, colon), actor.slice(colon + 1)]
}

export const isKeyValid = (key: KeyRow, time: number): boolean =>
  key.from <= time && (key.until === undefined || time < key.until)

/** A member's roles, whether it is active at this height, and its status from the next block on. */
export function memberStanding(context: Context, member: string): MemberStanding | undefined {
  const row = MEMBERS.get(context.state, member)
  if (row === undefined) return undefined
  const active = valueAt(row.status, context.height) === 'active'
  return { roles: row.roles, active, statusNext: valueAt(row.status, context.height + 1) }
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
