import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { checkProperty } from '../../support/property.ts'
import { actorOf, memberOf, World } from '../support/world.ts'

let world: World
beforeEach(() => {
  world = new World({
    members: [
      memberOf('H1', 'hospital'),
      memberOf('HC', 'health-commission'),
      memberOf('HC2', 'health-commission'),
      memberOf('INS', 'insurer'),
    ],
    actors: [
      actorOf('H1:desk', 'employee'),
      actorOf('H1:doc', 'doctor'),
      actorOf('H1:ann', 'patient'),
      actorOf('HC:desk', 'employee'),
    ],
  })
})

const reportOf = (counts: readonly number[], total: number, more = {}) => ({
  period: '2024-01',
  commission: 'HC',
  total,
  cells: counts.map((count, i) => ({ cell: `c${i}`, count })),
  ...more,
})
const report = (payload: unknown, signer = 'H1:desk') => world.run(signer, 'record.report', payload)

describe('record.report', () => {
  it('publishes counts to the commission and to the facility', () => {
    expect(report(reportOf([10, 25], 35))).toBe('ok')
    const expected = {
      facility: 'H1',
      period: '2024-01',
      total: 35,
      cells: [
        { cell: 'c0', count: 10 },
        { cell: 'c1', count: 25 },
      ],
    }
    const one = { facility: 'H1', period: '2024-01' }
    for (const reader of ['HC', 'HC:desk', 'H1:doc']) {
      expect(world.read(reader, 'record', '/reports/:facility/:period', one), reader).toMatchObject(expected)
    }
    for (const reader of ['HC2', 'INS', 'H1:ann']) {
      expect(world.read(reader, 'record', '/reports/:facility/:period', one), reader).toBeUndefined()
    }
    expect(world.list('HC:desk', 'record', '/reports', { period: '2024-01' })).toMatchObject([expected])
    expect(world.list('HC2', 'record', '/reports', { period: '2024-01' })).toEqual([])
    expect(world.list('H1:ann', 'record', '/reports', { period: '2024-01' })).toBeUndefined()
  })

  it.each([
    [[9], 9, 'record.cell-small'],
    [[0], 0, 'record.cell-small'],
    [[10], 10, 'ok'],
    [[10, 10], 29, 'record.rest-small'],
    [[10, 10], 30, 'ok'],
    [[10, 10], 21, 'record.rest-small'],
    [[10, 10], 19, 'record.rest-small'],
    [[], 0, 'ok'],
    [[], 9, 'record.rest-small'],
    [[], 10, 'ok'],
  ])('of the cells %j and the total %d: %s', (counts, total, outcome) => {
    expect(report(reportOf(counts, total))).toBe(outcome)
  })

  it('never lets a small count be computed', () => {
    const month = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 8 })
    checkProperty(
      fc.property(month, (truth) => {
        const shown = truth.filter((count) => count >= 10)
        const hidden = truth.filter((count) => count > 0 && count < 10).reduce((sum, count) => sum + count, 0)
        const fresh = new World({
          members: [memberOf('H1', 'hospital'), memberOf('HC', 'health-commission')],
        })
        const total = shown.reduce((sum, count) => sum + count, hidden)
        const outcome = fresh.run('H1', 'record.report', reportOf(shown, total))
        expect(outcome).toBe(hidden > 0 && hidden < 10 ? 'record.rest-small' : 'ok')
      }),
      100,
    )
  })

  it('names each cell once and each month once', () => {
    const twice = reportOf([10, 10], 20)
    const cells = twice.cells.map(() => ({ cell: 'same', count: 10 }))
    expect(report({ ...twice, cells })).toBe('record.cell-repeated')
    expect(report(reportOf([10], 10))).toBe('ok')
    expect(report(reportOf([11], 11))).toBe('record.report-exists')
    expect(report(reportOf([11], 11, { period: '2024-02' }))).toBe('ok')
    expect(report(reportOf([11], 11, { period: '2024-13' }))).toBe('form.payload /payload/period')
  })

  it('goes from a facility to a health commission, with a private part', () => {
    for (const signer of ['H1:doc', 'INS', 'HC'])
      expect(report(reportOf([10], 10), signer)).toBe('record.role')
    for (const commission of ['INS', 'H1', 'nobody']) {
      expect(report(reportOf([10], 10, { commission }))).toBe('record.commission-unfit')
    }
    expect(world.registry.verb('record.report')?.privatePart).toBe('required')
    const parties = world.parties('H1', 'record.report', reportOf([10], 10))
    expect(world.isParty('HC:desk', parties)).toBe(true)
    expect(world.isParty('HC2', parties)).toBe(false)
  })
})
