/**
 * Rules about subjects, the pseudonyms of patients: who made one, who acts for it, which belong together.
 * That a subject is the hash it should be can be checked by whoever holds its salt; the ledger never sees the
 * salt.
 */
import Type from 'typebox'
import type { Context, PortContext, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { CLINICIANS, FACILITY_ROLES, hasMemberRole, isDesk } from '../roles.ts'
import { Fields, Hash, PersonId, Subject } from '../schema.ts'
import { AGENTS, actorStanding, findSigner, LINKS, SUBJECTS, type SubjectRow, splitActor } from './state.ts'

export const enrolSubject = defineVerb({
  summary: 'A facility makes a subject for one of its patients, and names the patient whose keys act for it.',
  signers: 'facility: its key, employee, doctor, nurse, pharmacist',
  payload: Fields({ subject: Subject, patient: Type.Optional(PersonId) }),
  parties: ({ subject }, signer) => [{ subject }, { member: signer.member }],
  rule(context) {
    const { payload, signer, state, time } = context
    const seesPatients = CLINICIANS.includes(signer.role) || isDesk(signer)
    if (!seesPatients || !hasMemberRole(signer.memberRoles, FACILITY_ROLES)) {
      context.refuse('identity.role')
    }
    const before = SUBJECTS.get(state, payload.subject)
    if (before !== undefined && !mayNamePatient(context, before)) {
      context.refuse('identity.subject-exists', { field: '/payload/subject' })
    }
    if (before === undefined) {
      SUBJECTS.put(state, { facility: signer.member, enrolledAt: time }, payload.subject)
    }
    if (payload.patient !== undefined) {
      requirePatient(context, payload.patient)
      addAgent(context, payload.subject, payload.patient, 'enrolment')
    }
  },
})

/** A subject made before its patient had a key is completed by the same facility, once. */
function mayNamePatient(
  context: RuleContext<{ readonly subject: string; readonly patient?: string }>,
  before: SubjectRow,
): boolean {
  if (context.payload.patient === undefined || before.facility !== context.signer.member) return false
  return AGENTS.list(context.state, [context.payload.subject], { limit: 1 }).length === 0
}

/** Refuses anyone but an active patient that the signer's own facility enrolled. */
function requirePatient(context: RuleContext<unknown>, patient: string): void {
  const standing = actorStanding(context, patient)
  const fits = standing?.active && standing.role === 'patient' && standing.member === context.signer.member
  if (!fits) context.refuse('identity.patient-unfit', { field: '/payload/patient' })
}

function addAgent(
  context: PortContext,
  subject: string,
  actor: string,
  by: 'enrolment' | 'verification',
): void {
  const [member, local] = splitActor(actor)
  if (AGENTS.has(context.state, subject, member, local!)) return
  AGENTS.put(context.state, { by, since: context.time }, subject, member, local!)
}

export const link = defineVerb({
  summary: 'Joins two subjects of one patient, once the keys of both have said so.',
  signers: 'a patient enrolled or verified for `subject`',
  payload: Fields({ subject: Subject, other: Subject }),
  parties: ({ subject, other }) => [{ subject }, { subject: other }],
  rule(context) {
    const { payload, signer, state } = context
    if (payload.subject === payload.other) context.refuse('identity.link-self', { field: '/payload/other' })
    if (!isAgent(context, signer.actor, payload.subject)) {
      context.refuse('identity.not-yours', { field: '/payload/subject' })
    }
    if (LINKS.has(state, payload.subject, payload.other)) {
      context.refuse('identity.link-exists', { field: '/payload/other' })
    }
    const limit = context.parameter('linksMax')
    if (LINKS.list(state, [payload.subject], { limit }).length === limit) {
      context.refuse('identity.links-full', { field: '/payload/subject' })
    }
    LINKS.put(state, { by: signer.actor, since: context.time }, payload.subject, payload.other)
  },
})

export const verify = defineVerb({
  summary:
    'Social security attests that a patient key belongs to an insured person; the key then acts for the subject.',
  signers: 'social security: its key, employee',
  payload: Fields({ subject: Subject, publicKey: Hash, insured: Hash }),
  parties: ({ subject }, signer) => [{ subject }, { member: signer.member }],
  rule(context) {
    const { payload, signer, state } = context
    if (!isDesk(signer) || !hasMemberRole(signer.memberRoles, ['social-security']))
      context.refuse('identity.role')
    const row =
      SUBJECTS.get(state, payload.subject) ??
      context.refuse('identity.subject-unknown', { field: '/payload/subject' })
    const holder = findSigner(context, payload.publicKey)
    if (!holder?.active || holder.actor.role !== 'patient') {
      return context.refuse('identity.patient-unfit', { field: '/payload/publicKey' })
    }
    if (row.verification !== undefined && row.verification.insured !== payload.insured) {
      context.refuse('identity.insured-differs', { field: '/payload/insured' })
    }
    const { actor } = holder.actor
    const verification = { insured: payload.insured, actor, by: signer.actor, at: context.time }
    SUBJECTS.put(state, { ...row, verification }, payload.subject)
    addAgent(context, payload.subject, actor, 'verification')
  },
})

/** Whether an actor was enrolled or verified for this very subject. */
export function isAgent(context: Context, actor: string, subject: string): boolean {
  const [member, local] = splitActor(actor)
  return local !== undefined && AGENTS.has(context.state, subject, member, local)
}

/** The subjects joined to this one: both sides have said so. Not followed further: a patient links each pair. */
export function linkedSubjects(context: Context, subject: string): readonly string[] {
  const limit = context.parameter('linksMax')
  const offers = LINKS.list(context.state, [subject], { limit })
  return offers.map(({ id }) => id[0]!).filter((other) => LINKS.has(context.state, other, subject))
}
