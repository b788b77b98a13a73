/**
 * What may be asked of identity. Members, their people and devices are known to every enrolled reader,
 * because whoever grants or checks needs their keys; patients to the member that enrolled them.
 * `patient-reads.ts` has what is about subjects.
 */
import Type from 'typebox'
import { ACTOR_ROLES } from '../../protocol/index.ts'
import type { Context } from '../contract.ts'
import { defineList, defineRead } from '../define.ts'
import { anyOf, everyone, only, self, staff, staffOf } from '../rights.ts'
import { MEMBER } from '../roles.ts'
import { valueAt } from '../scheduled.ts'
import { ActorId, Fields, Hash, LocalId, OneOf, omit, type RowOf } from '../schema.ts'
import { patientReads } from './patient-reads.ts'
import {
  ACTORS,
  actorStanding,
  currentKey,
  isKeyValid,
  KEYS,
  KeyRow,
  MEMBER_STATUSES,
  MEMBERS,
  MemberRow,
  splitActor,
} from './state.ts'

const MemberAnswer = Fields({
  member: LocalId,
  ...omit(MemberRow, 'status'),
  status: OneOf(MEMBER_STATUSES),
  encryptionKey: Type.Optional(Hash),
})

const ActorAnswer = Fields({
  actor: ActorId,
  member: LocalId,
  role: OneOf([MEMBER, ...ACTOR_ROLES]),
  memberRoles: MemberRow.properties.roles,
  active: Type.Boolean(),
  key: Hash,
  encryptionKey: Type.Optional(Hash),
})

function showMember(
  row: NonNullable<ReturnType<typeof MEMBERS.entry>>,
  context: Context,
): RowOf<typeof MemberAnswer> {
  const encryptionKey = KEYS.get(context.state, row.key)?.encryptionKey
  const status = valueAt(row.status, context.height)
  return { ...row, status, ...(encryptionKey !== undefined && { encryptionKey }) }
}

/** An actor with its keys, whoever asks; undefined where it was never enrolled. */
function findActorShown(context: Context, actor: string): RowOf<typeof ActorAnswer> | undefined {
  const standing = actorStanding(context, actor)
  const key = currentKey(context, actor)
  if (standing === undefined || key === undefined) return undefined
  const encryptionKey = KEYS.get(context.state, key)?.encryptionKey
  return { ...standing, key, ...(encryptionKey !== undefined && { encryptionKey }) }
}

/** Patients are shown to themselves and to staff of the member that enrolled them; everyone else to every reader. */
const mayKnow = anyOf(
  only(
    'any enrolled reader where it is no patient',
    (_, { role }: { readonly role?: string }) => role !== 'patient',
  ),
  self('actor', 'patient'),
  staffOf('member', 'member that enrolled the patient'),
)

const me = defineRead({
  path: '/me',
  summary: "The reader's own actor, and its keys.",
  query: Fields({}),
  answer: ActorAnswer,
  patientData: false,
  find: (context) => findActorShown(context, context.reader.actor),
  for: everyone,
  show: (found) => found,
})

const members = defineList({
  path: '/members',
  summary: 'All members.',
  query: Fields({}),
  answer: MemberAnswer,
  patientData: false,
  for: everyone,
  over: MEMBERS,
  show: showMember,
})

const member = defineRead({
  path: '/members/:member',
  summary: 'One member.',
  query: Fields({ member: LocalId }),
  answer: MemberAnswer,
  patientData: false,
  find: ({ state, query }) => MEMBERS.entry(state, query.member),
  for: everyone,
  show: (found, context) => showMember(found, context),
})

const actors = defineList({
  path: '/actors',
  summary: "People and devices of the reader's own member.",
  query: Fields({}),
  answer: ActorAnswer,
  patientData: false,
  for: staff,
  over: ACTORS,
  under: ({ reader }) => [reader.member],
  show: ({ member: owner, local }, context) => findActorShown(context, `${owner}:${local}`),
})

const actor = defineRead({
  path: '/actors/:actor',
  summary: 'A person, device or member with its keys.',
  query: Fields({ actor: ActorId }),
  answer: ActorAnswer,
  patientData: false,
  find: (context) => findActorShown(context, context.query.actor),
  for: mayKnow,
  show: (found) => found,
})

const key = defineRead({
  path: '/keys/:key',
  summary: 'Whose a key is, and when it was valid.',
  query: Fields({ key: Hash }),
  answer: Fields({ key: Hash, ...KeyRow.properties, valid: Type.Boolean() }),
  patientData: false,
  find({ state, query }) {
    const row = KEYS.entry(state, query.key)
    if (row === undefined) return undefined
    const [owner, local] = splitActor(row.actor)
    const role = local === undefined ? MEMBER : ACTORS.get(state, owner, local)?.role
    return { row, actor: row.actor, member: owner, ...(role !== undefined && { role }) }
  },
  for: mayKnow,
  show: ({ row }, { time }) => ({ ...row, valid: isKeyValid(row, time) }),
})

export const reads = [me, members, member, actors, actor, key, ...patientReads]
