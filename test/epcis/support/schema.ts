/** The JSON schema of EPCIS 2.0, as GS1 publishes it, where it stands beside the project. */
import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import * as formats from 'ajv-formats'
import { EPCIS_SCHEMA } from '../../support/needs.ts'

/** The first fault of a document or event; undefined where it is valid. */
export function makeEpcisCheck(): (value: unknown) => string | undefined {
  const ajv = new Ajv({ strict: false })
  const addFormats = formats.default as unknown as (target: Ajv) => void
  addFormats(ajv)
  const check = ajv.compile(JSON.parse(readFileSync(EPCIS_SCHEMA, 'utf8')))
  return (value) => {
    if (check(value)) return undefined
    const fault = check.errors?.[0]
    return `${fault?.instancePath} ${fault?.message} ${JSON.stringify(fault?.params)}`
  }
}
