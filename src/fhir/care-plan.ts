/** `CarePlan` (R4 9.5) of a pathway: the steps agreed on, what of them is attested, and how far it has come. */
import type { CarePlan, CarePlanActivity, DocumentReference } from '@medplum/fhirtypes'
import { instantOf } from '../base/index.ts'
import { fhirIdOf, identifierOf, referTo, referToActor, referToSubject } from './terms.ts'

interface Act {
  readonly by: string
  readonly at: number
}

/** A pathway as the reads of the module `care` answer it. */
export interface PathwayAnswer {
  readonly ref: string
  readonly provider: string
  readonly subject: string
  readonly dueBy: number
  readonly steps: readonly {
    readonly step: string
    readonly mandatory: boolean
    readonly attestation?: Act & { readonly record?: string }
  }[]
  readonly offer: Act
  readonly signature?: Act
  readonly outcome?: Act & { readonly met: boolean }
  readonly dispute?: Act
  readonly settled?: Act
  readonly state: string
}

const STATUS: { readonly [state: string]: NonNullable<CarePlan['status']> } = {
  OFFERED: 'draft',
  LAPSED: 'revoked',
  ACTIVE: 'active',
  DISPUTED: 'on-hold',
  RELEASED: 'completed',
  ARBITRATED: 'completed',
  REFUNDED: 'revoked',
}

/** Steps carry ids of the provider's own: what they mean clinically is in the private part, and not here. */
export function carePlanOf(pathway: PathwayAnswer): CarePlan {
  const { ref, provider, subject, dueBy, steps, offer, signature, outcome, dispute, settled } = pathway
  const acts = [offer, signature, outcome, dispute, settled, ...steps.map(({ attestation }) => attestation)]
  const lastAt = Math.max(...acts.map((act) => act?.at ?? 0))
  return {
    resourceType: 'CarePlan',
    id: fhirIdOf(ref),
    meta: { lastUpdated: instantOf(lastAt) },
    identifier: [identifierOf('pathway', ref)],
    status: STATUS[pathway.state] ?? 'unknown',
    intent: signature === undefined ? 'proposal' : 'plan',
    subject: referToSubject(subject),
    period: { start: instantOf(signature?.at ?? offer.at), end: instantOf(dueBy) },
    created: instantOf(offer.at),
    author: referToActor(offer.by),
    contributor: [referToActor(provider)],
    activity: steps.map(activityOf),
  }
}

function activityOf({ step, mandatory, attestation }: PathwayAnswer['steps'][number]): CarePlanActivity {
  const record = attestation?.record
  return {
    ...(record !== undefined && {
      outcomeReference: [referTo<DocumentReference>('DocumentReference', 'record', record)],
    }),
    detail: {
      status: attestation === undefined ? 'not-started' : 'completed',
      description: mandatory ? step : `${step} (optional)`,
      ...(attestation !== undefined && {
        scheduledPeriod: { end: instantOf(attestation.at) },
        performer: [referToActor(attestation.by)],
      }),
    },
  }
}
