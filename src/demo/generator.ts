/**
 * Synthetic patients and visits, each made from (seed, number) alone, so that a run that was stopped goes on where it
 * was. Nobody they speak of exists; every resource says so in its own metadata.
 */
import { createHash } from 'node:crypto'
import { DAY_SECONDS, utf8 } from '../base/index.ts'
import { canonicalJson, type Json } from '../protocol/index.ts'

/** A visit to be anchored. */
export interface SyntheticVisit {
  /** Local record id. */
  readonly name: string
  /** Number of the synthetic patient, from 0. */
  readonly patient: number
  readonly kind: 'Encounter'
  /** SHA-256 of the canonical JSON of the FHIR Encounter, hex. */
  readonly contentHash: string
  /** End of the visit, unix seconds. */
  readonly time: number
}

export interface GeneratorOptions {
  readonly seed: number
  readonly patients: number
  /** The visits lie in the ninety days before this time, unix seconds. */
  readonly until: number
}

/** One visit in so many is reported late: its paper came from an archive. */
const LATE_ONE_IN = 50

/** FHIR v3 ActEncounterCode with a rough share of all visits: ambulatory, short stay, emergency, home, virtual. */
const CLASSES = ['AMB', 'AMB', 'AMB', 'AMB', 'AMB', 'AMB', 'SS', 'EMER', 'HH', 'VR'] as const

export const syntheticPatientName = (patient: number): string =>
  `synthetic-${String(patient + 1).padStart(5, '0')}`

/** Eight numbers of 32 bits that follow from seed and number. */
function drawNumbers(seed: number, number: number): Uint32Array {
  const digest = createHash('sha256').update(`medseal/demo/v1\n${seed}\n${number}`).digest()
  return Uint32Array.from({ length: 8 }, (_, i) => digest.readUInt32BE(4 * i))
}

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString()

function encounterResource(
  name: string,
  patient: number,
  classCode: string,
  start: number,
  end: number,
): Json {
  return {
    class: { code: classCode, system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode' },
    id: name,
    meta: {
      tag: [
        { code: 'HTEST', display: 'synthetic', system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason' },
      ],
    },
    period: { end: isoTime(end), start: isoTime(start) },
    resourceType: 'Encounter',
    status: 'finished',
    subject: { reference: `Patient/${syntheticPatientName(patient)}` },
  }
}

/** Visit `number`, from 0. */
export function generateVisit(number: number, options: GeneratorOptions): SyntheticVisit {
  const draw = drawNumbers(options.seed, number)
  const name = `visit-${String(number + 1).padStart(7, '0')}`
  const patient = draw[0]! % options.patients
  const daysBack = draw[1]! % LATE_ONE_IN === 0 ? 30 + (draw[2]! % 60) : 0
  const time = options.until - daysBack * DAY_SECONDS - (draw[3]! % (DAY_SECONDS / 2))
  const start = time - 600 - (draw[4]! % 7_200)
  const resource = encounterResource(name, patient, CLASSES[draw[5]! % CLASSES.length]!, start, time)
  const contentHash = createHash('sha256')
    .update(utf8(canonicalJson(resource)))
    .digest('hex')
  return { name, patient, kind: 'Encounter', contentHash, time }
}
