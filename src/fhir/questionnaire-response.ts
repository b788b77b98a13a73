/**
 * `QuestionnaireResponse` (R4 6.5) of a submission: who answered about which period, and when. The answers are private.
 */
import type { Extension, MedicationRequest, Patient, QuestionnaireResponse } from '@medplum/fhirtypes'
import { instantOf } from '../base/index.ts'
import {
  COMMUNITY_URL,
  EXTENSIONS,
  fhirIdOf,
  identifierOf,
  referTo,
  referToActor,
  referToSubject,
} from './terms.ts'

/** A submission as the reads of the module `feedback` answer it. */
export interface SubmissionAnswer {
  readonly ref: string
  /** Actor id of the patient, or of its guardian. */
  readonly by: string
  readonly community: string
  readonly subject: string
  readonly reviewer: string
  readonly periodFrom: number
  readonly periodTo: number
  readonly rx?: string
  readonly version: number
  readonly submittedAt: number
  readonly review?: { readonly verdict: string; readonly at: number }
  readonly state: string
}

/** A returned one is to be amended; a rejected one stands, but says nothing that anybody may use. */
const STATUSES: { readonly [state: string]: QuestionnaireResponse['status'] } = {
  RETURNED: 'in-progress',
  REJECTED: 'stopped',
}

export const periodExtension = (from: number, to: number): Extension => ({
  url: EXTENSIONS.period,
  valuePeriod: { start: instantOf(from), end: instantOf(to) },
})

export const prescriptionExtension = (rx: string | undefined): readonly Extension[] =>
  rx === undefined
    ? []
    : [
        {
          url: EXTENSIONS.prescription,
          valueReference: referTo<MedicationRequest>('MedicationRequest', 'prescription', rx),
        },
      ]

export function questionnaireResponseOf(submission: SubmissionAnswer): QuestionnaireResponse {
  const { ref, by, community, subject, reviewer, periodFrom, periodTo, rx, version } = submission
  const { submittedAt, review, state } = submission
  const finished = version > 1 ? 'amended' : 'completed'
  return {
    resourceType: 'QuestionnaireResponse',
    id: fhirIdOf(ref),
    meta: { versionId: String(version), lastUpdated: instantOf(review?.at ?? submittedAt) },
    extension: [
      periodExtension(periodFrom, periodTo),
      { url: EXTENSIONS.reviewer, valueReference: referToActor(reviewer) },
      ...prescriptionExtension(rx),
    ],
    identifier: identifierOf('submission', ref),
    questionnaire: `${COMMUNITY_URL}${community}`,
    status: STATUSES[state] ?? finished,
    subject: referToSubject(subject),
    authored: instantOf(submittedAt),
    author: referTo<Patient>('Patient', 'actor', by),
  }
}
