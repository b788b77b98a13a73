/**
 * From FHIR R4 resources to what a member signs: patients to enrol, records to anchor, consents to grant, prescriptions
 * to issue, dispensings to record, and a list of all that has no place on the ledger, each with its reason. Pure: ids
 * follow from the resources, so that the same files give the same plan again; keys, salts and signatures are the
 * caller's.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { toHex } from '../base/index.ts'
import { timeOfResource } from './date.ts'
import { type PlannedClaim, planClaim } from './import-claim.ts'
import { type PlannedConsent, planConsent } from './import-consent.ts'
import { type PlannedDecision, planDecision } from './import-decision.ts'
import type { Rates } from './import-money.ts'
import {
  groupOf,
  type PlannedDispensing,
  type PlannedLine,
  type PlannedRequest,
  type PrescriptionOptions,
  planDispensing,
  planRequest,
} from './import-prescription.ts'
import { checkServiceRequest, type PlannedReferral, planReferral } from './import-service-request.ts'
import { checkSubmission, type PlannedSubmission, planSubmission } from './import-submission.ts'
import { patientIdIn, type Resource, subjectReferences } from './patient.ts'
import type { FoundResource } from './reading.ts'

/** A patient to enrol. `id` is the FHIR id, by which all else names it. */
export interface PlannedPatient {
  readonly id: string
  /** Local id of the actor. */
  readonly localId: string
  /** Where its Patient resource stands; undefined for one that others name and no file holds. */
  readonly place: string | undefined
}

export interface PlannedRecord {
  /** Local id of the record. */
  readonly recordId: string
  readonly kind: string
  /** FHIR id of the patient. */
  readonly patient: string
  /** Unix seconds; undefined where the resource gives none after 1970. */
  readonly time: number | undefined
  readonly bytes: Uint8Array
  readonly place: string
}

/** A prescription to issue: requests that belong together. */
export interface PlannedPrescription {
  readonly rxId: string
  /** FHIR id. */
  readonly patient: string
  /** Actor id. */
  readonly prescriber: string
  readonly basis: PlannedRequest['basis']
  readonly lines: readonly PlannedLine[]
  /** The earliest end of a line; undefined for the end of the day. */
  readonly validUntil: number | undefined
  /** The resources of the lines, in their order. */
  readonly resources: readonly PlannedRequest['resource'][]
  readonly place: string
}

/** What is not imported, and why. */
export interface Unmapped {
  readonly kind: string
  readonly reason: string
  readonly place: string
}

export interface ImportPlan {
  readonly patients: readonly PlannedPatient[]
  readonly records: readonly PlannedRecord[]
  readonly consents: readonly PlannedConsent[]
  readonly referrals: readonly PlannedReferral[]
  readonly submissions: readonly PlannedSubmission[]
  readonly prescriptions: readonly PlannedPrescription[]
  readonly dispensings: readonly PlannedDispensing[]
  readonly claims: readonly PlannedClaim[]
  readonly unmapped: readonly Unmapped[]
  readonly resourceCount: number
}

export interface ImportOptions extends PrescriptionOptions {
  /** Record kinds that the ledger knows. */
  readonly kinds: readonly string[]
  /** Whether contents go into the vault; false where absent. */
  readonly vault?: boolean
  /** Fen for one unit of a currency; yuan have theirs. */
  readonly rates?: Rates
}

/** The decisions of a payer, and what is none of them. */
export interface DecisionPlan {
  readonly decisions: readonly PlannedDecision[]
  readonly unmapped: readonly Unmapped[]
  readonly resourceCount: number
}

const LOCAL_ID_LENGTH_MAX = 64
const PATIENT_LOCAL_ID_LENGTH_MAX = 44

const NO_RATES: Rates = new Map()

const shortHash = (bytes: Uint8Array): string => toHex(sha256(bytes)).slice(0, 32)

/** `<prefix>-<id>`, or where that is too long or holds what a local id may not, its hash behind the prefix. */
export function localIdOf(prefix: string, id: string, lengthMax = LOCAL_ID_LENGTH_MAX): string {
  const whole = `${prefix}-${id}`
  if (whole.length <= lengthMax) return whole
  return `${prefix.slice(0, lengthMax - 33)}-${shortHash(new TextEncoder().encode(whole))}`
}

/** What a resource is called where it has no id of its own: its place in the bundle, else its content. */
function idOf({ resource, fullUrl, bytes }: FoundResource): string {
  if (typeof resource['id'] === 'string') return resource['id']
  return /^urn:uuid:([0-9a-fA-F-]{36})$/.exec(fullUrl ?? '')?.[1]?.toLowerCase() ?? shortHash(bytes)
}

/** The patients of all files, and what each bundle calls them. */
class PatientIndex {
  readonly patients = new Map<string, PlannedPatient>()
  /** File name and full URL → FHIR id: such names hold within one bundle. */
  readonly #byUrl = new Map<string, string>()

  add(found: FoundResource): void {
    const id = idOf(found)
    if (found.fullUrl !== undefined) this.#byUrl.set(urlKey(found, found.fullUrl), id)
    if (!this.patients.has(id)) this.patients.set(id, plannedPatient(id, found.place))
  }

  /** FHIR id of the patient that a reference means; undefined where it means somebody else, or nobody. */
  resolve(found: FoundResource, reference: string): string | undefined {
    const inBundle = this.#byUrl.get(urlKey(found, reference))
    if (inBundle !== undefined) return inBundle
    const id = patientIdIn(reference)
    if (id !== undefined && !this.patients.has(id)) this.patients.set(id, plannedPatient(id, undefined))
    return id
  }
}

const urlKey = ({ place }: FoundResource, url: string): string => `${place.split('#', 1)[0]}#${url}`

const plannedPatient = (id: string, place: string | undefined): PlannedPatient => ({
  id,
  localId: localIdOf('patient', id, PATIENT_LOCAL_ID_LENGTH_MAX),
  place,
})

/** Why a resource is nobody's record. */
function reasonWithoutPatient(references: readonly string[], resource: Resource): string {
  if (references.some((reference) => reference.startsWith('Patient?'))) {
    return 'names its patient by a search, which only the server it came from can answer'
  }
  if (references.some((reference) => reference.startsWith('urn:'))) {
    return 'names somebody whom the bundle does not hold as a patient'
  }
  if (references.length > 0) return 'is about somebody or something else than a patient'
  return 'subject' in resource || 'patient' in resource
    ? 'names its patient without a reference'
    : 'names no patient'
}

/** A resource with the record that it becomes. */
interface Anchored {
  readonly found: FoundResource
  readonly record: PlannedRecord
}

/** What of the records is a step of a workflow besides; and of what could be one, why it is none. */
function planWorkflows(
  anchored: readonly Anchored[],
  consents: readonly PlannedConsent[],
  options: ImportOptions,
) {
  const referrals: PlannedReferral[] = []
  const submissions: PlannedSubmission[] = []
  const unmapped: Unmapped[] = []
  const records = new Map<string, PlannedRecord>()
  for (const { found, record } of anchored) {
    records.set(urlKey(found, `${record.kind}/${idOf(found)}`), record)
    records.set(`${record.kind}/${idOf(found)}`, record)
    if (found.fullUrl !== undefined) records.set(urlKey(found, found.fullUrl), record)
  }
  const granted = new Set(consents.map(({ consentId }) => consentId))
  for (const { found, record } of anchored) {
    const { kind, place } = found
    const { recordId, patient } = record
    if (kind === 'ServiceRequest') {
      checkServiceRequest(found)
      const planned = planReferral(
        found,
        { referralId: recordId, patient },
        {
          recordOf: (reference) => records.get(urlKey(found, reference)) ?? records.get(reference),
          isGranted: (id) => granted.has(id),
          parties: options.grantees,
        },
      )
      if (typeof planned === 'string')
        unmapped.push({ kind: `${kind} (as a referral)`, reason: planned, place })
      else referrals.push(planned)
    } else if (kind === 'QuestionnaireResponse' || kind === 'AdverseEvent') {
      checkSubmission(found)
      const planned = planSubmission(found, { submissionId: recordId, contentOf: recordId, patient }, options)
      if (typeof planned === 'string')
        unmapped.push({ kind: `${kind} (as feedback)`, reason: planned, place })
      else submissions.push(planned)
    }
  }
  return { referrals, submissions, unmapped }
}

/** Requests by what joins them. Those that do not fit together are no prescription, none of them. */
class RequestGroups {
  readonly #groups = new Map<
    string,
    { requests: PlannedRequest[]; places: string[]; fault: string | undefined }
  >()
  readonly #unmapped: Unmapped[]

  constructor(unmapped: Unmapped[]) {
    this.#unmapped = unmapped
  }

  /** A request that could not be planned is listed, and so is every other one that belongs with it. */
  add(planned: PlannedRequest | string, name: string, place: string): void {
    const group = this.#groups.get(name) ?? { requests: [], places: [], fault: undefined }
    this.#groups.set(name, group)
    if (typeof planned === 'string') {
      this.#skip(planned, place)
      group.fault = 'is grouped with a request that is no line of a prescription'
      return
    }
    const [first = planned] = group.requests
    const isOfOne =
      first.patient === planned.patient &&
      first.prescriber === planned.prescriber &&
      first.basis === planned.basis
    if (!isOfOne) group.fault = 'is grouped with requests for another patient, of another doctor or kind'
    group.requests.push(planned)
    group.places.push(place)
  }

  #skip(reason: string, place: string): void {
    this.#unmapped.push({ kind: 'MedicationRequest (as a prescription)', reason, place })
  }

  plan(): PlannedPrescription[] {
    return [...this.#groups].flatMap(([name, { requests, places, fault }]) => {
      if (fault !== undefined) {
        for (const place of places) this.#skip(fault, place)
        return []
      }
      const { patient, prescriber, basis } = requests[0]!
      const ends = requests.flatMap(({ validUntil }) => (validUntil === undefined ? [] : [validUntil]))
      return [
        {
          rxId: rxIdOf(name),
          patient,
          prescriber,
          basis,
          lines: requests.map(({ quantity, daysSupply, controlled }) => ({
            quantity,
            daysSupply,
            controlled,
          })),
          validUntil: ends.length === 0 ? undefined : Math.min(...ends),
          resources: requests.map(({ resource }) => resource),
          place: places[0]!,
        },
      ]
    })
  }
}

/** A group's name may hold anything: where it is no local id its hash stands for it. */
const rxIdOf = (name: string): string =>
  /^[A-Za-z0-9.-]+$/.test(name) ? localIdOf('rx', name) : `rx-${shortHash(new TextEncoder().encode(name))}`

/** Plans the import of resources, in the order in which they were found. */
export function planImport(resources: readonly FoundResource[], options: ImportOptions): ImportPlan {
  const index = new PatientIndex()
  for (const found of resources) if (found.kind === 'Patient') index.add(found)
  const records: PlannedRecord[] = []
  const consents: PlannedConsent[] = []
  const claims: PlannedClaim[] = []
  const unmapped: Unmapped[] = []
  const dispensings: PlannedDispensing[] = []
  const requests = new RequestGroups(unmapped)
  const kinds = new Set(options.kinds)
  const taken = new Map<string, PlannedRecord>()
  const anchored: Anchored[] = []

  for (const found of resources) {
    const { kind, place, resource, bytes } = found
    if (kind === 'Patient') continue
    const skip = (reason: string): number => unmapped.push({ kind, reason, place })
    // A dispensing names its patient through its prescription: it is planned whether or not it is a record too.
    if (kind === 'MedicationDispense') {
      const dispenseId = localIdOf(kind, idOf(found))
      const planned = dispensings.some((other) => other.dispenseId === dispenseId)
        ? 'has the id of another that is taken'
        : planDispensing(resource, { dispenseId, place }, options)
      if (typeof planned !== 'string') dispensings.push(planned)
      else unmapped.push({ kind: 'MedicationDispense (as a dispensing)', reason: planned, place })
    }
    const references = subjectReferences(resource)
    const patient = references
      .map((reference) => index.resolve(found, reference))
      .find((id) => id !== undefined)
    if (patient === undefined) {
      skip(reasonWithoutPatient(references, resource))
      continue
    }
    if (!kinds.has(kind)) {
      skip('is of no resource type of R4')
      continue
    }
    const recordId = localIdOf(kind, idOf(found))
    const before = taken.get(recordId)
    if (before !== undefined) {
      const isSame = toHex(sha256(before.bytes)) === toHex(sha256(bytes))
      skip(isSame ? `stands twice, first at ${before.place}` : `has the id of another, at ${before.place}`)
      continue
    }
    const record = { recordId, kind, patient, time: timeOfResource(resource), bytes, place }
    taken.set(recordId, record)
    records.push(record)
    anchored.push({ found, record })
    if (kind === 'MedicationRequest') {
      const planned = planRequest(resource, { patient, place }, options)
      requests.add(planned, groupOf(resource) ?? idOf(found), place)
    }
    const also = (as: string, reason: string): number =>
      unmapped.push({ kind: `${kind} (${as})`, reason, place })
    if (kind === 'Consent') {
      const consent = planConsent(resource, { consentId: recordId, patient, place }, options)
      if (typeof consent === 'string') also('as a grant', consent)
      else consents.push(consent)
    }
    if (kind === 'Claim') {
      const { grantees, rates = NO_RATES } = options
      const claimOptions = { grantees, rates, localId: localIdOf }
      const claim = planClaim(resource, { claimId: recordId, patient, place }, claimOptions)
      if (typeof claim === 'string') also('as a claim', claim)
      else claims.push(claim)
    }
    if (kind === 'ExplanationOfBenefit')
      also('as a decision', 'is for its payer to import, with --decisions-of')
  }
  const workflows = planWorkflows(anchored, consents, options)
  return {
    patients: [...index.patients.values()],
    records,
    consents,
    referrals: workflows.referrals,
    submissions: workflows.submissions,
    prescriptions: requests.plan(),
    dispensings,
    claims,
    unmapped: [...unmapped, ...workflows.unmapped],
    resourceCount: resources.length,
  }
}

/** Plans what a payer takes: its decisions about claims that their provider imports from the same files. */
export function planDecisions(
  resources: readonly FoundResource[],
  payer: string,
  { grantees, rates = NO_RATES }: Pick<ImportOptions, 'grantees' | 'rates'>,
): DecisionPlan {
  /** File name and full URL → FHIR id of the claims. */
  const byUrl = new Map<string, string>()
  for (const found of resources) {
    if (found.kind === 'Claim' && found.fullUrl !== undefined)
      byUrl.set(urlKey(found, found.fullUrl), idOf(found))
  }
  const decisions: PlannedDecision[] = []
  const unmapped: Unmapped[] = []
  const taken = new Set<string>()
  for (const found of resources) {
    const { kind, place, resource } = found
    const claimId = (reference: string): string | undefined => {
      const id =
        byUrl.get(urlKey(found, reference)) ?? /(?:^|\/)Claim\/([A-Za-z0-9.-]{1,64})$/.exec(reference)?.[1]
      return id === undefined ? undefined : localIdOf('Claim', id)
    }
    const decision =
      kind === 'ExplanationOfBenefit'
        ? planDecision(resource, place, { payer, grantees, rates, claimId })
        : 'is no decision; a provider imports it'
    if (typeof decision === 'string') unmapped.push({ kind, reason: decision, place })
    else if (taken.has(decision.claimId)) {
      unmapped.push({ kind, reason: 'is about a claim that another decides', place })
    } else {
      taken.add(decision.claimId)
      decisions.push(decision)
    }
  }
  return { decisions, unmapped, resourceCount: resources.length }
}
