/**
 * What the planners of imports read resources with: lists, texts, identifiers; and the refusal of a resource that R4
 * does not allow.
 */
import { LedgerError } from '../base/index.ts'
import { isMap } from '../protocol/index.ts'
import type { Resource } from './patient.ts'
import { SYSTEMS, type SystemName } from './terms.ts'

export const listOf = (value: unknown): readonly Resource[] =>
  Array.isArray(value) ? value.filter(isMap) : []

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** The value of the identifier that a reference has in one of medseal's systems. */
export function identifierIn(reference: unknown, ...systems: readonly SystemName[]): string | undefined {
  const identifier = isMap(reference) ? reference['identifier'] : undefined
  if (!isMap(identifier)) return undefined
  const isOurs = systems.some((system) => identifier['system'] === SYSTEMS[system])
  return isOurs ? textOf(identifier['value']) : undefined
}

/** The party that a reference means: an identifier of medseal's own, or one that the caller has named. */
export function partyIn(reference: unknown, known: ReadonlyMap<string, string>): string | undefined {
  if (!isMap(reference)) return undefined
  return identifierIn(reference, 'actor', 'member') ?? known.get(textOf(reference['reference']) ?? '')
}

/** The value of the one extension of this address; undefined where there is none, or more than one. */
export function extensionIn(resource: Resource, url: string, field: string): unknown {
  const found = listOf(resource['extension']).filter((extension) => extension['url'] === url)
  return found.length === 1 ? found[0]![field] : undefined
}

/** Refuses the file of a resource that lacks a code which R4 demands: `import.invalid` with the place. */
export function requireCode(
  resource: Resource,
  field: string,
  codes: readonly string[],
  place: string,
): string {
  const value = resource[field]
  if (typeof value === 'string' && codes.includes(value)) return value
  const at = `${place}/${field}`
  const message =
    `${at}: ${value === undefined ? 'is missing' : 'is not a code of R4'}; it must be one of ` +
    `${codes.join(', ')}.`
  throw new LedgerError('import.invalid', { field: at, message })
}

/** Refuses the file of a resource without the element. */
export function requireReference(resource: Resource, field: string, place: string): void {
  if (isMap(resource[field])) return
  const at = `${place}/${field}`
  throw new LedgerError('import.invalid', { field: at, message: `${at}: is missing, or no reference.` })
}
