/**
 * What Claim, ClaimResponse and ExplanationOfBenefit have in common. Diagnosis and line codes are in the private part,
 * so the elements that R4 requires for them say `masked`.
 */
import type { CodeableConcept, Coverage, Money, Organization, Reference } from '@medplum/fhirtypes'
import { referTo } from './terms.ts'

/** A claim as the reads of the module `claim` answer it. Fen, unix seconds. */
export interface ClaimAnswer {
  readonly ref: string
  readonly provider: string
  readonly subject: string
  readonly payer: string
  readonly caseRef: string
  readonly visit: string
  readonly visitAt: number
  readonly preauthorisation?: string
  readonly rule?: { readonly ref: string }
  readonly lines: readonly {
    readonly line: string
    readonly billed: number
    readonly record?: string
    readonly allowed?: number
    readonly paid?: number
    readonly patientShare?: number
  }[]
  readonly billed: number
  readonly paid?: number
  readonly remitted: number
  readonly state: string
  readonly history: readonly { readonly verb: string; readonly at: number; readonly amount?: number }[]
}

const ABSENT = 'http://terminology.hl7.org/CodeSystem/data-absent-reason'
const ADJUDICATION = 'http://terminology.hl7.org/CodeSystem/adjudication'

/** Stands where R4 requires what only the parties know. */
export const MASKED: CodeableConcept = { coding: [{ system: ABSENT, code: 'masked' }] }

/** Fen as yuan; two decimals of an integer below 2^53 come out exactly. */
export const moneyOf = (fen: number): Money => ({ value: fen / 100, currency: 'CNY' })

/** R4 has active and cancelled; a claim that was taken back is the latter. */
export const statusOf = ({ history }: ClaimAnswer): 'active' | 'cancelled' =>
  history.at(-1)?.verb === 'withdraw' ? 'cancelled' : 'active'

/** Whether the payer has decided: `complete`, or `queued`. */
export const outcomeOf = ({ state, history }: ClaimAnswer): 'complete' | 'queued' =>
  ['ADJUDICATED', 'DENIED', 'REMITTED'].includes(state) || history.at(-1)?.verb === 'close'
    ? 'complete'
    : 'queued'

export const timeOfStep = ({ history }: ClaimAnswer, verb: string): number | undefined =>
  history.findLast((step) => step.verb === verb)?.at

export const referToMember = (member: string): Reference<Organization> =>
  referTo<Organization>('Organization', 'member', member)

/** What is insured is between patient and payer; the ledger knows the payer. */
export const coverageBy = (payer: string): Reference<Coverage> => ({
  type: 'Coverage',
  display: `by ${payer}`,
})

const adjudicationCategory = (code: string): CodeableConcept => ({ coding: [{ system: ADJUDICATION, code }] })

/** One amount of a line or a total under its R4 category. */
export const amountOf = (code: 'submitted' | 'eligible' | 'benefit' | 'copay', fen: number) => ({
  category: adjudicationCategory(code),
  amount: moneyOf(fen),
})

/** What was billed, allowed (`eligible`), paid (`benefit`) and left to the patient (`copay`) of a line. */
export function adjudicationOf(line: ClaimAnswer['lines'][number]) {
  const { billed, allowed, paid, patientShare } = line
  if (allowed === undefined || paid === undefined || patientShare === undefined) {
    return [amountOf('submitted', billed)]
  }
  return [
    amountOf('submitted', billed),
    amountOf('eligible', allowed),
    amountOf('benefit', paid),
    amountOf('copay', patientShare),
  ]
}

/** The same over all lines; what was decided is there once it is. */
export function totalsOf(claim: ClaimAnswer) {
  const sum = (of: 'allowed' | 'patientShare') =>
    claim.lines.reduce((total, line) => total + (line[of] ?? 0), 0)
  return claim.paid === undefined
    ? [amountOf('submitted', claim.billed)]
    : [
        amountOf('submitted', claim.billed),
        amountOf('eligible', sum('allowed')),
        amountOf('benefit', claim.paid),
        amountOf('copay', sum('patientShare')),
      ]
}
