import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { checkProperty } from '../../support/property.ts'
import { balanceOf, declareIssuer, expectConserved } from '../support/issuer.ts'
import { hashOf } from '../support/keys.ts'
import { actorOf, GENESIS_TIME, memberOf, World } from '../support/world.ts'

const SUBJECT = hashOf('ann at H1')
/** Free bytes, bytes and points of a unit, and the most there may be. */
const [FREE, UNIT, PRICE, MOST] = [1_000, 1_048_576, 7, 3_000_000]
const POINTS = 30
let world: World

function newWorld(): World {
  const fresh = new World({
    members: [memberOf('H1', 'hospital'), memberOf('H2', 'hospital'), memberOf('PL', 'platform')],
    actors: [
      actorOf('H1:doc', 'doctor'),
      actorOf('H1:scale', 'scale'),
      actorOf('H1:ann', 'patient'),
      actorOf('H1:bob', 'patient'),
    ],
    parameters: {
      'record.quotaFreeBytes': FREE,
      'record.quotaUnitBytes': UNIT,
      'record.quotaUnitPoints': PRICE,
      'record.quotaBytesMax': MOST,
    },
  })
  fresh.must('H1', 'identity.enrol-subject', { subject: SUBJECT, patient: 'H1:ann' })
  declareIssuer(fresh, 'PL', 'points')
  fresh.must('PL', 'settlement.issue', { to: 'H1:ann', currency: 'points', amount: POINTS })
  return fresh
}

beforeEach(() => {
  world = newWorld()
})

const bringOwn = (recordId: string, bytes: number | undefined, more = {}) =>
  world.run('H1:ann', 'record.import', {
    recordId,
    subject: SUBJECT,
    kind: 'Observation',
    contentHash: hashOf(recordId),
    vaultHash: hashOf(`${recordId} in the vault`),
    encounterAt: GENESIS_TIME,
    ...(bytes !== undefined && { bytes }),
    ...more,
  })
const amend = (recordId: string, supersedes: number, more: object, signer = 'H1:ann') => {
  const version = { recordId, subject: SUBJECT, supersedes, contentHash: hashOf('amended') }
  return world.run(signer, 'record.amend', { ...version, ...more })
}
const erase = (recordId: string) =>
  world.run('H1:ann', 'record.erase', { recordId, subject: SUBJECT, reason: 'own' })
const extend = (units: number, points = units * PRICE, signer = 'H1:ann') =>
  world.run(signer, 'record.extend-quota', { units, points })
const quota = (reader = 'H1:ann', owner = 'H1:ann') =>
  world.read(reader, 'record', '/quotas/:owner', { owner }) as { used: number; total: number; left: number }
const points = (account: string) => balanceOf(world, account, 'points')

describe('what a patient keeps of its own in the vault', () => {
  it('counts against its quota, to the last byte', () => {
    expect(bringOwn('r1', 400)).toBe('ok')
    expect(bringOwn('r2', 601)).toBe('record.quota-full')
    expect(bringOwn('r2', 600)).toBe('ok')
    expect(quota()).toEqual({
      owner: 'H1:ann',
      used: 1_000,
      total: FREE,
      left: 0,
      extended: 0,
      unitBytes: UNIT,
      unitPoints: PRICE,
      totalMax: MOST,
    })
    expect(bringOwn('r3', 1)).toBe('record.quota-full')
    expect(bringOwn('r3', undefined, { vaultHash: undefined })).toBe('ok')
  })

  it('has its length stated, and nothing else has one', () => {
    expect(bringOwn('r1', undefined)).toBe('record.bytes')
    const { vaultHash: _, ...outside } = {
      recordId: 'r1',
      subject: SUBJECT,
      kind: 'Observation',
      contentHash: hashOf('c'),
      vaultHash: '',
      encounterAt: GENESIS_TIME,
    }
    expect(world.run('H1:ann', 'record.import', { ...outside, bytes: 5 })).toBe('record.bytes')
    expect(world.run('H1:ann', 'record.import', outside)).toBe('ok')
    expect(quota().used).toBe(0)
    const anchored = { ...outside, vaultHash: hashOf('v') }
    expect(world.run('H1:doc', 'record.anchor', { ...anchored, bytes: 5 })).toBe(
      'form.payload /payload/bytes',
    )
    expect(world.run('H1:doc', 'record.anchor', anchored)).toBe('ok')
    expect(amend('r1', 1, { vaultHash: hashOf('w'), bytes: 5 }, 'H1:doc')).toBe('record.bytes')
    expect(amend('r1', 1, { vaultHash: hashOf('w') }, 'H1:doc')).toBe('ok')
    expect(amend('r1', 1, { vaultHash: hashOf('w') })).toBe('record.bytes')
  })

  it('counts every version, and is free again when it was erased', () => {
    expect(bringOwn('r1', 400)).toBe('ok')
    expect(amend('r1', 1, { vaultHash: hashOf('w'), bytes: 601 })).toBe('record.quota-full')
    expect(amend('r1', 1, { vaultHash: hashOf('w'), bytes: 600 })).toBe('ok')
    expect(amend('r1', 2, {})).toBe('ok')
    expect(world.port('record.find')('H1:ann:r1')).toMatchObject({ bytes: undefined, vaultHash: undefined })
    expect(world.read('H1:ann', 'record', '/records/:ref', { ref: 'H1:ann:r1' })).toMatchObject({
      bytes: 1_000,
    })
    const versions = world.list('H1:ann', 'record', '/records/:ref/versions', { ref: 'H1:ann:r1' })
    expect(versions).toMatchObject([{ bytes: 400 }, { bytes: 600 }, { version: 3 }])
    expect(quota().left).toBe(0)
    expect(erase('r1')).toBe('ok')
    expect(quota()).toMatchObject({ used: 0, left: FREE })
    expect(bringOwn('r2', FREE)).toBe('ok')
  })
})

describe('record.extend-quota', () => {
  it('costs points, which go to the member that keeps the contents', () => {
    expect(extend(1)).toBe('ok')
    expect([points('H1:ann'), points('H1')]).toEqual([POINTS - PRICE, PRICE])
    expectConserved(world)
    expect(quota()).toMatchObject({ total: FREE + UNIT, extended: UNIT })
    expect(world.port('record.quota')('H1:ann')).toBe(FREE + UNIT)
    expect(bringOwn('r1', FREE + UNIT)).toBe('ok')
    const query = { account: 'H1', currency: 'points' }
    expect(world.list('H1', 'settlement', '/accounts/:account/statement', query)).toMatchObject([
      { amount: PRICE, by: 'record', other: 'H1:ann', reference: 'record.extend-quota' },
    ])
  })

  it('is signed with the price as it is, and paid with points that are there', () => {
    expect(extend(1, PRICE - 1)).toBe('record.price')
    expect(extend(2, PRICE)).toBe('record.price')
    world.must('H1:ann', 'settlement.transfer', { to: 'H1', currency: 'points', amount: POINTS - PRICE })
    expect(extend(2)).toBe('settlement.insufficient')
    expect(extend(1)).toBe('ok')
    expect(extend(1)).toBe('settlement.insufficient')
  })

  it('goes up to a bound', () => {
    expect(extend(3)).toBe('record.quota-limit')
    expect(extend(2)).toBe('ok')
    expect(extend(1)).toBe('record.quota-limit')
  })

  it('is for patients', () => {
    for (const signer of ['H1', 'H1:doc', 'H1:scale']) {
      expect(extend(1, PRICE, signer), signer).toBe('record.role')
    }
    expect(world.parties('H1:ann', 'record.extend-quota', { units: 1, points: PRICE })).toEqual([
      { member: 'H1' },
    ])
  })
})

describe('reading a quota', () => {
  it('is for the patient and staff of its member', () => {
    for (const reader of ['H1:ann', 'H1', 'H1:doc']) expect(quota(reader), reader).toMatchObject({ used: 0 })
    for (const reader of ['H1:bob', 'H2', 'PL', 'H1:scale']) expect(quota(reader), reader).toBeUndefined()
    for (const owner of ['H1', 'H1:doc', 'H1:nobody']) expect(quota('H1', owner), owner).toBeUndefined()
  })
})

type Operation =
  | { do: 'import'; id: string; bytes: number }
  | { do: 'amend'; id: string; bytes: number }
  | { do: 'erase'; id: string }
  | { do: 'extend'; units: number }

const id = fc.constantFrom('r1', 'r2', 'r3')
const bytes = fc.oneof(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 2_000_000 }))
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ do: fc.constant('import' as const), id, bytes }),
  fc.record({ do: fc.constant('amend' as const), id, bytes }),
  fc.record({ do: fc.constant('erase' as const), id }),
  fc.record({ do: fc.constant('extend' as const), units: fc.integer({ min: 1, max: 3 }) }),
)

it('is exactly what a plain model of it is, whatever is done', () => {
  checkProperty(
    fc.property(fc.array(operation, { minLength: 5, maxLength: 40, size: 'max' }), (operations) => {
      world = newWorld()
      const records = new Map<string, { bytes: number; versions: number; erased: boolean }>()
      let [total, left] = [FREE, POINTS]
      const used = () => [...records.values()].reduce((sum, row) => sum + (row.erased ? 0 : row.bytes), 0)
      const fits = (size: number) => used() + size <= total
      for (const o of operations) {
        const row = 'id' in o ? records.get(o.id) : undefined
        if (o.do === 'import') {
          const isNew = row === undefined && fits(o.bytes)
          expect(bringOwn(o.id, o.bytes) === 'ok').toBe(isNew)
          if (isNew) records.set(o.id, { bytes: o.bytes, versions: 1, erased: false })
        } else if (o.do === 'amend') {
          const isKept = row !== undefined && !row.erased && fits(o.bytes)
          const content = { vaultHash: hashOf(`${o.id} amended`), bytes: o.bytes }
          expect(amend(o.id, row?.versions ?? 1, content) === 'ok').toBe(isKept)
          if (isKept) Object.assign(row, { bytes: row.bytes + o.bytes, versions: row.versions + 1 })
        } else if (o.do === 'erase') {
          const isKept = row !== undefined && !row.erased
          expect(erase(o.id) === 'ok').toBe(isKept)
          if (isKept) row.erased = true
        } else {
          const isPaid = total + o.units * UNIT <= MOST && left >= o.units * PRICE
          expect(extend(o.units) === 'ok').toBe(isPaid)
          if (isPaid) [total, left] = [total + o.units * UNIT, left - o.units * PRICE]
        }
        expect(quota()).toMatchObject({ used: used(), total, left: total - used() })
        expect(points('H1:ann')).toBe(left)
        expectConserved(world)
      }
    }),
    60,
  )
})
