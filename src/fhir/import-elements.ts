/**
 * Elements of FHIR R4 resources that an import acts on. What R4 does not allow is refused with its place; what it
 * allows and a transaction can not say is left to the caller, as `undefined`.
 */
import { isMap } from '../protocol/index.ts'
import { isFhirDate, secondsOfFhirDate } from './date.ts'
import type { Resource } from './patient.ts'
import { refuse } from './reading.ts'

/** A map, or undefined where there is none. */
export function mapAt(resource: Resource, name: string, place: string): Resource | undefined {
  const value = resource[name]
  if (value === undefined || isMap(value)) return value
  return refuse(`${place}/${name}`, 'is not a JSON object.')
}

/** A list of maps, empty where there is none. */
export function listAt(resource: Resource, name: string, place: string): readonly Resource[] {
  const value = resource[name] ?? []
  if (Array.isArray(value) && value.every(isMap)) return value
  return refuse(`${place}/${name}`, 'is not a list of JSON objects.')
}

/** A code of those that R4 has; undefined only where it may be absent and is. */
export function codeAt(
  resource: Resource,
  name: string,
  place: string,
  codes: readonly string[],
  isRequired = true,
): string | undefined {
  const value = resource[name]
  if (value === undefined && !isRequired) return undefined
  if (typeof value === 'string' && codes.includes(value)) return value
  return refuse(
    `${place}/${name}`,
    value === undefined ? 'is missing.' : `must be one of ${codes.join(', ')}.`,
  )
}

/** Unix seconds of a date or dateTime; undefined where there is none, or one that no ledger has seen. */
export function timeAt(resource: Resource, name: string, place: string): number | undefined {
  const value = resource[name]
  if (value === undefined) return undefined
  if (typeof value === 'string' && isFhirDate(value)) return secondsOfFhirDate(value)
  return refuse(`${place}/${name}`, 'is not a date as FHIR writes it.')
}

/** The value of a Quantity, where it is a whole number from 1 on; undefined where it is absent or something else. */
export function wholeAt(resource: Resource | undefined, name: string, place: string): number | undefined {
  const quantity = resource && mapAt(resource, name, place)
  const value = quantity?.['value']
  if (value !== undefined && typeof value !== 'number')
    return refuse(`${place}/${name}/value`, 'is no number.')
  return Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : undefined
}

/** Refuses a resource that does not name its medicine exactly once. */
export function requireMedication(resource: Resource, place: string): void {
  const names = ['medicationCodeableConcept', 'medicationReference'].filter((name) => name in resource)
  if (names.length === 1) mapAt(resource, names[0]!, place)
  else refuse(`${place}/medication[x]`, names.length === 0 ? 'is missing.' : 'stands twice.')
}

/** The value of the identifier of a system, in an Identifier or list of them. */
export function identifierIn(value: unknown, system: string): string | undefined {
  const identifiers: readonly unknown[] = Array.isArray(value) ? value : [value]
  const found = identifiers.find((identifier) => isMap(identifier) && identifier['system'] === system)
  const text = isMap(found) ? found['value'] : undefined
  return typeof text === 'string' ? text : undefined
}

/** The actor that a reference means: by medseal's own identifier, or as the caller has named it. */
export function actorIn(
  reference: unknown,
  system: string,
  named: ReadonlyMap<string, string>,
): string | undefined {
  if (!isMap(reference)) return undefined
  const own = identifierIn(reference['identifier'], system)
  return own ?? named.get(typeof reference['reference'] === 'string' ? reference['reference'] : '')
}

/** The code of a system among CodeableConcepts. */
export function codingIn(concepts: readonly Resource[], system: string): string | undefined {
  const codings = concepts.flatMap(({ coding }) => (Array.isArray(coding) ? coding.filter(isMap) : []))
  const code = codings.find((coding) => coding['system'] === system)?.['code']
  return typeof code === 'string' ? code : undefined
}
