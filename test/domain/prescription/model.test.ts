/**
 * Prescriptions against a plain model of them: exactly what the model allows is accepted, every state and queue is what
 * the model says after each step, and what pharmacies handed out adds up to what the lines say, never beyond what was
 * prescribed.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkProperty } from '../../support/property.ts'
import { hashOf } from '../support/keys.ts'
import type { World } from '../support/world.ts'
import { ANN, BOB, COPY, DAY, line, MORNING, newWorld } from './support.ts'

const PATIENTS = { 'H1:ann': ANN, 'H1:bob': BOB }
type Patient = keyof typeof PATIENTS
const DOCTORS = ['H1:doc', 'H1:other'] as const
const PHARMACISTS = ['H1:pharm', 'P1:pharm', 'P2:pharm', 'PL:pharm'] as const
const QUANTITIES = { 1: 4, 2: 2 } as const
type Line = keyof typeof QUANTITIES

type Operation =
  | { do: 'pass'; hours: number }
  | {
      do: 'issue'
      id: string
      by: string
      patient: Patient
      narcotic: boolean
      days: number
      reviewer: string
    }
  | { do: 'review'; id: string; by: string; approved: boolean; altered: boolean }
  | { do: 'route' | 'release'; id: string; by: string; pharmacy: string; altered: boolean }
  | {
      do: 'dispense'
      id: string
      by: string
      key: string
      lines: Partial<Record<Line, number>>
      altered: boolean
    }
  | { do: 'extend'; id: string; by: string; days: number }
  | { do: 'cancel'; id: string; by: string }
  | { do: 'suspend' | 'restore'; person: string }

interface Rx {
  readonly by: string
  readonly patient: Patient
  readonly narcotic: boolean
  readonly reviewer: string
  readonly day: number
  until: number
  verdict: boolean | undefined
  at: string | undefined
  cancelled: boolean
  readonly left: Record<Line, number>
}

const memberOf = (actor: string): string => actor.split(':')[0]!

class Model {
  time = MORNING
  readonly prescriptions = new Map<string, Rx>()
  /** `<pharmacy>:<key>` → units handed out, by line. */
  readonly handedOut = new Map<string, { id: string; lines: Partial<Record<Line, number>> }>()
  readonly suspended = new Set<string>()

  get today(): number {
    return Math.floor((this.time - MORNING) / DAY)
  }

  state(rx: Rx): string {
    if (rx.cancelled) return 'CANCELLED'
    if (rx.verdict === false) return 'REJECTED'
    if (rx.left[1] + rx.left[2] === 0) return 'DISPENSED'
    if (this.time >= rx.until) return 'EXPIRED'
    if (rx.left[1] < QUANTITIES[1] || rx.left[2] < QUANTITIES[2]) return 'PARTLY_DISPENSED'
    if (rx.at !== undefined) return 'ROUTED'
    return rx.verdict === undefined ? 'ISSUED' : 'REVIEWED'
  }

  live(id: string): Rx | undefined {
    const rx = this.prescriptions.get(id)
    const over = ['CANCELLED', 'REJECTED', 'DISPENSED', 'EXPIRED']
    return rx === undefined || over.includes(this.state(rx)) ? undefined : rx
  }

  issue(o: Operation & { do: 'issue' }): boolean {
    const until = MORNING + (this.today + o.days) * DAY
    if (this.suspended.has(o.by) || this.prescriptions.has(o.id) || o.days !== 1) return false
    const { by, patient, narcotic, reviewer } = o
    const left = { ...QUANTITIES }
    const rest = { day: this.today, until, verdict: undefined, at: undefined, cancelled: false, left }
    this.prescriptions.set(o.id, { by, patient, narcotic, reviewer, ...rest })
    return true
  }

  review({ id, by, approved, altered }: Operation & { do: 'review' }): boolean {
    const rx = this.live(id)
    const isPharmacist = by.endsWith(':pharm')
    const mayReview = isPharmacist && memberOf(by) === rx?.reviewer && !this.suspended.has(by)
    if (rx === undefined || !mayReview || rx.verdict !== undefined || altered) return false
    rx.verdict = approved
    return true
  }

  route({ id, by, pharmacy, altered }: Operation & { do: 'route' | 'release' }): boolean {
    const rx = this.live(id)
    if (rx === undefined || rx.patient !== by || rx.verdict !== true || rx.at !== undefined || altered)
      return false
    if (rx.narcotic && pharmacy !== 'H1') return false
    rx.at = pharmacy
    return true
  }

  release({ id, by, pharmacy }: Operation & { do: 'route' | 'release' }): boolean {
    const rx = this.live(id)
    const isPharmacy = by === `${pharmacy}:pharm`
    if (rx === undefined || rx.at !== pharmacy || (rx.patient !== by && !isPharmacy)) return false
    rx.at = undefined
    return true
  }

  dispense({ id, by, key, lines, altered }: Operation & { do: 'dispense' }): boolean {
    const rx = this.live(id)
    const ref = `${memberOf(by)}:${key}`
    if (this.suspended.has(by) || rx === undefined || rx.at !== memberOf(by) || altered) return false
    if (this.handedOut.has(ref) || (lines[1] ?? 0) > rx.left[1] || (lines[2] ?? 0) > rx.left[2]) return false
    rx.left[1] -= lines[1] ?? 0
    rx.left[2] -= lines[2] ?? 0
    this.handedOut.set(ref, { id, lines })
    return true
  }

  extend({ id, by, days }: Operation & { do: 'extend' }): boolean {
    const rx = this.live(id)
    if (rx === undefined || rx.by !== by || this.suspended.has(by)) return false
    const until = MORNING + (rx.day + days) * DAY
    if (days > 3 || until <= rx.until) return false
    rx.until = until
    return true
  }

  cancel({ id, by }: Operation & { do: 'cancel' }): boolean {
    const rx = this.live(id)
    if (rx === undefined || (rx.by !== by && by !== 'H1')) return false
    rx.cancelled = true
    return true
  }
}

const pick = <const Value>(...values: readonly Value[]) => fc.constantFrom(...values)
const id = pick('a', 'b', 'c')
const altered = pick(false, false, false, false, true)
const patient = pick('H1:ann', 'H1:ann', 'H1:bob') as fc.Arbitrary<Patient>
const doctor = pick(...DOCTORS)
const pharmacist = pick(...PHARMACISTS)
const pharmacy = pick('P1', 'P1', 'P2', 'H1')
const units = fc.record({ 1: pick(1, 2, 4), 2: pick(1, 2) }, { requiredKeys: [] })

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ do: pick('pass'), hours: pick(1, 5, 24) }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: pick('issue'),
      id,
      by: doctor,
      patient,
      narcotic: pick(false, false, true),
      days: pick(1, 1, 1, 0, 2),
      reviewer: pick('H1', 'H1', 'PL'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: pick('review'),
      id,
      by: pick(...PHARMACISTS, 'H1:pharm', 'H1:doc'),
      approved: pick(true, true, true, false),
      altered,
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: pick('route'), id, by: patient, pharmacy, altered }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: pick('release'),
      id,
      by: fc.oneof(patient, pharmacist),
      pharmacy,
      altered: pick(false),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: pick('dispense'),
      id,
      by: pick(...PHARMACISTS, 'P1:pharm', 'P1:pharm'),
      key: pick('k1', 'k2', 'k3', 'k4'),
      lines: units.filter((lines) => Object.keys(lines).length > 0),
      altered,
    }),
  },
  fc.record({ do: pick('extend'), id, by: doctor, days: pick(1, 2, 3, 4) }),
  fc.record({ do: pick('cancel'), id, by: pick(...DOCTORS, 'H1', 'H1:pharm') }),
  fc.record({ do: pick('suspend', 'restore', 'restore'), person: pick('H1:doc', 'P1:pharm') }),
)

/** The people who are suspended on the way have a licence to lose. */
function licensedWorld(): World {
  const world = newWorld()
  for (const [practitioner, profession] of [
    ['H1:doc', 'doctor'],
    ['P1:pharm', 'pharmacist'],
  ] as const) {
    world.must('LB', 'credential.issue', {
      licenceId: practitioner.replace(':', '-'),
      practitioner,
      profession,
      validFrom: world.time,
      validUntil: world.time + 1_000 * DAY,
    })
  }
  return world
}

/** Takes a step in both; whether each accepted it. */
function step(world: World, model: Model, o: Operation): readonly [real: boolean, expected: boolean] {
  const hash = 'altered' in o && o.altered ? hashOf('another copy') : COPY
  const run = (signer: string, verb: string, payload: unknown) =>
    world.run(signer, `prescription.${verb}`, payload, verb === 'route' ? { privateHash: hash } : {}) === 'ok'
  if (o.do === 'pass') {
    world.pass(o.hours * 3_600)
    model.time += o.hours * 3_600
    return [true, true]
  }
  if ('person' in o) {
    const named = { licenceId: o.person.replace(':', '-'), practitioner: o.person }
    const expected = model.suspended.has(o.person) === (o.do === 'restore')
    if (o.do === 'suspend') model.suspended.add(o.person)
    else model.suspended.delete(o.person)
    return [world.run('LB', `credential.${o.do}`, named) === 'ok', expected]
  }
  if (o.do === 'issue') {
    const controlled = o.narcotic ? 'narcotic' : 'none'
    const payload = {
      rxId: o.id,
      subject: PATIENTS[o.patient],
      basis: 'ordinary',
      lines: [line(1, { quantity: QUANTITIES[1], controlled }), line(2, { quantity: QUANTITIES[2] })],
      validUntil: MORNING + (model.today + o.days) * DAY,
      reviewer: o.reviewer,
    }
    return [run(o.by, 'issue', payload), model.issue(o)]
  }
  const rx = model.prescriptions.get(o.id)
  const about = { prescription: `H1:${o.id}`, subject: PATIENTS[rx?.patient ?? 'H1:ann'] }
  switch (o.do) {
    case 'review':
      return [run(o.by, 'review', { ...about, commitment: hash, approved: o.approved }), model.review(o)]
    case 'route':
    case 'release':
      return [run(o.by, o.do, { ...about, pharmacy: o.pharmacy }), model[o.do](o)]
    case 'dispense': {
      const quantities = Object.entries(o.lines).map(([n, quantity]) => ({ line: Number(n), quantity }))
      const payload = { ...about, dispenseId: o.key, commitment: hash, quantities }
      return [run(o.by, 'dispense', payload), model.dispense(o)]
    }
    case 'extend': {
      const validUntil = MORNING + ((rx?.day ?? 0) + o.days) * DAY
      return [run(o.by, 'extend', { ...about, validUntil }), model.extend(o)]
    }
    case 'cancel':
      return [run(o.by, 'cancel', about), model.cancel(o)]
  }
}

function checkState(world: World, model: Model): void {
  const refs = (reader: string, path: string) =>
    (world.list(reader, 'prescription', path) as { ref: string }[]).map(({ ref }) => ref).sort()
  const ids = (wanted: (rx: Rx, state: string) => boolean) =>
    [...model.prescriptions]
      .filter(([, rx]) => wanted(rx, model.state(rx)))
      .map(([name]) => `H1:${name}`)
      .sort()
  const shown = world.list('H1', 'prescription', '/issued') as {
    ref: string
    state: string
    lines: { line: Line; quantity: number; dispensed: number }[]
  }[]
  expect(shown.map(({ ref }) => ref)).toEqual(ids(() => true))
  for (const { ref, state, lines } of shown) {
    const rx = model.prescriptions.get(ref.slice(3))!
    expect(state, ref).toBe(model.state(rx))
    const given = world.list('H1', 'prescription', '/dispensings', { prescription: ref }) as {
      quantities: { line: Line; quantity: number }[]
    }[]
    for (const { line: number, quantity, dispensed } of lines) {
      const sum = given
        .flatMap(({ quantities }) => quantities)
        .reduce((total, row) => total + (row.line === number ? row.quantity : 0), 0)
      expect([dispensed, sum], ref).toEqual([QUANTITIES[number] - rx.left[number], dispensed])
      expect(dispensed).toBeLessThanOrEqual(quantity)
    }
  }
  for (const reader of ['H1', 'PL']) {
    expect(refs(reader, '/to-review'), reader).toEqual(
      ids((rx, state) => state === 'ISSUED' && rx.reviewer === reader),
    )
  }
  for (const reader of ['P1', 'P2', 'H1']) {
    const waits = (rx: Rx, state: string) =>
      rx.at === reader && ['ROUTED', 'PARTLY_DISPENSED'].includes(state)
    expect(refs(reader, '/to-dispense'), reader).toEqual(ids(waits))
    const given = [...model.handedOut.keys()].filter((ref) => memberOf(ref) === reader).sort()
    expect(refs(reader, '/dispensed'), reader).toEqual(given)
  }
}

it('prescribes, routes and dispenses exactly as the model of it', () => {
  checkProperty(
    fc.property(fc.array(operation, { minLength: 10, maxLength: 40, size: 'max' }), (operations) => {
      const world = licensedWorld()
      const model = new Model()
      for (const o of operations) {
        const [real, expected] = step(world, model, o)
        expect(real, JSON.stringify(o)).toBe(expected)
        checkState(world, model)
      }
    }),
    30,
  )
})

it('takes every kind of step at least once', () => {
  const world = licensedWorld()
  const model = new Model()
  const issue = {
    do: 'issue',
    by: 'H1:doc',
    patient: 'H1:ann',
    narcotic: false,
    days: 1,
    reviewer: 'H1',
  } as const
  const review = { do: 'review', by: 'H1:pharm', approved: true, altered: false } as const
  const route = { by: 'H1:ann', pharmacy: 'P1', altered: false } as const
  const dispense = { do: 'dispense', by: 'P1:pharm', altered: false } as const
  const steps: readonly Operation[] = [
    { ...issue, id: 'a' },
    { ...review, id: 'a' },
    { do: 'route', id: 'a', ...route },
    { do: 'release', id: 'a', ...route },
    { do: 'route', id: 'a', ...route },
    { ...dispense, id: 'a', key: 'k1', lines: { 1: 2, 2: 2 } },
    { do: 'extend', id: 'a', by: 'H1:doc', days: 2 },
    { do: 'pass', hours: 25 },
    { ...dispense, id: 'a', key: 'k2', lines: { 1: 2 } },
    { ...issue, id: 'b' },
    { do: 'cancel', id: 'b', by: 'H1' },
    { do: 'suspend', person: 'H1:doc' },
    { do: 'restore', person: 'H1:doc' },
  ]
  for (const o of steps) {
    expect(step(world, model, o), o.do).toEqual([true, true])
    checkState(world, model)
  }
})
