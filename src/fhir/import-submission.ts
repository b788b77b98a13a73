/**
 * FHIR R4 `QuestionnaireResponse` and `AdverseEvent` as what a patient reports to its community. Only what says to
 * which community, about which period and to which doctor is taken; everything else stays a record.
 */
import { IMPORTED_RESOURCE_BYTES_MAX } from '../base/index.ts'
import { isMap } from '../protocol/index.ts'
import { SERIOUSNESS_SYSTEM } from './adverse-event.ts'
import { secondsOfFhirDate } from './date.ts'
import {
  extensionIn,
  identifierIn,
  listOf,
  partyIn,
  requireCode,
  requireReference,
  textOf,
} from './elements.ts'
import type { Resource } from './patient.ts'
import type { FoundResource } from './reading.ts'
import { COMMUNITY_URL, EXTENSIONS } from './terms.ts'

/** A submission to make, signed by its patient. Its content is that of the record of the same name. */
export interface PlannedSubmission {
  readonly submissionId: string
  /** Local id of the record whose content it reports. */
  readonly contentOf: string
  /** FHIR id. */
  readonly patient: string
  readonly community: string
  readonly reviewer: string
  readonly rx?: string
  /** Unix seconds. */
  readonly periodFrom: number
  readonly periodTo: number
  readonly serious: boolean
  readonly regulator?: string
  readonly resource: Resource
  readonly place: string
}

interface SubmissionOptions {
  readonly grantees: ReadonlyMap<string, string>
  /** Whether contents go into the vault. */
  readonly vault?: boolean
}

const RESPONSE_STATUSES = ['in-progress', 'completed', 'amended', 'entered-in-error', 'stopped']

/** Refuses a QuestionnaireResponse or AdverseEvent that R4 does not allow. */
export function checkSubmission({ kind, resource, place }: FoundResource): void {
  if (kind === 'QuestionnaireResponse') return void requireCode(resource, 'status', RESPONSE_STATUSES, place)
  requireCode(resource, 'actuality', ['actual', 'potential'], place)
  requireReference(resource, 'subject', place)
}

/** Reference of the community that a resource names. */
function communityIn({ kind, resource }: FoundResource): string | undefined {
  const url =
    kind === 'QuestionnaireResponse'
      ? resource['questionnaire']
      : extensionIn(resource, EXTENSIONS.community, 'valueUri')
  const text = textOf(url)?.split('|', 1)[0]
  return text?.startsWith(COMMUNITY_URL) ? text.slice(COMMUNITY_URL.length) : undefined
}

const isSerious = ({ kind, resource }: FoundResource): boolean =>
  kind === 'AdverseEvent' &&
  isMap(resource['seriousness']) &&
  listOf(resource['seriousness']['coding']).some(
    ({ system, code }) => system === SERIOUSNESS_SYSTEM && /^serious/i.test(textOf(code) ?? ''),
  )

function findReason({ kind, resource, bytes }: FoundResource): string | undefined {
  if (kind === 'QuestionnaireResponse' && !['completed', 'amended'].includes(String(resource['status']))) {
    return `is ${String(resource['status'])}, not completed`
  }
  if (kind === 'AdverseEvent' && resource['actuality'] !== 'actual') return 'did not happen'
  return bytes.length > IMPORTED_RESOURCE_BYTES_MAX ? 'is larger than a private part may be' : undefined
}

/** The submission that a resource stands for, or why it stands for none. */
export function planSubmission(
  found: FoundResource,
  names: Pick<PlannedSubmission, 'submissionId' | 'contentOf' | 'patient'>,
  { grantees, vault = false }: SubmissionOptions,
): PlannedSubmission | string {
  const { resource, place } = found
  const reason = findReason(found)
  if (reason !== undefined) return reason
  const community = communityIn(found)
  if (community === undefined) return 'names no community of this ledger'
  const period = extensionIn(resource, EXTENSIONS.period, 'valuePeriod')
  const [periodFrom, periodTo] = ['start', 'end'].map((name) =>
    secondsOfFhirDate(textOf(isMap(period) ? period[name] : undefined) ?? ''),
  )
  if (periodFrom === undefined || periodTo === undefined) return 'has no period with a beginning and an end'
  const reviewer = partyIn(extensionIn(resource, EXTENSIONS.reviewer, 'valueReference'), grantees)
  if (reviewer === undefined) return 'names no doctor known on this ledger to review it'
  const serious = isSerious(found)
  const regulator = partyIn(extensionIn(resource, EXTENSIONS.regulator, 'valueReference'), grantees)
  if (serious && regulator === undefined) return 'is serious and names no regulator known on this ledger'
  if (!vault) return 'needs its content in the vault (--vault)'
  const rx = identifierIn(extensionIn(resource, EXTENSIONS.prescription, 'valueReference'), 'prescription')
  return {
    ...names,
    community,
    reviewer,
    periodFrom,
    periodTo,
    serious,
    ...(rx !== undefined && { rx }),
    ...(serious && regulator !== undefined && { regulator }),
    resource,
    place,
  }
}
