/** `ExplanationOfBenefit` (R4 13.10): a claim with its decision and payment, for the patient. */
import type { Claim, Encounter, ExplanationOfBenefit } from '@medplum/fhirtypes'
import { instantOf } from '../base/index.ts'
import {
  adjudicationOf,
  type ClaimAnswer,
  coverageBy,
  MASKED,
  moneyOf,
  outcomeOf,
  referToMember,
  statusOf,
  timeOfStep,
  totalsOf,
} from './claim-terms.ts'
import { fhirIdOf, identifierOf, referTo, referToSubject } from './terms.ts'

export function explanationOfBenefitOf(claim: ClaimAnswer): ExplanationOfBenefit {
  const { ref, provider, payer, lines, state } = claim
  const encounter = referTo<Encounter>('Encounter', 'visit', `${provider}:${claim.visit}`)
  const paidAt = timeOfStep(claim, 'remit')
  return {
    resourceType: 'ExplanationOfBenefit',
    id: fhirIdOf(`explanation of ${ref}`),
    identifier: [identifierOf('claim', ref), identifierOf('claimState', state)],
    status: statusOf(claim),
    type: MASKED,
    use: 'claim',
    patient: referToSubject(claim.subject),
    billablePeriod: { start: instantOf(claim.visitAt) },
    created: instantOf(claim.history.at(-1)!.at),
    insurer: referToMember(payer),
    provider: referToMember(provider),
    claim: referTo<Claim>('Claim', 'claim', ref),
    outcome: outcomeOf(claim),
    disposition: state,
    insurance: [{ focal: true, coverage: coverageBy(payer) }],
    item: lines.map((line, i) => ({
      sequence: i + 1,
      productOrService: MASKED,
      net: moneyOf(line.billed),
      encounter: [encounter],
      adjudication: adjudicationOf(line),
    })),
    total: totalsOf(claim),
    payment: {
      amount: moneyOf(claim.remitted),
      ...(paidAt !== undefined && { date: instantOf(paidAt).slice(0, 10) }),
    },
  }
}
