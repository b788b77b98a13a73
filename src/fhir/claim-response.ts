/** `ClaimResponse` (R4 13.6): what the payer answered, to the provider. */
import type { Claim, ClaimResponse } from '@medplum/fhirtypes'
import { instantOf } from '../base/index.ts'
import {
  adjudicationOf,
  type ClaimAnswer,
  MASKED,
  moneyOf,
  outcomeOf,
  referToMember,
  statusOf,
  timeOfStep,
  totalsOf,
} from './claim-terms.ts'
import { fhirIdOf, identifierOf, referTo, referToSubject } from './terms.ts'

const PAYMENT_TYPE = 'http://terminology.hl7.org/CodeSystem/ex-paymenttype'

export function claimResponseOf(claim: ClaimAnswer): ClaimResponse {
  const { ref, state, lines, paid, rule } = claim
  const paidAt = timeOfStep(claim, 'remit')
  return {
    resourceType: 'ClaimResponse',
    id: fhirIdOf(`response to ${ref}`),
    identifier: [identifierOf('claim', ref), identifierOf('claimState', state)],
    status: statusOf(claim),
    type: MASKED,
    use: 'claim',
    patient: referToSubject(claim.subject),
    created: instantOf(claim.history.at(-1)!.at),
    insurer: referToMember(claim.payer),
    requestor: referToMember(claim.provider),
    request: referTo<Claim>('Claim', 'claim', ref),
    outcome: outcomeOf(claim),
    // A code of the ledger's own; the payer's words are in the private part.
    disposition: rule === undefined ? state : `${state} by rule ${rule.ref}`,
    item: lines.map((line, i) => ({ itemSequence: i + 1, adjudication: adjudicationOf(line) })),
    total: totalsOf(claim),
    ...(paid !== undefined &&
      claim.remitted > 0 && {
        payment: {
          type: {
            coding: [{ system: PAYMENT_TYPE, code: claim.remitted < paid ? 'partial' : 'complete' }],
          },
          amount: moneyOf(claim.remitted),
          ...(paidAt !== undefined && { date: instantOf(paidAt).slice(0, 10) }),
        },
      }),
  }
}
