/**
 * A plan against a plain model that keeps every single member and pays round by round: the same is accepted, every
 * number of every round is the same, and no fen comes or goes.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { addDays, dateOf, startOfDate } from '../../../src/domain/calendar.ts'
import { checkProperty } from '../../support/property.ts'
import { AidPlan, PLAN, SMALL } from '../support/aid-plan.ts'
import { expectConserved } from '../support/issuer.ts'
import { hashOf } from '../support/keys.ts'

const WAITING = 3 * DAY_SECONDS
const GRACE = 5 * DAY_SECONDS
const [AID, OLD_AID, CAP, PER_CASE] = [1_001, 999, 330, 300]
const PARAMETERS = {
  ...SMALL,
  'aid.waitingSeconds': WAITING,
  'aid.amountYoungFen': AID,
  'aid.amountOldFen': OLD_AID,
  'aid.capFen': CAP,
  'aid.perCaseFen': PER_CASE,
}

type Operation =
  | { do: 'pass'; days: number }
  | { do: 'next'; kind: 'publication' | 'sharing' }
  | { do: 'join'; collector: 'S' | 'P'; count: number }
  | { do: 'exit'; pick: number }
  | { do: 'claim'; name: string }
  | { do: 'publish' | 'share' | 'remit' | 'pay' | 'return' }
  | { do: 'illness'; pick: number }
  | { do: 'arrears' | 'settle'; pick: number }
  | { do: 'object'; uphold: boolean }

interface Person {
  readonly name: string
  readonly collector: 'S' | 'P'
  readonly coveredFrom: number
  leftAt?: number
  claimed?: boolean
  ill?: 'unpaid' | 'returned'
  arrears: { round: string; amount: number }[]
  arrearsUntil?: number
  /** By year, and by round. */
  readonly paid: Map<string, number>
  readonly payments: Map<string, number>
}

interface Claim {
  readonly name: string
  readonly aid: number
  state: 'agreed' | 'published' | 'shared' | 'paid' | 'no'
  heard?: boolean
}

class Model {
  time: number
  readonly people: Person[] = []
  readonly claims: Claim[] = []
  balance = 0
  /** Of accounts, as changes since the beginning. */
  readonly accounts = { S: 0, P: 0 }
  open: { date: string; members: Person[]; number: number } | undefined
  last: { date: string; graceUntil: number; due: Map<string, number> } | undefined

  constructor(time: number) {
    this.time = time
  }

  endOf({ leftAt, arrears, arrearsUntil, claimed }: Person): number {
    const expelled = arrears.length > 0 && claimed !== true ? arrearsUntil! : Infinity
    return Math.min(leftAt ?? Infinity, expelled)
  }

  isIn = (person: Person): boolean => this.endOf(person) > this.time
  find = (name: string): Person | undefined => this.people.find((person) => person.name === name)
  inState = (state: Claim['state']): Claim[] => this.claims.filter((claim) => claim.state === state)

  canClaim(name: string): boolean {
    const person = this.find(name)
    if (person === undefined || person.claimed === true || this.claims.some((claim) => claim.name === name))
      return false
    return person.coveredFrom <= this.time && this.isIn(person)
  }

  publish(): boolean {
    const date = dateOf(this.time)
    const agreed = this.inState('agreed')
    if (!['07', '21'].includes(date.slice(8)) || agreed.length === 0) return false
    if (this.open !== undefined && this.open.date !== date) return false
    if (this.open === undefined) {
      const midnight = startOfDate(date)!
      if (this.last?.date === date) return false
      const members = this.people.filter(
        (person) => person.coveredFrom <= midnight && this.endOf(person) >= midnight,
      )
      if (members.length === 0) return false
      this.open = { date, members, number: 0 }
    }
    for (const claim of agreed) claim.state = 'published'
    this.open.number += agreed.length
    return true
  }

  /** The numbers that the ledger must come to. */
  share() {
    const { date, members } = this.open!
    const year = date.slice(0, 4)
    const published = this.inState('published')
    const aid = published.reduce((sum, claim) => sum + claim.aid, 0)
    const fee = Math.ceil((aid * 8) / 100)
    const need = Math.max(0, aid + fee - this.balance)
    const share = Math.min(Math.ceil(need / members.length), PER_CASE * published.length)
    const due = new Map<string, number>()
    for (const person of members) {
      const before = person.paid.get(year) ?? 0
      const payment = Math.min(share, CAP - before)
      person.paid.set(year, before + payment)
      person.payments.set(date, payment)
      due.set(person.collector, (due.get(person.collector) ?? 0) + payment)
    }
    const collected = [...due.values()].reduce((sum, value) => sum + value, 0)
    const sponsor = Math.max(0, need - collected)
    const balanceBefore = this.balance
    this.balance = balanceBefore + collected + sponsor - aid - fee
    this.accounts.S -= collected + sponsor - fee
    for (const claim of published) claim.state = 'shared'
    this.last = { date, graceUntil: this.time + GRACE, due }
    this.open = undefined
    return {
      cases: published.length,
      aid,
      fee,
      balance: balanceBefore,
      need,
      share,
      sponsor,
      members: members.length,
    }
  }

  /** What the escrow must hold. */
  held = (): number => this.balance + this.inState('shared').reduce((sum, claim) => sum + claim.aid, 0)
}

const chosen = <const Value>(...values: readonly Value[]) => fc.constantFrom(...values)
const pick = fc.integer({ min: 0, max: 30 })
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ do: chosen('pass'), days: chosen(1, 2, 4) }),
  { weight: 4, arbitrary: fc.record({ do: chosen('next'), kind: chosen('publication', 'sharing') }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: chosen('join'), collector: chosen('S', 'P'), count: chosen(1, 2, 5) }),
  },
  fc.record({ do: chosen('exit'), pick }),
  { weight: 3, arbitrary: fc.record({ do: chosen('claim'), name: chosen('ann', 'bob', 'cat', 'dan') }) },
  { weight: 5, arbitrary: fc.record({ do: chosen('publish', 'share') }) },
  fc.record({ do: chosen('remit', 'pay', 'return') }),
  fc.record({ do: chosen('illness'), pick }),
  { weight: 2, arbitrary: fc.record({ do: chosen('arrears', 'settle'), pick }) },
  fc.record({ do: chosen('object'), uphold: fc.boolean() }),
)

/** The plan and its model, and what a step needs of both. */
class Pair {
  readonly plan = new AidPlan(PARAMETERS)
  readonly model: Model
  cohorts = 0
  readonly start = { S: this.money('S'), P: this.money('P') }

  constructor() {
    this.plan.examineJurors()
    this.model = new Model(this.plan.world.time)
    this.join('P', ['ann', 'bob', 'cat', 'dan'])
  }

  money(account: string): number {
    return this.plan.world.port('settlement.balance')(account, 'cny-fen')
  }

  join(collector: 'S' | 'P', names: readonly string[]): void {
    this.cohorts += 1
    this.plan.join(collector, `k${this.cohorts}`, names)
    for (const name of names) {
      const coveredFrom = this.model.time + WAITING
      this.model.people.push({
        name,
        collector,
        coveredFrom,
        arrears: [],
        paid: new Map(),
        payments: new Map(),
      })
    }
  }

  goTo(time: number): void {
    this.plan.world.pass(time - this.model.time)
    this.model.time = time
  }

  /** The next date after today whose day is one of these, at ten. */
  next(days: readonly string[]): void {
    let date = addDays(dateOf(this.model.time), 1)
    while (!days.includes(date.slice(8))) date = addDays(date, 1)
    this.goTo(startOfDate(date)! + 36_000)
  }

  someone = (index: number): Person => this.model.people[index % this.model.people.length]!

  run(verb: string, { name, collector }: Person, more: object = {}): boolean {
    const { cohort, opening } = this.plan.places.get(name)!
    return this.plan.run(collector, verb, { plan: PLAN, cohort, ...more, members: [opening.index] }) === 'ok'
  }
}

/** Takes a step in both worlds: whether it was accepted, and whether it should have been. */
function step(pair: Pair, o: Operation): readonly [real: boolean, expected: boolean] {
  const { plan, model } = pair
  switch (o.do) {
    case 'pass':
      pair.goTo(model.time + o.days * DAY_SECONDS)
      return [true, true]
    case 'next':
      pair.next(o.kind === 'publication' ? ['07', '21'] : ['14', '28'])
      return [true, true]
    case 'join':
      pair.join(
        o.collector,
        Array.from({ length: o.count }, (_, i) => `p${pair.cohorts}-${i}`),
      )
      return [true, true]
    case 'exit': {
      const person = pair.someone(o.pick)
      const expected = model.isIn(person)
      const real = pair.run('exit', person)
      if (expected) person.leftAt = model.time
      return [real, expected]
    }
    case 'claim':
      return claim(pair, o.name)
    case 'publish': {
      const claims = model.inState('agreed').map(({ name }) => `H1:${name}:c1`)
      if (claims.length === 0) return [false, false]
      return [plan.run('S', 'publish', { plan: PLAN, claims }) === 'ok', model.publish()]
    }
    case 'share':
      return share(pair)
    case 'pay':
      return pay(pair)
    case 'illness':
      return illness(pair, pair.someone(o.pick))
    case 'return':
      return giveBack(pair)
    case 'object':
      return object(pair, o.uphold)
    default:
      return collection(pair, o)
  }
}

function claim({ plan, model }: Pair, name: string): readonly [boolean, boolean] {
  const expected = model.canClaim(name)
  const filing = plan.filing(name, 'c1', model.time)
  const real = plan.run(`H1:${name}`, 'file-claim', filing) === 'ok'
  if (real && expected) {
    const reference = `H1:${name}:c1`
    plan.must('S:inv', 'investigate', { claim: reference })
    plan.must('S:inv', 'report', { claim: reference, supports: true, reportHash: hashOf('report') })
    plan.must('S', 'decide', { claim: reference, verdict: 'yes' })
    model.claims.push({ name, aid: name === 'cat' ? OLD_AID : AID, state: 'agreed' })
    model.find(name)!.claimed = true
  }
  return [real, expected]
}

function share({ plan, model }: Pair): readonly [boolean, boolean] {
  if (model.open === undefined) return [plan.statement() !== undefined, false]
  const statement = plan.statement()
  const day = model.open.date.slice(8) === '07' ? '14' : '28'
  const expected = model.time >= startOfDate(`${model.open.date.slice(0, 8)}${day}`)!
  const real = plan.run('S', 'share', statement) === 'ok'
  if (expected) expect(statement).toMatchObject(model.share())
  return [real, expected]
}

function pay({ plan, model }: Pair): readonly [boolean, boolean] {
  const due = model.inState('shared')[0]
  if (due === undefined) return [false, false]
  const person = model.find(due.name)!
  const deducted = person.arrears.reduce((sum, { amount }) => sum + amount, 0)
  due.state = 'paid'
  if (person.leftAt === undefined) person.leftAt = model.time
  person.arrears = []
  model.accounts.S += Math.min(deducted, due.aid)
  return [plan.run('S', 'pay', { claim: `H1:${due.name}:c1` }) === 'ok', true]
}

function illness({ plan, model }: Pair, person: Person): readonly [boolean, boolean] {
  const { cohort, opening } = plan.places.get(person.name)!
  const diagnosedAt = person.coveredFrom - 1
  const expected = model.isIn(person) && person.claimed !== true && diagnosedAt <= model.time
  const payload = { plan: PLAN, cohort, index: opening.index, diagnosedAt }
  if (expected) Object.assign(person, { leftAt: model.time, ill: 'unpaid' })
  return [plan.run(person.collector, 'report-illness', payload) === 'ok', expected]
}

function giveBack({ plan, model }: Pair): readonly [boolean, boolean] {
  const person = model.people.find(({ ill }) => ill === 'unpaid')
  if (person === undefined) return [false, false]
  const { cohort, opening } = plan.places.get(person.name)!
  const isOpen = model.open?.members.includes(person) === true
  const isLast = model.last !== undefined && person.payments.has(model.last.date)
  const inGrace = isLast && model.time < model.last!.graceUntil
  const owed = person.arrears.reduce((sum, { amount }) => sum + amount, 0)
  const amount = [...person.payments.values()].reduce((sum, payment) => sum + payment, 0) - owed
  const expected = !isOpen && !inGrace && amount > 0
  if (expected) {
    person.ill = 'returned'
    model.accounts.S -= person.collector === 'P' ? amount : 0
    model.accounts.P += person.collector === 'P' ? amount : 0
  }
  return [plan.run('S', 'return', { plan: PLAN, cohort, index: opening.index }) === 'ok', expected]
}

function object({ plan, model }: Pair, uphold: boolean): readonly [boolean, boolean] {
  const published = model.inState('published').find((candidate) => candidate.heard !== true)
  if (model.open === undefined || published === undefined) return [false, false]
  const { date } = model.open
  const shareFrom = startOfDate(`${date.slice(0, 8)}${date.slice(8) === '07' ? '14' : '28'}`)!
  const number = Number(plan.claim(`H1:${published.name}:c1`)['number'])
  const real = plan.run('P', 'object', { plan: PLAN, round: date, case: number }) === 'ok'
  const expected = model.time < shareFrom
  if (real && expected) {
    plan.vote(`H1:${published.name}:c1`, uphold, uphold, uphold)
    published.heard = true
    if (!uphold) {
      published.state = 'no'
      const person = model.find(published.name)!
      person.claimed = false
      if (person.arrears.length > 0) person.arrearsUntil = Math.max(person.arrearsUntil!, model.time)
    }
  }
  return [real, expected]
}

function collection(pair: Pair, o: Operation): readonly [boolean, boolean] {
  const { plan, model } = pair
  const last = model.last
  if (last === undefined) return [false, false]
  const round = last.date
  if (o.do === 'remit') {
    const amount = last.due.get('P') ?? 0
    last.due.set('P', 0)
    model.accounts.P -= amount
    model.accounts.S += amount
    return [plan.run('P', 'remit', { plan: PLAN, round }) === 'ok', amount > 0]
  }
  const person = pair.someone('pick' in o ? o.pick : 0)
  const amount = person.payments.get(round) ?? 0
  const due = last.due.get(person.collector) ?? 0
  const isReported = person.arrears.some((arrears) => arrears.round === round)
  const inTime = model.time < last.graceUntil && amount > 0
  const verb = o.do === 'arrears' ? 'report-arrears' : 'settle-arrears'
  const expected = inTime && (o.do === 'settle' ? isReported : !isReported && amount <= due)
  const real = pair.run(verb, person, { round })
  if (expected && o.do === 'arrears') {
    if (person.arrears.length === 0) person.arrearsUntil = last.graceUntil
    person.arrears.push({ round, amount })
    last.due.set(person.collector, due - amount)
  } else if (expected) {
    person.arrears = person.arrears.filter((arrears) => arrears.round !== round)
    last.due.set(person.collector, due + amount)
  }
  return [real, expected]
}

function compare(pair: Pair): void {
  const { plan, model } = pair
  const overview = plan.world.read('S', 'aid', '/overview', { plan: PLAN })
  const midnight = startOfDate(dateOf(model.time))!
  const covered = model.people.filter(
    (person) => person.coveredFrom <= midnight && model.endOf(person) >= midnight,
  )
  expect(overview).toMatchObject({ balance: model.balance, held: model.held(), covered: covered.length })
  expect(pair.money('P') - pair.start.P).toBe(model.accounts.P)
  // That no fen came or went in a transaction, settlement itself has checked after it.
  expect(pair.money('S') - pair.start.S).toBe(model.accounts.S)
}

it('counts, shares and pays as if every member were kept', () => {
  checkProperty(
    fc.property(fc.array(operation, { minLength: 20, maxLength: 70, size: 'max' }), (operations) => {
      const pair = new Pair()
      for (const o of operations) {
        const [real, expected] = step(pair, o)
        expect(real, `${JSON.stringify(o)} on ${dateOf(pair.model.time)}`).toBe(expected)
        compare(pair)
      }
      expectConserved(pair.plan.world)
      for (const person of pair.model.people) {
        const payments = pair.plan.payments(person.name, person.collector)
        const shared = payments.filter(({ state }) => state === 'SHARED')
        expect(shared.map(({ round, payment }) => [round, payment])).toEqual([...person.payments])
      }
    }),
    30,
  )
})

it('takes every kind of step at least once', () => {
  const pair = new Pair()
  const steps: readonly Operation[] = [
    { do: 'join', collector: 'S', count: 5 },
    { do: 'next', kind: 'sharing' },
    { do: 'claim', name: 'ann' },
    { do: 'claim', name: 'cat' },
    { do: 'next', kind: 'publication' },
    { do: 'publish' },
    { do: 'object', uphold: true },
    { do: 'next', kind: 'sharing' },
    { do: 'share' },
    { do: 'arrears', pick: 1 },
    { do: 'settle', pick: 1 },
    { do: 'remit' },
    { do: 'pay' },
    { do: 'exit', pick: 5 },
    { do: 'illness', pick: 1 },
    { do: 'next', kind: 'publication' },
    { do: 'return' },
  ]
  for (const o of steps) {
    expect(step(pair, o), JSON.stringify(o)).toEqual([true, true])
    compare(pair)
  }
})
