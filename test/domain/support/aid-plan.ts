/** A mutual aid plan under test: a sponsor, two platforms, people whom social security has verified, and money. */
import { expect } from 'vitest'
import { HOUR_SECONDS } from '../../../src/base/index.ts'
import { type AidOpening, makeAidCohort } from '../../../src/client/index.ts'
import { startOfDate } from '../../../src/domain/calendar.ts'
import type { Json } from '../../../src/protocol/index.ts'
import { nobleKernel } from '../../support/noble-kernel.ts'
import { declareIssuer } from './issuer.ts'
import { hashOf, keyOf } from './keys.ts'
import { actorOf, memberOf, type Outcome, World, type WorldOptions } from './world.ts'

export const PLAN = 'S:p'
export const YUAN = 100

/** People with a key of their own; each is a patient of H1. */
export const PEOPLE = ['ann', 'bob', 'cat', 'dan', 'eve'] as const
export type Person = (typeof PEOPLE)[number]
export const subjectOf = (name: string): string => hashOf(`subject ${name}`)
export const insuredOf = (name: string): string => hashOf(`insured ${name}`)

const JURORS = ['S:j1', 'S:j2', 'P:j3', 'P:j4', 'P:j5']
export const ROLES: Pick<WorldOptions, 'members' | 'actors'> = {
  members: [
    memberOf('S', 'mutual-aid-sponsor'),
    memberOf('P', 'platform'),
    memberOf('Q', 'platform'),
    memberOf('SS', 'social-security'),
    memberOf('H1', 'hospital'),
  ],
  actors: [
    actorOf('S:desk', 'employee'),
    actorOf('S:inv', 'investigator'),
    actorOf('S:inv2', 'investigator'),
    actorOf('P:desk', 'employee'),
    actorOf('Q:j6', 'juror'),
    ...JURORS.map((id) => actorOf(id, 'juror')),
    ...PEOPLE.map((name) => actorOf(`H1:${name}`, 'patient')),
  ],
}

/** Of a small plan: everything else as the plan has it. */
export const SMALL = { 'aid.membersMin': 1, 'aid.juryQuorum': 3 }

export interface Place {
  readonly cohort: string
  readonly opening: AidOpening
}

export class AidPlan {
  readonly world: World
  /** Where each person stands in the plan. */
  readonly places = new Map<string, Place>()

  /** Founds the plan with P as a collector; the sponsor has a million yuan, P a hundred thousand. */
  constructor(parameters: { readonly [name: string]: number } = SMALL, options: Partial<WorldOptions> = {}) {
    this.world = new World({ ...ROLES, parameters, ...options })
    declareIssuer(this.world, 'SS', 'cny-fen')
    this.issue('S', 1_000_000 * YUAN)
    this.issue('P', 100_000 * YUAN)
    for (const name of PEOPLE) {
      this.world.must('H1', 'identity.enrol-subject', { subject: subjectOf(name), patient: `H1:${name}` })
    }
    for (const name of PEOPLE.filter((person) => person !== 'eve')) this.verify(name)
    this.must('S', 'found', { planId: 'p' })
    this.must('S:desk', 'admit-collector', { plan: PLAN, collector: 'P' })
  }

  verify(name: string): void {
    const { publicKey } = keyOf(`H1:${name}`)
    const verified = { subject: subjectOf(name), publicKey, insured: insuredOf(name) }
    this.world.must('SS', 'identity.verify', verified)
  }

  issue(to: string, amount: number): void {
    this.world.must('SS', 'settlement.issue', { to, currency: 'cny-fen', amount })
  }

  run(signer: string, verb: string, payload: unknown): Outcome {
    return this.world.run(signer, `aid.${verb}`, payload)
  }

  must(signer: string, verb: string, payload: unknown): void {
    this.world.must(signer, `aid.${verb}`, payload)
  }

  /** 10:00 of a date in China, which lies ahead. */
  goTo(date: string): void {
    const time = startOfDate(date)! + 10 * HOUR_SECONDS
    expect(time, date).toBeGreaterThanOrEqual(this.world.time)
    this.world.pass(time - this.world.time)
  }

  /** Payload of `aid.join` for people by name (others than PEOPLE too), and where each one stands in it. */
  joining(cohortId: string, people: readonly string[], more: object = {}) {
    const cohort = makeAidCohort(
      nobleKernel,
      PLAN,
      people.map((name) => ({
        bornOn: bornOf(name),
        insured: insuredOf(name),
        salt: hashOf(`salt ${name}`),
      })),
    )
    const payload = {
      plan: PLAN,
      cohortId,
      members: cohort.members,
      bornFrom: '1970-01-01',
      bornTo: '2000-12-31',
      healthDeclared: true,
      identityVerified: true,
      ...more,
    }
    return { payload, openings: cohort.openings }
  }

  join(collector: string, cohortId: string, people: readonly string[]): void {
    const { payload, openings } = this.joining(cohortId, people)
    this.must(collector, 'join', payload)
    for (const [i, name] of people.entries()) {
      this.places.set(name, { cohort: `${collector.split(':')[0]}:${cohortId}`, opening: openings[i]! })
    }
  }

  indexOf(name: string): number {
    return this.places.get(name)!.opening.index
  }

  /** What a person shows of its membership. */
  membershipOf(name: string) {
    const { cohort, opening } = this.places.get(name)!
    const { commitment: _, ...shown } = opening
    return { cohort, ...shown }
  }

  filing(name: string, claimId: string, diagnosedAt: number, more: object = {}) {
    const membership = this.membershipOf(name)
    return { plan: PLAN, claimId, subject: subjectOf(name), membership, diagnosedAt, ...more }
  }

  /** Files a claim of a person, diagnosed now, and brings it to the sponsor's yes. Returns its reference. */
  agree(name: string, claimId = 'c1'): string {
    const claim = this.investigate(name, claimId)
    this.must('S', 'decide', { claim, verdict: 'yes' })
    return claim
  }

  /** Files a claim and has it reported on. */
  investigate(name: string, claimId = 'c1'): string {
    this.must(`H1:${name}`, 'file-claim', this.filing(name, claimId, this.world.time))
    const claim = `H1:${name}:${claimId}`
    this.must('S:inv', 'investigate', { claim })
    this.must('S:inv', 'report', { claim, supports: true, reportHash: hashOf('report') })
    return claim
  }

  publish(date: string, ...claims: string[]): void {
    this.goTo(date)
    this.must('S', 'publish', { plan: PLAN, claims })
  }

  /** Shares the open round on a date, by the numbers that the sponsor reads. */
  share(date: string): { [name: string]: Json } {
    this.goTo(date)
    const statement = this.statement()
    this.must('S', 'share', statement)
    return statement
  }

  statement(): { [name: string]: Json } {
    return this.world.read('S', 'aid', '/statement', { plan: PLAN }) as { [name: string]: Json }
  }

  member(name: string, reader = 'P:desk'): { [name: string]: Json } {
    const { cohort, opening } = this.places.get(name)!
    const query = { cohort, index: opening.index }
    return this.world.read(reader, 'aid', '/members/:cohort', query) as { [name: string]: Json }
  }

  payments(name: string, reader = 'P:desk'): { [name: string]: Json }[] {
    const { cohort, opening } = this.places.get(name)!
    const query = { cohort, index: opening.index }
    return this.world.list(reader, 'aid', '/payments/:cohort', query) as { [name: string]: Json }[]
  }

  examineJurors(): void {
    for (const juror of JURORS) this.must('S', 'examine', { plan: PLAN, juror, score: 90 })
  }

  vote(claim: string, ...votes: boolean[]): void {
    for (const [i, yes] of votes.entries()) this.must(JURORS[i]!, 'jury-vote', { claim, yes })
  }

  claim(claim: string, reader = 'S:desk'): { [name: string]: Json } {
    return this.world.read(reader, 'aid', '/claims/:ref', { ref: claim }) as { [name: string]: Json }
  }
}

/** Cat is over 40, the others are younger. */
export const bornOf = (name: string): string => (name === 'cat' ? '1975-05-05' : '1990-03-03')
