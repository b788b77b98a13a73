/**
 * Claims against a plain model of them: two payers and one visit, random legal and illegal steps. After each step the
 * same was accepted, every claim stands as the model has it, no line is paid beyond what was billed, and the money that
 * moved is the money that was decided.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkProperty } from '../../support/property.ts'
import { balanceOf, expectConserved } from '../support/issuer.ts'
import { DAY, decisionOf, linesOf, Stage } from './stage.ts'

const BILLED: { readonly [line: string]: number } = { l1: 1_000, l2: 500 }
const PAYERS = ['INS', 'INS2'] as const
type Payer = (typeof PAYERS)[number]
/** The rule of INS allows 600 a line, pays half, 400 at most. */
const RULE = { lineCap: 600, shareBasisPoints: 5_000, claimCap: 400 }

type Operation = { claim: string } & (
  | { do: 'submit'; payer: Payer; lines: readonly string[]; automatic: boolean }
  | { do: 'adjudicate'; by: Payer; part: number; share: number }
  | { do: 'acknowledge' | 'pend' | 'deny'; by: Payer }
  | { do: 'remit'; by: Payer; extra: number }
  | { do: 'supplement' | 'appeal' | 'withdraw' }
  | { do: 'close'; by: Payer | 'H1' }
  | { do: 'pass' }
)

interface ModelClaim {
  payer: Payer
  lines: readonly string[]
  state: string
  paid: Map<string, number>
  remitted: number
  pends: number
  appeals: number
  decidedAt: number
}

class Model {
  readonly claims = new Map<string, ModelClaim>()
  readonly balances: { [account: string]: number } = { INS: 10_000, INS2: 10_000, H1: 0 }
  time = 0

  /** Claims that were not withdrawn. */
  private standing(): ModelClaim[] {
    return [...this.claims.values()].filter(({ state }) => state !== 'WITHDRAWN')
  }

  rest(line: string, except?: ModelClaim): number {
    const paid = this.standing()
      .filter((claim) => claim !== except)
      .reduce((sum, claim) => sum + (claim.paid.get(line) ?? 0), 0)
    return BILLED[line]! - paid
  }

  sum(claim: ModelClaim): number {
    return [...claim.paid.values()].reduce((sum, paid) => sum + paid, 0)
  }

  /** What INS's rule gives, line by line: `[line, allowed, paid]`. */
  byRule(lines: readonly string[]): [string, number, number][] {
    let left = RULE.claimCap
    return lines.map((line) => {
      const allowed = Math.min(RULE.lineCap, this.rest(line))
      const paid = Math.min(Math.floor(allowed / 2), left)
      left -= paid
      return [line, allowed, paid]
    })
  }

  private isAppealable(claim: ModelClaim): boolean {
    const isDecided = ['DENIED', 'ADJUDICATED', 'REMITTED'].includes(claim.state)
    return isDecided && claim.appeals < 2 && this.time - claim.decidedAt <= 180 * DAY
  }

  submit(o: Operation & { do: 'submit' }): boolean {
    if (this.claims.has(o.claim) || this.standing().length >= 3) return false
    if (o.automatic && o.payer !== 'INS') return false
    const isAsked = (line: string) =>
      this.standing().some((claim) => claim.payer === o.payer && claim.lines.includes(line))
    if (o.lines.some(isAsked)) return false
    const { payer, lines } = o
    const blank = { payer, lines, state: 'SUBMITTED', remitted: 0, pends: 0, appeals: 0, decidedAt: 0 }
    const decided = o.automatic ? this.byRule(lines) : []
    const claim: ModelClaim = { ...blank, paid: new Map(decided.map(([line, , paid]) => [line, paid])) }
    if (o.automatic) Object.assign(claim, { state: 'ADJUDICATED', decidedAt: this.time })
    this.claims.set(o.claim, claim)
    return true
  }

  step(o: Operation): boolean {
    if (o.do === 'pass') {
      this.time += 91 * DAY
      return true
    }
    if (o.do === 'submit') return this.submit(o)
    const claim = this.claims.get(o.claim)
    if (claim === undefined) return false
    if ('by' in o && o.by !== 'H1' && o.by !== claim.payer) return false
    const move = (from: readonly string[], to: string): boolean => {
      if (!from.includes(claim.state)) return false
      claim.state = to
      return true
    }
    switch (o.do) {
      case 'acknowledge':
        return move(['SUBMITTED'], 'ACKNOWLEDGED')
      case 'pend':
        if (claim.pends >= 2) return false
        if (!move(['ACKNOWLEDGED'], 'PENDED')) return false
        claim.pends++
        return true
      case 'supplement':
        return move(['PENDED'], 'ACKNOWLEDGED')
      case 'withdraw':
        return move(['SUBMITTED', 'ACKNOWLEDGED', 'PENDED'], 'WITHDRAWN')
      case 'adjudicate':
        return this.adjudicate(claim, o)
      case 'deny':
        if (claim.remitted > 0) return false
        if (!move(['SUBMITTED', 'ACKNOWLEDGED', 'PENDED', 'APPEALED'], 'DENIED')) return false
        claim.paid = new Map()
        claim.decidedAt = this.time
        return true
      case 'appeal':
        if (!this.isAppealable(claim)) return false
        claim.appeals++
        claim.state = 'APPEALED'
        return true
      case 'remit': {
        const due = this.sum(claim) - claim.remitted
        if (claim.state !== 'ADJUDICATED' || o.extra !== 0 || due <= 0) return false
        claim.remitted += due
        this.balances[claim.payer]! -= due
        this.balances['H1']! += due
        claim.state = 'REMITTED'
        return true
      }
      case 'close': {
        const hasDue = claim.state === 'ADJUDICATED' && this.sum(claim) > claim.remitted
        if (hasDue || (o.by !== 'H1' && this.isAppealable(claim))) return false
        return move(['ADJUDICATED', 'DENIED', 'REMITTED'], 'CLOSED')
      }
    }
  }

  private adjudicate(claim: ModelClaim, o: Operation & { do: 'adjudicate' }): boolean {
    if (!['ACKNOWLEDGED', 'PENDED', 'APPEALED'].includes(claim.state)) return false
    const decided = decideAll(claim.lines, o)
    const isTooMuch = decided.some(([line, , paid]) => paid > this.rest(line, claim))
    if (isTooMuch || decided.reduce((sum, [, , paid]) => sum + paid, 0) < claim.remitted) return false
    Object.assign(claim, { state: 'ADJUDICATED', decidedAt: this.time })
    claim.paid = new Map(decided.map(([line, , paid]) => [line, paid]))
    return true
  }
}

/** A payer allows `part` percent of each line, and pays `share` percent of that. */
const decideAll = (
  lines: readonly string[],
  { part, share }: { part: number; share: number },
): (readonly [string, number, number])[] =>
  lines.map((line) => {
    const allowed = Math.floor((BILLED[line]! * part) / 100)
    return [line, allowed, Math.floor((allowed * share) / 100)]
  })

const pick = <const Value>(...values: readonly Value[]) => fc.constantFrom(...values)
const claim = pick('c1', 'c2', 'c3', 'c4')
const payer = pick(...PAYERS)
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: pick('submit'),
      claim,
      payer,
      lines: pick(['l1'], ['l2'], ['l1', 'l2']),
      automatic: pick(true, false, false),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: pick('acknowledge', 'acknowledge', 'pend', 'deny'), claim, by: payer }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: pick('adjudicate'),
      claim,
      by: payer,
      part: pick(0, 30, 60, 100),
      share: pick(0, 50, 100),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: pick('remit'), claim, by: payer, extra: pick(0, 0, 0, 1, -1) }) },
  { weight: 3, arbitrary: fc.record({ do: pick('supplement', 'appeal', 'appeal', 'withdraw'), claim }) },
  fc.record({ do: pick('close'), claim, by: pick('INS', 'INS2', 'H1') }),
  fc.record({ do: pick('pass'), claim }),
)

function newStage(): Stage {
  const stage = new Stage()
  const time = stage.world.time
  stage.world.must('INS', 'claim.register-rule', {
    ruleId: 'half',
    ...RULE,
    eligibilityRequired: false,
    preauthorisationRequired: false,
    recordsRequired: false,
    windowSeconds: 3_650 * DAY - DAY,
    from: time,
    to: time + 3_650 * DAY,
  })
  return stage
}

function run(stage: Stage, model: Model, o: Operation): boolean {
  const { world } = stage
  const known = model.claims.get(o.claim)
  const more = { claim: `H1:${o.claim}`, payer: 'by' in o && o.by !== 'H1' ? o.by : (known?.payer ?? 'INS') }
  switch (o.do) {
    case 'pass':
      world.pass(91 * DAY)
      return true
    case 'submit': {
      const lines = linesOf(...o.lines.map((line) => [line, BILLED[line]!] as const))
      const outcome = o.lines.length === 0 ? [] : decisionOf(...model.byRule(o.lines))
      const automatic = o.automatic ? { automatic: { rule: 'half', lines: outcome } } : {}
      return stage.submit({ claimId: o.claim, payer: o.payer, lines, ...automatic }) === 'ok'
    }
    case 'adjudicate': {
      const lines = decisionOf(...decideAll(known?.lines ?? ['l1'], o))
      return stage.step(o.by, 'adjudicate', { ...more, lines }) === 'ok'
    }
    case 'remit': {
      const due = known === undefined ? 0 : model.sum(known) - known.remitted
      return stage.step(o.by, 'remit', { ...more, amount: Math.max(1, due + o.extra) }) === 'ok'
    }
    case 'supplement':
      return stage.step('H1:desk', 'supplement', { ...more, lines: [] }) === 'ok'
    case 'acknowledge':
    case 'pend':
    case 'deny':
      return stage.step(o.by, o.do, more) === 'ok'
    case 'close':
      return stage.step(o.by, 'close', { ...more, payer: known?.payer ?? 'INS' }) === 'ok'
    case 'appeal':
    case 'withdraw':
      return stage.step('H1:desk', o.do, more) === 'ok'
  }
}

function compare(stage: Stage, model: Model): void {
  for (const [id, expected] of model.claims) {
    const real = stage.claim(`H1:${id}`, 'H1:desk')
    const state = expected.state === 'WITHDRAWN' ? 'CLOSED' : expected.state
    expect(real, id).toMatchObject({ state, remitted: expected.remitted })
    expect(real.paid ?? 0, id).toBe(model.sum(expected))
  }
  const standing = [...model.claims.values()].filter(({ state }) => state !== 'WITHDRAWN')
  const lines = [...new Set(standing.flatMap((one) => one.lines))]
  const sum = (of: (line: string) => number) => lines.reduce((total, line) => total + of(line), 0)
  const visit = stage.visit()
  expect(visit?.billed ?? 0).toBe(sum((line) => BILLED[line]!))
  expect(visit?.paid ?? 0).toBe(sum((line) => BILLED[line]! - model.rest(line)))
  for (const line of lines) expect(model.rest(line), line).toBeGreaterThanOrEqual(0)
  for (const [account, balance] of Object.entries(model.balances)) {
    expect(balanceOf(stage.world, account, 'cny-fen'), account).toBe(balance)
  }
  expectConserved(stage.world)
  // Each claim stands once in the list of each side, under the state it is in.
  const lists = stage.world.state.entries().filter(([key]) => /^claim\/of-(payer|provider)\//.test(key))
  expect(lists).toHaveLength(2 * model.claims.size)
}

it('is decided and paid exactly as the model says, never beyond what was billed', () => {
  checkProperty(
    fc.property(fc.array(operation, { minLength: 15, maxLength: 60, size: 'max' }), (operations) => {
      const stage = newStage()
      const model = new Model()
      for (const o of operations) {
        const real = run(stage, model, o)
        expect(real, JSON.stringify(o)).toBe(model.step(o))
        compare(stage, model)
      }
    }),
    40,
  )
})

it('takes every kind of step at least once', () => {
  const stage = newStage()
  const model = new Model()
  const by = 'INS2'
  const steps: readonly Operation[] = [
    { do: 'submit', claim: 'c1', payer: 'INS', lines: ['l1', 'l2'], automatic: true },
    { do: 'remit', claim: 'c1', by: 'INS', extra: 0 },
    { do: 'submit', claim: 'c2', payer: by, lines: ['l1'], automatic: false },
    { do: 'withdraw', claim: 'c2' },
    { do: 'submit', claim: 'c3', payer: by, lines: ['l1'], automatic: false },
    { do: 'acknowledge', claim: 'c3', by },
    { do: 'pend', claim: 'c3', by },
    { do: 'supplement', claim: 'c3' },
    { do: 'deny', claim: 'c3', by },
    { do: 'appeal', claim: 'c3' },
    { do: 'adjudicate', claim: 'c3', by, part: 60, share: 100 },
    { do: 'remit', claim: 'c3', by, extra: 0 },
    { do: 'pass', claim: 'c3' },
    { do: 'close', claim: 'c3', by: 'H1' },
  ]
  for (const o of steps) {
    expect([run(stage, model, o), model.step(o)], o.do).toEqual([true, true])
    compare(stage, model)
  }
})
