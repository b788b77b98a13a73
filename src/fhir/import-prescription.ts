/**
 * FHIR R4 `MedicationRequest` as a prescription, and `MedicationDispense` as a dispensing. Only what means the same is
 * taken: an order of today by a doctor of the member, in whole units and days; what a pharmacist handed out today on a
 * prescription of which the pharmacy has a copy. Requests that are joined by `groupIdentifier` are lines of one
 * prescription.
 */
import { DAY_SECONDS } from '../base/index.ts'
import { startOfDay } from '../domain/index.ts'
import type { AnyJson } from '../protocol/index.ts'
import { isMap } from '../protocol/index.ts'
import {
  actorIn,
  codeAt,
  codingIn,
  identifierIn,
  listAt,
  mapAt,
  requireMedication,
  timeAt,
  wholeAt,
} from './import-elements.ts'
import { CONTROLLED_SYSTEM, COURSE_SYSTEM, UCUM } from './medication-request.ts'
import type { Resource } from './patient.ts'
import { SYSTEMS } from './terms.ts'

export interface PlannedLine {
  readonly quantity: number
  readonly daysSupply: number
  readonly controlled: string
}

/** A request as a line of a prescription. */
export interface PlannedRequest extends PlannedLine {
  /** FHIR id. */
  readonly patient: string
  /** Actor id. */
  readonly prescriber: string
  readonly basis: 'ordinary' | 'emergency' | 'chronic'
  /** Unix seconds; undefined for the end of the day. */
  readonly validUntil: number | undefined
  /** The whole resource, for the private part. */
  readonly resource: AnyJson
}

/** A dispensing of one line. */
export interface PlannedDispensing {
  readonly dispenseId: string
  /** Reference of the prescription. */
  readonly prescription: string
  readonly subject: string
  /** Hash of the pharmacy's copy of the private part, hex. */
  readonly commitment: string
  readonly line: number
  readonly quantity: number
  readonly packs: readonly string[]
  /** Actor id of the pharmacist. */
  readonly pharmacist: string
  readonly place: string
}

export interface PrescriptionOptions {
  /** Actor ids by the FHIR reference that stands for them. */
  readonly grantees: ReadonlyMap<string, string>
  /** Commitments of the copies at hand, by reference of the prescription. */
  readonly copies: ReadonlyMap<string, string>
  /** Unix seconds. */
  readonly now: number
}

const REQUEST_STATUSES = [
  'active',
  'on-hold',
  'cancelled',
  'completed',
  'entered-in-error',
  'stopped',
  'draft',
  'unknown',
]
const INTENTS = [
  'proposal',
  'plan',
  'order',
  'original-order',
  'reflex-order',
  'filler-order',
  'instance-order',
  'option',
]
const PRIORITIES = ['routine', 'urgent', 'asap', 'stat']
const DISPENSE_STATUSES = [
  'preparation',
  'in-progress',
  'cancelled',
  'on-hold',
  'completed',
  'entered-in-error',
  'stopped',
  'declined',
  'unknown',
]
const CONTROLS = ['none', 'narcotic', 'class-1', 'class-2']

/**
 * The line that a MedicationRequest stands for, or why it stands for none. LedgerError `import.invalid` where it is no
 * R4.
 */
export function planRequest(
  resource: Resource,
  { patient, place }: { readonly patient: string; readonly place: string },
  options: PrescriptionOptions,
): PlannedRequest | string {
  const status = codeAt(resource, 'status', place, REQUEST_STATUSES)
  const intent = codeAt(resource, 'intent', place, INTENTS)
  const priority = codeAt(resource, 'priority', place, PRIORITIES, false)
  const authoredOn = timeAt(resource, 'authoredOn', place)
  requireMedication(resource, place)
  const dispense = mapAt(resource, 'dispenseRequest', place)
  const at = `${place}/dispenseRequest`
  const quantity = wholeAt(dispense, 'quantity', at)
  const daysSupply = daysOf(dispense, at)
  const validUntil = timeAt(
    (dispense && mapAt(dispense, 'validityPeriod', at)) ?? {},
    'end',
    `${at}/validityPeriod`,
  )
  const controlled = codingIn(listAt(resource, 'category', place), CONTROLLED_SYSTEM)
  const prescriber = actorIn(resource['requester'], SYSTEMS.actor, options.grantees)
  const course = mapAt(resource, 'courseOfTherapyType', place)
  const today = startOfDay(options.now)

  if (status !== 'active') return `is ${status}, not active`
  if (intent !== 'order' && intent !== 'original-order') return `is of intent ${intent}, no order of its own`
  if (resource['doNotPerform'] === true) return 'says what is not to be given'
  if ('modifierExtension' in resource) return 'has a modifier that may change its meaning'
  if (authoredOn === undefined || startOfDay(authoredOn) !== today) {
    return 'was not written today, and a prescription is valid on the day it is written'
  }
  if (prescriber === undefined || !prescriber.includes(':'))
    return 'names no doctor that is known on this ledger'
  if (controlled === undefined || !CONTROLS.includes(controlled))
    return 'does not say whether its drug is controlled'
  if (quantity === undefined) return 'does not say in whole units how much to dispense'
  if (daysSupply === undefined) return 'does not say for how many whole days it is'
  if (Number(dispense?.['numberOfRepeatsAllowed'] ?? 0) !== 0)
    return 'may be repeated, which a prescription may not'
  if (validUntil !== undefined && (validUntil <= options.now || validUntil > today + DAY_SECONDS)) {
    return 'is not valid until the end of today or earlier'
  }
  return {
    patient,
    prescriber,
    basis: basisOf(course, priority),
    quantity,
    daysSupply,
    controlled,
    validUntil,
    resource: resource as AnyJson,
  }
}

function basisOf(course: Resource | undefined, priority: string | undefined): PlannedRequest['basis'] {
  if (priority === 'stat') return 'emergency'
  return codingIn(course === undefined ? [] : [course], COURSE_SYSTEM) === 'continuous'
    ? 'chronic'
    : 'ordinary'
}

/** Days, or weeks of seven; any other unit can not be said in whole days for certain. */
function daysOf(dispense: Resource | undefined, at: string): number | undefined {
  const value = wholeAt(dispense, 'expectedSupplyDuration', at)
  const { system, code } = (dispense && mapAt(dispense, 'expectedSupplyDuration', at)) ?? {}
  if (value === undefined || system !== UCUM) return undefined
  if (code === 'd') return value
  return code === 'wk' ? value * 7 : undefined
}

/** What joins the lines of one prescription; undefined where the request stands alone. */
export function groupOf(resource: Resource): string | undefined {
  const group = resource['groupIdentifier']
  if (!isMap(group)) return undefined
  const { system = '', value } = group
  return typeof value === 'string' ? `${String(system)}|${value}` : undefined
}

const LINE_NAME = /^([A-Za-z0-9._-]{1,64}:[A-Za-z0-9._-]{1,64})\/([1-9]\d?)$/

/**
 * The dispensing that a MedicationDispense stands for, or why it stands for none. LedgerError `import.invalid` where it
 * is no R4.
 */
export function planDispensing(
  resource: Resource,
  { dispenseId, place }: { readonly dispenseId: string; readonly place: string },
  options: PrescriptionOptions,
): PlannedDispensing | string {
  const status = codeAt(resource, 'status', place, DISPENSE_STATUSES)
  requireMedication(resource, place)
  const quantity = wholeAt(resource, 'quantity', place)
  const handedOver = timeAt(resource, 'whenHandedOver', place)
  const prescribed = listAt(resource, 'authorizingPrescription', place)
  const performers = listAt(resource, 'performer', place)
  const packs = listAt(resource, 'supportingInformation', place).flatMap(({ identifier }) => {
    const pack = identifierIn(identifier, SYSTEMS.pack)
    return pack === undefined ? [] : [pack]
  })
  const pharmacists = performers
    .map(({ actor }) => actorIn(actor, SYSTEMS.actor, options.grantees))
    .filter((actor) => actor?.includes(':'))

  if (status !== 'completed') return `is ${status}, not completed`
  if ('modifierExtension' in resource) return 'has a modifier that may change its meaning'
  if (handedOver === undefined || startOfDay(handedOver) !== startOfDay(options.now)) {
    return 'was not handed over today'
  }
  const name =
    prescribed.length === 1 ? identifierIn(prescribed[0]!['identifier'], SYSTEMS.prescriptionLine) : undefined
  const [, prescription, line] = LINE_NAME.exec(name ?? '') ?? []
  if (prescription === undefined) return 'does not name the line of a prescription on this ledger'
  const commitment = options.copies.get(prescription)
  if (commitment === undefined) return 'is on a prescription of which no copy is at hand'
  if (pharmacists.length !== 1) return 'does not name one pharmacist that is known on this ledger'
  if (quantity === undefined) return 'does not say in whole units how much was handed over'
  const subject = identifierIn(mapAt(resource, 'subject', place)?.['identifier'], SYSTEMS.subject)
  if (subject === undefined) return 'does not name its patient by the subject of the prescription'
  const named = { dispenseId, prescription, subject, commitment, line: Number(line) }
  return { ...named, quantity, packs: [...new Set(packs)], pharmacist: pharmacists[0]!, place }
}
