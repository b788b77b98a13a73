/**
 * Rules about referrals: a hospital sends a patient up or down the tiers of its consortium; the receiver accepts or
 * declines, and completes. Opening what is attached is a matter of access, under the consent that the referral names.
 */
import Type from 'typebox'
import { type Code, REFERRAL_ATTACHMENTS_MAX } from '../../base/index.ts'
import { memberOf } from '../../protocol/index.ts'
import type { Actor, Party, PortContext, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import type { ConsentView } from '../ports.ts'
import { hasMemberRole, isStaffOf, MEMBER } from '../roles.ts'
import { Fields, Hash, LocalId, OneOf, Reference, Subject, Time } from '../schema.ts'
import { splitReference } from '../table.ts'
import { DECLINE_REASONS, DIRECTIONS, REFERRALS, type ReferralRow, stateOf, TIERS, Tier } from './state.ts'

/** Who at a hospital refers a patient, and who takes one in. */
const REFERRERS = [MEMBER, 'doctor']
const RECEIVERS = [MEMBER, 'doctor', 'nurse', 'employee']

const newReferral = Fields({
  referralId: LocalId,
  subject: Subject,
  to: LocalId,
  direction: OneOf(DIRECTIONS),
  fromTier: Tier,
  toTier: Tier,
  attachments: Type.Array(Reference, {
    minItems: 0,
    maxItems: REFERRAL_ATTACHMENTS_MAX,
    uniqueItems: true,
  }),
  consent: Reference,
  planHash: Type.Optional(Hash),
})
type NewReferral = Type.Static<typeof newReferral>

export const create = defineVerb({
  summary: 'A hospital refers one of its patients to a hospital of another tier, under a consent.',
  signers: 'key or doctor of the hospital that enrolled the subject',
  payload: newReferral,
  privatePart: 'required',
  parties: ({ subject, to }, signer) => [{ subject }, { member: to }, { member: signer.member }],
  rule(context) {
    const { payload, signer, state, time } = context
    const { referralId, ...terms } = payload
    const { subject, to, direction } = terms
    if (!REFERRERS.includes(signer.role) || !hasMemberRole(signer.memberRoles, ['hospital'])) {
      context.refuse('referral.role')
    }
    if (REFERRALS.has(state, signer.member, referralId)) {
      context.refuse('referral.exists', { field: '/payload/referralId' })
    }
    if (context.port('identity.facilityOf')(subject) !== signer.member) {
      context.refuse('referral.not-facility', { field: '/payload/subject' })
    }
    requireReceiver(context, to)
    requireDirection(context)
    if (direction === 'down' && terms.planHash === undefined) {
      context.refuse('referral.plan-missing', { field: '/payload/planHash' })
    }
    requireAttachments(context, requireConsent(context))
    REFERRALS.put(state, { ...terms, by: signer.actor, createdAt: time }, signer.member, referralId)
  },
})

function requireReceiver(context: RuleContext<unknown>, to: string): void {
  const standing = context.port('identity.member')(to)
  const isOther = to !== context.signer.member
  if (!standing?.active || !isOther || !hasMemberRole(standing.roles, ['hospital'])) {
    context.refuse('referral.receiver-unfit', { field: '/payload/to' })
  }
}

function requireDirection(context: RuleContext<NewReferral>): void {
  const { payload, signer, state } = context
  const { fromTier, toTier, direction } = payload
  if (TIERS.get(state, signer.member)?.tier !== fromTier) {
    context.refuse('referral.tier', { field: '/payload/fromTier' })
  }
  if (TIERS.get(state, payload.to)?.tier !== toTier) {
    context.refuse('referral.tier', { field: '/payload/toTier' })
  }
  const agrees = direction === 'up' ? fromTier < toTier : fromTier > toTier
  if (!agrees) context.refuse('referral.direction', { field: '/payload/direction' })
}

/** The consent, where it is one of this subject to the receiver or one of its people, for referral, in force. */
function requireConsent(context: RuleContext<NewReferral>): ConsentView {
  const { subject, to, consent: reference } = context.payload
  const consent = context.port('consent.find')(reference)
  const fits =
    consent?.active &&
    consent.purpose === 'referral' &&
    consent.subject === subject &&
    memberOf(consent.grantee) === to
  return fits ? consent : context.refuse('referral.consent-unfit', { field: '/payload/consent' })
}

/** Refuses attachments that the receiver could not open under the consent. */
function requireAttachments(context: RuleContext<NewReferral>, consent: ConsentView): void {
  for (const [i, reference] of context.payload.attachments.entries()) {
    const fault = findAttachmentFault(context, consent, reference)
    if (fault !== undefined) context.refuse(fault, { field: `/payload/attachments/${i}` })
  }
}

function findAttachmentFault(
  context: RuleContext<NewReferral>,
  consent: ConsentView,
  reference: string,
): Code | undefined {
  const record = context.port('record.find')(reference)
  if (record?.subject !== context.payload.subject || record.erased) return 'referral.attachment-unfit'
  const isOfCase = consent.caseRef === undefined || consent.caseRef === record.caseRef
  if (isOfCase && consent.kinds.includes(record.kind)) return undefined
  // Of what the patient holds itself the hospital learns nothing that the consent does not cover.
  const isOwn = record.owner === context.signer.member
  return isOwn ? 'referral.attachment-uncovered' : 'referral.attachment-unfit'
}

/** What names a referral after it was made: enough to know whom it concerns. */
const named = { referral: Reference, subject: Subject, to: LocalId }

interface Named {
  readonly referral: string
  readonly subject: string
  readonly to: string
}

function partiesOf({ referral, subject, to }: Named, signer: Actor): readonly Party[] {
  const [sender] = splitReference(referral)
  return [{ subject }, { member: sender }, { member: to }, { actor: signer.actor }]
}

export const accept = defineVerb({
  summary: 'The receiver takes the patient, perhaps at an appointed time.',
  signers: 'key, doctor, nurse or employee of the receiver',
  payload: Fields({ ...named, appointmentAt: Type.Optional(Time) }),
  privatePart: 'optional',
  parties: partiesOf,
  rule(context) {
    const row = requireUnanswered(context)
    const { appointmentAt } = context.payload
    put(context, { ...row, acceptance: mark(context, appointmentAt === undefined ? {} : { appointmentAt }) })
  },
})

export const decline = defineVerb({
  summary: 'The receiver does not take the patient; what it has to say stands in the private part.',
  signers: 'key, doctor, nurse or employee of the receiver',
  payload: Fields({ ...named, reason: OneOf(DECLINE_REASONS) }),
  privatePart: 'optional',
  parties: partiesOf,
  rule(context) {
    const row = requireUnanswered(context)
    put(context, { ...row, refusal: mark(context, { reason: context.payload.reason }) })
  },
})

export const complete = defineVerb({
  summary: 'The receiver has done what the referral asked for, and may commit to what it writes back.',
  signers: 'key, doctor, nurse or employee of the receiver',
  payload: Fields({ ...named, replyHash: Type.Optional(Hash) }),
  privatePart: 'optional',
  parties: partiesOf,
  rule(context) {
    const row = requireReceived(context)
    const at = { field: '/payload/referral' }
    if (isOver(row)) context.refuse('referral.over', at)
    if (row.acceptance === undefined) context.refuse('referral.not-accepted', at)
    const { replyHash } = context.payload
    put(context, { ...row, completion: mark(context, replyHash === undefined ? {} : { replyHash }) })
  },
})

export const cancel = defineVerb({
  summary: 'The sender, or whoever acts for the patient, takes the referral back before it is completed.',
  signers: 'key or doctor of the sender, whoever acts for the subject',
  payload: Fields(named),
  privatePart: 'optional',
  parties: partiesOf,
  rule(context) {
    const { payload, signer } = context
    const isSender = isStaffOf(signer, splitReference(payload.referral)[0]) && REFERRERS.includes(signer.role)
    if (!isSender && !context.port('identity.actsFor')(signer, payload.subject)) {
      context.refuse('referral.not-concerned')
    }
    const row = requireReferral(context)
    if (isOver(row)) context.refuse('referral.over', { field: '/payload/referral' })
    put(context, { ...row, cancellation: mark(context, {}) })
  },
})

const isOver = (row: ReferralRow): boolean => ['DECLINED', 'COMPLETED', 'CANCELLED'].includes(stateOf(row))

function requireReferral(context: RuleContext<Named>): ReferralRow {
  const { referral, subject, to } = context.payload
  const row = REFERRALS.get(context.state, ...splitReference(referral))
  if (row?.subject !== subject || row.to !== to) {
    return context.refuse('referral.unknown', { field: '/payload/referral' })
  }
  return row
}

/** The referral, where the signer takes in patients for the hospital to which it is addressed. */
function requireReceived(context: RuleContext<Named>): ReferralRow {
  const { payload, signer } = context
  if (!RECEIVERS.includes(signer.role)) context.refuse('referral.role')
  if (payload.to !== signer.member) context.refuse('referral.not-receiver', { field: '/payload/to' })
  return requireReferral(context)
}

function requireUnanswered(context: RuleContext<Named>): ReferralRow {
  const row = requireReceived(context)
  const at = { field: '/payload/referral' }
  if (row.cancellation !== undefined) context.refuse('referral.over', at)
  if (stateOf(row) !== 'SENT') context.refuse('referral.answered', at)
  return row
}

const mark = <More extends object>({ signer, time }: RuleContext<unknown>, more: More) => ({
  by: signer.actor,
  at: time,
  ...more,
})

function put(context: PortContext & { readonly payload: Named }, row: ReferralRow): void {
  REFERRALS.put(context.state, row, ...splitReference(context.payload.referral))
}
