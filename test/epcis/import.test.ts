/**
 * From captured EPCIS documents to transactions: what is taken and as what, what is not and why, and where a document
 * is wrong.
 */
import { describe, expect, it } from 'vitest'
import { LedgerError, utf8 } from '../../src/base/index.ts'
import { registry } from '../../src/domain/index.ts'
import { type EventAnswer, epcisEventOf, planEpcisImport, readEpcisDocument } from '../../src/epcis/index.ts'
import { itWith, NEEDS_EPCIS_SCHEMA } from '../support/needs.ts'
import { makeEpcisCheck } from './support/schema.ts'
import { eventfulSupply } from './support/worlds.ts'

const CONTEXT = 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'
const SGTIN = 'https://id.gs1.org/01/06901234567892/21'

const documentOf = (...eventList: unknown[]) => ({
  '@context': [CONTEXT, { cbvmda: 'https://ref.gs1.org/voc/', medseal: 'urn:medseal:term:' }],
  type: 'EPCISDocument',
  schemaVersion: '2.0',
  creationDate: '2024-01-01T00:00:00Z',
  epcisBody: { eventList },
})
const event = (more: object = {}) => ({
  type: 'ObjectEvent',
  eventID: 'urn:uuid:1',
  eventTime: '2024-01-01T00:00:00Z',
  eventTimeZoneOffset: '+08:00',
  action: 'OBSERVE',
  epcList: [`${SGTIN}/1`],
  ...more,
})
const read = (value: unknown) =>
  readEpcisDocument('a.json', utf8(typeof value === 'string' ? value : JSON.stringify(value)))
const plan = (events: readonly object[], member = 'MAKER', parties: Record<string, string> = {}) =>
  planEpcisImport(read(documentOf(...events)), { member, parties: new Map(Object.entries(parties)) })

function placeOf(value: unknown): string {
  try {
    read(value)
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'import.invalid') return String(error.details?.field)
    throw error
  }
  throw new Error('nothing was refused')
}

const LIST = 'a.json#/epcisBody/eventList/0'
const FAULTY: readonly (readonly [value: unknown, place: string])[] = [
  [{ ...documentOf(), type: 'EPCISQueryDocument' }, 'a.json#/type'],
  [{ ...documentOf(), schemaVersion: '1.2' }, 'a.json#/schemaVersion'],
  [{ ...documentOf(), creationDate: 'today' }, 'a.json#/creationDate'],
  [{ ...documentOf(), extra: 1 }, 'a.json#/extra'],
  [{ ...documentOf(), epcisBody: {} }, 'a.json#/epcisBody/eventList'],
  [documentOf(7), LIST],
  [documentOf(event({ type: 'Event' })), `${LIST}/type`],
  [documentOf(event({ type: undefined })), `${LIST}/type`],
  [documentOf(event({ action: 'MOVE' })), `${LIST}/action`],
  [documentOf(event({ action: undefined })), `${LIST}/action`],
  [documentOf(event({ eventTime: '2024-01-01' })), `${LIST}/eventTime`],
  [documentOf(event({ eventTimeZoneOffset: '8' })), `${LIST}/eventTimeZoneOffset`],
  [documentOf(event({ epcList: 'x' })), `${LIST}/epcList`],
  [documentOf(event({ epcList: [`${SGTIN}/1`, 'no uri'] })), `${LIST}/epcList/1`],
  [documentOf(event({ epcList: undefined })), `${LIST}/epcList`],
  [documentOf(event({ bizStep: 'Not A Step' })), `${LIST}/bizStep`],
  [documentOf(event({ unknown: 1 })), `${LIST}/unknown`],
  [documentOf(event({ ilmd: { 'a:b': 1 } })), `${LIST}/ilmd`],
  [documentOf(event({ readPoint: {} })), `${LIST}/readPoint/id`],
  [documentOf(event({ sourceList: [{ source: 'urn:a:b' }] })), `${LIST}/sourceList/0/type`],
  [
    documentOf(event({ bizTransactionList: [{ bizTransaction: 'urn:a:b', x: 1 }] })),
    `${LIST}/bizTransactionList/0/x`,
  ],
  [
    documentOf({ ...event({ type: 'AggregationEvent', action: 'ADD' }), epcList: undefined }),
    `${LIST}/childEPCs`,
  ],
]

describe('reading', () => {
  it.each(FAULTY.map(([value, place]) => ({ value, place })))(
    'refuses a fault at $place',
    ({ value, place }) => {
      expect(placeOf(value)).toBe(place)
    },
  )

  it('refuses what is no JSON, or says a name twice', () => {
    expect(placeOf('{')).toBe('a.json')
    expect(placeOf('{"type":"EPCISDocument","type":"EPCISDocument"}')).toBe('a.json')
  })

  itWith([NEEDS_EPCIS_SCHEMA], 'takes nothing that the schema of GS1 refuses', () => {
    const findFault = makeEpcisCheck()
    expect(findFault(documentOf(event()))).toBeUndefined()
    // Where that version of the standard is another, the schema does not mind.
    const stricter = ['a.json#/schemaVersion']
    for (const [value, place] of FAULTY) {
      const fault = findFault(JSON.parse(JSON.stringify(value)))
      expect(fault !== undefined, place).toBe(!stricter.includes(place))
    }
  })

  it('keeps fields of other vocabularies and events of other types', () => {
    const found = read(
      documentOf(event({ 'example:note': { a: 1.5 } }), { ...event(), type: 'example:Event' }),
    )
    expect(found.map(({ event: { type } }) => type)).toEqual(['ObjectEvent', 'example:Event'])
  })
})

describe('planning', () => {
  it('makes of our own exports what they came from', () => {
    const answers = eventfulSupply().list('FDA', 'supply', '/events') as unknown as EventAnswer[]
    const exported = answers.map((answer) => epcisEventOf('supply', answer))
    const of = (member: string) =>
      plan(exported, member).transactions.map(({ type, payload }) => [type, payload])
    const maker = of('MAKER')
    expect(maker).toContainEqual([
      'supply.commission',
      {
        packs: [1, 2, 3, 4].map((serial) => `06901234567892:${serial}`),
        gtin: '06901234567892',
        lot: 'L1',
        expiry: Date.parse('2024-11-14') / 1000,
      },
    ])
    expect(maker).toContainEqual([
      'supply.commission',
      expect.objectContaining({ packs: ['81234560000000000001'], gtin: '06901234567892' }),
    ])
    expect(maker).toContainEqual([
      'supply.pack',
      { container: 'case', items: ['06901234567892:1', '06901234567892:2'] },
    ])
    expect(maker).toContainEqual([
      'supply.ship',
      { shipmentId: 's1', to: 'SHOP', items: ['MAKER:case', '06901234567892:3'] },
    ])
    expect(maker).toContainEqual(['supply.recall', { gtin: '06901234567892', lot: 'L1' }])
    const shop = of('SHOP')
    expect(shop).toContainEqual([
      'supply.receive',
      { shipment: 'MAKER:s1', result: 'full', items: ['MAKER:case'] },
    ])
    expect(shop).toContainEqual(['supply.unpack', expect.objectContaining({ container: 'MAKER:case' })])
    expect(shop).toContainEqual(['supply.dispense', { packs: ['06901234567892:1'] }])
    expect(shop).toContainEqual(['supply.return', expect.objectContaining({ shipmentId: 'r1', to: 'MAKER' })])
    for (const [type, payload] of [...maker, ...shop]) {
      expect(registry.checkPayload(String(type), payload)).toBeUndefined()
    }
  })

  it('drops nothing in silence', () => {
    const { transactions, unmapped, eventCount } = plan([
      event({ bizStep: 'inspecting' }),
      event({ bizStep: 'dispensing', epcList: ['urn:epc:id:grai:0614141.12345.400'] }),
      event({ bizStep: 'dispensing', epcList: [] }),
      event({ bizStep: 'dispensing', epcList: [`${SGTIN}/1`, 'urn:medseal:waste:H:b1'] }),
      event({ action: 'ADD', bizStep: 'commissioning' }),
      event({ action: 'ADD', bizStep: 'commissioning', ilmd: { 'cbvmda:lotNumber': 'L1' } }),
      event({ bizStep: 'shipping' }),
      event({
        bizStep: 'shipping',
        sourceList: [{ type: 'possessing_party', source: 'urn:medseal:member:SALE' }],
      }),
      event({
        bizStep: 'shipping',
        destinationList: [{ type: 'owning_party', destination: 'urn:epc:id:pgln:0614141.00000' }],
      }),
      event({ bizStep: 'receiving' }),
      event({ bizStep: 'holding', disposition: 'recalled' }),
      event({ action: 'DELETE', bizStep: 'decommissioning' }),
      event({ errorDeclaration: { declarationTime: '2024-01-02T00:00:00Z' }, bizStep: 'dispensing' }),
      event({ action: 'ADD', bizStep: 'commissioning', epcList: ['urn:medseal:waste:MAKER:b1'] }),
    ])
    expect(transactions).toEqual([])
    expect(eventCount).toBe(14)
    expect(unmapped.map(({ reason }) => reason)).toEqual([
      'has no verb that does the same',
      expect.stringContaining('of a form that has no place here'),
      'names no single items',
      'mixes waste and drugs',
      'has no lot (cbvmda:lotNumber)',
      'has no expiry (cbvmda:itemExpirationDate)',
      'names no receiver',
      'was done by another member',
      expect.stringContaining('a party that is not known'),
      expect.stringContaining('names no shipment'),
      'does not recall one whole lot',
      'does not say why (disposition)',
      'is declared an error',
      expect.stringContaining('has no class or department'),
    ])
    expect(unmapped[3]).toMatchObject({
      kind: 'ObjectEvent OBSERVE dispensing',
      place: 'a.json#/epcisBody/eventList/3',
    })
  })

  it('reads the older forms of names, and parties that the caller knows', () => {
    const { transactions } = plan(
      [
        event({
          bizStep: 'https://ns.gs1.org/cbv/BizStep-shipping',
          epcList: ['urn:epc:id:sgtin:690123.4567890.7', 'urn:epc:id:sscc:0614141.1234567890'],
          destinationList: [
            { type: 'https://ns.gs1.org/cbv/SDT-owning_party', destination: 'urn:epc:id:pgln:0614141.00000' },
          ],
        }),
      ],
      'MAKER',
      { 'urn:epc:id:pgln:0614141.00000': 'SALE' },
    )
    expect(transactions).toMatchObject([
      {
        type: 'supply.ship',
        payload: { to: 'SALE', items: ['46901235678908:7', 'MAKER:106141412345678908'] },
      },
    ])
  })

  it('seals waste with the signature of its scale, and nothing without', () => {
    const report = { type: 'Mass', value: 900, uom: 'GRM' }
    const signed = { ...report, 'medseal:scale': 'ab'.repeat(32), 'medseal:signature': 'cd'.repeat(64) }
    const sealing = (sensorReport: object) =>
      plan(
        [
          event({
            action: 'ADD',
            bizStep: 'commissioning',
            epcList: ['urn:medseal:waste:H:b1'],
            ilmd: { 'medseal:wasteClass': 'infectious', 'medseal:department': 'ward-3' },
            sensorElementList: [
              { sensorMetadata: { time: '2024-01-01T00:00:00Z' }, sensorReport: [sensorReport] },
            ],
          }),
        ],
        'H',
      )
    expect(sealing(signed).transactions).toMatchObject([
      {
        type: 'waste.seal',
        payload: {
          bagId: 'b1',
          class: 'infectious',
          weight: { grams: 900, at: 1_704_067_200, scale: 'ab'.repeat(32) },
        },
      },
    ])
    expect(sealing(report).unmapped[0]?.reason).toMatch(/without the signature of a scale/)
    expect(sealing({ ...signed, uom: 'KGM' }).unmapped[0]?.reason).toMatch(/not whole grams/)
  })

  it('splits what is too long for one transaction, and names each the same again', () => {
    const long = event({
      bizStep: 'dispensing',
      epcList: Array.from({ length: 600 }, (_, i) => `${SGTIN}/${i}`),
    })
    const first = plan([long]).transactions
    expect(first.map(({ payload }) => (payload['packs'] as string[]).length)).toEqual([256, 256, 88])
    expect(plan([long]).transactions.map(({ name }) => name)).toEqual(first.map(({ name }) => name))
    expect(new Set(first.map(({ name }) => name)).size).toBe(3)
    const { unmapped } = plan([
      {
        ...long,
        bizStep: 'shipping',
        destinationList: [{ type: 'owning_party', destination: 'urn:medseal:member:SALE' }],
      },
    ])
    expect(unmapped[0]?.reason).toMatch(/more than 256/)
  })
})
