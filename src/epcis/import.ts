/**
 * Captured events as transactions of one member. Only what means the same is taken: what a verb of supply or waste
 * does, done by this member, about items that have a name here. Everything else is listed with its reason, and nothing
 * is guessed.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { CUSTODY_ITEMS_MAX, toHex, utf8 } from '../base/index.ts'
import type { CapturedEvent, FoundEvent } from './reading.ts'
import { bare, handoverOfUri, itemOfEpc, memberOfUri, ssccOf } from './terms.ts'

/** A transaction to sign. */
export interface PlannedTransaction {
  /** The same in every run on the same file. */
  readonly name: string
  readonly type: string
  readonly payload: { readonly [name: string]: unknown }
  /** The event as it was captured, with its own time: the private part. */
  readonly event: CapturedEvent
  readonly place: string
}

export interface EpcisPlan {
  readonly eventCount: number
  readonly transactions: readonly PlannedTransaction[]
  readonly unmapped: readonly { readonly kind: string; readonly reason: string; readonly place: string }[]
}

export interface EpcisPlanOptions {
  /** The member that imports. */
  readonly member: string
  /** Whom others' URIs mean: `urn:epc:id:pgln:…` and the like, by member id. */
  readonly parties: ReadonlyMap<string, string>
}

/** Why an event is no transaction of this member. */
class Unmapped extends Error {}
const no = (reason: string): never => {
  throw new Unmapped(reason)
}

type Draft = { readonly type: string; readonly payload: { readonly [name: string]: unknown } }

const listOf = (value: unknown): readonly { readonly [name: string]: unknown }[] =>
  Array.isArray(value) ? value : []

/** Reads one event for a member. */
class EventReader {
  readonly event: CapturedEvent
  readonly #options: EpcisPlanOptions

  constructor(event: CapturedEvent, options: EpcisPlanOptions) {
    this.event = event
    this.#options = options
  }

  get member(): string {
    return this.#options.member
  }

  /** An item's module and reference. A logistic unit (SSCC) is a container of this member under its number. */
  item(epc: string): { readonly module: 'waste' | 'supply'; readonly ref: string } {
    const sscc = ssccOf(epc)
    if (sscc !== undefined) return { module: 'supply', ref: `${this.member}:${sscc}` }
    return itemOfEpc(epc) ?? no(`names ${epc.replace(/[^:/]*$/, '…')}, of a form that has no place here`)
  }

  refs(name: 'epcList' | 'childEPCs', module: 'waste' | 'supply'): string[] {
    const items = (this.event[name] as readonly string[] | undefined)?.map((epc) => this.item(epc)) ?? []
    if (items.length === 0) no('names no single items')
    if (items.some((item) => item.module !== module)) no('mixes waste and drugs')
    return items.map(({ ref }) => ref)
  }

  get module(): 'waste' | 'supply' {
    const epcs = (this.event['epcList'] ?? this.event['childEPCs'] ?? []) as readonly string[]
    return epcs[0] === undefined ? 'supply' : this.item(epcs[0]).module
  }

  /** The member that a list names as the possessing or owning party; undefined where it names none. */
  party(list: 'sourceList' | 'destinationList'): string | undefined {
    const field = list === 'sourceList' ? 'source' : 'destination'
    const rows = listOf(this.event[list])
    const row =
      rows.find(({ type }) => bare(type).endsWith('possessing_party')) ??
      rows.find(({ type }) => bare(type).endsWith('owning_party'))
    if (row === undefined) return undefined
    const uri = String(row[field])
    return this.#options.parties.get(uri) ?? memberOfUri(uri) ?? no(`names a party that is not known: ${uri}`)
  }

  /** Refuses what another member did: nobody signs for another. */
  requireOwn(list: 'sourceList' | 'destinationList'): void {
    const party = this.party(list)
    if (party !== undefined && party !== this.member) no('was done by another member')
  }

  handover(): string | undefined {
    for (const { bizTransaction } of listOf(this.event['bizTransactionList'])) {
      const ref = handoverOfUri(String(bizTransaction))
      if (ref !== undefined) return ref
    }
    return undefined
  }

  /** What stands in the event, or in its master data, under a prefix. */
  extra(name: string): unknown {
    const ilmd = this.event['ilmd'] as CapturedEvent | undefined
    return this.event[name] ?? ilmd?.[name]
  }

  /** A name from the event's id, or from all of it: the same in every run. */
  get name(): string {
    const id = this.event['eventID']
    return `epcis-${toHex(sha256(utf8(typeof id === 'string' ? id : JSON.stringify(this.event)))).slice(0, 32)}`
  }
}

/** Weights with the signatures of scales, as `medseal:scale` and `medseal:signature` beside a Mass in grams. */
function weightsOf(reader: EventReader): { readonly [name: string]: unknown }[] {
  return listOf(reader.event['sensorElementList']).flatMap((element) => {
    const at = Date.parse(String((element['sensorMetadata'] as CapturedEvent | undefined)?.['time'])) / 1000
    return listOf(element['sensorReport'])
      .filter(({ type }) => type === 'Mass')
      .map((report) => {
        const { value: grams, uom } = report
        const [scale, signature, epc] = ['scale', 'signature', 'item'].map(
          (name) => report[`medseal:${name}`],
        )
        if (uom !== 'GRM' || !Number.isInteger(grams) || !Number.isInteger(at)) {
          no('has a weight that is not whole grams at a whole second')
        }
        if (typeof scale !== 'string' || typeof signature !== 'string') {
          no('has a weight without the signature of a scale')
        }
        const item = typeof epc === 'string' ? { item: reader.item(epc).ref } : {}
        return { ...item, grams, at, scale, signature }
      })
  })
}

function weightOf(reader: EventReader): { readonly [name: string]: unknown } {
  const [weight, ...more] = weightsOf(reader)
  if (weight === undefined || more.length > 0) return no('has not one weight')
  const { item: _item, ...rest } = weight
  return rest
}

function expiryOf(reader: EventReader): number {
  const date = String(reader.extra('cbvmda:itemExpirationDate'))
  const seconds = /^\d{4}-\d{2}-\d{2}(T\S+)?$/.test(date) ? Date.parse(date) / 1000 : Number.NaN
  return Number.isInteger(seconds) ? seconds : no('has no expiry (cbvmda:itemExpirationDate)')
}

function commission(reader: EventReader): Draft {
  const packs = reader.refs('epcList', 'supply')
  const lot = reader.extra('cbvmda:lotNumber')
  if (typeof lot !== 'string') no('has no lot (cbvmda:lotNumber)')
  const named = packs[0]!.includes(':') ? packs[0]!.split(':')[0] : reader.extra('medseal:gtin')
  if (typeof named !== 'string') no('has 20-digit codes without their product (medseal:gtin)')
  return { type: 'supply.commission', payload: { packs, gtin: named, lot, expiry: expiryOf(reader) } }
}

function seal(reader: EventReader): Draft {
  const [ref, ...more] = reader.refs('epcList', 'waste')
  const [hospital, bagId] = ref!.split(':')
  if (more.length > 0) no('seals more than one bag')
  if (hospital !== reader.member) no('is about an item of another member')
  const fields = ['wasteClass', 'department', 'container'].map((name) => reader.extra(`medseal:${name}`))
  const [wasteClass, department, container = 'bag'] = fields
  if (typeof wasteClass !== 'string' || typeof department !== 'string') {
    no('has no class or department (medseal:wasteClass, medseal:department)')
  }
  const payload = { bagId, class: wasteClass, department, container, weight: weightOf(reader) }
  return { type: 'waste.seal', payload }
}

function pack(reader: EventReader): Draft {
  const { module } = reader
  const items = reader.refs('childEPCs', module)
  const parent = reader.item(String(reader.event['parentID']))
  const [owner, local] = parent.ref.split(':')
  if (parent.module !== module || owner !== reader.member || local === undefined) {
    no('packs into a container that is not of this member')
  }
  if (module === 'supply') return { type: 'supply.pack', payload: { container: local, items } }
  const wasteClass = reader.extra('medseal:wasteClass')
  if (typeof wasteClass !== 'string') no('has no class (medseal:wasteClass)')
  return { type: 'waste.pack', payload: { boxId: local, class: wasteClass, items } }
}

function unpack(reader: EventReader): Draft {
  const { module } = reader
  const items = reader.refs('childEPCs', module)
  const parent = reader.item(String(reader.event['parentID'])).ref
  const container = module === 'supply' ? { container: parent } : { box: parent }
  return { type: `${module}.unpack`, payload: { ...container, items } }
}

function ship(reader: EventReader): Draft {
  reader.requireOwn('sourceList')
  const to = reader.party('destinationList') ?? no('names no receiver')
  const items = reader.refs('epcList', 'supply')
  const ref = reader.handover()
  const [owner, local] = ref?.split(':') ?? []
  const shipmentId = owner === reader.member && local !== undefined ? local : reader.name
  const isReturn = bare(reader.event['disposition']) === 'returned'
  return { type: `supply.${isReturn ? 'return' : 'ship'}`, payload: { shipmentId, to, items } }
}

function receive(reader: EventReader): Draft {
  reader.requireOwn('destinationList')
  const shipment = reader.handover() ?? no('names no shipment (urn:medseal:handover:…)')
  if (bare(reader.event['disposition']) === 'returned') no('rejects, which only the receiver itself can say')
  if (reader.module === 'supply') {
    const items = reader.refs('epcList', 'supply')
    return { type: 'supply.receive', payload: { shipment, result: 'full', items } }
  }
  return { type: 'waste.receive', payload: { shipment, result: 'full', weights: weightsOf(reader) } }
}

/** Reasons of `supply.decommission` by disposition. */
const REASONS: { readonly [disposition: string]: string } = {
  destroyed: 'destroyed',
  disposed: 'destroyed',
  damaged: 'damaged',
  stolen: 'stolen',
  unknown: 'lost',
  non_sellable_other: 'sample',
}

function decommission(reader: EventReader): Draft {
  const reason = REASONS[bare(reader.event['disposition'])] ?? no('does not say why (disposition)')
  return { type: 'supply.decommission', payload: { items: reader.refs('epcList', 'supply'), reason } }
}

function destroy(reader: EventReader): Draft {
  if (reader.module === 'supply') return decommission(reader)
  const [item, ...more] = reader.refs('epcList', 'waste')
  if (more.length > 0) no('destroys more than one item')
  const method = reader.extra('medseal:method')
  if (typeof method !== 'string') no('has no method (medseal:method)')
  return { type: 'waste.destroy', payload: { item, method, weight: weightOf(reader) } }
}

function hold(reader: EventReader): Draft {
  if (bare(reader.event['disposition']) !== 'recalled') {
    return { type: 'supply.quarantine', payload: { items: reader.refs('epcList', 'supply') } }
  }
  const [line, ...more] = listOf(reader.event['quantityList'])
  const match = /^https:\/\/id\.gs1\.org\/01\/([0-9]{14})\/10\/([^/]+)$/.exec(String(line?.['epcClass']))
  if (match === null || more.length > 0) return no('does not recall one whole lot')
  return { type: 'supply.recall', payload: { gtin: match[1], lot: match[2] } }
}

const dispense = (reader: EventReader): Draft => ({
  type: 'supply.dispense',
  payload: { packs: reader.refs('epcList', 'supply') },
})

const store = (reader: EventReader): Draft => ({
  type: 'waste.store',
  payload: { items: reader.refs('epcList', 'waste') },
})

/** By event type, action and step. */
const MAPPINGS: { readonly [event: string]: (reader: EventReader) => Draft } = {
  'ObjectEvent ADD commissioning': (reader) =>
    reader.module === 'waste' ? seal(reader) : commission(reader),
  'AggregationEvent ADD packing': pack,
  'AggregationEvent DELETE unpacking': unpack,
  'ObjectEvent OBSERVE shipping': ship,
  'ObjectEvent OBSERVE receiving': receive,
  'ObjectEvent OBSERVE storing': store,
  'ObjectEvent OBSERVE holding': hold,
  'ObjectEvent OBSERVE dispensing': dispense,
  'ObjectEvent DELETE dispensing': dispense,
  'ObjectEvent DELETE decommissioning': decommission,
  'ObjectEvent DELETE destroying': destroy,
}

/** Lists that may be split over several transactions, which together do the same. */
const SPLIT: { readonly [type: string]: string } = {
  'supply.commission': 'packs',
  'supply.dispense': 'packs',
  'supply.pack': 'items',
  'supply.unpack': 'items',
  'supply.decommission': 'items',
  'supply.quarantine': 'items',
}

function splitDraft({ type, payload }: Draft): readonly Draft[] {
  const list = (payload['items'] ?? payload['packs']) as readonly string[] | undefined
  if (list === undefined || list.length <= CUSTODY_ITEMS_MAX) return [{ type, payload }]
  const field = SPLIT[type] ?? no(`names more than ${CUSTODY_ITEMS_MAX} items`)
  const count = Math.ceil(list.length / CUSTODY_ITEMS_MAX)
  return Array.from({ length: count }, (_, i) => ({
    type,
    payload: { ...payload, [field]: list.slice(i * CUSTODY_ITEMS_MAX, (i + 1) * CUSTODY_ITEMS_MAX) },
  }))
}

/** The transactions of a member that captured events stand for, in the order of the file. */
export function planEpcisImport(found: readonly FoundEvent[], options: EpcisPlanOptions): EpcisPlan {
  const transactions: PlannedTransaction[] = []
  const unmapped: { kind: string; reason: string; place: string }[] = []
  for (const { event, place } of found) {
    const kind = [event['type'], event['action'], event['bizStep'] && bare(event['bizStep'])]
      .filter(Boolean)
      .join(' ')
    try {
      if (event['errorDeclaration'] !== undefined) no('is declared an error')
      const map = Object.hasOwn(MAPPINGS, kind) ? MAPPINGS[kind]! : no('has no verb that does the same')
      const reader = new EventReader(event, options)
      for (const [i, draft] of splitDraft(map(reader)).entries()) {
        transactions.push({ name: `${reader.name}/${i}`, ...draft, event, place })
      }
    } catch (error) {
      if (!(error instanceof Unmapped)) throw error
      unmapped.push({ kind, reason: error.message, place })
    }
  }
  return { eventCount: found.length, transactions, unmapped }
}
