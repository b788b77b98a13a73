/**
 * `AdverseEvent` (R4 8.9) of a notice: that a patient reported a serious effect, to which doctor, about which time.
 * What it was is private.
 */
import type { AdverseEvent, Practitioner } from '@medplum/fhirtypes'
import { instantOf } from '../base/index.ts'
import { periodExtension, prescriptionExtension } from './questionnaire-response.ts'
import { fhirIdOf, identifierOf, referTo, referToSubject } from './terms.ts'

/** A notice as `GET /v1/feedback/notices` answers it. */
export interface NoticeAnswer {
  readonly ref: string
  readonly subject: string
  readonly reviewer: string
  readonly rx?: string
  readonly periodFrom: number
  readonly periodTo: number
  readonly reportedAt: number
  readonly serious: boolean
  readonly state: string
}

export const SERIOUSNESS_SYSTEM = 'http://terminology.hl7.org/CodeSystem/adverse-event-seriousness'

export function adverseEventOf(notice: NoticeAnswer): AdverseEvent {
  const { ref, subject, reviewer, rx, periodFrom, periodTo, reportedAt, serious } = notice
  return {
    resourceType: 'AdverseEvent',
    id: fhirIdOf(`notice/${ref}`),
    extension: [periodExtension(periodFrom, periodTo), ...prescriptionExtension(rx)],
    identifier: identifierOf('submission', ref),
    actuality: 'actual',
    subject: referToSubject(subject),
    date: instantOf(periodFrom),
    detected: instantOf(reportedAt),
    recordedDate: instantOf(reportedAt),
    seriousness: {
      coding: [{ system: SERIOUSNESS_SYSTEM, code: serious ? 'Serious' : 'Non-serious' }],
    },
    contributor: [referTo<Practitioner>('Practitioner', 'actor', reviewer)],
  }
}
