/**
 * The real input of the demo: the R4 examples that HL7 publishes as the npm package `hl7.fhir.r4.examples` (CC0). Every
 * file is read and counted; nothing is left out without a reason.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { patientOf, type Resource, timeOfResource } from '../fhir/index.ts'

/** What describes FHIR itself instead of anybody's health. */
const DEFINITION_TYPES = new Set([
  'StructureDefinition',
  'SearchParameter',
  'ValueSet',
  'CodeSystem',
  'ConceptMap',
  'OperationDefinition',
])

export interface ExampleRecord {
  /** File name without `.json`. */
  readonly name: string
  /** FHIR resource type. */
  readonly kind: string
  /** FHIR id of the first patient it names. */
  readonly patient: string
  /** SHA-256 of the file's bytes, hex. */
  readonly contentHash: string
  /** Unix seconds; undefined where the resource has no date. */
  readonly time: number | undefined
}

/** Everything in the package, counted. */
export interface Examples {
  readonly fileCount: number
  readonly definitionCount: number
  /** FHIR ids of the Patient files. */
  readonly patients: readonly string[]
  /** FHIR ids of the Practitioner files. */
  readonly practitioners: readonly string[]
  /** FHIR ids of patients that records name, without a file of their own. */
  readonly namedOnly: readonly string[]
  readonly records: readonly ExampleRecord[]
  /** Resources that are nobody's: bundles, organisations, locations and the like. */
  readonly nobodysCount: number
  /** Those of them that mention a patient somewhere within. */
  readonly mentionsCount: number
}

/** Folder of the installed package; undefined where it is not installed. */
export function findExamples(): string | undefined {
  const require = createRequire(import.meta.url)
  try {
    return dirname(require.resolve('hl7.fhir.r4.examples/package.json'))
  } catch {
    return undefined
  }
}

/** Reads and sorts every example in `folder`. */
export async function readExamples(folder: string): Promise<Examples> {
  const files = (await readdir(folder))
    .filter((file) => file.endsWith('.json') && file !== 'package.json')
    .sort()
  const patients: string[] = []
  const practitioners: string[] = []
  const records: ExampleRecord[] = []
  let [definitionCount, nobodysCount, mentionsCount] = [0, 0, 0]
  for (const file of files) {
    const kindInName = file.split('-', 1)[0]!
    if (DEFINITION_TYPES.has(kindInName)) {
      definitionCount++
      continue
    }
    const bytes = await readFile(join(folder, file))
    const resource = JSON.parse(bytes.toString('utf8')) as Resource
    const kind = String(resource['resourceType'])
    if (kind === 'Patient') patients.push(String(resource['id']))
    else if (kind === 'Practitioner') practitioners.push(String(resource['id']))
    else {
      const patient = patientOf(resource)
      if (patient === undefined) {
        nobodysCount++
        if (/"(https?:[^"\s]+\/)?Patient\/[^"\s]+"/.test(bytes.toString('utf8'))) mentionsCount++
        continue
      }
      const contentHash = createHash('sha256').update(bytes).digest('hex')
      records.push({
        name: file.slice(0, -'.json'.length),
        kind,
        patient,
        contentHash,
        time: timeOfResource(resource),
      })
    }
  }
  const known = new Set(patients)
  const namedOnly = [...new Set(records.map(({ patient }) => patient))].filter((id) => !known.has(id)).sort()
  return {
    fileCount: files.length,
    definitionCount,
    patients,
    practitioners,
    namedOnly,
    records,
    nobodysCount,
    mentionsCount,
  }
}
