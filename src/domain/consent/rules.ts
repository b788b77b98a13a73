/**
 * Rules about consents: a patient, or whoever acts for it, lets one party open records of some kinds for one
 * purpose for a time. Whether an opening fits its consent is looked at when it happens, by access.
 */
import Type from 'typebox'
import { KINDS_NAMED_MAX } from '../../base/index.ts'
import type { PortContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import type { ConsentTerms } from '../ports.ts'
import { PURPOSE_ROLES, PURPOSES } from '../purposes.ts'
import { RECORD_KINDS } from '../record-kinds.ts'
import { hasMemberRole, partyOf } from '../roles.ts'
import { ActorId, Fields, LocalId, OneOf, Reference, SetOf, Subject, Time } from '../schema.ts'
import { splitReference } from '../table.ts'
import { CASES, CONSENTS, stateOf } from './state.ts'

export const grant = defineVerb({
  summary:
    'A patient lets a member or one of its people open records, of some kinds, for one purpose, for a time.',
  signers: 'whoever acts for the subject',
  payload: Fields({
    consentId: LocalId,
    subject: Subject,
    grantee: ActorId,
    purpose: OneOf(PURPOSES),
    kinds: SetOf(OneOf(RECORD_KINDS), KINDS_NAMED_MAX),
    from: Time,
    to: Time,
    caseRef: Type.Optional(LocalId),
  }),
  parties: ({ subject, grantee }) => [{ subject }, partyOf(grantee)],
  rule(context) {
    const { consentId, ...terms } = context.payload
    if (!context.port('identity.actsFor')(context.signer, terms.subject)) {
      context.refuse('consent.not-yours', { field: '/payload/subject' })
    }
    createConsent(context, context.signer.actor, consentId, terms)
  },
})

export const revoke = defineVerb({
  summary: 'Ends a consent: whoever acts for the subject, from the next leaf on.',
  signers: 'whoever acts for the subject, also where another granted',
  payload: Fields({ consent: Reference, subject: Subject, grantee: ActorId }),
  parties: ({ subject, grantee }) => [{ subject }, partyOf(grantee)],
  rule(context) {
    const { payload, signer, state, time } = context
    if (!context.port('identity.actsFor')(signer, payload.subject)) {
      context.refuse('consent.not-yours', { field: '/payload/subject' })
    }
    const id = splitReference(payload.consent)
    const row = CONSENTS.get(state, ...id)
    if (row?.subject !== payload.subject || row.grantee !== payload.grantee) {
      return context.refuse('consent.unknown', { field: '/payload/consent' })
    }
    const current = stateOf(row, time)
    if (current === 'REVOKED' || current === 'EXPIRED') {
      context.refuse('consent.over', { field: '/payload/consent' })
    }
    CONSENTS.put(state, { ...row, revocation: { by: signer.actor, at: time } }, ...id)
  },
})

/** Grants a consent in the name of `owner`, who acts for the subject. Also the port `consent.create`. */
export function createConsent(
  context: PortContext,
  owner: string,
  consentId: string,
  terms: ConsentTerms,
): void {
  const { state, time } = context
  if (CONSENTS.has(state, owner, consentId)) {
    context.refuse('consent.exists', { field: '/payload/consentId' })
  }
  requireGrantee(context, terms)
  requirePeriod(context, terms)
  requireOneConsentOfCase(context, owner, consentId, terms)
  CONSENTS.put(state, { ...terms, grantedAt: time }, owner, consentId)
}

function requireGrantee(context: PortContext, { grantee, purpose }: ConsentTerms): void {
  const standing = context.port('identity.actor')(grantee)
  const isPerson = standing?.role === 'patient' || standing?.role === 'scale'
  const fits = standing?.active && !isPerson && hasMemberRole(standing.memberRoles, PURPOSE_ROLES[purpose])
  if (!fits) context.refuse('consent.grantee-unfit', { field: '/payload/grantee' })
}

function requirePeriod(context: PortContext, { from, to }: ConsentTerms): void {
  const isSound = from < to && to > context.time
  if (!isSound || to - from > context.parameter('durationSecondsMax')) {
    context.refuse('consent.period', { field: '/payload/to' })
  }
}

/** One case, one authorisation: a claim consent names its case, and while it is in force there is no other. */
function requireOneConsentOfCase(
  context: PortContext,
  owner: string,
  consentId: string,
  { subject, grantee, purpose, caseRef }: ConsentTerms,
): void {
  if (purpose !== 'claim') return
  const caseId = caseRef ?? context.refuse('consent.case-missing', { field: '/payload/caseRef' })
  const before = CASES.get(context.state, subject, caseId, grantee)
  const row = before && CONSENTS.get(context.state, ...splitReference(before.consent))
  if (row !== undefined && ['PENDING', 'ACTIVE'].includes(stateOf(row, context.time))) {
    context.refuse('consent.case-open', { field: '/payload/caseRef' })
  }
  CASES.put(context.state, { consent: `${owner}:${consentId}` }, subject, caseId, grantee)
}
