/** Every event in EPCIS: the terms of CBV that it must have, valid against the schema that GS1 publishes. */
import { beforeAll, describe, expect, it } from 'vitest'
import { type EventAnswer, epcisEventOf, queryDocument, TERMS } from '../../src/epcis/index.ts'
import { describeWith, NEEDS_EPCIS_SCHEMA } from '../support/needs.ts'
import { makeEpcisCheck } from './support/schema.ts'
import { eventfulSupply, eventfulWaste } from './support/worlds.ts'

const waste = (eventfulWaste().list('BUREAU', 'waste', '/events') as unknown as EventAnswer[]).map(
  (event) => ({
    verb: event.verb,
    epcis: epcisEventOf('waste', event),
  }),
)
const supply = (eventfulSupply().list('FDA', 'supply', '/events') as unknown as EventAnswer[]).map(
  (event) => ({
    verb: event.verb,
    epcis: epcisEventOf('supply', event),
  }),
)
const find = (events: typeof waste, verb: string, nth = 0) =>
  events.filter((event) => event.verb === verb)[nth]!.epcis

describe('terms', () => {
  it('stand for every verb that leaves an event', () => {
    const seen = [...waste.map(({ verb }) => `waste.${verb}`), ...supply.map(({ verb }) => `supply.${verb}`)]
    expect([...new Set(seen)].sort()).toEqual(Object.keys(TERMS).sort())
  })

  it.each([
    ['waste', 'seal', 'commissioning', 'active'],
    ['waste', 'pack', 'packing', 'in_progress'],
    ['waste', 'ship', 'shipping', 'in_transit'],
    ['waste', 'receive', 'receiving', 'in_progress'],
    ['waste', 'destroy', 'destroying', 'destroyed'],
    ['supply', 'commission', 'commissioning', 'active'],
    ['supply', 'pack', 'packing', 'in_progress'],
    ['supply', 'ship', 'shipping', 'in_transit'],
    ['supply', 'receive', 'receiving', 'in_progress'],
    ['supply', 'dispense', 'dispensing', 'dispensed'],
    ['supply', 'recall', 'holding', 'recalled'],
    ['supply', 'verify', 'inspecting', 'recalled'],
    ['supply', 'decommission', 'decommissioning', 'stolen'],
  ])('%s.%s is %s and %s', (module, verb, bizStep, disposition) => {
    expect(find(module === 'waste' ? waste : supply, verb)).toMatchObject({ bizStep, disposition })
  })

  it('name a difference of weights, and its correction', () => {
    const wrong = waste.find(({ epcis }) => epcis.disposition === 'mismatch_quantity')!
    const right = find(waste, 'resolve')
    expect(wrong.epcis).toMatchObject({
      bizStep: 'accepting',
      errorDeclaration: {
        declarationTime: right.eventTime,
        reason: 'incorrect_data',
        correctiveEventIDs: [right.eventID],
      },
    })
  })

  it('name packs as GS1 does, with lot and expiry, and weights with their scale', () => {
    expect(find(supply, 'commission')).toMatchObject({
      epcList: ['1', '2', '3', '4'].map((serial) => `https://id.gs1.org/01/06901234567892/21/${serial}`),
      ilmd: { 'cbvmda:lotNumber': 'L1', 'cbvmda:itemExpirationDate': '2024-11-14' },
    })
    expect(find(supply, 'commission', 1).epcList).toEqual(['urn:medseal:supply:81234560000000000001'])
    expect(find(supply, 'recall')).toMatchObject({
      quantityList: [{ epcClass: 'https://id.gs1.org/01/06901234567892/10/L1' }],
    })
    expect(find(waste, 'seal')).toMatchObject({
      sensorElementList: [
        { sensorReport: [{ type: 'Mass', value: 5_000, uom: 'GRM', deviceID: 'urn:medseal:actor:H:scale' }] },
      ],
    })
    expect(find(supply, 'ship', 1)).toMatchObject({
      bizTransactionList: [{ bizTransaction: 'urn:medseal:handover:MAKER:s1' }],
      sourceList: [{ type: 'possessing_party', source: 'urn:medseal:member:MAKER' }],
      destinationList: [{ destination: 'urn:medseal:member:SHOP' }],
    })
  })
})

describeWith([NEEDS_EPCIS_SCHEMA], 'the schema of EPCIS 2.0', () => {
  let findFault: ReturnType<typeof makeEpcisCheck>
  beforeAll(() => {
    findFault = makeEpcisCheck()
  })

  it.each([...waste, ...supply])('takes $verb', ({ epcis }) => {
    expect(findFault(queryDocument([epcis], 1_767_225_600))).toBeUndefined()
  })

  it('takes a document of all of them, and not just anything', () => {
    const events = [...waste, ...supply].map(({ epcis }) => epcis)
    expect(findFault(queryDocument(events, 1_767_225_600))).toBeUndefined()
    const bad = { ...events[0]!, bizStep: 'nonsense step' }
    expect(findFault(queryDocument([bad], 1_767_225_600))).toBeDefined()
    expect(findFault(queryDocument([{ ...events[0]!, action: 'MOVE' as 'ADD' }], 0))).toBeDefined()
  })
})
