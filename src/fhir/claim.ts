/** `Claim` (R4 13.5) of what a provider bills a payer. */
import type { Claim, DocumentReference, Encounter } from '@medplum/fhirtypes'
import { instantOf } from '../base/index.ts'
import { type ClaimAnswer, coverageBy, MASKED, moneyOf, referToMember, statusOf } from './claim-terms.ts'
import { fhirIdOf, identifierOf, referTo, referToSubject } from './terms.ts'

export function claimOf(claim: ClaimAnswer): Claim {
  const { ref, provider, payer, lines, visitAt, preauthorisation } = claim
  const encounter = referTo<Encounter>('Encounter', 'visit', `${provider}:${claim.visit}`)
  const records = lines.flatMap(({ record }, i) => (record === undefined ? [] : [{ record, line: i + 1 }]))
  return {
    resourceType: 'Claim',
    id: fhirIdOf(ref),
    identifier: [identifierOf('claim', ref), identifierOf('case', claim.caseRef)],
    status: statusOf(claim),
    type: MASKED,
    use: 'claim',
    patient: referToSubject(claim.subject),
    billablePeriod: { start: instantOf(visitAt) },
    created: instantOf(claim.history[0]!.at),
    insurer: referToMember(payer),
    provider: referToMember(provider),
    priority: MASKED,
    ...(records.length > 0 && {
      supportingInfo: records.map(({ record }, i) => ({
        sequence: i + 1,
        category: {
          coding: [
            { system: 'http://terminology.hl7.org/CodeSystem/claiminformationcategory', code: 'attachment' },
          ],
        },
        valueReference: referTo<DocumentReference>('DocumentReference', 'record', record),
      })),
    }),
    insurance: [
      {
        sequence: 1,
        focal: true,
        coverage: coverageBy(payer),
        ...(preauthorisation !== undefined && { preAuthRef: [preauthorisation] }),
      },
    ],
    item: lines.map(({ billed }, i) => {
      const shown = records.findIndex(({ line }) => line === i + 1)
      return {
        sequence: i + 1,
        ...(shown >= 0 && { informationSequence: [shown + 1] }),
        productOrService: MASKED,
        net: moneyOf(billed),
        encounter: [encounter],
      }
    }),
    total: moneyOf(claim.billed),
  }
}
