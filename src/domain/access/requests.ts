/**
 * Rules about requests: someone asks a patient for a consent, and the patient answers. An approval grants the
 * consent.
 */
import Type from 'typebox'
import { KINDS_NAMED_MAX } from '../../base/index.ts'
import type { RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { PURPOSES } from '../purposes.ts'
import { RECORD_KINDS } from '../record-kinds.ts'
import { isStaff } from '../roles.ts'
import { ActorId, Fields, LocalId, OneOf, Reference, SetOf, Subject, Time } from '../schema.ts'
import { splitReference } from '../table.ts'
import { REQUESTS, type RequestRow, requestState } from './state.ts'

export const request = defineVerb({
  summary: 'Asks a patient for a consent, for the signer or for its member.',
  signers: 'staff of a member',
  payload: Fields({
    requestId: LocalId,
    subject: Subject,
    grantee: ActorId,
    purpose: OneOf(PURPOSES),
    kinds: SetOf(OneOf(RECORD_KINDS), KINDS_NAMED_MAX),
    caseRef: Type.Optional(LocalId),
  }),
  parties: ({ subject }, signer) => [{ subject }, { member: signer.member }],
  rule(context) {
    const { payload, signer, state, time } = context
    const { requestId, ...terms } = payload
    const isOwn = terms.grantee === signer.actor || terms.grantee === signer.member
    if (!isStaff(signer)) context.refuse('access.role')
    if (!isOwn) context.refuse('access.grantee', { field: '/payload/grantee' })
    if (REQUESTS.has(state, signer.member, requestId)) {
      context.refuse('access.request-exists', { field: '/payload/requestId' })
    }
    // Whether the subject exists is not looked at: an answer would tell.
    REQUESTS.put(state, { ...terms, by: signer.actor, at: time }, signer.member, requestId)
  },
})

const partiesOf = ({ subject, request: reference }: { subject: string; request: string }) => [
  { subject },
  { member: splitReference(reference)[0] },
]

export const approve = defineVerb({
  summary: 'The patient grants what was asked for, for a time of its choice.',
  signers: 'whoever acts for the subject',
  payload: Fields({ request: Reference, subject: Subject, consentId: LocalId, from: Time, to: Time }),
  parties: partiesOf,
  rule(context) {
    const { payload, signer, time } = context
    const row = requireOpen(context)
    const { subject, grantee, purpose, kinds, caseRef } = row
    const { consentId, from, to } = payload
    const terms = { subject, grantee, purpose, kinds, from, to }
    context.port('consent.create')(
      signer.actor,
      consentId,
      caseRef === undefined ? terms : { ...terms, caseRef },
    )
    putAnswer(context, row, { by: signer.actor, at: time, consent: `${signer.actor}:${consentId}` })
  },
})

export const refuse = defineVerb({
  summary: 'The patient refuses a request.',
  signers: 'whoever acts for the subject',
  payload: Fields({ request: Reference, subject: Subject }),
  parties: partiesOf,
  rule(context) {
    const row = requireOpen(context)
    putAnswer(context, row, { by: context.signer.actor, at: context.time })
  },
})

type Answering = RuleContext<{ readonly request: string; readonly subject: string }>

/** The request, where it waits for an answer of someone for whom the signer acts. */
function requireOpen(context: Answering): RequestRow {
  const { payload, signer } = context
  if (!context.port('identity.actsFor')(signer, payload.subject)) {
    context.refuse('access.not-yours', { field: '/payload/subject' })
  }
  const row = REQUESTS.get(context.state, ...splitReference(payload.request))
  if (row?.subject !== payload.subject) {
    return context.refuse('access.request-unknown', { field: '/payload/request' })
  }
  if (requestState(context, row) !== 'OPEN') {
    context.refuse('access.request-over', { field: '/payload/request' })
  }
  return row
}

function putAnswer(context: Answering, row: RequestRow, answer: NonNullable<RequestRow['answer']>): void {
  REQUESTS.put(context.state, { ...row, answer }, ...splitReference(context.payload.request))
}
