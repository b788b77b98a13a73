/**
 * Reads an EPCIS 2.0 document in JSON-LD as it is captured. Strictly: the first thing that the standard does not allow
 * is said with its place, and nothing of such a document is used. Fields of other vocabularies carry a prefix and are
 * kept.
 */
import { LedgerError } from '../base/index.ts'
import { isMap, parseStrictJson } from '../protocol/index.ts'

/** A captured event, checked in form. */
export type CapturedEvent = { readonly [name: string]: unknown }

/** One event with where it stood, such as `a.json#/epcisBody/eventList/3`. */
export interface FoundEvent {
  readonly place: string
  readonly event: CapturedEvent
}

type Check = (value: unknown, place: string) => void
type Fields = { readonly [name: string]: Check }

function refuse(place: string, message: string): never {
  throw new LedgerError('import.invalid', { field: place, message: `${place}: ${message}` })
}

const text =
  (pattern: RegExp, message: string): Check =>
  (value, place) => {
    if (typeof value !== 'string' || !pattern.test(value)) refuse(place, message)
  }
const anything: Check = () => {}
const uri = text(/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/, 'is no URI.')
const time: Check = (value, place) => {
  const form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/
  if (typeof value !== 'string' || !form.test(value) || Number.isNaN(Date.parse(value))) {
    refuse(place, 'is no date and time with an offset.')
  }
}
const offset = text(/^[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00)$/, 'is no offset such as +08:00.')
const term = text(/^([a-z_]+|[A-Za-z][A-Za-z0-9+.-]*:\S+)$/, 'is neither a term of CBV nor a URI.')
const number: Check = (value, place) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) refuse(place, 'is no number.')
}
const oneOf =
  (...values: readonly string[]): Check =>
  (value, place) => {
    if (!values.includes(value as string)) refuse(place, `is one of ${values.join(', ')}.`)
  }

const listOf =
  (check: Check): Check =>
  (value, place) => {
    if (!Array.isArray(value)) return refuse(place, 'is no list.')
    for (const [i, item] of value.entries()) check(item, `${place}/${i}`)
  }

/** A map of known fields; others must belong to another vocabulary. */
const mapOf =
  (fields: Fields, required: readonly string[] = [], isOpen = true): Check =>
  (value, place) => {
    if (!isMap(value)) return refuse(place, 'is no object.')
    for (const name of required) if (!Object.hasOwn(value, name)) refuse(`${place}/${name}`, 'is missing.')
    for (const [name, inner] of Object.entries(value)) {
      const at = `${place}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
      if (Object.hasOwn(fields, name)) fields[name]!(inner, at)
      else if (!isOpen || !/^[^:\s]+:\S+$/.test(name)) refuse(at, 'is unknown here.')
    }
  }

const place = mapOf({ id: uri }, ['id'])
const epcs = listOf(uri)
const quantities = listOf(
  mapOf(
    { epcClass: uri, quantity: number, uom: text(/^[A-Z0-9]{2,3}$/, 'is no unit.') },
    ['epcClass'],
    false,
  ),
)
const sensors = listOf(
  mapOf(
    {
      sensorMetadata: mapOf({
        time,
        deviceID: uri,
        startTime: time,
        endTime: time,
        deviceMetadata: uri,
        rawData: uri,
        dataProcessingMethod: uri,
        bizRules: uri,
      }),
      sensorReport: listOf(anything),
    },
    ['sensorReport'],
  ),
)
const COMMON: Fields = {
  '@context': anything,
  type: anything,
  eventID: uri,
  eventTime: time,
  recordTime: time,
  eventTimeZoneOffset: offset,
  certificationInfo: anything,
  errorDeclaration: mapOf({ declarationTime: time, reason: term, correctiveEventIDs: epcs }, [
    'declarationTime',
  ]),
  action: oneOf('ADD', 'OBSERVE', 'DELETE'),
  bizStep: term,
  disposition: term,
  readPoint: place,
  bizLocation: place,
  bizTransactionList: listOf(mapOf({ type: term, bizTransaction: uri }, ['bizTransaction'], false)),
  sourceList: listOf(mapOf({ type: term, source: uri }, ['type', 'source'], false)),
  destinationList: listOf(mapOf({ type: term, destination: uri }, ['type', 'destination'], false)),
  sensorElementList: sensors,
}
const ALWAYS = ['type', 'eventTime', 'eventTimeZoneOffset']
const set = mapOf({ set: listOf(term), unset: listOf(term) }, [], false)

/** Each event type with its fields; types that medseal does not map are checked for what all have in common. */
const EVENTS: { readonly [type: string]: Check } = {
  ObjectEvent: mapOf(
    { ...COMMON, epcList: epcs, quantityList: quantities, persistentDisposition: set, ilmd: mapOf({}) },
    [...ALWAYS, 'action'],
  ),
  AggregationEvent: mapOf({ ...COMMON, parentID: uri, childEPCs: epcs, childQuantityList: quantities }, [
    ...ALWAYS,
    'action',
  ]),
  AssociationEvent: mapOf({ ...COMMON, parentID: uri, childEPCs: epcs, childQuantityList: quantities }, [
    ...ALWAYS,
    'action',
    'parentID',
  ]),
  TransactionEvent: mapOf({ ...COMMON, parentID: uri, epcList: epcs, quantityList: quantities }, [
    ...ALWAYS,
    'action',
    'bizTransactionList',
  ]),
  TransformationEvent: mapOf(
    {
      ...COMMON,
      inputEPCList: epcs,
      inputQuantityList: quantities,
      outputEPCList: epcs,
      outputQuantityList: quantities,
      transformationID: uri,
      persistentDisposition: set,
      ilmd: mapOf({}),
    },
    ALWAYS,
  ),
}

/** Of an event type of another vocabulary only what all events have in common is known. */
function checkExtended(value: { readonly [name: string]: unknown }, at: string): void {
  const { eventTime, eventTimeZoneOffset, eventID, recordTime, type } = value
  const known = { eventTime, eventTimeZoneOffset, eventID, recordTime, type }
  const given = Object.entries(known).filter(([, inner]) => inner !== undefined)
  mapOf(COMMON, ALWAYS)(Object.fromEntries(given), at)
}

const checkEvent: Check = (value, at) => {
  if (!isMap(value)) return refuse(at, 'is no object.')
  const type = value['type']
  if (typeof type !== 'string') return refuse(`${at}/type`, 'is missing, or no text.')
  if (Object.hasOwn(EVENTS, type)) EVENTS[type]!(value, at)
  else if (type.includes(':')) checkExtended(value, at)
  else refuse(`${at}/type`, 'is no event type of EPCIS 2.0.')
  const isAdd = value['action'] === 'ADD'
  if (type === 'ObjectEvent' && value['ilmd'] !== undefined && !isAdd) {
    refuse(`${at}/ilmd`, 'stands in events of action ADD only.')
  }
  if (
    type === 'ObjectEvent' &&
    !['epcList', 'quantityList', 'sensorElementList'].some((name) => name in value)
  ) {
    refuse(`${at}/epcList`, 'is missing, and so are quantityList and sensorElementList.')
  }
  if (type === 'AggregationEvent' && isAdd && !('childEPCs' in value || 'childQuantityList' in value)) {
    refuse(`${at}/childEPCs`, 'is missing, and so is childQuantityList.')
  }
}

const checkDocument = mapOf(
  {
    '@context': anything,
    id: uri,
    type: oneOf('EPCISDocument'),
    schemaVersion: text(/^2(\.\d+)*$/, 'is not 2.0.'),
    creationDate: time,
    instanceIdentifier: text(/./, 'is no text.'),
    sender: text(/./, 'is no text.'),
    receiver: text(/./, 'is no text.'),
    epcisHeader: mapOf({ epcisMasterData: anything }),
    epcisBody: mapOf({ eventList: listOf(checkEvent) }, ['eventList'], false),
  },
  ['@context', 'type', 'schemaVersion', 'creationDate', 'epcisBody'],
)

/** The events of a document. LedgerError `import.invalid` names the place of the first fault. */
export function readEpcisDocument(name: string, bytes: Uint8Array): readonly FoundEvent[] {
  const parsed = parseStrictJson(bytes, { integersOnly: false })
  if (!parsed.ok) return refuse(name, parsed.message)
  checkDocument(parsed.value, `${name}#`)
  const { epcisBody } = parsed.value as unknown as { epcisBody: { eventList: CapturedEvent[] } }
  return epcisBody.eventList.map((event, i) => ({ place: `${name}#/epcisBody/eventList/${i}`, event }))
}
