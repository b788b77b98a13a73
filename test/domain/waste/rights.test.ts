/**
 * Who may read what of waste: authorities all, the hospital its own to the end, each link what it holds or takes part
 * in.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import type { World } from '../support/world.ts'
import { Steps, wasteWorld } from './support.ts'

let world: World
beforeAll(() => {
  world = wasteWorld()
  const steps = new Steps(world)
  expect(steps.seal('b1')).toBe('ok')
  expect(steps.seal('b2')).toBe('ok')
  steps.bring('b1', 'plant')
  expect(steps.offer('o9', ['H:b2'])).toBe('ok')
})

const sees = (reader: string, path: string, query: { [name: string]: string }) =>
  world.read(reader, 'waste', path, query) !== undefined

describe.each([
  ['/items/:ref', { ref: 'H:b1' }, ['H', 'H:nurse', 'PLANT', 'BUREAU']],
  ['/items/:ref', { ref: 'H:b2' }, ['H', 'H:nurse', 'BUREAU']],
  ['/items/:ref', { ref: 'H:b9' }, []],
  ['/trace', { item: 'H:b1' }, ['H', 'H:nurse', 'PLANT', 'HAUL', 'BUREAU']],
  ['/trace', { item: 'H:b9' }, []],
  ['/contents', { item: 'H:b1' }, ['H', 'H:nurse', 'PLANT', 'BUREAU']],
  ['/balances', { hospital: 'H' }, ['H', 'H:nurse', 'BUREAU']],
  ['/overdue', {}, ['BUREAU']],
  ['/discrepancies', {}, ['BUREAU']],
  ['/manifests/:ref', { ref: 'H:m-2' }, ['H', 'H:nurse', 'HAUL', 'PLANT', 'BUREAU']],
  ['/manifests/:ref', { ref: 'H:m-9' }, []],
  ['/handovers/:ref', { ref: 'H:m-2' }, ['H', 'H:nurse', 'HAUL', 'BUREAU']],
  ['/handovers/:ref', { ref: 'HAUL:s-3' }, ['HAUL', 'PLANT', 'BUREAU']],
  [
    '/authorisations/:member',
    { member: 'HAUL' },
    ['H', 'H:nurse', 'H:patient', 'HAUL', 'PLANT', 'H2', 'SCRAP', 'BUREAU'],
  ],
  ['/inventory', {}, ['H', 'H:nurse', 'HAUL', 'PLANT', 'H2', 'SCRAP', 'BUREAU']],
  ['/offers', {}, ['H', 'H:nurse', 'HAUL', 'PLANT', 'H2', 'SCRAP', 'BUREAU']],
  ['/alarms', {}, ['H', 'H:nurse', 'HAUL', 'PLANT', 'H2', 'SCRAP', 'BUREAU']],
  ['/events', {}, ['H', 'H:nurse', 'HAUL', 'PLANT', 'H2', 'SCRAP', 'BUREAU']],
] as const)('%s %o', (path, query, readers) => {
  it('is seen by those it concerns', () => {
    for (const reader of ['H', 'H:nurse', 'H:patient', 'H:scale', 'HAUL', 'PLANT', 'H2', 'SCRAP', 'BUREAU']) {
      const isOpen = path.startsWith('/authorisations')
      const expected = (readers as readonly string[]).includes(reader) || (isOpen && reader === 'H:scale')
      expect(sees(reader, path, query), reader).toBe(expected)
    }
  })
})

describe('lists', () => {
  it('hold what the reader is party to', () => {
    const verbs = (reader: string) =>
      (world.list(reader, 'waste', '/events') as { verb: string }[]).map(({ verb }) => verb)
    expect(verbs('H2')).toEqual([])
    expect(verbs('HAUL')).toEqual(['open-manifest', 'accept', 'ship', 'receive'])
    expect(verbs('PLANT')).toEqual(['ship', 'receive'])
    expect(verbs('H')).toEqual(verbs('BUREAU'))
    expect(world.list('HAUL', 'waste', '/trace', { item: 'H:b1' })).toHaveLength(4)
    expect(world.list('H', 'waste', '/trace', { item: 'H:b1' })).toHaveLength(8)
  })

  it('name the parties of a transaction', () => {
    for (const [signer, verb, payload, reader] of [
      ['BUREAU', 'authorise', { member: 'HAUL' }, 'HAUL'],
      ['BUREAU', 'withdraw', { member: 'HAUL' }, 'HAUL'],
      ['H:nurse', 'seal', {}, 'H'],
      ['HAUL', 'offer', { to: 'H:collector' }, 'H:collector'],
      ['H', 'open-manifest', { hauler: 'HAUL', plant: 'PLANT' }, 'PLANT'],
      ['HAUL', 'ship', { manifest: 'H:m1' }, 'H'],
      ['PLANT', 'receive', { shipment: 'HAUL:s1' }, 'HAUL'],
      ['PLANT', 'destroy', { item: 'H:b1' }, 'H'],
      ['HAUL', 'resolve', { item: 'H:b1' }, 'H'],
    ] as const) {
      const parties = world.parties(signer, `waste.${verb}`, payload)
      expect(world.isParty(reader, parties), verb).toBe(true)
      expect(world.isParty('SCRAP', parties), verb).toBe(false)
    }
  })
})
