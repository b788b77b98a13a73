/**
 * Mutual aid. What a day can show is played everywhere: a plan founded, people joined, a claim from filing to the jury.
 * What takes weeks (a round published, shared, collected and paid) is a scenario of its own, played where time can
 * pass.
 */
import { DAY_SECONDS, toHex } from '../../base/index.ts'
import { type AidOpening, type Draft, makeAidCohort, randomBytes } from '../../client/index.ts'
import { addDays, dateOf, startOfDate } from '../../domain/index.ts'
import { AID_SPONSOR, CITY_HOSPITAL, PLATFORM, SOCIAL_SECURITY } from '../consortium.ts'
import { declareIssuerSteps } from './issuer-steps.ts'
import { type Cast, type CastMember, type Scenario, type Step, step } from './scenario.ts'

/** Aid of somebody under 40, and the fee on it: the defaults of the plan. */
const [AID, FEE] = [30_000_000, 2_400_000]

/** A plan with a cohort of three in which one person, Ann, can act herself. */
class Plan {
  readonly cast: Cast
  readonly sponsor: Step['key']
  readonly platform: Step['key']
  readonly hospital: Step['key']
  readonly bureau: Step['key']
  readonly plan: string
  readonly cohort: string
  readonly claim: string
  readonly ann: CastMember
  readonly annSubject: string
  readonly investigator: CastMember
  readonly #insured: string
  readonly #openings: readonly AidOpening[]
  readonly #members: string

  constructor(cast: Cast) {
    const { surface } = cast
    this.cast = cast
    this.sponsor = surface.member(AID_SPONSOR)
    this.platform = surface.member(PLATFORM)
    this.hospital = surface.member(CITY_HOSPITAL)
    this.bureau = surface.member(SOCIAL_SECURITY)
    this.plan = `${AID_SPONSOR}:${cast.id('plan')}`
    this.cohort = `${PLATFORM}:${cast.id('cohort')}`
    this.ann = cast.person(CITY_HOSPITAL, 'ann')
    this.annSubject = cast.subject(CITY_HOSPITAL, this.ann)
    this.claim = `${this.ann.actor}:${cast.id('claim')}`
    this.investigator = cast.person(AID_SPONSOR, 'investigator')
    this.#insured = cast.hash()
    const insured = [this.#insured, cast.hash(), cast.hash()]
    const people = insured.map((of) => ({ bornOn: '1990-03-03', insured: of, salt: toHex(randomBytes(32)) }))
    const { members, openings } = makeAidCohort(surface.kernel, this.plan, people)
    this.#members = members
    this.#openings = openings
  }

  /** Index of Ann (0) or of one of the two others (1, 2). */
  indexOf = (person: number): number => this.#openings[person]!.index

  found: () => Draft = () => ({ type: 'aid.found', payload: { planId: this.cast.id('plan') } })

  admit: () => Draft = () => this.of('admit-collector', { collector: PLATFORM })

  of = (verb: string, more: object): Draft => ({ type: `aid.${verb}`, payload: { plan: this.plan, ...more } })

  join = (more: object = {}): Draft =>
    this.of('join', {
      cohortId: this.cast.id('cohort'),
      members: this.#members,
      bornFrom: '1985-01-01',
      bornTo: '1995-12-31',
      healthDeclared: true,
      identityVerified: true,
      ...more,
    })

  /** A claim of Ann's, diagnosed so many seconds before it is filed. */
  file = (ago: number, more: object = {}, claimId = this.cast.id('claim')): (() => Draft) => {
    const { commitment: _, ...opening } = this.#openings[0]!
    const membership = { cohort: this.cohort, ...opening, ...more }
    return () => ({
      ...this.of('file-claim', {
        claimId,
        subject: this.annSubject,
        membership,
        diagnosedAt: this.cast.surface.now() - ago,
      }),
      privatePart: { diagnosis: { code: 'C50.9', system: 'http://hl7.org/fhir/sid/icd-10' } },
    })
  }

  about = (verb: string, more: object = {}): Draft => ({
    type: `aid.${verb}`,
    payload: { claim: this.claim, ...more },
  })

  report = (supports: boolean): Draft => ({
    ...this.about('report', { supports, reportHash: this.cast.hash() }),
    privatePart: { findings: 'records of the hospital seen, dates agree' },
  })

  /** Ann is enrolled and has a pseudonym; nobody has verified her yet. */
  async enrolAnn(): Promise<Step[]> {
    const { cast, hospital, ann, annSubject } = this
    const pseudonym = { subject: annSubject, patient: ann.actor }
    return [
      step('city hospital', 'enrols Ann', hospital, await cast.enrol(ann, 'patient')),
      step('city hospital', 'makes Ann’s pseudonym', hospital, {
        type: 'identity.enrol-subject',
        payload: pseudonym,
      }),
      step(
        'sponsor',
        'enrols an investigator',
        this.sponsor,
        await cast.enrol(this.investigator, 'investigator'),
      ),
    ]
  }

  verifyAnn(): Step {
    const payload = {
      subject: this.annSubject,
      publicKey: toHex(this.ann.key.publicKey),
      insured: this.#insured,
    }
    return step('social security', 'verifies Ann', this.bureau, { type: 'identity.verify', payload })
  }

  /** From the investigator to the sponsor's word. */
  investigateSteps(verdict: 'yes' | 'no'): Step[] {
    const { sponsor, investigator } = this
    return [
      step('the investigator', 'takes the claim up', investigator.key, this.about('investigate')),
      step(
        'sponsor',
        'decides before the report',
        sponsor,
        this.about('decide', { verdict }),
        'aid.no-report',
      ),
      step('the investigator', 'reports', investigator.key, this.report(verdict === 'yes')),
      step('sponsor', `says ${verdict}`, sponsor, this.about('decide', { verdict })),
    ]
  }
}

export const mutualAid: Scenario = {
  title: 'Mutual aid: joining, a claim and its jury',
  async steps(cast) {
    const plan = new Plan(cast)
    const { sponsor, platform, ann } = plan
    const jurors = ['juror-1', 'juror-2', 'juror-3', 'juror-4'].map((name) => cast.person(PLATFORM, name))
    const wrongSalt = { salt: cast.hash() }
    const vote = (yes: boolean): Draft => plan.about('jury-vote', { yes })
    const enrolments: Step[] = []
    for (const juror of jurors) {
      enrolments.push(step('platform', 'enrols a juror', platform, await cast.enrol(juror, 'juror')))
    }
    const exams = jurors.map(({ actor: juror }, i) => {
      const score = i < 3 ? 85 + i : 60
      const does = `records a juror’s exam: ${score} of 100`
      return step('sponsor', does, sponsor, plan.of('examine', { juror, score }))
    })
    return [
      ...(await plan.enrolAnn()),
      step('platform', 'founds a plan', platform, plan.found(), 'aid.role'),
      step('sponsor', 'founds a plan', sponsor, plan.found()),
      step('platform', 'brings people before it may', platform, plan.join(), 'aid.role'),
      step('sponsor', 'lets the platform bring people', sponsor, plan.admit()),
      step(
        'platform',
        'brings people without health declarations',
        platform,
        plan.join({ healthDeclared: false }),
        'aid.health',
      ),
      step(
        'platform',
        'brings people of whom some are over 59',
        platform,
        plan.join({ bornFrom: '1940-01-01' }),
        'aid.age',
      ),
      step('platform', 'brings a cohort of three, Ann among them', platform, plan.join()),
      step('Ann', 'claims before anyone has verified her', ann.key, plan.file(0), 'aid.identity'),
      plan.verifyAnn(),
      step(
        'Ann',
        'claims for an illness from before she was covered',
        ann.key,
        plan.file(DAY_SECONDS),
        'aid.waiting',
      ),
      step('Ann', 'claims with another salt than hers', ann.key, plan.file(0, wrongSalt), 'aid.opening'),
      step('Ann', 'claims', ann.key, plan.file(0)),
      step('Ann', 'claims a second time', ann.key, plan.file(0, {}, cast.id('again')), 'aid.claimed'),
      ...plan.investigateSteps('no'),
      step('Ann', 'brings it before a jury', ann.key, plan.about('appeal')),
      ...enrolments,
      ...exams,
      step('the first juror', 'votes yes', jurors[0]!.key, vote(true)),
      step('the first juror', 'votes again', jurors[0]!.key, vote(true), 'aid.voted'),
      step('a juror that failed its exam', 'votes', jurors[3]!.key, vote(false), 'aid.claim-unknown'),
      step('the second juror', 'votes no', jurors[1]!.key, vote(false)),
      step('the third juror', 'votes yes, and the claim is agreed to', jurors[2]!.key, vote(true)),
      step(
        'platform',
        'publishes the case',
        platform,
        plan.of('publish', { claims: [plan.claim] }),
        'aid.role',
      ),
      step('sponsor', 'pays before anything was shared', sponsor, plan.about('pay'), 'aid.claim-state'),
      step(
        'sponsor',
        'ends a plan that has its members',
        sponsor,
        plan.of('terminate', {}),
        'aid.enough-members',
      ),
      step('platform', 'reports that one of the others leaves', platform, {
        type: 'aid.exit',
        payload: { plan: plan.plan, cohort: plan.cohort, members: [plan.indexOf(1)] },
      }),
    ]
  },
}

/** The next day of publication on which whoever joined at `now` is covered, and when its cases are shared. */
function nextRound(now: number): {
  readonly date: string
  readonly publishAt: number
  readonly shareAt: number
} {
  let date = addDays(dateOf(now), 2)
  while (!['07', '21'].includes(date.slice(8))) date = addDays(date, 1)
  const shareDate = addDays(date, 7)
  const ten = 10 * 3_600
  return { date, publishAt: startOfDate(date)! + ten, shareAt: startOfDate(shareDate)! + ten }
}

export const mutualAidRound: Scenario = {
  title: 'Mutual aid: a round published, shared, collected and paid',
  async steps(cast) {
    const plan = new Plan(cast)
    const { sponsor, platform, bureau, ann } = plan
    const { date, publishAt, shareAt } = nextRound(cast.surface.now())
    const issue = (to: string, amount: number): Draft => ({
      type: 'settlement.issue',
      payload: { to, currency: 'cny-fen', amount },
    })
    // One case: 10 fen of each of three, the sponsor bears the rest.
    const statement = (more: object = {}): Draft =>
      plan.of('share', {
        round: date,
        year: dateOf(shareAt).slice(0, 4),
        sumBefore: 0,
        cap: 18_800,
        cases: 1,
        aid: AID,
        fee: FEE,
        balance: 0,
        need: AID + FEE,
        members: 3,
        share: 10,
        sponsor: AID + FEE - 30,
        collectors: [{ collector: PLATFORM, members: 3, due: 30 }],
        ...more,
      })
    const publish = plan.of('publish', { claims: [plan.claim] })
    const arrears = plan.of('report-arrears', {
      round: date,
      cohort: plan.cohort,
      members: [plan.indexOf(1)],
    })
    const exit = (person: number): Draft => ({
      type: 'aid.exit',
      payload: { plan: plan.plan, cohort: plan.cohort, members: [plan.indexOf(person)] },
    })
    return [
      ...declareIssuerSteps(cast, { issuer: SOCIAL_SECURITY, currency: 'cny-fen' }),
      step('social security', 'issues 400,000 yuan to the sponsor', bureau, issue(AID_SPONSOR, 40_000_000)),
      step('social security', 'issues 10 yuan to the platform', bureau, issue(PLATFORM, 1_000)),
      ...(await plan.enrolAnn()),
      plan.verifyAnn(),
      step('sponsor', 'founds a plan', sponsor, plan.found()),
      step('sponsor', 'lets the platform bring people', sponsor, plan.admit()),
      step('platform', 'brings a cohort of three', platform, plan.join()),
      step('Ann', 'claims', ann.key, plan.file(0)),
      ...plan.investigateSteps('yes'),
      step(
        'sponsor',
        'publishes a day early',
        sponsor,
        publish,
        'aid.not-publication-day',
        publishAt - DAY_SECONDS,
      ),
      step('sponsor', 'publishes on the day', sponsor, publish, 'accepted', publishAt),
      step('platform', 'reports that one of the others leaves', platform, exit(2)),
      step('sponsor', 'shares too early', sponsor, statement(), 'aid.too-early'),
      step(
        'sponsor',
        'shares with a fen more of each',
        sponsor,
        statement({ share: 11 }),
        'aid.statement',
        shareAt,
      ),
      step('sponsor', 'shares by the exact numbers', sponsor, statement()),
      step('platform', 'reports one that has not paid', platform, arrears),
      step('platform', 'remits what the others paid', platform, plan.of('remit', { round: date })),
      step('platform', 'remits again', platform, plan.of('remit', { round: date }), 'aid.nothing-due'),
      step('sponsor', 'pays Ann out of the escrow', sponsor, plan.about('pay')),
      step('sponsor', 'pays Ann again', sponsor, plan.about('pay'), 'aid.claim-state'),
      step(
        'platform',
        'reports the exit of whom grace has expelled',
        platform,
        exit(1),
        'aid.not-member',
        shareAt + 6 * DAY_SECONDS,
      ),
    ]
  },
}
