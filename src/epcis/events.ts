/** EPCIS 2.0 events in JSON-LD from the events of waste and supply, as their reads answer them. */
import { instantOf } from '../base/index.ts'
import type { Facts } from '../domain/index.ts'
import { memberOf } from '../protocol/index.ts'
import {
  actorUri,
  type CustodyModule,
  epcOf,
  eventIdOf,
  handoverUri,
  lotClassOf,
  memberUri,
  OFFSET,
  STATE_DISPOSITIONS,
  TERMS,
  type Term,
} from './terms.ts'

/** An event as `GET /v1/waste/events` and `/v1/supply/events` answer it. */
export interface EventAnswer {
  readonly event: string
  readonly verb: string
  readonly by: string
  readonly at: number
  readonly items: readonly string[]
  readonly parent?: string
  readonly from?: string
  readonly to?: string
  readonly facts: Facts
}

/** An event in EPCIS, of the parts that medseal writes. */
export interface EpcisEvent {
  readonly type: Term['type']
  readonly eventID: string
  readonly eventTime: string
  readonly action: Term['action']
  readonly bizStep: string
  readonly disposition?: string
  readonly epcList?: readonly string[]
  readonly parentID?: string
  readonly childEPCs?: readonly string[]
  readonly [name: string]: unknown
}

function dispositionOf(term: Term, { verb, facts }: EventAnswer): string | undefined {
  if (facts.discrepant !== undefined) return 'mismatch_quantity'
  if (verb === 'verify') return STATE_DISPOSITIONS[facts.state ?? '']
  if (verb === 'decommission' && facts.reason !== undefined) return DECOMMISSIONED[facts.reason]
  return term.disposition
}

const DECOMMISSIONED: { readonly [reason: string]: string } = {
  destroyed: 'destroyed',
  damaged: 'damaged',
  lost: 'unknown',
  stolen: 'stolen',
  exported: 'inactive',
  sample: 'non_sellable_other',
}

/** Weights as reports of the scales that signed them, in grams (UN/CEFACT GRM). */
function sensorElements(event: EventAnswer): readonly object[] {
  const { weights = [], grams } = event.facts
  const report = (value: number, device?: string) => ({
    type: 'Mass',
    value,
    uom: 'GRM',
    ...(device !== undefined && { deviceID: actorUri(device) }),
  })
  const stated = grams === undefined ? [] : [{ sensorReport: [report(grams)] }]
  const measured = weights.map(({ item, grams: value, scale }) => ({
    sensorMetadata: { time: instantOf(event.at) },
    sensorReport: [{ ...report(value, scale), 'medseal:item': epcOf('waste', item) }],
  }))
  return [...measured, ...stated]
}

/** Who had the goods and who gets them. A maker's or sealer's own is its destination. */
function partiesOf({ from, to }: EventAnswer): object {
  const party = (member: string) => memberUri(member)
  return {
    ...(from !== undefined && { sourceList: [{ type: 'possessing_party', source: party(from) }] }),
    ...(to !== undefined && { destinationList: [{ type: 'possessing_party', destination: party(to) }] }),
  }
}

/** What the event is about: items, or for a recall the class of all packs of the lot. */
function whatOf(module: CustodyModule, term: Term, event: EventAnswer): object {
  const { items, parent, facts } = event
  const epcs = items.map((ref) => epcOf(module, ref))
  if (term.type === 'AggregationEvent') return { parentID: epcOf(module, parent!), childEPCs: epcs }
  if (event.verb === 'recall') return { quantityList: [{ epcClass: lotClassOf(facts.gtin!, facts.lot!) }] }
  return { epcList: epcs }
}

/** Lot and expiry of packs, class and department of waste: what an item has for its life. */
function masterDataOf(event: EventAnswer): object | undefined {
  const { gtin, lot, expiry, class: wasteClass, department } = event.facts
  if (event.verb === 'commission') {
    return {
      'cbvmda:lotNumber': lot,
      'cbvmda:itemExpirationDate': instantOf(expiry!).slice(0, 10),
      'medseal:gtin': gtin,
    }
  }
  if (event.verb !== 'seal') return undefined
  return { 'medseal:wasteClass': wasteClass, 'medseal:department': department }
}

/** An event of a module in EPCIS. */
export function epcisEventOf(module: CustodyModule, event: EventAnswer): EpcisEvent {
  const term = TERMS[`${module}.${event.verb}`]!
  const disposition = dispositionOf(term, event)
  const sensors = sensorElements(event)
  const ilmd = masterDataOf(event)
  const { corrected, method, handover } = event.facts
  return {
    type: term.type,
    eventID: eventIdOf(module, event.event),
    eventTime: instantOf(event.at),
    recordTime: instantOf(event.at),
    eventTimeZoneOffset: OFFSET,
    ...(corrected !== undefined && {
      errorDeclaration: {
        declarationTime: instantOf(corrected[0]!.at),
        reason: 'incorrect_data',
        correctiveEventIDs: corrected.map(({ by }) => eventIdOf(module, by)),
      },
    }),
    action: term.action,
    bizStep: term.bizStep,
    ...(disposition !== undefined && { disposition }),
    ...whatOf(module, term, event),
    readPoint: { id: memberUri(memberOf(event.by)) },
    ...(handover !== undefined && {
      bizTransactionList: [{ type: 'desadv', bizTransaction: handoverUri(handover) }],
    }),
    ...partiesOf(event),
    ...(sensors.length > 0 && { sensorElementList: sensors }),
    ...(ilmd !== undefined && { ilmd }),
    'medseal:by': actorUri(event.by),
    ...(method !== undefined && { 'medseal:method': method }),
  }
}
