/**
 * FHIR R4 `Consent` as a grant. Only what means the same is taken: an active permit for named parties, for one purpose
 * that medseal has, for resource types, with an end. Everything else would grant more, or less, than the patient said.
 */
import type { Coding } from '@medplum/fhirtypes'
import { KINDS_NAMED_MAX } from '../base/index.ts'
import { isMap } from '../protocol/index.ts'
import { secondsOfFhirDate } from './date.ts'
import { identifierIn, listOf, partyIn, textOf } from './elements.ts'
import type { Resource } from './patient.ts'
import { purposeOfCoding, RESOURCE_TYPES_SYSTEM } from './terms.ts'

/** A consent to grant. */
export interface PlannedConsent {
  readonly consentId: string
  /** FHIR id. */
  readonly patient: string
  readonly grantee: string
  readonly purpose: string
  readonly kinds: readonly string[]
  /** Unix seconds. */
  readonly from: number
  readonly to: number
  readonly caseRef?: string
  readonly place: string
}

interface ConsentOptions {
  readonly kinds: readonly string[]
  readonly grantees: ReadonlyMap<string, string>
}

const caseIn = (provision: Resource): string | undefined => {
  for (const { reference } of listOf(provision['data'])) {
    const caseRef = identifierIn(reference, 'case')
    if (caseRef !== undefined) return caseRef
  }
  return undefined
}

/** The grant that a Consent resource stands for, or why it stands for none. */
export function planConsent(
  resource: Resource,
  { consentId, patient, place }: Pick<PlannedConsent, 'consentId' | 'patient' | 'place'>,
  options: ConsentOptions,
): PlannedConsent | string {
  const provision = isMap(resource['provision']) ? resource['provision'] : undefined
  if (resource['status'] !== 'active') return `is ${String(resource['status'])}, not active`
  if (provision === undefined) return 'has no provision'
  if (provision['type'] !== 'permit') return 'does not permit, it denies or says nothing'
  if (listOf(provision['provision']).length > 0) return 'has exceptions, which a grant can not hold'
  const actors = listOf(provision['actor'])
  if (actors.length !== 1) return `names ${actors.length} parties; a grant has one`
  const grantee = partyIn(actors[0]!['reference'], options.grantees)
  if (grantee === undefined) return 'names a party that is not known on this ledger'
  const purposes = listOf(provision['purpose'])
  const purpose = purposes.length === 1 ? purposeOfCoding(purposes[0] as Coding) : undefined
  if (purpose === undefined) return 'has not exactly one purpose that a grant can have'
  const classes = listOf(provision['class'])
  const kinds = classes.flatMap(({ system, code }) =>
    system === RESOURCE_TYPES_SYSTEM ? [String(code)] : [],
  )
  const areKnown = kinds.every((kind) => options.kinds.includes(kind)) && kinds.length === classes.length
  if (kinds.length === 0 || kinds.length > KINDS_NAMED_MAX || !areKnown) {
    return 'does not say by resource types what may be seen'
  }
  const period = isMap(provision['period']) ? provision['period'] : {}
  const [from, to] = ['start', 'end'].map((name) => secondsOfFhirDate(textOf(period[name]) ?? ''))
  if (from === undefined || to === undefined) return 'has no beginning, or no end'
  const caseRef = caseIn(provision)
  const terms = { consentId, patient, grantee, purpose, kinds: [...new Set(kinds)], from, to, place }
  return caseRef === undefined ? terms : { ...terms, caseRef }
}
