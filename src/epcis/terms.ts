/**
 * Names in EPCIS: identifiers as URIs, times, and the CBV terms (2.0) that stand for what happened. Packs are GS1
 * Digital Link URIs where GS1 has a form for them, everything else is a URN of medseal's own.
 */

/** The JSON-LD context of EPCIS 2.0, by its name; nothing is fetched. */
export const EPCIS_CONTEXT = 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'
export const CBV_MDA = 'https://ref.gs1.org/voc/'
const DIGITAL_LINK = 'https://id.gs1.org'

export type CustodyModule = 'waste' | 'supply'

/** URI of an item: an SGTIN as a Digital Link, a 20-digit code, a bag or a container as a URN. */
export function epcOf(module: CustodyModule, ref: string): string {
  if (module === 'waste') return `urn:medseal:waste:${ref}`
  const sgtin = /^([0-9]{14}):(.+)$/.exec(ref)
  return sgtin === null ? `urn:medseal:supply:${ref}` : `${DIGITAL_LINK}/01/${sgtin[1]}/21/${sgtin[2]}`
}

const REF = '[A-Za-z0-9._-]{1,64}:[A-Za-z0-9._-]{1,64}'
const URN = new RegExp(`^urn:medseal:(waste|supply):(${REF}|[0-9]{20})$`)
const SGTIN = new RegExp(`^${DIGITAL_LINK}/01/([0-9]{14})/21/([A-Za-z0-9._-]{1,20})$`)
const SGTIN_URN = /^urn:epc:id:sgtin:([0-9]{6,12})\.([0-9]{1,7})\.([A-Za-z0-9._-]{1,20})$/

/** An item by its module and reference. */
export interface ItemName {
  readonly module: CustodyModule
  readonly ref: string
}

/** The item that a URI names; undefined where it is of no form that medseal has. */
export function itemOfEpc(epc: string): ItemName | undefined {
  const urn = URN.exec(epc)
  if (urn !== null) return { module: urn[1] as CustodyModule, ref: urn[2]! }
  const link = SGTIN.exec(epc)
  if (link !== null) return { module: 'supply', ref: `${link[1]}:${link[2]}` }
  const sgtin = SGTIN_URN.exec(epc)
  const gtin = sgtin && gtinOfUrn(sgtin[1]!, sgtin[2]!)
  return gtin ? { module: 'supply', ref: `${gtin}:${sgtin![3]}` } : undefined
}

/**
 * The GTIN of company prefix and item reference: 13 digits together, the indicator first, and a check digit (TDS 2.0,
 * 7.1).
 */
function gtinOfUrn(company: string, item: string): string | undefined {
  if (company.length + item.length !== 13) return undefined
  return withCheckDigit(`${item[0]}${company}${item.slice(1)}`)
}

/** GS1's check digit behind an odd count of digits (General Specifications 7.9). */
function withCheckDigit(digits: string): string {
  let sum = 0
  for (const [i, digit] of [...digits].entries()) sum += Number(digit) * (i % 2 === 0 ? 3 : 1)
  return `${digits}${(10 - (sum % 10)) % 10}`
}

const SSCC = new RegExp(`^${DIGITAL_LINK}/00/([0-9]{18})$`)
const SSCC_URN = /^urn:epc:id:sscc:([0-9]{6,12})\.([0-9]{5,11})$/

/** The number of a logistic unit, 18 digits; undefined where a URI names none. */
export function ssccOf(epc: string): string | undefined {
  const link = SSCC.exec(epc)
  if (link !== null) return link[1]
  const [, company = '', serial = ''] = SSCC_URN.exec(epc) ?? []
  if (company.length + serial.length !== 17) return undefined
  return withCheckDigit(`${serial[0]}${company}${serial.slice(1)}`)
}

/** Class of the packs of a lot. */
export const lotClassOf = (gtin: string, lot: string): string => `${DIGITAL_LINK}/01/${gtin}/10/${lot}`

export const memberUri = (member: string): string => `urn:medseal:member:${member}`
export const actorUri = (actor: string): string => `urn:medseal:actor:${actor}`

export const handoverUri = (ref: string): string => `urn:medseal:handover:${ref}`

const HANDOVER_URI = /^urn:medseal:handover:([A-Za-z0-9._-]{1,64}:[A-Za-z0-9._-]{1,64})$/
/** The handover that a business transaction names. */
export const handoverOfUri = (uri: string): string | undefined => HANDOVER_URI.exec(uri)?.[1]

const MEMBER_URI = /^urn:medseal:(?:member|actor):([A-Za-z0-9._-]{1,64})(?::[A-Za-z0-9._-]{1,64})?$/
/** The member that a party's URI names. */
export const memberOfUri = (uri: string): string | undefined => MEMBER_URI.exec(uri)?.[1]

/** An event's id from its name: the four parts of its key. */
export const eventIdOf = (module: CustodyModule, event: string): string =>
  `urn:medseal:event:${module}:${event.replaceAll('/', ':')}`

/** Where events take place: the offset of China. */
export const OFFSET = '+08:00'

/** A CBV term without its URI: the vocabularies of EPCIS 2.0 may be written bare, as web URIs or as URNs. */
export const bare = (term: unknown): string =>
  String(term ?? '').replace(
    /^(?:https:\/\/ns\.gs1\.org\/cbv\/(?:BizStep|Disp)-|urn:epcglobal:cbv:(?:bizstep|disp):)/,
    '',
  )

/** What a verb is in CBV: event type, action, step and disposition. */
export interface Term {
  readonly type: 'ObjectEvent' | 'AggregationEvent'
  readonly action: 'ADD' | 'OBSERVE' | 'DELETE'
  readonly bizStep: string
  readonly disposition?: string
}

const object = (action: Term['action'], bizStep: string, disposition?: string): Term => ({
  type: 'ObjectEvent',
  action,
  bizStep,
  ...(disposition !== undefined && { disposition }),
})
const aggregation = (action: Term['action'], bizStep: string, disposition: string): Term => ({
  type: 'AggregationEvent',
  action,
  bizStep,
  disposition,
})

/** By module and verb; every verb that leaves an event has one. */
export const TERMS: { readonly [verb: string]: Term } = {
  'waste.seal': object('ADD', 'commissioning', 'active'),
  'waste.pack': aggregation('ADD', 'packing', 'in_progress'),
  'waste.unpack': aggregation('DELETE', 'unpacking', 'in_progress'),
  'waste.offer': object('OBSERVE', 'staging_outbound', 'in_progress'),
  'waste.accept': object('OBSERVE', 'accepting', 'in_progress'),
  'waste.store': object('OBSERVE', 'storing', 'in_progress'),
  'waste.open-manifest': object('OBSERVE', 'staging_outbound', 'in_progress'),
  'waste.ship': object('OBSERVE', 'shipping', 'in_transit'),
  'waste.receive': object('OBSERVE', 'receiving', 'in_progress'),
  'waste.reject': object('OBSERVE', 'receiving', 'returned'),
  'waste.cancel': object('OBSERVE', 'void_shipping', 'in_progress'),
  'waste.destroy': object('DELETE', 'destroying', 'destroyed'),
  'waste.state-weight': object('OBSERVE', 'inspecting', 'mismatch_quantity'),
  'waste.resolve': object('OBSERVE', 'inspecting', 'conformant'),
  'supply.commission': object('ADD', 'commissioning', 'active'),
  'supply.pack': aggregation('ADD', 'packing', 'in_progress'),
  'supply.unpack': aggregation('DELETE', 'unpacking', 'in_progress'),
  'supply.ship': object('OBSERVE', 'shipping', 'in_transit'),
  'supply.return': object('OBSERVE', 'shipping', 'returned'),
  'supply.receive': object('OBSERVE', 'receiving', 'in_progress'),
  'supply.reject': object('OBSERVE', 'receiving', 'returned'),
  'supply.cancel': object('OBSERVE', 'void_shipping', 'in_progress'),
  'supply.dispense': object('DELETE', 'dispensing', 'dispensed'),
  'supply.second-sale': object('OBSERVE', 'dispensing', 'no_pedigree_match'),
  'supply.recall': object('OBSERVE', 'holding', 'recalled'),
  'supply.quarantine': object('OBSERVE', 'holding', 'unavailable'),
  'supply.release': object('OBSERVE', 'inspecting', 'available'),
  'supply.decommission': object('DELETE', 'decommissioning', 'inactive'),
  'supply.verify': object('OBSERVE', 'inspecting'),
}

/** Dispositions for the states that a check of a pack found. */
export const STATE_DISPOSITIONS: { readonly [state: string]: string } = {
  ACTIVE: 'sellable_accessible',
  IN_TRANSIT: 'in_transit',
  RECALLED: 'recalled',
  EXPIRED: 'expired',
  QUARANTINED: 'unavailable',
  DISPENSED: 'dispensed',
  DECOMMISSIONED: 'inactive',
}
