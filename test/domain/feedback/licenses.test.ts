import { beforeEach, describe, expect, it } from 'vitest'
import { DAY_SECONDS, toHex, utf8 } from '../../../src/base/index.ts'
import { canonicalJson } from '../../../src/protocol/index.ts'
import { kernel } from '../../protocol/kernel.ts'
import {
  addRows,
  feedbackWorld,
  fund,
  patientNames,
  review,
  rowOf,
  subjectOf,
  submit,
} from '../support/feedback-world.ts'
import { balanceOf, expectConserved } from '../support/issuer.ts'
import { snapshot, type World } from '../support/world.ts'

const NAMES = patientNames(20)
function addedWorld(): World {
  const made = feedbackWorld(20)
  for (const name of NAMES) {
    const reviewer = name === 'p19' ? 'H1:doc2' : 'H1:doc'
    expect(submit(made, name, { reviewer })).toBe('ok')
    expect(review(made, name, 'accepted', reviewer)).toBe('ok')
  }
  const rows = NAMES.map((name) => rowOf(name))
  expect(addRows(made, 0, rows)).toBe('ok')
  fund(made, 'LAB', 10_000)
  return made
}

const restore = snapshot(addedWorld())
let world: World
beforeEach(() => {
  world = restore()
})

const rowsSeen = (reader: string) =>
  world.list(reader, 'feedback', '/datasets/:ref/rows', { ref: 'PF:d1' }) as { leaf: object }[] | undefined
const rootOf = (reader: string) =>
  toHex(kernel.merkleRoot(rowsSeen(reader)!.map(({ leaf }) => utf8(canonicalJson(leaf as never)))))
const publish = () =>
  world.must('PF', 'feedback.publish-dataset', { datasetId: 'd1', rows: 20, root: rootOf('PF'), people: 20 })
const terms = (more = {}) => ({
  dataset: 'PF:d1',
  licenseId: 'l1',
  buyer: 'LAB',
  price: 1_000,
  patientReward: 613,
  doctorReward: 207,
  platformFee: 180,
  ...more,
})
const license = (signer: string, more = {}) => world.run(signer, 'feedback.license', terms(more))
const settle = (fromRow: number, rows: number, more = {}, signer = 'PF:desk') =>
  world.run(signer, 'feedback.settle', {
    dataset: 'PF:d1',
    licenseId: 'l1',
    buyer: 'LAB',
    fromRow,
    rows,
    ...more,
  })
const fen = (account: string) => balanceOf(world, account, 'cny-fen')
const stateOf = (reader = 'PF') =>
  (world.list(reader, 'feedback', '/licenses', { dataset: 'PF:d1' }) as { state: string }[] | undefined)?.map(
    ({ state }) => state,
  )

describe('feedback.license', () => {
  it('is offered by the platform of a published data set, for a price that adds up', () => {
    expect(license('PF:desk')).toBe('feedback.dataset-unknown')
    publish()
    expect(license('PF:desk', { dataset: 'PF:d9' })).toBe('feedback.dataset-unknown')
    for (const signer of ['P2', 'H1', 'LAB2', 'H1:p0']) expect(license(signer), signer).toBe('feedback.role')
    for (const buyer of ['H1', 'P2', 'nobody']) {
      expect(license('PF', { buyer }), buyer).toBe('feedback.buyer-unfit')
    }
    for (const more of [
      { price: 999 },
      { price: 1_001 },
      { platformFee: 179 },
      { patientReward: 2 ** 53 - 1 },
    ]) {
      expect(license('PF', more), JSON.stringify(more)).toBe('feedback.price')
    }
    const huge = { price: 2 ** 53 - 1, patientReward: 2 ** 53 - 1, doctorReward: 1, platformFee: 0 }
    expect(license('PF', huge)).toBe('feedback.price')
    expect(license('PF:desk')).toBe('ok')
    expect(license('PF:desk')).toBe('feedback.license-exists')
    expect(stateOf()).toEqual(['OFFERED'])
    for (const reader of ['H1', 'LAB', 'P2', 'H1:p0']) expect(stateOf(reader), reader).toBeUndefined()
    expect(world.list('LAB:desk', 'feedback', '/offered')).toMatchObject([
      { dataset: 'PF:d1', licenseId: 'l1', price: 1_000, state: 'OFFERED' },
    ])
    expect(world.list('LAB2', 'feedback', '/offered')).toEqual([])
    expect(world.list('H1:p0', 'feedback', '/offered')).toBeUndefined()
    const parties = world.parties('PF', 'feedback.license', terms())
    expect([world.isParty('LAB:desk', parties), world.isParty('LAB2', parties)]).toEqual([true, false])
  })

  it("is in force with the buyer's own key on the same terms, which pays", () => {
    publish()
    expect(license('LAB')).toBe('feedback.license-unknown')
    expect(license('PF')).toBe('ok')
    expect(license('LAB:desk')).toBe('feedback.role')
    expect(license('LAB2', { buyer: 'LAB2' })).toBe('feedback.license-unknown')
    for (const more of [{ price: 999, platformFee: 179 }, { platformFee: 181 }]) {
      expect(license('LAB', more)).toBe('feedback.terms-differ')
    }
    expect(rowsSeen('LAB')).toBeUndefined()
    expect(license('LAB')).toBe('ok')
    expect(license('LAB')).toBe('feedback.licensed')
    expect(fen('LAB')).toBe(9_000)
    expect(stateOf()).toEqual(['LICENSED'])
    expectConserved(world)
  })

  it('lapses, and needs the money', () => {
    publish()
    expect(license('PF')).toBe('ok')
    const dear = { licenseId: 'l2', price: 10_001, platformFee: 9_181 }
    expect(license('PF', dear)).toBe('ok')
    expect(license('LAB', dear)).toBe('settlement.insufficient')
    world.pass(30 * DAY_SECONDS + 1)
    expect(license('LAB')).toBe('feedback.offer-over')
    expect(stateOf()).toEqual(['LAPSED', 'LAPSED'])
  })

  it('is one of so many', () => {
    publish()
    world.state.put('governance/parameter/feedback/licensesMax', { value: 2 })
    for (const licenseId of ['l1', 'l2']) expect(license('PF', { licenseId })).toBe('ok')
    expect(license('PF', { licenseId: 'l3' })).toBe('feedback.licenses-full')
  })
})

describe('a buyer with a license', () => {
  it('proves that it got all rows and only them, and learns not whose they are', () => {
    publish()
    expect(license('PF')).toBe('ok')
    expect(license('LAB')).toBe('ok')
    const { root, rows } = world.read('LAB', 'feedback', '/datasets/:ref', { ref: 'PF:d1' }) as {
      root: string
      rows: number
    }
    expect(rowsSeen('LAB:desk')).toHaveLength(rows)
    expect(rootOf('LAB:desk')).toBe(root)
    expect(JSON.stringify(rowsSeen('LAB:desk'))).not.toMatch(/H1:p/)
    const proof = world.read('LAB', 'feedback', '/datasets/:ref/proofs/:index', { ref: 'PF:d1', index: 7 })
    expect(proof).toMatchObject({ index: 7, size: 20, root })
    expect(rowsSeen('LAB2')).toBeUndefined()
  })
})

describe('feedback.settle', () => {
  beforeEach(() => {
    publish()
    expect(license('PF')).toBe('ok')
  })

  it('pays patients and doctors row by row, the platform at the end, to the fen', () => {
    expect(settle(0, 20)).toBe('feedback.not-licensed')
    expect(license('LAB')).toBe('ok')
    expect(settle(0, 7)).toBe('ok')
    // 613 over 20 rows: 30 each, and one more for the first 13; 207: 10 each, one more for the first 7.
    expect([fen('H1:p0'), fen('H1:p6'), fen('H1:p7'), fen('H1:doc'), fen('PF')]).toEqual([31, 31, 0, 77, 0])
    expect(world.read('PF', 'feedback', '/datasets/:ref', { ref: 'PF:d1' })).toMatchObject({
      rewardedRows: 7,
    })
    const earned = (name: string) =>
      world.list(`H1:${name}`, 'feedback', '/submissions', { subject: subjectOf(name) })
    expect(earned('p6')).toMatchObject([{ state: 'REWARDED', earned: 31 }])
    expect(earned('p7')).toMatchObject([{ state: 'INCLUDED', earned: 0 }])
    expectConserved(world)
    for (const [from, rows] of [
      [0, 1],
      [8, 1],
      [7, 14],
    ] as const) {
      expect(settle(from, rows)).toBe('feedback.row-order')
    }
    expect(settle(7, 13, {}, 'LAB:desk')).toBe('ok')
    expect([fen('H1:p12'), fen('H1:p13'), fen('H1:p19')]).toEqual([31, 30, 30])
    expect([fen('H1:doc'), fen('H1:doc2'), fen('PF'), fen('LAB')]).toEqual([197, 10, 180, 9_000])
    expect(settle(20, 1)).toBe('feedback.settled')
    expect(stateOf()).toEqual(['SETTLED'])
    expectConserved(world)
    expect(world.list('LAB', 'settlement', '/accounts/:account/holds', { account: 'LAB' })).toEqual([])
  })

  it('adds up over licenses', () => {
    expect(license('LAB')).toBe('ok')
    const second = { licenseId: 'l2', price: 40, patientReward: 40, doctorReward: 0, platformFee: 0 }
    expect(license('PF', second)).toBe('ok')
    expect(license('LAB', second)).toBe('ok')
    expect(settle(0, 20, { licenseId: 'l2' })).toBe('ok')
    expect(settle(0, 20)).toBe('ok')
    expect(world.list('H1:p0', 'feedback', '/submissions', { subject: subjectOf('p0') })).toMatchObject([
      { state: 'REWARDED', earned: 33 },
    ])
    expect(fen('H1:p0')).toBe(33)
  })

  it('can be for nothing but the fee', () => {
    const fee = { licenseId: 'l2', price: 5, patientReward: 0, doctorReward: 0, platformFee: 5 }
    expect(license('PF', fee)).toBe('ok')
    expect(license('LAB', fee)).toBe('ok')
    expect(settle(0, 19, { licenseId: 'l2' })).toBe('ok')
    expect(settle(19, 1, { licenseId: 'l2' })).toBe('ok')
    expect(fen('PF')).toBe(5)
    expectConserved(world)
  })

  it('is for platform and buyer', () => {
    expect(license('LAB')).toBe('ok')
    for (const signer of ['LAB2', 'P2', 'H1'])
      expect(settle(0, 20, {}, signer)).toBe('feedback.not-concerned')
    for (const signer of ['H1:p0', 'H1:doc']) expect(settle(0, 20, {}, signer)).toBe('feedback.role')
    expect(settle(0, 20, { buyer: 'LAB2' })).toBe('feedback.license-unknown')
    expect(settle(0, 20, { licenseId: 'l9' })).toBe('feedback.license-unknown')
    expect(settle(0, 20, { dataset: 'PF:d9' })).toBe('feedback.dataset-unknown')
  })
})
