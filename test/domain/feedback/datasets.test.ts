import { beforeEach, describe, expect, it } from 'vitest'
import { concatBytes, DAY_SECONDS, fromHex, toHex, utf8 } from '../../../src/base/index.ts'
import { canonicalJson } from '../../../src/protocol/index.ts'
import { kernel } from '../../protocol/kernel.ts'
import {
  addRows,
  feedbackWorld,
  grant,
  patientNames,
  review,
  rowOf,
  subjectOf,
  submit,
} from '../support/feedback-world.ts'
import { GENESIS_TIME, snapshot, type World } from '../support/world.ts'

const NAMES = patientNames(21)
function reviewedWorld(parameters = {}): World {
  const made = feedbackWorld(NAMES.length, parameters)
  for (const name of NAMES) {
    expect(submit(made, name)).toBe('ok')
    expect(review(made, name)).toBe('ok')
  }
  return made
}

const restore = snapshot(reviewedWorld())
let world: World
beforeEach(() => {
  world = restore()
})

interface BuyerRow {
  readonly index: number
  readonly leaf: { readonly contentHash: string }
  readonly leafHash: string
  readonly submission?: string
}
const rowsSeen = (reader: string, limit = 1_000) =>
  world.list(reader, 'feedback', '/datasets/:ref/rows', { ref: 'PF:d1', limit }) as BuyerRow[] | undefined
const dataset = (reader: string, ref = 'PF:d1') =>
  world.read(reader, 'feedback', '/datasets/:ref', { ref }) as { [name: string]: unknown } | undefined
const proof = (reader: string, index: number) =>
  world.read(reader, 'feedback', '/datasets/:ref/proofs/:index', { ref: 'PF:d1', index })
const publish = (more = {}, signer = 'PF:desk') =>
  world.run(signer, 'feedback.publish-dataset', {
    datasetId: 'd1',
    rows: NAMES.length,
    root: rootSeen(),
    people: NAMES.length,
    ...more,
  })
/** Root of the leaves that the platform sees, by the kernel. */
const rootSeen = () =>
  toHex(kernel.merkleRoot((rowsSeen('PF') ?? []).map(({ leaf }) => utf8(canonicalJson(leaf)))))

describe('feedback.add-rows', () => {
  it('takes accepted, consented submissions, each once', () => {
    expect(addRows(world, 0, [rowOf('p0'), rowOf('p1')])).toBe('ok')
    expect(addRows(world, 2, [rowOf('p0')])).toBe('feedback.row-unfit')
    expect(addRows(world, 2, [rowOf('p2'), rowOf('p2')])).toBe('feedback.row-unfit')
    expect(dataset('PF')).toMatchObject({ rows: 2, people: 2, state: 'OPEN', community: 'PF:lupus' })
    const free = world.list('PF', 'feedback', '/accepted', { community: 'PF:lupus' })!
    expect(free.length).toBe(NAMES.length - 2)
    for (const reader of ['H1', 'P2', 'LAB', 'H1:p0']) {
      expect(world.list(reader, 'feedback', '/accepted', { community: 'PF:lupus' }), reader).toBeUndefined()
    }
  })

  it('takes nothing that is not accepted, or of another community', () => {
    const later = { id: 's2', periodFrom: GENESIS_TIME, periodTo: GENESIS_TIME + 1 }
    expect(submit(world, 'p0', later)).toBe('ok')
    for (const submission of ['H1:p0:s2', 'H1:p0:s9']) {
      expect(addRows(world, 0, [rowOf('p1'), rowOf('p0', { submission })])).toBe('feedback.row-unfit')
    }
    world.must('PF', 'feedback.open-community', { communityId: 'other' })
    expect(addRows(world, 0, [rowOf('p0')], { communityId: 'other' })).toBe('feedback.row-unfit')
  })

  it('takes nothing without a research consent in force of the patient to the platform', () => {
    grant(world, 'p0', 'research', 'PF', 'other-kinds', { kinds: ['Observation'] })
    grant(world, 'p0', 'research', 'PF', 'later', { from: GENESIS_TIME + DAY_SECONDS })
    grant(world, 'p0', 'research', 'LAB', 'to-lab')
    grant(world, 'p0', 'treatment', 'PF', 'care-pf')
    for (const consent of [
      'H1:p0:none',
      'H1:p0:other-kinds',
      'H1:p0:later',
      'H1:p0:to-lab',
      'H1:p0:care-pf',
    ]) {
      expect(addRows(world, 0, [rowOf('p0', { consent })]), consent).toBe('feedback.row-consent')
    }
    // The consent of another patient is one: it is the submission that does not fit.
    const anothers = rowOf('p0', { consent: 'H1:p1:research' })
    expect(addRows(world, 0, [anothers])).toBe('feedback.row-unfit')
    expect(addRows(world, 0, [rowOf('p0')])).toBe('ok')
  })

  it('goes on where it was, in one open data set of a community', () => {
    expect(addRows(world, 1, [rowOf('p0')])).toBe('feedback.row-order')
    expect(addRows(world, 0, [rowOf('p0')])).toBe('ok')
    expect(addRows(world, 0, [rowOf('p1')])).toBe('feedback.row-order')
    expect(addRows(world, 0, [rowOf('p1')], { datasetId: 'd2' })).toBe('feedback.dataset-open')
    world.must('PF', 'feedback.open-community', { communityId: 'other' })
    expect(addRows(world, 1, [rowOf('p1')], { communityId: 'other' })).toBe('feedback.dataset-open')
    expect(addRows(world, 0, [rowOf('p1')], { communityId: 'none' })).toBe('feedback.community-unknown')
    for (const signer of ['H1', 'LAB']) {
      expect(addRows(world, 1, [rowOf('p1')], {}, signer), signer).toBe('feedback.role')
    }
    expect(addRows(world, 1, [rowOf('p1')], {}, 'P2')).toBe('feedback.community-unknown')
  })

  it('stops at the largest data set', () => {
    world = reviewedWorld({ 'feedback.rowsMax': 20 })
    expect(
      addRows(
        world,
        0,
        NAMES.map((name) => rowOf(name)),
      ),
    ).toBe('feedback.rows-full')
    expect(
      addRows(
        world,
        0,
        NAMES.slice(1).map((name) => rowOf(name)),
      ),
    ).toBe('ok')
    expect(addRows(world, 20, [rowOf('p0')])).toBe('feedback.rows-full')
  })
})

describe('feedback.publish-dataset', () => {
  it('needs rows of enough people', () => {
    expect(
      addRows(
        world,
        0,
        NAMES.slice(2).map((name) => rowOf(name)),
      ),
    ).toBe('ok')
    // A second row of a person is not a second person.
    expect(submit(world, 'p2', { id: 's2', periodFrom: GENESIS_TIME, periodTo: GENESIS_TIME + 1 })).toBe('ok')
    expect(review(world, 'p2', 'accepted', 'H1:doc', { submission: 'H1:p2:s2' })).toBe('ok')
    expect(addRows(world, 19, [rowOf('p2', { submission: 'H1:p2:s2' })])).toBe('ok')
    expect(publish({ rows: 20, people: 20 })).toBe('feedback.people-differ')
    expect(publish({ rows: 20, people: 19 })).toBe('feedback.too-few-people')
    expect(addRows(world, 20, [rowOf('p0')])).toBe('ok')
    expect(publish({ rows: 21, people: 20 })).toBe('ok')
  })

  it('states what the rule finds', () => {
    expect(publish({ root: '00'.repeat(32) })).toBe('feedback.dataset-unknown')
    expect(
      addRows(
        world,
        0,
        NAMES.map((name) => rowOf(name)),
      ),
    ).toBe('ok')
    expect(publish({}, 'LAB')).toBe('feedback.role')
    expect(publish({}, 'P2')).toBe('feedback.dataset-unknown')
    expect(publish({ rows: 20 })).toBe('feedback.rows-differ')
    expect(publish({ root: '00'.repeat(32) })).toBe('feedback.root-differs')
    expect(dataset('LAB')).toBeUndefined()
    expect(world.list('LAB', 'feedback', '/datasets', { platform: 'PF' })).toEqual([])
    const root = rootSeen()
    expect(publish()).toBe('ok')
    expect(publish()).toBe('feedback.published')
    expect(addRows(world, 21, [rowOf('p0')])).toBe('feedback.published')
    expect(dataset('LAB')).toMatchObject({ state: 'PUBLISHED', root, rows: 21, people: 21, rewardedRows: 0 })
    expect(world.list('H1:doc', 'feedback', '/datasets', { platform: 'PF' })).toHaveLength(1)
    const states = world.list('H1:p0', 'feedback', '/submissions', { subject: subjectOf('p0') })
    expect(states).toMatchObject([
      { state: 'INCLUDED', inclusion: { dataset: 'PF:d1', index: 0 }, earned: 0 },
    ])
  })

  it('lets the community go on with the next one', () => {
    expect(
      addRows(
        world,
        0,
        NAMES.map((name) => rowOf(name)),
      ),
    ).toBe('ok')
    expect(publish()).toBe('ok')
    expect(submit(world, 'p2', { id: 's2', periodFrom: GENESIS_TIME, periodTo: GENESIS_TIME + 1 })).toBe('ok')
    expect(review(world, 'p2', 'accepted', 'H1:doc', { submission: 'H1:p2:s2' })).toBe('ok')
    const row = rowOf('p2', { submission: 'H1:p2:s2' })
    expect(addRows(world, 0, [row], { datasetId: 'd2' })).toBe('ok')
    expect(dataset('PF', 'PF:d2')).toMatchObject({ rows: 1, people: 1, state: 'OPEN' })
  })
})

describe('what proves that a data set is complete', () => {
  beforeEach(() => {
    expect(
      addRows(
        world,
        0,
        NAMES.map((name) => rowOf(name)),
      ),
    ).toBe('ok')
    expect(publish()).toBe('ok')
  })

  it('is shown to the platform, and a proof to the patient of the row', () => {
    expect(rowsSeen('PF', 5)).toHaveLength(21)
    for (const reader of ['LAB', 'H1', 'H1:doc', 'H1:p3', 'P2', 'FD']) {
      expect(rowsSeen(reader), reader).toBeUndefined()
      expect(proof(reader, 4), reader).toBeUndefined()
    }
    expect(proof('H1:p4', 4)).toBeDefined()
    expect(proof('PF', 21)).toBeUndefined()
  })

  it('verifies by the kernel, row by row', () => {
    for (const { index, leaf, leafHash } of rowsSeen('PF')!) {
      const {
        size,
        root,
        hashes,
        leafHash: proved,
      } = proof('PF', index) as {
        size: number
        root: string
        hashes: string[]
        leafHash: string
      }
      expect(proved).toBe(leafHash)
      expect(toHex(kernel.leafHash(utf8(canonicalJson(leaf))))).toBe(leafHash)
      const path = concatBytes(...hashes.map((hash) => fromHex(hash)!))
      const verifies = (at: number) =>
        kernel.verifyInclusion(at, size, fromHex(leafHash)!, path, fromHex(root)!)
      expect(verifies(index), String(index)).toBe(true)
      expect(verifies((index + 1) % size), String(index)).toBe(false)
    }
  })
})
