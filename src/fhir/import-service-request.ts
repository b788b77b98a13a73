/**
 * FHIR R4 `ServiceRequest` as a referral. Only what means the same is taken: an active order of the category "patient
 * referral", to one hospital of the ledger, with the consent under which its attachments are opened. Everything else
 * stays a record.
 */
import { IMPORTED_RESOURCE_BYTES_MAX, REFERRAL_ATTACHMENTS_MAX } from '../base/index.ts'
import { identifierIn, listOf, partyIn, requireCode, requireReference, textOf } from './elements.ts'
import type { Resource } from './patient.ts'
import type { FoundResource } from './reading.ts'
import { REFERRAL_CATEGORY } from './service-request.ts'

/** A referral to make; tiers and direction are the ledger's to say. */
export interface PlannedReferral {
  readonly referralId: string
  /** FHIR id. */
  readonly patient: string
  /** Member id of the receiver. */
  readonly to: string
  /** Local ids of records of the same import, and references of records that the ledger has. */
  readonly attachments: readonly string[]
  /** Local id of a consent of the same import, or reference of one that the ledger has. */
  readonly consent: string
  /** Local id of the record that is the plan, or its commitment. */
  readonly plan: { readonly recordId: string } | { readonly hash: string } | undefined
  /** The resource itself, which is the private part. */
  readonly resource: Resource
  readonly place: string
}

/** What of the same import a reference means. */
export interface Neighbours {
  /** Local id of the record that stands for a resource. */
  recordOf(reference: string): { readonly recordId: string; readonly kind: string } | undefined
  /** Whether a Consent became a grant, by its record's local id. */
  isGranted(recordId: string): boolean
  readonly parties: ReadonlyMap<string, string>
}

const STATUSES = ['draft', 'active', 'on-hold', 'revoked', 'completed', 'entered-in-error', 'unknown']
const ORDERS = ['order', 'original-order', 'filler-order', 'instance-order', 'reflex-order']
const INTENTS = ['proposal', 'plan', 'directive', ...ORDERS, 'option']

/** Refuses a ServiceRequest that R4 does not allow. */
export function checkServiceRequest({ resource, place }: FoundResource): void {
  requireCode(resource, 'status', STATUSES, place)
  requireCode(resource, 'intent', INTENTS, place)
  requireReference(resource, 'subject', place)
}

const isReferral = (resource: Resource): boolean =>
  listOf(resource['category'])
    .flatMap(({ coding }) => listOf(coding))
    .some(({ system, code }) => system === REFERRAL_CATEGORY.system && code === REFERRAL_CATEGORY.code)

interface Support {
  readonly attachments: string[]
  readonly consents: string[]
  readonly plans: NonNullable<PlannedReferral['plan']>[]
}

/** Attachments, consent and plan among the supporting information; or why one of them is none. */
function supportIn(resource: Resource, neighbours: Neighbours): Support | string {
  const support: Support = { attachments: [], consents: [], plans: [] }
  for (const reference of listOf(resource['supportingInfo'])) {
    const [record, consent, hash] = [
      identifierIn(reference, 'record'),
      identifierIn(reference, 'consent'),
      identifierIn(reference, 'contentHash'),
    ]
    const own = neighbours.recordOf(textOf(reference['reference']) ?? '')
    if (record !== undefined) support.attachments.push(record)
    else if (consent !== undefined) support.consents.push(consent)
    else if (hash !== undefined && reference['type'] === 'CarePlan') support.plans.push({ hash })
    else if (own === undefined) return 'has supporting information that is neither imported nor on the ledger'
    else if (own.kind === 'CarePlan') support.plans.push({ recordId: own.recordId })
    else if (own.kind !== 'Consent') support.attachments.push(own.recordId)
    else if (neighbours.isGranted(own.recordId)) support.consents.push(own.recordId)
    else return 'rests on a Consent that can not be granted'
  }
  return support
}

/** The referral that a ServiceRequest stands for, or why it stands for none. */
export function planReferral(
  { resource, place, bytes }: FoundResource,
  { referralId, patient }: Pick<PlannedReferral, 'referralId' | 'patient'>,
  neighbours: Neighbours,
): PlannedReferral | string {
  const { status, intent } = resource
  if (!isReferral(resource)) return 'is not of the category "patient referral" (SNOMED CT 3457005)'
  if (status !== 'active') return `is ${String(status)}, not active`
  if (!ORDERS.includes(String(intent)) || resource['doNotPerform'] === true) return 'orders nothing'
  const performers = listOf(resource['performer'])
  if (performers.length !== 1) return `names ${performers.length} performers; a referral has one receiver`
  const to = partyIn(performers[0], neighbours.parties)
  if (to === undefined || to.includes(':'))
    return 'names a performer that is no hospital known on this ledger'
  const support = supportIn(resource, neighbours)
  if (typeof support === 'string') return support
  const { attachments, consents, plans } = support
  if (consents.length !== 1) return `names ${consents.length} consents; a referral has one`
  if (plans.length > 1) return `names ${plans.length} plans; a referral has one`
  if (attachments.length > REFERRAL_ATTACHMENTS_MAX)
    return `attaches more than ${REFERRAL_ATTACHMENTS_MAX} records`
  if (bytes.length > IMPORTED_RESOURCE_BYTES_MAX) return 'is larger than a private part may be'
  const unique = [...new Set(attachments)]
  return {
    referralId,
    patient,
    to,
    attachments: unique,
    consent: consents[0]!,
    plan: plans[0],
    resource,
    place,
  }
}
