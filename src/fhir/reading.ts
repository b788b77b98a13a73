/**
 * Reads FHIR R4 files: a bundle, or one resource. The first thing that is wrong is said with its place; nothing of a
 * file that is not sound is used. What a resource says is not judged here beyond what an import needs of it.
 */
import { LedgerError, utf8 } from '../base/index.ts'
import { isMap, parseStrictJson } from '../protocol/index.ts'
import type { Resource } from './patient.ts'
import { elementSpans } from './spans.ts'

/** A file as it was found. */
export interface FhirFile {
  /** For messages. */
  readonly name: string
  readonly bytes: Uint8Array
}

/** One resource with where it stood. */
export interface FoundResource {
  /** File name and JSON pointer, such as `a.json#/entry/3/resource`. */
  readonly place: string
  readonly resource: Resource
  /** FHIR resource type. */
  readonly kind: string
  /** Its bytes as the file has them. */
  readonly bytes: Uint8Array
  /** What others in the same bundle call it. */
  readonly fullUrl: string | undefined
}

const TYPE = /^[A-Z][A-Za-z]{1,63}$/
const ID = /^[A-Za-z0-9.-]{1,64}$/

/** Refuses a file: what is wrong, and where. */
export function refuse(place: string, message: string): never {
  throw new LedgerError('import.invalid', { field: place, message: `${place}: ${message}` })
}

/** Line and column of a fault that JSON.parse found; its message names a position. */
function describeSyntaxFault(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes)
  try {
    JSON.parse(text)
  } catch (error) {
    const position = Number(/position (\d+)/.exec(String(error))?.[1] ?? text.length)
    const before = text.slice(0, position).split('\n')
    return `line ${before.length}, column ${before.at(-1)!.length + 1}: not JSON.`
  }
  return 'not JSON.'
}

function checkResource(value: unknown, place: string): { resource: Resource; kind: string } {
  if (!isMap(value)) return refuse(place, 'a resource is a JSON object.')
  const { resourceType: kind, id } = value
  if (typeof kind !== 'string' || !TYPE.test(kind)) {
    return refuse(`${place}/resourceType`, 'is missing, or no type of FHIR.')
  }
  if (id !== undefined && (typeof id !== 'string' || !ID.test(id))) {
    return refuse(`${place}/id`, 'is no FHIR id: 1 to 64 letters, digits, - and .')
  }
  return { resource: value, kind }
}

/** The resources of a file. LedgerError `import.invalid` names the place of the first fault. */
export function readFhirFile({ name, bytes }: FhirFile): FoundResource[] {
  const parsed = parseStrictJson(bytes, { integersOnly: false })
  if (!parsed.ok) {
    return refuse(
      name,
      parsed.message === 'The text is not JSON.' ? describeSyntaxFault(bytes) : parsed.message,
    )
  }
  const { resource, kind } = checkResource(parsed.value, `${name}#`)
  if (kind !== 'Bundle') return [{ place: `${name}#`, resource, kind, bytes, fullUrl: undefined }]
  const entries = resource['entry'] ?? []
  if (!Array.isArray(entries)) return refuse(`${name}#/entry`, 'the entries of a bundle are a list.')
  const spans = elementSpans(parsed.text, 'entry', 'resource')
  return entries.map((entry: unknown, i) => {
    const place = `${name}#/entry/${i}`
    if (!isMap(entry) || entry['resource'] === undefined) return refuse(`${place}/resource`, 'is missing.')
    const { fullUrl } = entry
    if (fullUrl !== undefined && typeof fullUrl !== 'string')
      return refuse(`${place}/fullUrl`, 'is not text.')
    const found = checkResource(entry['resource'], `${place}/resource`)
    const { start, end } = spans.get(i)!
    return { ...found, place: `${place}/resource`, bytes: utf8(parsed.text.slice(start, end)), fullUrl }
  })
}
