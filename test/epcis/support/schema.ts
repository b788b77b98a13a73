/** The JSON schema of EPCIS 2.0, as GS1 publishes it, where it stands beside the project. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import * as formats from 'ajv-formats'

const PATH = join(import.meta.dirname, '../../../../shared/vectors/epcis/EPCIS-JSON-Schema.json')

export const hasEpcisSchema = existsSync(PATH)

/** The first fault of a document or event; undefined where it is valid. */
export function makeEpcisCheck(): (value: unknown) => string | undefined {
  const ajv = new Ajv({ strict: false })
  const addFormats = formats.default as unknown as (target: Ajv) => void
  addFormats(ajv)
  const check = ajv.compile(JSON.parse(readFileSync(PATH, 'utf8')))
  return (value) => {
    if (check(value)) return undefined
    const fault = check.errors?.[0]
    return `${fault?.instancePath} ${fault?.message} ${JSON.stringify(fault?.params)}`
  }
}
