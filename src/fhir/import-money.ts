/**
 * Reading of what Claim and ExplanationOfBenefit have in common: items and money. What is not as R4 has it is refused
 * with its place; amounts become fen exactly, by a rate that the caller names.
 */
import { isMap } from '../protocol/index.ts'
import type { Resource } from './patient.ts'
import { refuse } from './reading.ts'

/** Fen for one unit of a currency, by its ISO 4217 code. */
export type Rates = ReadonlyMap<string, number>

/** Fen of a yuan. */
export const CNY_RATE = 100

/** An item of a claim or of its explanation. */
export interface FoundItem {
  readonly sequence: number
  readonly item: Resource
  readonly place: string
}

/** The list at `field`; none where it is absent. */
export function listAt(resource: Resource, field: string, place: string): readonly Resource[] {
  const value = resource[field] ?? []
  if (!Array.isArray(value)) return refuse(`${place}/${field}`, 'is not a list.')
  return value.map((item: unknown, i) =>
    isMap(item) ? item : refuse(`${place}/${field}/${i}`, 'is not a JSON object.'),
  )
}

/** The items of a resource, each with a sequence number of its own. */
export function itemsOf(resource: Resource, place: string): readonly FoundItem[] {
  const seen = new Set<number>()
  return listAt(resource, 'item', place).map((item, i) => {
    const at = `${place}/item/${i}`
    const { sequence } = item
    if (typeof sequence !== 'number' || !Number.isInteger(sequence) || sequence < 1) {
      return refuse(`${at}/sequence`, 'is missing, or not a whole number above 0.')
    }
    if (seen.has(sequence)) return refuse(`${at}/sequence`, 'stands twice.')
    seen.add(sequence)
    return { sequence, item, place: at }
  })
}

/** The local id of the line that an item becomes. */
export const lineIdOf = (sequence: number): string => `l${sequence}`

const DECIMAL = /^(\d+)(?:\.(\d+))?$/

/**
 * Fen of a FHIR Money, rounded to the nearest, halves up; a reason in words where its currency has no rate. LedgerError
 * `import.invalid` where it is no Money.
 */
export function fenOf(money: unknown, place: string, rates: Rates): number | string {
  if (!isMap(money)) return refuse(place, 'is not an amount of money.')
  const { value, currency } = money
  if (typeof value !== 'number' || value < 0) return refuse(`${place}/value`, 'is missing, or not 0 or more.')
  if (currency !== undefined && (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency))) {
    return refuse(`${place}/currency`, 'is no currency of ISO 4217.')
  }
  if (currency === undefined) return 'names an amount without a currency'
  const rate = rates.get(currency) ?? (currency === 'CNY' ? CNY_RATE : undefined)
  if (rate === undefined) return `is in ${currency}, for which no rate was given`
  const [, whole, fraction = ''] = DECIMAL.exec(String(value)) ?? []
  if (whole === undefined) return 'names an amount too large or too small to be one of money'
  const scale = 10n ** BigInt(fraction.length)
  const fen = (2n * BigInt(whole + fraction) * BigInt(rate) + scale) / (2n * scale)
  return fen <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(fen) : 'names an amount too large to be one of money'
}
