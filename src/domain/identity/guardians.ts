/**
 * Rules about guardians: a patient that acts for another's subject, because that other is a child or
 * incapacitated. A guardian acts for this subject only, not for those joined to it, and for no longer than
 * was said.
 */
import { PAGE_COUNT_MAX } from '../../base/index.ts'
import type { Context, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { isStaffOf, MEMBER } from '../roles.ts'
import { Fields, OneOf, PersonId, Subject, Time } from '../schema.ts'
import { AGENTS, actorStanding, GUARDIAN_REASONS, GUARDIANS, SUBJECTS, splitActor } from './state.ts'
import { isAgent, linkedSubjects } from './subjects.ts'

/** The parameter that bounds a guardianship for each reason. */
const LONGEST = { minor: 'guardianMinorSecondsMax', incapacity: 'guardianIncapacitySecondsMax' } as const

export const appointGuardian = defineVerb({
  summary: 'The facility of a child or incapacitated patient lets another patient act for it, for a time.',
  signers: 'the key or a doctor of the facility of the subject',
  payload: Fields({
    subject: Subject,
    guardian: PersonId,
    reason: OneOf(GUARDIAN_REASONS),
    until: Time,
  }),
  parties: ({ subject, guardian }, signer) => [{ subject }, { actor: guardian }, { member: signer.member }],
  rule(context) {
    const { payload, signer, state, time } = context
    requireFacility(context)
    const standing = actorStanding(context, payload.guardian)
    if (
      !standing?.active ||
      standing.role !== 'patient' ||
      isAgent(context, payload.guardian, payload.subject)
    ) {
      context.refuse('identity.patient-unfit', { field: '/payload/guardian' })
    }
    if (isGuardian(context, payload.guardian, payload.subject)) {
      context.refuse('identity.guardian-exists', { field: '/payload/guardian' })
    }
    const { reason, until } = payload
    if (until <= time || until > time + context.parameter(LONGEST[reason])) {
      context.refuse('identity.guardian-time', { field: '/payload/until' })
    }
    const row = { reason, by: signer.actor, since: time, until }
    GUARDIANS.put(state, row, payload.subject, ...split(payload.guardian))
  },
})

export const releaseGuardian = defineVerb({
  summary: 'Ends a guardianship: the patient, the guardian or the facility.',
  signers: 'the patient, the guardian, or the facility',
  payload: Fields({ subject: Subject, guardian: PersonId }),
  parties: ({ subject, guardian }, signer) => [{ subject }, { actor: guardian }, { member: signer.member }],
  rule(context) {
    const { payload, signer, state } = context
    const isConcerned = signer.actor === payload.guardian || isAgent(context, signer.actor, payload.subject)
    if (!isConcerned) requireFacility(context)
    if (!GUARDIANS.has(state, payload.subject, ...split(payload.guardian))) {
      context.refuse('identity.guardian-unknown', { field: '/payload/guardian' })
    }
    GUARDIANS.delete(state, payload.subject, ...split(payload.guardian))
  },
})

/** The key or a doctor of the facility that made the subject. */
function requireFacility(context: RuleContext<{ readonly subject: string }>): void {
  const { payload, signer } = context
  const facility = SUBJECTS.get(context.state, payload.subject)?.facility
  const mayAppoint = signer.role === MEMBER || signer.role === 'doctor'
  if (facility === undefined || !mayAppoint || !isStaffOf(signer, facility)) {
    context.refuse('identity.not-facility', { field: '/payload/subject' })
  }
}

const split = (actor: string): [member: string, local: string] => splitActor(actor) as [string, string]

/** Whether an actor is guardian of this very subject now. */
export function isGuardian(context: Context, actor: string, subject: string): boolean {
  const [member, local] = splitActor(actor)
  const row = local === undefined ? undefined : GUARDIANS.get(context.state, subject, member, local)
  return row !== undefined && context.time < row.until
}

/** Whether an actor acts for a subject: its own, one joined to it, or as guardian. */
export const actsFor = (context: Context, actor: string, subject: string): boolean =>
  isAgent(context, actor, subject) ||
  isGuardian(context, actor, subject) ||
  linkedSubjects(context, subject).some((other) => isAgent(context, actor, other))

/** All for which `actsFor` holds. */
export function subjectsOf(context: Context, actor: string): readonly string[] {
  const [member, local] = splitActor(actor)
  if (local === undefined) return []
  const own = allUnder(context, AGENTS.indexes.ofActor, member, local)
  const joined = own.flatMap((subject) => linkedSubjects(context, subject))
  const wards = allUnder(context, GUARDIANS.indexes.ofGuardian, member, local)
  return [...new Set([...own, ...joined, ...wards.filter((subject) => isGuardian(context, actor, subject))])]
}

/** The subjects that an index has of an actor, to the last. */
function allUnder(
  { state }: Context,
  index: { readonly list: typeof AGENTS.indexes.ofActor.list },
  member: string,
  local: string,
): string[] {
  const found: string[] = []
  for (let after: string | undefined; ; after = found.at(-1)) {
    const rows = index.list(state, [member, local], { limit: PAGE_COUNT_MAX, after })
    found.push(...rows.map(({ id }) => id[0]!))
    if (rows.length < PAGE_COUNT_MAX) return found
  }
}
