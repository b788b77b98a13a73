/**
 * What may be asked about patients: subjects are known to their facility and to those who act for them, an
 * attestation also to social security, a recovery to the members that may vouch.
 */
import Type from 'typebox'
import { defineList, defineRead } from '../define.ts'
import { actsFor, allOf, anyOf, authority, only, self, staff, staffOf, staffOfFacility } from '../rights.ts'
import { ActorId, Fields, OneOf, omit, PersonId, pick, Subject } from '../schema.ts'
import { knowsPatient } from './recovery.ts'
import {
  AGENTS,
  AgentRow,
  actorStanding,
  GUARDIANS,
  GuardianRow,
  LINKS,
  LinkRow,
  RECOVERIES,
  RECOVERY_STATES,
  RecoveryRow,
  recoveryState,
  SUBJECTS,
  SubjectRow,
  splitActor,
} from './state.ts'
import { linkedSubjects } from './subjects.ts'

/** Staff of the facility that made a subject, and those who act for it. */
const concerned = anyOf(staffOfFacility('subject'), actsFor('subject'))

const ofSubject = { query: Fields({ subject: Subject }), patientData: true } as const

const subject = defineRead({
  ...ofSubject,
  path: '/subjects/:subject',
  summary: 'A subject.',
  answer: Fields({ subject: Subject, ...omit(SubjectRow, 'verification'), verified: Type.Boolean() }),
  find: ({ state, query }) => SUBJECTS.entry(state, query.subject),
  for: anyOf(staffOf('facility'), actsFor('subject')),
  show: ({ verification: attested, ...row }) => ({ ...row, verified: attested !== undefined }),
})

const agents = defineList({
  ...ofSubject,
  path: '/subjects/:subject/agents',
  summary: 'The patients that act for a subject.',
  answer: Fields({ actor: ActorId, ...AgentRow.properties, active: Type.Boolean() }),
  find: ({ state, query }) => SUBJECTS.get(state, query.subject),
  for: concerned,
  over: AGENTS,
  under: ({ query }) => [query.subject],
  show({ member, local, by, since }, context) {
    const actor = `${member}:${local}`
    return { actor, by, since, active: actorStanding(context, actor)?.active ?? false }
  },
})

const subjects = defineList({
  path: '/subjects',
  summary: 'The subjects for which the reader was enrolled or verified.',
  query: Fields({}),
  answer: Fields({ subject: Subject, ...pick(AgentRow, 'since') }),
  patientData: true,
  for: only('a person, what is its own', ({ reader }) => splitActor(reader.actor)[1] !== undefined),
  over: AGENTS.indexes.ofActor,
  under: ({ reader }) => reader.actor.split(':'),
  show: ({ subject: name, since }) => ({ subject: name, since }),
})

const links = defineList({
  ...ofSubject,
  path: '/subjects/:subject/links',
  summary: 'Links offered for a subject, and whether the other side has said so too.',
  answer: Fields({ other: Subject, ...pick(LinkRow, 'since'), joined: Type.Boolean() }),
  find: (context) => ({ linked: linkedSubjects(context, context.query.subject) }),
  for: actsFor('subject'),
  over: LINKS,
  under: ({ query }) => [query.subject],
  show: ({ other, since }, { found }) => ({ other, since, joined: found.linked.includes(other) }),
})

const verification = defineRead({
  ...ofSubject,
  path: '/subjects/:subject/verification',
  summary: 'Which insured commitment is attested for a subject.',
  answer: Fields({ subject: Subject, ...SubjectRow.properties.verification.properties }),
  find({ state, query }) {
    const attested = SUBJECTS.get(state, query.subject)?.verification
    return attested && { subject: query.subject, ...attested }
  },
  for: anyOf(authority('social-security'), concerned),
  show: (found) => found,
})

const guardians = defineList({
  ...ofSubject,
  path: '/subjects/:subject/guardians',
  summary: 'Guardians of a subject.',
  answer: Fields({ actor: ActorId, ...GuardianRow.properties, active: Type.Boolean() }),
  find: ({ state, query }) => SUBJECTS.get(state, query.subject),
  for: concerned,
  over: GUARDIANS,
  under: ({ query }) => [query.subject],
  show({ member, local, subject: _, ...row }, { time }) {
    return { actor: `${member}:${local}`, ...row, active: time < row.until }
  },
})

const recovery = defineRead({
  path: '/recoveries/:actor',
  summary: 'The last recovery of a patient.',
  query: Fields({ actor: PersonId }),
  answer: Fields({
    actor: ActorId,
    ...RecoveryRow.properties,
    state: OneOf(RECOVERY_STATES),
  }),
  patientData: true,
  find({ state, query }) {
    const [member, local = ''] = splitActor(query.actor)
    const row = RECOVERIES.get(state, member, local)
    return row && { row }
  },
  for: anyOf(
    self('actor', 'patient'),
    allOf(
      staff,
      only('where the member knows the patient', (context, { actor }: { readonly actor: string }) =>
        knowsPatient(context, context.reader.member, actor),
      ),
    ),
  ),
  show: ({ row }, { query, time }) => ({ actor: query.actor, ...row, state: recoveryState(row, time) }),
})

export const patientReads = [subjects, subject, agents, links, verification, guardians, recovery]
