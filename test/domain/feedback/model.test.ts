/**
 * Feedback against a plain model of it: exactly what it allows is accepted, every submission reads as it says, and
 * after each step no fen was made or lost: what a buyer paid lies with patients, doctors and the platform, or is held.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DAY_SECONDS, toHex, utf8 } from '../../../src/base/index.ts'
import { canonicalJson, type Json } from '../../../src/protocol/index.ts'
import { kernel } from '../../protocol/kernel.ts'
import { checkProperty } from '../../support/property.ts'
import {
  addRows,
  feedbackWorld,
  fund,
  patientNames,
  report,
  rowOf,
  subjectOf,
} from '../support/feedback-world.ts'
import { balanceOf, expectConserved } from '../support/issuer.ts'
import { GENESIS_TIME, snapshot, type World } from '../support/world.ts'

const NAMES = patientNames(6)
const FUNDS = 1_000
type Doctor = 'doc' | 'doc2'

type Operation =
  | { do: 'submit'; patient: string; id: string; slot: number; doctor: Doctor }
  | {
      do: 'review'
      patient: string
      id: string
      doctor: Doctor
      verdict: 'accepted' | 'returned' | 'rejected'
    }
  | { do: 'withdraw'; patient: string }
  | { do: 'add'; dataset: string; patient: string; id: string }
  | { do: 'publish'; dataset: string }
  | { do: 'offer' | 'accept'; dataset: string; license: string; price: number; patients: number }
  | { do: 'settle'; dataset: string; license: string; rows: number }

interface Submission {
  readonly patient: string
  slot: number
  doctor: Doctor
  state: string
  row?: { readonly dataset: string; readonly index: number }
}
interface License {
  readonly price: number
  readonly patients: number
  accepted: boolean
  settled: number
}

class Model {
  readonly submissions = new Map<string, Submission>()
  readonly withdrawn = new Set<string>()
  readonly datasets = new Map<
    string,
    { rows: Submission[]; published: boolean; licenses: Map<string, License> }
  >()
  /** Fen by account; what is held is the buyer's no more. */
  readonly accounts = new Map<string, number>([['LAB', FUNDS]])

  pay(account: string, amount: number): void {
    this.accounts.set(account, (this.accounts.get(account) ?? 0) + amount)
  }

  submit({ patient, id, slot, doctor }: Operation & { do: 'submit' }): boolean {
    const before = this.submissions.get(`${patient}:${id}`)
    if (before !== undefined && !['SUBMITTED', 'RETURNED'].includes(before.state)) return false
    const isTaken = [...this.submissions.values()].some(
      (other) => other !== before && other.patient === patient && other.slot === slot,
    )
    if (isTaken) return false
    this.submissions.set(`${patient}:${id}`, { patient, slot, doctor, state: 'SUBMITTED' })
    return true
  }

  review({ patient, id, doctor, verdict }: Operation & { do: 'review' }): boolean {
    const submission = this.submissions.get(`${patient}:${id}`)
    if (submission?.state !== 'SUBMITTED' || submission.doctor !== doctor) return false
    submission.state = verdict.toUpperCase()
    return true
  }

  add({ dataset, patient, id }: Operation & { do: 'add' }): boolean {
    const submission = this.submissions.get(`${patient}:${id}`)
    const target = this.datasets.get(dataset)
    const isOtherOpen = [...this.datasets].some(([name, { published }]) => name !== dataset && !published)
    if (submission?.state !== 'ACCEPTED' || this.withdrawn.has(patient)) return false
    if (target?.published || isOtherOpen) return false
    const rows = target?.rows ?? []
    if (target === undefined) this.datasets.set(dataset, { rows, published: false, licenses: new Map() })
    submission.state = 'INCLUDED'
    submission.row = { dataset, index: rows.length }
    rows.push(submission)
    return true
  }

  publish(dataset: string): boolean {
    const target = this.datasets.get(dataset)
    const people = new Set(target?.rows.map(({ patient }) => patient)).size
    if (target === undefined || target.published || people < 5) return false
    target.published = true
    return true
  }

  license({ do: verb, dataset, license, price, patients }: Operation & { do: 'offer' | 'accept' }): boolean {
    const target = this.datasets.get(dataset)
    if (target === undefined || !target.published) return false
    const before = target.licenses.get(license)
    if (verb === 'offer') {
      if (before !== undefined) return false
      target.licenses.set(license, { price, patients, accepted: false, settled: 0 })
      return true
    }
    if (before === undefined || before.accepted || before.price !== price || before.patients !== patients) {
      return false
    }
    if (this.accounts.get('LAB')! < price) return false
    this.pay('LAB', -price)
    before.accepted = true
    return true
  }

  settle({ dataset, license, rows: count }: Operation & { do: 'settle' }): boolean {
    const target = this.datasets.get(dataset)
    const terms = target?.licenses.get(license)
    if (target === undefined || terms?.accepted !== true) return false
    const { rows } = target
    const to = terms.settled + count
    if (terms.settled === rows.length || to > rows.length) return false
    const doctors = Math.floor((terms.price - terms.patients) / 2)
    for (let i = terms.settled; i < to; i++) {
      const { patient, doctor } = rows[i]!
      const share = (reward: number) => Math.floor(reward / rows.length) + (i < reward % rows.length ? 1 : 0)
      this.pay(`H1:${patient}`, share(terms.patients))
      this.pay(`H1:${doctor}`, share(doctors))
      rows[i]!.state = 'REWARDED'
    }
    if (to === rows.length) this.pay('PF', terms.price - terms.patients - doctors)
    terms.settled = to
    return true
  }
}

const pick = <const Value>(...values: readonly Value[]) => fc.constantFrom(...values)
const [patient, id, dataset, license] = [pick(...NAMES), pick('s1', 's2'), pick('d1', 'd2'), pick('l1', 'l2')]
const doctor = pick('doc', 'doc', 'doc2') as fc.Arbitrary<Doctor>
const price = pick(1, 97, 500, 2_000)
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: pick('submit'), patient, id, slot: pick(1, 2), doctor }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: pick('review'),
      patient,
      id,
      doctor,
      verdict: pick('accepted', 'accepted', 'returned', 'rejected'),
    }),
  },
  fc.record({ do: pick('withdraw'), patient }),
  { weight: 6, arbitrary: fc.record({ do: pick('add'), dataset, patient, id }) },
  { weight: 3, arbitrary: fc.record({ do: pick('publish'), dataset }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: pick('offer', 'accept'), dataset, license, price, patients: pick(0, 1) }),
  },
  { weight: 4, arbitrary: fc.record({ do: pick('settle'), dataset, license, rows: pick(1, 2, 5) }) },
)

/** What the platform knows of its data set, by its own reads. */
function describeDataset(world: World, datasetId: string) {
  const rows = (world.list('PF', 'feedback', '/datasets/:ref/rows', { ref: `PF:${datasetId}` }) ?? []) as {
    leaf: Json
    submission: string
  }[]
  const people = new Set(rows.map(({ submission }) => submission.split(':')[1])).size
  const root = toHex(kernel.merkleRoot(rows.map(({ leaf }) => utf8(canonicalJson(leaf)))))
  return { datasetId, rows: rows.length, people, root }
}

function step(world: World, model: Model, o: Operation): readonly [real: boolean, expected: boolean] {
  const run = (signer: string, verb: string, payload: unknown) =>
    world.run(signer, `feedback.${verb}`, payload) === 'ok'
  switch (o.do) {
    case 'submit': {
      const periodFrom = GENESIS_TIME - o.slot * DAY_SECONDS
      const more = { id: o.id, periodFrom, periodTo: periodFrom + DAY_SECONDS, reviewer: `H1:${o.doctor}` }
      return [run(`H1:${o.patient}`, 'submit', report(o.patient, more)), model.submit(o)]
    }
    case 'review': {
      const submission = `H1:${o.patient}:${o.id}`
      const payload = { submission, subject: subjectOf(o.patient), verdict: o.verdict }
      return [run(`H1:${o.doctor}`, 'review', payload), model.review(o)]
    }
    case 'withdraw': {
      const payload = { consent: `H1:${o.patient}:research`, subject: subjectOf(o.patient), grantee: 'PF' }
      const expected = !model.withdrawn.has(o.patient)
      model.withdrawn.add(o.patient)
      return [world.run(`H1:${o.patient}`, 'consent.revoke', payload) === 'ok', expected]
    }
    case 'add': {
      const row = rowOf(o.patient, { submission: `H1:${o.patient}:${o.id}` })
      const fromRow = model.datasets.get(o.dataset)?.rows.length ?? 0
      return [addRows(world, fromRow, [row], { datasetId: o.dataset }) === 'ok', model.add(o)]
    }
    case 'publish':
      return [run('PF', 'publish-dataset', describeDataset(world, o.dataset)), model.publish(o.dataset)]
    case 'settle': {
      const fromRow = model.datasets.get(o.dataset)?.licenses.get(o.license)?.settled ?? 0
      const payload = {
        dataset: `PF:${o.dataset}`,
        licenseId: o.license,
        buyer: 'LAB',
        fromRow,
        rows: o.rows,
      }
      return [run('PF', 'settle', payload), model.settle(o)]
    }
    default: {
      const patients = o.patients === 0 ? 0 : Math.floor(o.price / 2)
      const doctorReward = Math.floor((o.price - patients) / 2)
      const payload = {
        dataset: `PF:${o.dataset}`,
        licenseId: o.license,
        buyer: 'LAB',
        price: o.price,
        patientReward: patients,
        doctorReward,
        platformFee: o.price - patients - doctorReward,
      }
      return [run(o.do === 'offer' ? 'PF' : 'LAB', 'license', payload), model.license({ ...o, patients })]
    }
  }
}

function compare(world: World, model: Model): void {
  for (const account of ['LAB', 'PF', 'H1:doc', 'H1:doc2', ...NAMES.map((name) => `H1:${name}`)]) {
    expect(balanceOf(world, account, 'cny-fen'), account).toBe(model.accounts.get(account) ?? 0)
  }
  expectConserved(world)
}

const restore = (() => {
  const world = feedbackWorld(NAMES.length, { 'feedback.peopleMin': 5 })
  fund(world, 'LAB', FUNDS)
  return snapshot(world)
})()

/** Five accepted submissions in a data set, so that random steps reach beyond it. */
const OPENING: readonly Operation[] = NAMES.slice(0, 5).flatMap((name) => [
  { do: 'submit', patient: name, id: 's1', slot: 1, doctor: 'doc' } as const,
  { do: 'review', patient: name, id: 's1', doctor: 'doc', verdict: 'accepted' } as const,
  { do: 'add', dataset: 'd1', patient: name, id: 's1' } as const,
])

it('takes, reviews, publishes and pays exactly as the model of it', () => {
  checkProperty(
    fc.property(
      fc.boolean(),
      fc.array(operation, { minLength: 10, maxLength: 50, size: 'max' }),
      (isOpened, operations) => {
        const world = restore()
        const model = new Model()
        for (const o of isOpened ? OPENING : []) expect(step(world, model, o)).toEqual([true, true])
        for (const o of operations) {
          const [real, expected] = step(world, model, o)
          expect(real, JSON.stringify(o)).toBe(expected)
          compare(world, model)
        }
        for (const [name, { patient: owner, state }] of model.submissions) {
          const answer = world.read(`H1:${owner}`, 'feedback', '/submissions/:ref', { ref: `H1:${name}` })
          expect((answer as { state: string }).state, name).toBe(state)
        }
      },
    ),
    30,
  )
})

it('takes every kind of step at least once', () => {
  const world = restore()
  const model = new Model()
  const terms = { dataset: 'd1', license: 'l1', price: 97, patients: 1 }
  const steps: readonly Operation[] = [
    ...OPENING,
    { do: 'publish', dataset: 'd1' },
    { do: 'offer', ...terms },
    { do: 'accept', ...terms },
    { do: 'settle', dataset: 'd1', license: 'l1', rows: 2 },
    { do: 'settle', dataset: 'd1', license: 'l1', rows: 2 },
    { do: 'settle', dataset: 'd1', license: 'l1', rows: 1 },
    { do: 'withdraw', patient: 'p0' },
  ]
  for (const o of steps) expect(step(world, model, o), o.do).toEqual([true, true])
  compare(world, model)
  expect(model.accounts.get('LAB')).toBe(FUNDS - 97)
})
