/**
 * What may be asked about patients: subjects are known to their facility and to those who act for them, an
 * attestation also to social security, a recovery to the members that may vouch.
 */
import Type from 'typebox'
import type { ReadContext } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { hasMemberRole, isStaffOf } from '../roles.ts'
import { ActorId, Fields, Hash, LocalId, Name, PersonId, Subject, Time } from '../schema.ts'
import { readPage } from '../table.ts'
import { actsFor } from './guardians.ts'
import { knowsPatient } from './recovery.ts'
import {
  AGENTS,
  actorStanding,
  GUARDIANS,
  LINKS,
  RECOVERIES,
  SUBJECTS,
  SUBJECTS_OF,
  splitActor,
} from './state.ts'
import { linkedSubjects } from './subjects.ts'

const SubjectAnswer = Fields({
  subject: Subject,
  facility: LocalId,
  enrolledAt: Time,
  verified: Type.Boolean(),
})

const AgentAnswer = Fields({ actor: ActorId, by: Name, since: Time, active: Type.Boolean() })

const GuardianAnswer = Fields({
  actor: ActorId,
  reason: Name,
  by: ActorId,
  since: Time,
  until: Time,
  active: Type.Boolean(),
})

const RecoveryAnswer = Fields({
  actor: ActorId,
  oldKey: Hash,
  publicKey: Hash,
  effectiveAt: Time,
  vouchers: Type.Array(LocalId),
  vetoedAt: Type.Optional(Time),
  state: Name,
})

const LinkAnswer = Fields({ other: Subject, since: Time, joined: Type.Boolean() })

const text = (context: ReadContext, name: string): string => String(context.query[name])

/** Staff of the facility that made a subject, and those who act for it. */
function maySeeSubject(context: ReadContext, subject: string): boolean {
  const facility = SUBJECTS.get(context.state, subject)?.facility
  if (facility === undefined) return false
  return isStaffOf(context.reader, facility) || actsFor(context, context.reader.actor, subject)
}

const subject = defineOldRead({
  path: '/subjects/:subject',
  summary: 'A subject: staff of its facility, and those who act for it.',
  query: Fields({ subject: Subject }),
  answer: SubjectAnswer,
  list: false,
  patientData: true,
  run(context) {
    const id = text(context, 'subject')
    const row = SUBJECTS.get(context.state, id)
    if (row === undefined || !maySeeSubject(context, id)) return undefined
    const { facility, enrolledAt, verification } = row
    return { subject: id, facility, enrolledAt, verified: verification !== undefined }
  },
})

const agents = defineOldRead({
  path: '/subjects/:subject/agents',
  summary: 'The patients that act for a subject: staff of its facility, and those who act for it.',
  query: Fields({ subject: Subject }),
  answer: AgentAnswer,
  list: true,
  patientData: true,
  run(context) {
    const id = text(context, 'subject')
    if (!maySeeSubject(context, id)) return undefined
    return readPage(context, AGENTS, [id], (row) => {
      const agent = row.id.join(':')
      return { actor: agent, ...row.value, active: actorStanding(context, agent)?.active ?? false }
    })
  },
})

const subjects = defineOldRead({
  path: '/subjects',
  summary: 'The subjects for which the reader was enrolled or verified.',
  query: Fields({}),
  answer: Fields({ subject: Subject, since: Time }),
  list: true,
  patientData: true,
  run(context) {
    const [memberId, local] = splitActor(context.reader.actor)
    if (local === undefined) return undefined
    return readPage(context, SUBJECTS_OF, [memberId, local], ({ id, value }) => ({
      subject: id[0]!,
      ...value,
    }))
  },
})

const links = defineOldRead({
  path: '/subjects/:subject/links',
  summary: 'Links offered for a subject, and whether the other side has said so too: those who act for it.',
  query: Fields({ subject: Subject }),
  answer: LinkAnswer,
  list: true,
  patientData: true,
  run(context) {
    const id = text(context, 'subject')
    if (!actsFor(context, context.reader.actor, id)) return undefined
    const joined = linkedSubjects(context, id)
    return readPage(context, LINKS, [id], (row) => {
      const other = row.id[0]!
      return { other, since: row.value.since, joined: joined.includes(other) }
    })
  },
})

const verification = defineOldRead({
  path: '/subjects/:subject/verification',
  summary:
    'Which insured commitment is attested for a subject: social security, its facility, those who act for it.',
  query: Fields({ subject: Subject }),
  answer: Fields({ subject: Subject, insured: Hash, actor: ActorId, by: ActorId, at: Time }),
  list: false,
  patientData: true,
  run(context) {
    const { reader } = context
    const id = text(context, 'subject')
    const attested = SUBJECTS.get(context.state, id)?.verification
    const isSocialSecurity =
      isStaffOf(reader, reader.member) && hasMemberRole(reader.memberRoles, ['social-security'])
    if (attested === undefined || !(isSocialSecurity || maySeeSubject(context, id))) return undefined
    return { subject: id, ...attested }
  },
})

const guardians = defineOldRead({
  path: '/subjects/:subject/guardians',
  summary: 'Guardians of a subject: staff of its facility, and those who act for it.',
  query: Fields({ subject: Subject }),
  answer: GuardianAnswer,
  list: true,
  patientData: true,
  run(context) {
    const id = text(context, 'subject')
    if (!maySeeSubject(context, id)) return undefined
    return readPage(context, GUARDIANS, [id], (row) => {
      const actor = row.id.join(':')
      return { actor, ...row.value, active: context.time < row.value.until }
    })
  },
})

const recovery = defineOldRead({
  path: '/recoveries/:actor',
  summary: 'The last recovery of a patient: the patient, and staff of members that know it.',
  query: Fields({ actor: PersonId }),
  answer: RecoveryAnswer,
  list: false,
  patientData: true,
  run(context) {
    const { reader } = context
    const actor = text(context, 'actor')
    const mayKnow = isStaffOf(reader, reader.member) && knowsPatient(context, reader.member, actor)
    if (reader.actor !== actor && !mayKnow) return undefined
    const [member, local = ''] = splitActor(actor)
    const row = RECOVERIES.get(context.state, member, local)
    if (row === undefined) return undefined
    const state = context.time < row.effectiveAt ? 'waiting' : 'effective'
    return { actor, ...row, state: row.vetoedAt === undefined ? state : 'vetoed' }
  },
})

export const patientReads = [subjects, subject, agents, links, verification, guardians, recovery]
