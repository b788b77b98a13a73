/**
 * `ServiceRequest` (R4 12.19) of a referral, and the `Task` (R4 12.16) that it is to its receiver. Why and what for is
 * private.
 */
import type {
  CarePlan,
  CodeableConcept,
  Consent,
  DocumentReference,
  Organization,
  Resource,
  ServiceRequest,
  Task,
} from '@medplum/fhirtypes'
import { instantOf } from '../base/index.ts'
import {
  fhirIdOf,
  identifierOf,
  REFERRAL_DIRECTION_SYSTEM,
  referTo,
  referToActor,
  referToSubject,
} from './terms.ts'

/** A referral as the reads of the module `referral` answer it. */
export interface ReferralAnswer {
  readonly ref: string
  readonly from: string
  readonly to: string
  readonly subject: string
  readonly direction: string
  readonly fromTier: number
  readonly toTier: number
  /** References of records. */
  readonly attachments: readonly string[]
  readonly consent: string
  readonly planHash?: string
  readonly by: string
  readonly createdAt: number
  readonly acceptance?: { readonly by: string; readonly at: number; readonly appointmentAt?: number }
  readonly refusal?: { readonly by: string; readonly at: number; readonly reason: string }
  readonly completion?: { readonly by: string; readonly at: number; readonly replyHash?: string }
  readonly cancellation?: { readonly by: string; readonly at: number }
  readonly state: string
}

/** SNOMED CT "Patient referral", the category that R4 suggests. */
export const REFERRAL_CATEGORY = { system: 'http://snomed.info/sct', code: '3457005' } as const

/** What the two resources call the states of a referral. */
const STATUSES: { readonly [state: string]: readonly [ServiceRequest['status'], Task['status']] } = {
  SENT: ['active', 'requested'],
  ACCEPTED: ['active', 'accepted'],
  DECLINED: ['revoked', 'rejected'],
  COMPLETED: ['completed', 'completed'],
  CANCELLED: ['revoked', 'cancelled'],
}

const changedAt = (referral: ReferralAnswer): number => {
  const { acceptance, refusal, completion, cancellation, createdAt } = referral
  return (cancellation ?? completion ?? refusal ?? acceptance)?.at ?? createdAt
}

/** Records attached, the consent under which they are opened, and the plan by its commitment. */
const supportOf = ({ attachments, consent, planHash }: ReferralAnswer) => [
  ...attachments.map((record) => referTo<DocumentReference>('DocumentReference', 'record', record)),
  referTo<Consent>('Consent', 'consent', consent),
  ...(planHash === undefined ? [] : [referTo<CarePlan>('CarePlan', 'contentHash', planHash)]),
]

export function serviceRequestOf(referral: ReferralAnswer): ServiceRequest {
  const { ref, to, subject, direction, by, createdAt, acceptance } = referral
  const { appointmentAt } = acceptance ?? {}
  return {
    resourceType: 'ServiceRequest',
    id: fhirIdOf(ref),
    meta: { lastUpdated: instantOf(changedAt(referral)) },
    identifier: [identifierOf('referral', ref)],
    status: STATUSES[referral.state]![0],
    intent: 'order',
    category: [
      { coding: [REFERRAL_CATEGORY] },
      { coding: [{ system: REFERRAL_DIRECTION_SYSTEM, code: direction }] },
    ],
    subject: referToSubject(subject),
    ...(appointmentAt !== undefined && { occurrenceDateTime: instantOf(appointmentAt) }),
    authoredOn: instantOf(createdAt),
    requester: referToActor(by),
    performer: [referTo<Organization>('Organization', 'member', to)],
    supportingInfo: supportOf(referral),
  }
}

/** What a receiver wrote back, by its commitment. */
const replyOutput = (replyHash: string) => ({
  type: { text: 'Commitment to the reply' } satisfies CodeableConcept,
  valueIdentifier: identifierOf('contentHash', replyHash),
})

export function taskOf(referral: ReferralAnswer): Task {
  const { ref, to, subject, by, createdAt, refusal, completion } = referral
  const { replyHash } = completion ?? {}
  return {
    resourceType: 'Task',
    id: fhirIdOf(`task/${ref}`),
    meta: { lastUpdated: instantOf(changedAt(referral)) },
    identifier: [identifierOf('referral', ref)],
    status: STATUSES[referral.state]![1],
    ...(refusal !== undefined && { statusReason: { text: refusal.reason } }),
    intent: 'order',
    code: { coding: [{ system: 'http://hl7.org/fhir/CodeSystem/task-code', code: 'fulfill' }] },
    focus: referTo<Resource>('ServiceRequest', 'referral', ref),
    for: referToSubject(subject),
    authoredOn: instantOf(createdAt),
    lastModified: instantOf(changedAt(referral)),
    requester: referToActor(by),
    owner: referTo<Organization>('Organization', 'member', to),
    ...(replyHash !== undefined && { output: [replyOutput(replyHash)] }),
  }
}
