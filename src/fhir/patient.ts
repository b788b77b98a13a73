/** Whose a FHIR R4 resource is: the elements by which it names its patient, and the reference in them. */
import { isMap } from '../protocol/index.ts'

/** A FHIR resource as JSON.parse gives it. */
export type Resource = Readonly<Record<string, unknown>>

/** Top-level elements by which an R4 resource says whose it is. */
const PATIENT_FIELDS = [
  'subject',
  'patient',
  'beneficiary',
  'individual',
  'for',
  'candidate',
  'actor',
] as const

/** A reference to a patient: relative or absolute, perhaps to one version. */
const PATIENT_REFERENCE =
  /^(?:https?:\/\/[^\s]+\/)?Patient\/([A-Za-z0-9.-]{1,64})(?:\/_history\/[A-Za-z0-9.-]+)?$/

const referencesIn = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  return isMap(value) && typeof value['reference'] === 'string' ? [value['reference']] : []
}

/** Every reference by which a resource may say whose it is, the most telling first; of patients and of others. */
export function subjectReferences(resource: Resource): string[] {
  const participants = Array.isArray(resource['participant'])
    ? resource['participant'].map((participant: unknown) =>
        isMap(participant) ? participant['actor'] : undefined,
      )
    : []
  return [...PATIENT_FIELDS.map((field) => resource[field]), participants].flatMap(referencesIn)
}

/** The FHIR id in a reference to a patient; undefined for any other reference. */
export const patientIdIn = (reference: string): string | undefined => PATIENT_REFERENCE.exec(reference)?.[1]

/** FHIR id of the first patient that a resource is about; undefined where it is nobody's. */
export function patientOf(resource: Resource): string | undefined {
  for (const reference of subjectReferences(resource)) {
    const id = patientIdIn(reference)
    if (id !== undefined) return id
  }
  return undefined
}
