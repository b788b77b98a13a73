/**
 * Which reads have an answer in FHIR R4, and how it is made. A list, and an object that is several resources, becomes a
 * `Bundle` of type `searchset`; the next page of a list is a link. Reads without an export have none, rather than one
 * that says less than their JSON.
 */
import type { Bundle, Resource } from '@medplum/fhirtypes'
import { adverseEventOf } from './adverse-event.ts'
import { auditEventOf } from './audit-event.ts'
import { carePlanOf } from './care-plan.ts'
import { claimOf } from './claim.ts'
import { claimResponseOf } from './claim-response.ts'
import { consentOf } from './consent.ts'
import { documentReferenceOf } from './document-reference.ts'
import { episodeOfCareOf } from './episode-of-care.ts'
import { explanationOfBenefitOf } from './explanation-of-benefit.ts'
import { medicationDispensesOf } from './medication-dispense.ts'
import { medicationRequestsOf } from './medication-request.ts'
import { practitionerOf } from './practitioner.ts'
import { questionnaireResponseOf } from './questionnaire-response.ts'
import { serviceRequestOf, taskOf } from './service-request.ts'
import { verificationResultOf } from './verification-result.ts'

/** The media type of FHIR in JSON. */
export const FHIR_JSON = 'application/fhir+json'

/** One resource, or several where what is one object here is several in FHIR. */
type Export = (answer: never) => Resource | readonly Resource[]

/** By module and path of the read. */
export const EXPORTS: { readonly [read: string]: Export } = {
  'record /records': documentReferenceOf,
  'record /records/:ref': documentReferenceOf,
  'consent /consents': consentOf,
  'consent /consents/:ref': consentOf,
  'consent /granted': consentOf,
  'access /accesses': auditEventOf,
  'access /accesses/:ref': auditEventOf,
  'access /all-accesses': auditEventOf,
  'access /break-glass': auditEventOf,
  'care /episodes': episodeOfCareOf,
  'care /episodes/:ref': episodeOfCareOf,
  'care /shared-episodes': episodeOfCareOf,
  'care /pathways': carePlanOf,
  'care /pathways/:ref': carePlanOf,
  'care /named-pathways': carePlanOf,
  'referral /sent': serviceRequestOf,
  'referral /referrals': serviceRequestOf,
  'referral /referrals/:ref': serviceRequestOf,
  'referral /received': taskOf,
  'feedback /submissions': questionnaireResponseOf,
  'feedback /submissions/:ref': questionnaireResponseOf,
  'feedback /queue': questionnaireResponseOf,
  'feedback /notices': adverseEventOf,
  'credential /practitioners/:practitioner': practitionerOf,
  'credential /verifications/:ref': verificationResultOf,
  'credential /attested': verificationResultOf,
  'credential /about-me': verificationResultOf,
  'credential /purchases': verificationResultOf,
  'prescription /prescriptions': medicationRequestsOf,
  'prescription /prescriptions/:ref': medicationRequestsOf,
  'prescription /issued': medicationRequestsOf,
  'prescription /prescribed': medicationRequestsOf,
  'prescription /to-review': medicationRequestsOf,
  'prescription /to-dispense': medicationRequestsOf,
  'prescription /dispensed': medicationDispensesOf,
  'prescription /dispensings': medicationDispensesOf,
  'claim /claims/:ref': claimOf,
  'claim /received': claimOf,
  'claim /sent': claimOf,
  'claim /responses/:ref': claimResponseOf,
  'claim /explanations/:ref': explanationOfBenefitOf,
  'claim /claims': explanationOfBenefitOf,
}

interface Page {
  readonly items: readonly unknown[]
  readonly next?: string
}

/**
 * The answer of a read in FHIR; undefined where it has none. `selfPath` is path and query without a cursor, for links
 * of a list.
 */
export function exportAnswer(
  module: string,
  path: string,
  answer: unknown,
  selfPath: string,
): Resource | undefined {
  const name = `${module} ${path}`
  if (!Object.hasOwn(EXPORTS, name)) return undefined
  const make = EXPORTS[name]!
  const isPage = typeof answer === 'object' && answer !== null && 'items' in answer
  if (isPage) return bundleOf(answer as Page, make, selfPath)
  const resources = make(answer as never)
  return isList(resources) ? bundleOf({ items: [answer] }, make, selfPath) : resources
}

const isList = (made: Resource | readonly Resource[]): made is readonly Resource[] => Array.isArray(made)

function bundleOf({ items, next }: Page, make: Export, selfPath: string): Bundle {
  const nextPath =
    next === undefined
      ? undefined
      : `${selfPath}${selfPath.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(next)}`
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    link: [
      { relation: 'self', url: selfPath },
      ...(nextPath === undefined ? [] : [{ relation: 'next', url: nextPath }]),
    ],
    entry: items
      .flatMap((item) => make(item as never))
      .map((resource) => ({ resource, search: { mode: 'match' } })),
  }
}
