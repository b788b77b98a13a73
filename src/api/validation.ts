/**
 * Checks requests against their TypeBox schemas: nothing is coerced, no unknown field passes. Path and query values are
 * text on the wire; where the schema says integer, the one right way to write an integer is read and anything else
 * refused.
 */
import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { LedgerError } from '../base/index.ts'

const INTEGER = /^(?:0|-?[1-9][0-9]{0,15})$/

const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** Reads integers of path and query values where `schema` asks for them; other text is left for the check to refuse. */
function readIntegers(schema: TSchema, values: unknown): unknown {
  const properties =
    (schema as { properties?: { readonly [name: string]: { type?: unknown } } }).properties ?? {}
  const read: { [name: string]: unknown } = {}
  for (const [name, value] of Object.entries(values as { readonly [name: string]: unknown })) {
    const wantsInteger = Object.hasOwn(properties, name) && properties[name]?.type === 'integer'
    const number =
      wantsInteger && typeof value === 'string' && INTEGER.test(value) ? Number(value) : undefined
    read[name] = Number.isSafeInteger(number) ? number : value
  }
  return read
}

/** Makes the check of one part of a request. Its error is a LedgerError `form.request` that names the field. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema)
  return (given: unknown) => {
    const value = httpPart === 'body' ? given : readIntegers(schema, given)
    if (validator.Check(value)) return { value }
    const faults = validator.Errors(value)
    const fault = faults.find(({ keyword }) => keyword !== 'boolean') ?? faults[0]
    if (fault === undefined) return { error: new LedgerError('form.request') }
    let { instancePath: field, message } = fault
    if (fault.keyword === 'required') {
      field += `/${escapePointer(fault.params.requiredProperties[0] ?? '')}`
      message = 'is missing'
    } else if (fault.keyword === 'additionalProperties') {
      field += `/${escapePointer(fault.params.additionalProperties[0] ?? '')}`
      message = 'is unknown'
    }
    return {
      error: new LedgerError('form.request', { field, message: `${field || 'The request'} ${message}.` }),
    }
  }
}
