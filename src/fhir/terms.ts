/**
 * What FHIR exports have in common: medseal's identifiers as FHIR identifier systems, logical references (R4 2.3.0.4),
 * times, and the codes that stand for purposes. Patients are named by their subject only; no export holds a name or a
 * clinical code.
 */
import type {
  Coding,
  Identifier,
  Organization,
  Patient,
  Practitioner,
  Reference,
  Resource,
} from '@medplum/fhirtypes'
import { sha256 } from '@noble/hashes/sha2.js'
import { instantOf, toHex, utf8 } from '../base/index.ts'

/** Identifier systems of medseal's own names. */
export const SYSTEMS = {
  subject: 'urn:medseal:subject',
  actor: 'urn:medseal:actor',
  member: 'urn:medseal:member',
  record: 'urn:medseal:record',
  consent: 'urn:medseal:consent',
  episode: 'urn:medseal:episode',
  pathway: 'urn:medseal:pathway',
  licence: 'urn:medseal:licence',
  prescription: 'urn:medseal:prescription',
  prescriptionLine: 'urn:medseal:prescription-line',
  dispensingLine: 'urn:medseal:dispensing-line',
  pack: 'urn:medseal:pack',
  case: 'urn:medseal:case',
  referral: 'urn:medseal:referral',
  submission: 'urn:medseal:submission',
  claim: 'urn:medseal:claim',
  claimState: 'urn:medseal:claim-state',
  visit: 'urn:medseal:visit',
  contentHash: 'urn:medseal:content-hash',
  vaultHash: 'urn:medseal:vault-hash',
  transaction: 'urn:medseal:transaction',
} as const

export type SystemName = keyof typeof SYSTEMS

export const identifierOf = (system: SystemName, value: string): Identifier => ({
  system: SYSTEMS[system],
  value,
})

/** A reference by identifier: what it names need not be a resource that anybody serves. */
export const referTo = <Target extends Resource>(
  type: Target['resourceType'],
  system: SystemName,
  value: string,
): Reference<Target> => ({ type, identifier: identifierOf(system, value) })

/** A person or device by actor id, a member by its own. */
export const referToActor = (actor: string): Reference<Organization> | Reference<Practitioner> =>
  actor.includes(':')
    ? referTo<Practitioner>('Practitioner', 'actor', actor)
    : referTo<Organization>('Organization', 'member', actor)

export const referToSubject = (subject: string): Reference<Patient> =>
  referTo<Patient>('Patient', 'subject', subject)

/** Ids of medseal hold `:` and `_`, those of FHIR may not: the hash of one is the other's. */
export const fhirIdOf = (name: string): string => toHex(sha256(utf8(name)))

/** Codes `up` and `down`. */
export const REFERRAL_DIRECTION_SYSTEM = 'urn:medseal:referral-direction'

/** A community's questionnaire is named by this and its reference. */
export const COMMUNITY_URL = 'urn:medseal:community:'
/** Extensions of a QuestionnaireResponse or AdverseEvent that is a submission: what R4 has no element for. */
export const EXTENSIONS = {
  /** `valuePeriod`: the period that it is about. */
  period: 'urn:medseal:extension:period',
  /** `valueReference`: the doctor who reviews it. */
  reviewer: 'urn:medseal:extension:reviewer',
  /** `valueReference`: the prescription. */
  prescription: 'urn:medseal:extension:prescription',
  /** `valueUri`: an AdverseEvent's community; a QuestionnaireResponse names it as its questionnaire. */
  community: 'urn:medseal:extension:community',
  /** `valueReference`: the regulator that is told of a serious one. */
  regulator: 'urn:medseal:extension:regulator',
} as const
/** FHIR date of unix seconds, in UTC. */
export const dayOf = (seconds: number): string => instantOf(seconds).slice(0, 10)

export const RESOURCE_TYPES_SYSTEM = 'http://hl7.org/fhir/resource-types'
const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason'

/** Codes of HL7 v3 ActReason for the purposes of consents. Underwriting has none of its own: coverage comes nearest. */
const PURPOSE_CODES: { readonly [purpose: string]: string } = {
  treatment: 'TREAT',
  claim: 'HPAYMT',
  underwriting: 'COVERAGE',
  referral: 'COC',
  research: 'HRESCH',
  'public-health': 'PUBHLTH',
  emergency: 'BTG',
}

export const purposeCoding = (purpose: string): Coding =>
  Object.hasOwn(PURPOSE_CODES, purpose)
    ? { system: ACT_REASON, code: PURPOSE_CODES[purpose]! }
    : { system: 'urn:medseal:purpose', code: purpose }

/** The purpose that a coding stands for; undefined for one that no consent of medseal can have. */
export function purposeOfCoding({ system, code }: Coding): string | undefined {
  if (system !== ACT_REASON) return undefined
  return Object.keys(PURPOSE_CODES).find(
    (purpose) => PURPOSE_CODES[purpose] === code && purpose !== 'emergency',
  )
}
