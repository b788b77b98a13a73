/**
 * Care against a plain model of it: exactly what the model allows is accepted, everyone has the money that the model
 * says, and after each step no fen came or went.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { checkProperty } from '../../support/property.ts'
import { balanceOf, declareIssuer, expectConserved } from '../support/issuer.ts'
import { hashOf } from '../support/keys.ts'
import { actorOf, GENESIS_TIME, memberOf, World } from '../support/world.ts'

const SUBJECT = hashOf('ann at H1')
const FUNDS = 25_000
const BUNDLE = 10_000
const PRICE = 9_001
/** Thousandths of the bundle for H1 and H2, and of the savings for the payer. */
const [SHARE, SAVINGS] = [667, 250]
/** A pathway is due after five days; an episode runs for five; two to object; three to decide a dispute. */
const TIMES = { due: 5 * DAY_SECONDS, run: 5 * DAY_SECONDS, object: 2 * DAY_SECONDS, decide: 3 * DAY_SECONDS }

type Member = 'H1' | 'H2' | 'INS'
type Operation =
  | { do: 'pass'; days: number }
  | { do: 'open'; id: string }
  | { do: 'close'; id: string }
  | { do: 'join'; id: string; by: Member }
  | { do: 'log'; id: string; by: 'H1' | 'H2'; cost: number }
  | { do: 'cancel'; id: string; by: Member }
  | { do: 'sign'; id: string; by: 'H1' | 'INS' }
  | { do: 'attest'; id: string; step: 'a' | 'b' }
  | { do: 'outcome'; id: string; met: boolean }
  | { do: 'release' | 'refund' | 'dispute'; id: string; by: 'H1' | 'INS' }
  | { do: 'arbitrate'; id: string; award: number }

interface Episode {
  readonly joined: Set<Member>
  activeAt: number | undefined
  readonly logged: { H1: number; H2: number }
  cost: number
  over: boolean
}
interface Pathway {
  readonly dueBy: number
  signed: boolean
  /** When the mandatory step was attested. */
  stepAt: number | undefined
  optional: boolean
  outcome: { met: boolean; at: number } | undefined
  disputeAt: number | undefined
  over: boolean
}

class Model {
  time = GENESIS_TIME
  readonly money = { H1: 0, H2: 0, INS: FUNDS }
  readonly episodes = new Map<string, Episode>()
  readonly pathways = new Map<string, Pathway>()
  private stepCount = 0

  step(o: Operation): boolean {
    switch (o.do) {
      case 'pass':
        this.time += o.days * DAY_SECONDS
        return true
      case 'open':
        if (this.episodes.has(o.id)) return false
        this.episodes.set(o.id, {
          joined: new Set(['H1']),
          activeAt: undefined,
          logged: { H1: 0, H2: 0 },
          cost: 0,
          over: false,
        })
        return true
      case 'join':
      case 'log':
      case 'close':
      case 'cancel': {
        const episode = this.episodes.get(o.id)
        return episode !== undefined && !episode.over && this.onEpisode(episode, o)
      }
      case 'sign':
        return this.sign(o)
      default: {
        const pathway = this.pathways.get(o.id)
        if (pathway === undefined || !pathway.signed || pathway.over) return false
        return this.onPathway(pathway, o)
      }
    }
  }

  private onEpisode(episode: Episode, o: Operation & { do: 'join' | 'log' | 'close' | 'cancel' }): boolean {
    if (o.do === 'join') {
      if (episode.joined.has(o.by) || (o.by === 'INS' && this.money.INS < BUNDLE)) return false
      episode.joined.add(o.by)
      if (o.by === 'INS') this.money.INS -= BUNDLE
      if (episode.joined.size === 3) episode.activeAt = this.time
      return true
    }
    if (o.do === 'cancel') {
      if (o.by === 'H2') return false
      if (episode.activeAt !== undefined && this.time <= episode.activeAt + TIMES.run) return false
      if (episode.joined.has('INS')) this.money.INS += BUNDLE
      episode.over = true
      return true
    }
    if (episode.activeAt === undefined) return false
    if (o.do === 'log') {
      episode.logged[o.by] += 1
      episode.cost += o.cost
      return true
    }
    if (episode.logged.H1 === 0 || episode.logged.H2 === 0) return false
    const toPayer = Math.floor((Math.max(0, BUNDLE - episode.cost) * SAVINGS) / 1_000)
    // Two shares: the larger remainder gets the fen that is left, so the first is rounded to the nearest.
    const first = Math.floor(((BUNDLE - toPayer) * SHARE) / 1_000 + 0.5)
    this.money.INS += toPayer
    this.money.H1 += first
    this.money.H2 += BUNDLE - toPayer - first
    episode.over = true
    return true
  }

  private sign({ id, by }: Operation & { do: 'sign' }): boolean {
    const pathway = this.pathways.get(id)
    if (by === 'H1') {
      if (pathway !== undefined) return false
      this.pathways.set(id, {
        dueBy: this.time + TIMES.due,
        signed: false,
        stepAt: undefined,
        optional: false,
        outcome: undefined,
        disputeAt: undefined,
        over: false,
      })
      return true
    }
    if (pathway === undefined || pathway.signed || this.time >= pathway.dueBy) return false
    if (this.money.INS < PRICE) return false
    pathway.signed = true
    this.money.INS -= PRICE
    return true
  }

  private onPathway(pathway: Pathway, o: Exclude<Operation, { do: 'pass' | 'sign' }>): boolean {
    const { time } = this
    const isDisputed = pathway.disputeAt !== undefined && time <= pathway.disputeAt + TIMES.decide
    const isComplete = pathway.stepAt !== undefined && pathway.outcome?.met === true
    if (o.do === 'attest') {
      if (o.step === 'a' ? pathway.stepAt !== undefined : pathway.optional) return false
      if (o.step === 'a') pathway.stepAt = time
      else pathway.optional = true
      return true
    }
    if (o.do === 'outcome') {
      if (pathway.outcome !== undefined) return false
      pathway.outcome = { met: o.met, at: time }
      return true
    }
    if (o.do === 'dispute') {
      if (pathway.disputeAt !== undefined) return false
      pathway.disputeAt = time
      return true
    }
    if (o.do === 'arbitrate') {
      if (!isDisputed || o.award > PRICE) return false
      return this.end(pathway, o.award)
    }
    if (isDisputed) return false
    if (o.do === 'release') {
      if (!isComplete) return false
      const since = Math.max(pathway.stepAt!, pathway.outcome!.at)
      if (o.by === 'H1' && time < since + TIMES.object) return false
      return this.end(pathway, PRICE)
    }
    if (o.do === 'refund') {
      const since = pathway.outcome?.met === false ? pathway.outcome.at : pathway.dueBy
      if (o.by === 'INS' && (isComplete || time < since + TIMES.object)) return false
      return this.end(pathway, 0)
    }
    return false
  }

  private end(pathway: Pathway, toProvider: number): boolean {
    pathway.over = true
    this.money.H1 += toProvider
    this.money.INS += PRICE - toProvider
    return true
  }

  /** An id for each step that is logged. */
  nextStep(): string {
    this.stepCount += 1
    return `s${this.stepCount}`
  }
}

const pick = <const Value>(...values: readonly Value[]) => fc.constantFrom(...values)
const id = pick('x1', 'x2')
const side = pick('H1', 'INS')
const weigh = <Value>(weight: number, arbitrary: fc.Arbitrary<Value>) => ({ weight, arbitrary })
const operation: fc.Arbitrary<Operation> = fc.oneof(
  weigh(2, fc.record({ do: pick('pass'), days: pick(1, 1, 2, 3) })),
  fc.record({ do: pick('open'), id }),
  weigh(3, fc.record({ do: pick('join'), id, by: pick('H2', 'INS', 'H1') as fc.Arbitrary<Member> })),
  weigh(
    3,
    fc.record({ do: pick('log'), id, by: pick('H1', 'H2'), cost: fc.integer({ min: 0, max: 9_000 }) }),
  ),
  fc.record({ do: pick('close'), id }),
  fc.record({ do: pick('cancel'), id, by: pick('H1', 'H2', 'INS') as fc.Arbitrary<Member> }),
  weigh(3, fc.record({ do: pick('sign'), id, by: side })),
  weigh(2, fc.record({ do: pick('attest'), id, step: pick('a', 'a', 'b') })),
  weigh(2, fc.record({ do: pick('outcome'), id, met: pick(true, true, false) })),
  weigh(3, fc.record({ do: pick('release', 'refund', 'dispute'), id, by: side })),
  fc.record({ do: pick('arbitrate'), id, award: pick(0, 4_000, PRICE, PRICE + 1) }),
)

function newWorld(): World {
  const world = new World({
    members: [
      memberOf('H1', 'hospital'),
      memberOf('H2', 'hospital'),
      memberOf('INS', 'insurer'),
      memberOf('HC', 'health-commission'),
    ],
    actors: [actorOf('H1:ann', 'patient')],
    parameters: {
      'care.episodeSecondsMax': TIMES.run,
      'care.objectionSeconds': TIMES.object,
      'care.arbitrationSeconds': TIMES.decide,
    },
  })
  world.must('H1', 'identity.enrol-subject', { subject: SUBJECT, patient: 'H1:ann' })
  declareIssuer(world, 'INS', 'cny-fen')
  world.must('INS', 'settlement.issue', { to: 'INS', currency: 'cny-fen', amount: FUNDS })
  return world
}

function run(world: World, model: Model, o: Exclude<Operation, { do: 'pass' }>): boolean {
  const does = (signer: string, verb: string, payload: object) =>
    world.run(signer, `care.${verb}`, payload) === 'ok'
  const episode = { episode: `H1:${o.id}`, subject: SUBJECT }
  const pathway = { pathway: `H1:${o.id}`, subject: SUBJECT, payer: 'INS' }
  switch (o.do) {
    case 'open':
      return does('H1', 'open-episode', {
        episodeId: o.id,
        subject: SUBJECT,
        payer: 'INS',
        members: ['H1', 'H2'],
        shares: [SHARE, 1_000 - SHARE],
        bundlePrice: BUNDLE,
        payerSavings: SAVINGS,
      })
    case 'join':
      return does(o.by, 'join-episode', episode)
    case 'log': {
      const step = { stepId: model.nextStep(), contentHash: hashOf('step'), cost: o.cost }
      return does(o.by, 'log-step', { ...episode, ...step, occurredAt: world.time })
    }
    case 'close':
      return does('H1', 'close-episode', { ...episode, payer: 'INS' })
    case 'cancel':
      return does(o.by, 'cancel-episode', { ...episode, payer: 'INS' })
    case 'sign':
      return does(o.by, 'sign-pathway', {
        provider: 'H1',
        pathwayId: o.id,
        subject: SUBJECT,
        payer: 'INS',
        steps: [
          { step: 'a', mandatory: true },
          { step: 'b', mandatory: false },
        ],
        price: PRICE,
        dueBy: model.pathways.get(o.id)?.dueBy ?? world.time + TIMES.due,
        assessor: 'H2',
        arbiter: 'HC',
      })
    case 'attest':
      return does('H1', 'attest-step', { ...pathway, step: o.step })
    case 'outcome':
      return does('H2', 'attest-outcome', { ...pathway, met: o.met })
    case 'dispute':
      return does(o.by, 'dispute', { ...pathway, arbiter: 'HC' })
    case 'arbitrate':
      return does('HC', 'arbitrate', { ...pathway, arbiter: 'HC', toProvider: o.award })
    default:
      return does(o.by, o.do, pathway)
  }
}

function step(world: World, model: Model, o: Operation): readonly [real: boolean, expected: boolean] {
  if (o.do === 'pass') {
    world.pass(o.days * DAY_SECONDS)
    return [true, model.step(o)]
  }
  return [run(world, model, o), model.step(o)]
}

function compareMoney(world: World, model: Model): void {
  const real = { H1: 0, H2: 0, INS: 0 }
  for (const name of ['H1', 'H2', 'INS'] as const) real[name] = balanceOf(world, name, 'cny-fen')
  expect(real).toEqual(model.money)
  expectConserved(world)
}

it('pays exactly what the model of it pays, and no fen comes or goes', () => {
  checkProperty(
    fc.property(fc.array(operation, { minLength: 15, maxLength: 60, size: 'max' }), (operations) => {
      const world = newWorld()
      const model = new Model()
      for (const o of operations) {
        const [real, expected] = step(world, model, o)
        expect(real, JSON.stringify(o)).toBe(expected)
        compareMoney(world, model)
      }
    }),
    60,
  )
})

it('takes every kind of step at least once', () => {
  const world = newWorld()
  const model = new Model()
  const steps: readonly Operation[] = [
    { do: 'open', id: 'x1' },
    { do: 'join', id: 'x1', by: 'H2' },
    { do: 'join', id: 'x1', by: 'INS' },
    { do: 'log', id: 'x1', by: 'H1', cost: 4_000 },
    { do: 'log', id: 'x1', by: 'H2', cost: 1_001 },
    { do: 'close', id: 'x1' },
    { do: 'open', id: 'x2' },
    { do: 'cancel', id: 'x2', by: 'INS' },
    { do: 'sign', id: 'x1', by: 'H1' },
    { do: 'sign', id: 'x1', by: 'INS' },
    { do: 'attest', id: 'x1', step: 'a' },
    { do: 'outcome', id: 'x1', met: true },
    { do: 'dispute', id: 'x1', by: 'INS' },
    { do: 'pass', days: 4 },
    { do: 'release', id: 'x1', by: 'H1' },
    { do: 'sign', id: 'x2', by: 'H1' },
    { do: 'pass', days: 1 },
    { do: 'sign', id: 'x2', by: 'INS' },
    { do: 'dispute', id: 'x2', by: 'H1' },
    { do: 'arbitrate', id: 'x2', award: 4_000 },
  ]
  for (const o of steps.slice(0, 17)) expect(step(world, model, o), JSON.stringify(o)).toEqual([true, true])
  // 25,000 less a bundle's 8,751 and a price of 9,001 leave too little for another price.
  expect(step(world, model, steps[17]!)).toEqual([false, false])
  world.must('INS', 'settlement.issue', { to: 'INS', currency: 'cny-fen', amount: PRICE })
  model.money.INS += PRICE
  for (const o of steps.slice(17)) expect(step(world, model, o), JSON.stringify(o)).toEqual([true, true])
  compareMoney(world, model)
})
