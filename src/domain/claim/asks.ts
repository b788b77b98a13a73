/**
 * What a provider asks a payer before it treats: whether the patient is insured, and whether a planned treatment will
 * be paid. Answers hold until a time that the payer names; claims and rules rest on them.
 */
import Type from 'typebox'
import { CLAIM_LINE_FEN_MAX } from '../../base/index.ts'
import type { Context, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { Count, Fields, LocalId, Reference, Subject, Time } from '../schema.ts'
import { splitReference } from '../table.ts'
import { ELIGIBILITIES, type EligibilityRow, PREAUTHORISATIONS, type PreauthorisationRow } from './state.ts'
import { requirePatientOf, requirePayer, requirePayerOf } from './steps.ts'

const askParties = (
  { subject, payer }: { readonly subject: string; readonly payer: string },
  { member }: { readonly member: string },
) => [{ subject }, { member }, { member: payer }]

const answerFields = { subject: Subject, payer: LocalId }
const Fen = Count(1, CLAIM_LINE_FEN_MAX)

export const checkEligibility = defineVerb({
  summary: 'A facility asks a payer whether it insures a patient.',
  signers: "provider's desk",
  payload: Fields({ checkId: LocalId, subject: Subject, payer: LocalId }),
  privatePart: 'optional',
  parties: askParties,
  rule(context) {
    const { payload, signer, state, time } = context
    const { checkId, ...question } = payload
    requirePatientOf(context)
    requirePayerOf(context, payload.payer)
    if (ELIGIBILITIES.has(state, signer.member, checkId)) {
      context.refuse('claim.check-exists', { field: '/payload/checkId' })
    }
    ELIGIBILITIES.put(state, { ...question, by: signer.actor, at: time }, signer.member, checkId)
  },
})

export const preauthorise = defineVerb({
  summary:
    'A facility asks a payer to promise payment of a planned treatment, which the private part describes.',
  signers: "provider's desk",
  payload: Fields({
    authorisationId: LocalId,
    subject: Subject,
    payer: LocalId,
    caseRef: LocalId,
    amount: Fen,
  }),
  privatePart: 'required',
  parties: askParties,
  rule(context) {
    const { payload, signer, state, time } = context
    const { authorisationId, ...question } = payload
    requirePatientOf(context)
    requirePayerOf(context, payload.payer)
    if (PREAUTHORISATIONS.has(state, signer.member, authorisationId)) {
      context.refuse('claim.preauthorisation-exists', { field: '/payload/authorisationId' })
    }
    PREAUTHORISATIONS.put(state, { ...question, by: signer.actor, at: time }, signer.member, authorisationId)
  },
})

export const answerEligibility = defineVerb({
  summary: 'The payer says whether it insures the patient, and until when.',
  signers: "payer's desk",
  payload: Fields({
    check: Reference,
    ...answerFields,
    eligible: Type.Boolean(),
    until: Type.Optional(Time),
  }),
  privatePart: 'optional',
  parties: ({ check, subject, payer }) => [
    { subject },
    { member: splitReference(check)[0] },
    { member: payer },
  ],
  rule(context) {
    const { payload, signer, state, time } = context
    const { check, eligible, until } = payload
    requirePayer(context)
    const id = splitReference(check)
    const row = ELIGIBILITIES.get(state, ...id)
    requireOpenQuestion(context, row, '/payload/check')
    requireEnd(context, eligible, until)
    const answer = { by: signer.actor, at: time, eligible, ...(until !== undefined && { until }) }
    ELIGIBILITIES.put(state, { ...row!, answer }, ...id)
  },
})

export const answerPreauthorisation = defineVerb({
  summary: 'The payer promises to pay a planned treatment up to a ceiling until a time, or does not.',
  signers: "payer's desk",
  payload: Fields({
    preauthorisation: Reference,
    ...answerFields,
    granted: Type.Boolean(),
    ceiling: Type.Optional(Fen),
    until: Type.Optional(Time),
  }),
  privatePart: 'optional',
  parties: ({ preauthorisation, subject, payer }) => [
    { subject },
    { member: splitReference(preauthorisation)[0] },
    { member: payer },
  ],
  rule(context) {
    const { payload, signer, state, time } = context
    const { preauthorisation, granted, ceiling, until } = payload
    requirePayer(context)
    const id = splitReference(preauthorisation)
    const row = PREAUTHORISATIONS.get(state, ...id)
    requireOpenQuestion(context, row, '/payload/preauthorisation')
    requireEnd(context, granted, until)
    if (granted !== (ceiling !== undefined)) context.refuse('claim.answer', { field: '/payload/ceiling' })
    const terms = { ...(ceiling !== undefined && { ceiling }), ...(until !== undefined && { until }) }
    PREAUTHORISATIONS.put(
      state,
      { ...row!, answer: { by: signer.actor, at: time, granted, ...terms } },
      ...id,
    )
  },
})

/** Refuses where there is no such question about this subject to this payer, or it was answered. */
function requireOpenQuestion(
  context: RuleContext<{ readonly subject: string; readonly payer: string }>,
  row: EligibilityRow | PreauthorisationRow | undefined,
  field: string,
): void {
  const { subject, payer } = context.payload
  if (row?.subject !== subject || row.payer !== payer) context.refuse('claim.question-unknown', { field })
  else if (row.answer !== undefined) context.refuse('claim.answered', { field })
}

/** A yes holds until a time to come; a no has none. */
function requireEnd(context: RuleContext<unknown>, isYes: boolean, until: number | undefined): void {
  const isSound = isYes ? until !== undefined && until > context.time : until === undefined
  if (!isSound) context.refuse('claim.answer', { field: '/payload/until' })
}

interface ClaimTerms {
  readonly subject: string
  readonly payer: string
  readonly visitAt: number
  readonly caseRef: string
  readonly preauthorisation?: string
}

/** Whether a payer said to this provider that the patient is insured, at the time of the visit. */
export function isInsured(context: RuleContext<ClaimTerms>, eligibility: string): boolean {
  const { payload, signer, state } = context
  const [owner, local] = splitReference(eligibility)
  const row = ELIGIBILITIES.get(state, owner, local)
  if (row?.subject !== payload.subject || row.payer !== payload.payer) return false
  return owner === signer.member && row.answer?.until !== undefined && payload.visitAt < row.answer.until
}

/** Marks the preauthorisation on which a claim rests, where it names one. */
export function usePreauthorisation(context: RuleContext<ClaimTerms & { readonly claimId: string }>): void {
  const { payload, signer, state } = context
  const { preauthorisation, subject, payer, caseRef, visitAt, claimId } = payload
  if (preauthorisation === undefined) return
  const field = '/payload/preauthorisation'
  const [owner, local] = splitReference(preauthorisation)
  const row = PREAUTHORISATIONS.get(state, owner, local)
  const isOwn = owner === signer.member && row?.subject === subject && row.payer === payer
  const isGranted = row?.answer?.until !== undefined && visitAt < row.answer.until
  if (row === undefined || !isOwn || !isGranted || row.caseRef !== caseRef) {
    context.refuse('claim.preauthorisation-unfit', { field })
  } else if (row.claim !== undefined) context.refuse('claim.preauthorisation-used', { field })
  PREAUTHORISATIONS.put(state, { ...row, claim: claimId }, owner, local)
}

/** Lets another claim rest on the preauthorisation of one that was withdrawn. */
export function freePreauthorisation(
  context: RuleContext<unknown>,
  { preauthorisation }: { readonly preauthorisation?: string },
): void {
  if (preauthorisation === undefined) return
  const id = splitReference(preauthorisation)
  const { claim: _, ...row } = PREAUTHORISATIONS.get(context.state, ...id)!
  PREAUTHORISATIONS.put(context.state, row, ...id)
}

/** What a payer promised at most for a claim; undefined where it rests on no preauthorisation. Fen. */
export function ceilingOf(context: Context, preauthorisation: string | undefined): number | undefined {
  if (preauthorisation === undefined) return undefined
  return PREAUTHORISATIONS.get(context.state, ...splitReference(preauthorisation))?.answer?.ceiling
}
