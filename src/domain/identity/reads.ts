/**
 * What may be asked of identity. Members, their people and devices are known to every enrolled reader,
 * because whoever grants or checks needs their keys; patients to the member that enrolled them.
 * `patient-reads.ts` has what is about subjects.
 */
import Type, { type Static } from 'typebox'
import type { ReadContext } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { isStaffOf } from '../roles.ts'
import { valueAt } from '../scheduled.ts'
import { ActorId, Fields, Hash, LocalId, Name, Time } from '../schema.ts'
import { readPage } from '../table.ts'
import { patientReads } from './patient-reads.ts'
import {
  ACTORS,
  actorStanding,
  currentKey,
  findActor,
  isKeyValid,
  KEYS,
  MEMBERS,
  type MemberRow,
  splitActor,
} from './state.ts'

const MemberAnswer = Fields({
  member: LocalId,
  roles: Type.Array(Name),
  status: Type.String(),
  key: Hash,
  encryptionKey: Type.Optional(Hash),
  admittedAt: Time,
})

const ActorAnswer = Fields({
  actor: ActorId,
  member: LocalId,
  role: Name,
  memberRoles: Type.Array(Name),
  active: Type.Boolean(),
  key: Hash,
  encryptionKey: Type.Optional(Hash),
})

const KeyAnswer = Fields({
  key: Hash,
  actor: ActorId,
  use: Name,
  encryptionKey: Type.Optional(Hash),
  from: Time,
  until: Type.Optional(Time),
  valid: Type.Boolean(),
})

type Answer<Schema extends Type.TSchema> = Static<Schema>

function showMember(context: ReadContext, member: string, row: MemberRow): Answer<typeof MemberAnswer> {
  const { roles, key, admittedAt } = row
  const encryptionKey = KEYS.get(context.state, key)?.encryptionKey
  const base = { member, roles: [...roles], status: valueAt(row.status, context.height), key, admittedAt }
  return encryptionKey === undefined ? base : { ...base, encryptionKey }
}

/** An actor with its keys, whoever asks; undefined where it was never enrolled. */
function showActor(context: ReadContext, actor: string): Answer<typeof ActorAnswer> | undefined {
  const standing = actorStanding(context, actor)
  const key = currentKey(context, actor)
  if (standing === undefined || key === undefined) return undefined
  const encryptionKey = KEYS.get(context.state, key)?.encryptionKey
  const base = { ...standing, memberRoles: [...standing.memberRoles], key }
  return encryptionKey === undefined ? base : { ...base, encryptionKey }
}

/**
 * Patients are shown to themselves and to staff of the member that enrolled them; everyone else to every
 * reader.
 */
function maySeeActor(context: ReadContext, actor: string): boolean {
  const { reader } = context
  const isPatient = findActor(context, actor)?.role === 'patient'
  return !isPatient || reader.actor === actor || isStaffOf(reader, splitActor(actor)[0])
}

const text = (context: ReadContext, name: string): string => String(context.query[name])

const me = defineOldRead({
  path: '/me',
  summary: "The reader's own actor, and its keys.",
  query: Fields({}),
  answer: ActorAnswer,
  list: false,
  patientData: false,
  run: (context) => showActor(context, context.reader.actor),
})

const members = defineOldRead({
  path: '/members',
  summary: 'All members: any enrolled reader.',
  query: Fields({}),
  answer: MemberAnswer,
  list: true,
  patientData: false,
  run: (context) => readPage(context, MEMBERS, [], ({ id, value }) => showMember(context, id[0]!, value)),
})

const member = defineOldRead({
  path: '/members/:member',
  summary: 'One member: any enrolled reader.',
  query: Fields({ member: LocalId }),
  answer: MemberAnswer,
  list: false,
  patientData: false,
  run(context) {
    const row = MEMBERS.get(context.state, text(context, 'member'))
    return row && showMember(context, text(context, 'member'), row)
  },
})

const actors = defineOldRead({
  path: '/actors',
  summary: "People and devices of the reader's own member: its staff.",
  query: Fields({}),
  answer: ActorAnswer,
  list: true,
  patientData: false,
  run(context) {
    const { reader } = context
    if (!isStaffOf(reader, reader.member)) return undefined
    return readPage(context, ACTORS, [reader.member], ({ id }) =>
      showActor(context, `${reader.member}:${id[0]}`),
    )
  },
})

const actor = defineOldRead({
  path: '/actors/:actor',
  summary:
    'A person, device or member with its keys: any enrolled reader; a patient only itself and its enroller.',
  query: Fields({ actor: ActorId }),
  answer: ActorAnswer,
  list: false,
  patientData: false,
  run(context) {
    const id = text(context, 'actor')
    return maySeeActor(context, id) ? showActor(context, id) : undefined
  },
})

const key = defineOldRead({
  path: '/keys/:key',
  summary: 'Whose a key is, and when it was valid; of a patient only itself and its enroller.',
  query: Fields({ key: Hash }),
  answer: KeyAnswer,
  list: false,
  patientData: false,
  run(context) {
    const row = KEYS.get(context.state, text(context, 'key'))
    if (row === undefined || !maySeeActor(context, row.actor)) return undefined
    return { key: text(context, 'key'), ...row, valid: isKeyValid(row, context.time) }
  },
})

export const reads = [me, members, member, actors, actor, key, ...patientReads]
