/**
 * FHIR R4 `Claim` as a claim to a payer: lines with what was billed, the visit, and the codes for the private part.
 * Prices of items may be missing; what the total says beyond those that are there belongs to the one item without a
 * price, or where there are several to a line of its own.
 */
import { CLAIM_LINE_FEN_MAX, CLAIM_LINES_MAX } from '../base/index.ts'
import { isMap } from '../protocol/index.ts'
import { secondsOfFhirDate } from './date.ts'
import { type FoundItem, fenOf, itemsOf, lineIdOf, listAt, type Rates } from './import-money.ts'
import type { Resource } from './patient.ts'
import { refuse } from './reading.ts'
import { SYSTEMS } from './terms.ts'

/** A claim to submit. */
export interface PlannedClaim {
  /** Local id. */
  readonly claimId: string
  /** FHIR id. */
  readonly patient: string
  /** Member id. */
  readonly payer: string
  /** Local id of the visit; of the case too. */
  readonly visit: string
  /** Unix seconds. */
  readonly visitAt: number
  /** Fen. */
  readonly lines: readonly { readonly line: string; readonly billed: number }[]
  /** What only patient, provider and payer see: diagnosis and codes as the resource has them, by line. */
  readonly details: Resource
  readonly place: string
}

export interface ClaimOptions {
  /** Member ids by reference or name. */
  readonly grantees: ReadonlyMap<string, string>
  readonly rates: Rates
  /** Makes a local id of a prefix and a FHIR id. */
  readonly localId: (prefix: string, id: string) => string
}

/** Line of what the total says beyond the prices of items. */
const REST = 'rest'

/**
 * The payer that a reference means: an identifier of medseal's own, or a reference or name that the caller has given.
 */
export function payerIn(reference: unknown, grantees: ReadonlyMap<string, string>): string | undefined {
  if (!isMap(reference)) return undefined
  const identifier = isMap(reference['identifier']) ? reference['identifier'] : {}
  if (identifier['system'] === SYSTEMS.member) return String(identifier['value'])
  return grantees.get(String(reference['reference'])) ?? grantees.get(String(reference['display']))
}

/**
 * The claim that a Claim resource stands for, or why it stands for none. LedgerError `import.invalid` names a fault's
 * place.
 */
export function planClaim(
  resource: Resource,
  { claimId, patient, place }: Pick<PlannedClaim, 'claimId' | 'patient' | 'place'>,
  options: ClaimOptions,
): PlannedClaim | string {
  const items = itemsOf(resource, place)
  const lines = linesOf(resource, items, place, options.rates)
  if (resource['status'] !== 'active') return `is ${String(resource['status'])}, not active`
  if (resource['use'] !== 'claim') return `is a ${String(resource['use'])}, not a claim`
  if (typeof lines === 'string') return lines
  if (lines.length > CLAIM_LINES_MAX) return `has more than ${CLAIM_LINES_MAX} lines`
  if (lines.some(({ billed }) => billed > CLAIM_LINE_FEN_MAX)) return 'bills more than a line may'
  const insurances = listAt(resource, 'insurance', place)
  const focal = insurances.length === 1 ? insurances[0] : insurances.find((row) => row['focal'] === true)
  const { insurer } = resource
  const payer = payerIn(insurer ?? focal?.['coverage'], options.grantees)
  if (payer === undefined) return 'names a payer that is not known on this ledger'
  const period = isMap(resource['billablePeriod']) ? resource['billablePeriod'] : {}
  const visitAt = [period['start'], period['end'], resource['created']]
    .map((text) => (typeof text === 'string' ? secondsOfFhirDate(text) : undefined))
    .find((time) => time !== undefined)
  if (visitAt === undefined) return 'does not say when the visit was'
  const visit = visitIn(items, options) ?? claimId
  return { claimId, patient, payer, visit, visitAt, lines, details: detailsOf(resource, items), place }
}

function linesOf(
  resource: Resource,
  items: readonly FoundItem[],
  place: string,
  rates: Rates,
): PlannedClaim['lines'] | string {
  const total =
    resource['total'] === undefined ? undefined : fenOf(resource['total'], `${place}/total`, rates)
  if (typeof total === 'string') return total
  const prices = items.map(({ item, place: at }) =>
    item['net'] === undefined ? undefined : fenOf(item['net'], `${at}/net`, rates),
  )
  const fault = prices.find((price) => typeof price === 'string')
  if (fault !== undefined) return fault
  const known = prices.filter((price) => typeof price === 'number').reduce((sum, price) => sum + price, 0)
  const rest = (total ?? known) - known
  // Each item is rounded by itself, so the total may miss their sum by half a fen an item.
  if (rest < -items.length) refuse(`${place}/total`, 'is less than its items come to.')
  const open = prices.filter((price) => price === undefined).length
  const left = open === 0 && rest <= items.length ? 0 : Math.max(0, rest)
  const lines = items.map(({ sequence }, i) => ({
    line: lineIdOf(sequence),
    billed: Number(prices[i] ?? (open === 1 ? left : 0)),
  }))
  if (open !== 1 && left > 0) lines.push({ line: REST, billed: left })
  return lines.length === 0 ? 'bills nothing: it has neither items nor a total' : lines
}

/** The visit that the first item with an encounter names. */
function visitIn(items: readonly FoundItem[], { localId }: ClaimOptions): string | undefined {
  for (const { item, place } of items) {
    for (const reference of listAt(item, 'encounter', place)) {
      const id = /(?:^|[/:])([A-Za-z0-9.-]{1,64})$/.exec(String(reference['reference']))?.[1]
      if (id !== undefined) return localId('Encounter', id)
    }
  }
  return undefined
}

/** Elements whose codes the payer needs; what else an item holds stays in the record that was anchored of it. */
function detailsOf(resource: Resource, items: readonly FoundItem[]): Resource {
  const services = items.map(({ sequence, item }) => [lineIdOf(sequence), item['productOrService'] ?? {}])
  const { type, diagnosis } = resource
  return {
    services: Object.fromEntries(services),
    ...(type !== undefined && { type }),
    ...(diagnosis !== undefined && { diagnosis }),
  }
}
