/**
 * Medication feedback: patients report, the doctor reviews, a data set is made of it and sold; and what is not let
 * through on the way.
 */
import { DAY_SECONDS, toHex, utf8 } from '../../base/index.ts'
import { type Draft, generateSigningKey } from '../../client/index.ts'
import { canonicalJson } from '../../protocol/index.ts'
import { CITY_HOSPITAL, DRUG_REGULATOR, PLATFORM, RESEARCH_BUYER, SOCIAL_SECURITY } from '../consortium.ts'
import { declareIssuerSteps } from './issuer-steps.ts'
import { type Cast, type CastMember, type Scenario, type Step, step } from './scenario.ts'

/** One who reports: a patient of the city hospital with what social security knows it by. */
interface Reporter {
  readonly name: string
  readonly person: CastMember
  readonly subject: string
  readonly insured: string
  readonly leaf: {
    readonly contentHash: string
    readonly periodFrom: number
    readonly periodTo: number
    readonly serious: boolean
    readonly vaultHash: string
  }
}

function reporterOf(cast: Cast, name: string, serious: boolean): Reporter {
  const person = { actor: `${CITY_HOSPITAL}:${cast.id(name)}`, key: generateSigningKey() }
  const periodTo = cast.surface.now()
  const period = { periodFrom: periodTo - 7 * DAY_SECONDS, periodTo }
  const leaf = { contentHash: cast.hash(), vaultHash: cast.hash(), ...period, serious }
  return { name, person, subject: cast.subject(CITY_HOSPITAL, person), insured: cast.hash(), leaf }
}

/** A patient comes into being, is verified, lets hospital and platform know what they need, and joins. */
async function arrive(
  cast: Cast,
  community: string,
  { name, person, subject, insured }: Reporter,
): Promise<Step[]> {
  const { surface } = cast
  const consent = (purpose: string, grantee: string): Draft => ({
    type: 'consent.grant',
    payload: {
      consentId: purpose,
      subject,
      grantee,
      purpose,
      kinds: ['QuestionnaireResponse'],
      from: surface.now(),
      to: surface.now() + 30 * DAY_SECONDS,
    },
  })
  const hospital = surface.member(CITY_HOSPITAL)
  const key = toHex(person.key.publicKey)
  return [
    step('city hospital', `enrols ${name}`, hospital, await cast.enrol(person, 'patient')),
    step('city hospital', `makes the pseudonym of ${name}`, hospital, {
      type: 'identity.enrol-subject',
      payload: { subject, patient: person.actor },
    }),
    step('social security', `attests who ${name} is`, surface.member(SOCIAL_SECURITY), {
      type: 'identity.verify',
      payload: { subject, publicKey: key, insured },
    }),
    step(name, 'lets the hospital treat', person.key, consent('treatment', CITY_HOSPITAL)),
    step(name, 'lets the platform do research', person.key, consent('research', PLATFORM)),
    step(name, 'joins the community', person.key, { type: 'feedback.join', payload: { community, subject } }),
  ]
}

/** Everything that a scenario's steps name. */
class Story {
  readonly cast: Cast
  readonly community: string
  readonly datasetId: string
  readonly license: string
  readonly li: CastMember
  readonly wang: CastMember
  readonly reporters: readonly Reporter[]

  constructor(cast: Cast) {
    this.cast = cast
    this.community = `${PLATFORM}:${cast.id('lupus')}`
    this.datasetId = cast.id('data')
    this.license = cast.id('license')
    this.li = cast.person(CITY_HOSPITAL, 'dr-li')
    this.wang = cast.person(CITY_HOSPITAL, 'dr-wang')
    const names = ['Dr Wang as a patient', 'Ms Chen', 'Mr Zhao', 'Ms Liu', 'Mr Sun', 'Ms Hu']
    this.reporters = names
      .map((name, i) => reporterOf(cast, name.replaceAll(' ', '-'), i === 1))
      .map((reporter, i) => ({ ...reporter, name: names[i]! }))
  }

  submit({ subject, leaf }: Reporter, more = {}): Draft {
    return {
      type: 'feedback.submit',
      payload: {
        id: 'week-1',
        community: this.community,
        subject,
        reviewer: this.li.actor,
        ...leaf,
        ...(leaf.serious && { regulator: DRUG_REGULATOR }),
        ...more,
      },
      privatePart: { drug: 'hydroxychloroquine', rating: 4, effects: ['blurred vision'] },
    }
  }

  review({ person, subject }: Reporter, verdict: string): Draft {
    return {
      type: 'feedback.review',
      payload: { submission: `${person.actor}:week-1`, subject, verdict },
    }
  }

  addRows(fromRow: number, reporters: readonly Reporter[]): Draft {
    const rows = reporters.map(({ person: { actor } }) => ({
      submission: `${actor}:week-1`,
      consent: `${actor}:research`,
    }))
    const [, communityId] = this.community.split(':')
    return {
      type: 'feedback.add-rows',
      payload: { datasetId: this.datasetId, communityId: communityId!, fromRow, rows },
    }
  }

  publish(reporters: readonly Reporter[]): Draft {
    const leaves = reporters.map(({ leaf }) => utf8(canonicalJson(leaf)))
    const root = toHex(this.cast.surface.kernel.merkleRoot(leaves))
    const { length } = reporters
    return {
      type: 'feedback.publish-dataset',
      payload: { datasetId: this.datasetId, rows: length, root, people: length },
    }
  }

  offer(price: number): Draft {
    const parts = { patientReward: 6_001, doctorReward: 2_500, platformFee: 1_499 }
    const dataset = `${PLATFORM}:${this.datasetId}`
    const payload = { dataset, licenseId: this.license, buyer: RESEARCH_BUYER, price, ...parts }
    return { type: 'feedback.license', payload }
  }

  settle(fromRow: number, rows: number): Draft {
    const dataset = `${PLATFORM}:${this.datasetId}`
    const payload = { dataset, licenseId: this.license, buyer: RESEARCH_BUYER, fromRow, rows }
    return { type: 'feedback.settle', payload }
  }
}

/** A community with a reviewer, one who is herself a patient, and everybody's reports reviewed. */
async function reportSteps(story: Story): Promise<Step[]> {
  const { cast, community, li, wang, reporters } = story
  const [hospital, platform] = [cast.surface.member(CITY_HOSPITAL), cast.surface.member(PLATFORM)]
  const [self, chen, zhao, ...others] = reporters as [Reporter, Reporter, Reporter, ...Reporter[]]
  const register = (insured: string): Draft => ({ type: 'feedback.register-reviewer', payload: { insured } })
  const arrivals = await Promise.all(reporters.map((reporter) => arrive(cast, community, reporter)))
  return [
    step('the platform', 'opens a community', platform, {
      type: 'feedback.open-community',
      payload: { communityId: community.split(':')[1]! },
    }),
    step('city hospital', 'enrols Dr Li', hospital, await cast.enrol(li, 'doctor')),
    step('city hospital', 'enrols Dr Wang', hospital, await cast.enrol(wang, 'doctor')),
    step('Dr Li', 'registers as a reviewer', li.key, register(cast.hash())),
    step(
      'Dr Wang',
      'registers as a reviewer, and says who she is as a patient',
      wang.key,
      register(self.insured),
    ),
    ...arrivals.flat(),
    step(
      self.name,
      'names herself as the reviewer of her own report',
      self.person.key,
      story.submit(self, { reviewer: wang.actor }),
      'feedback.own-review',
    ),
    step(self.name, 'reports to Dr Li', self.person.key, story.submit(self)),
    step('Dr Wang', 'reviews it all the same', wang.key, story.review(self, 'accepted'), 'feedback.unknown'),
    step('Dr Li', 'accepts it', li.key, story.review(self, 'accepted')),
    step(
      chen.name,
      'reports a serious effect, of which the regulator is told',
      chen.person.key,
      story.submit(chen),
    ),
    step('Dr Li', 'accepts it', li.key, story.review(chen, 'accepted')),
    step(zhao.name, 'reports', zhao.person.key, story.submit(zhao)),
    step(
      zhao.name,
      'reports a second time on the same week',
      zhao.person.key,
      story.submit(zhao, { id: 'week-1-again' }),
      'feedback.period-taken',
    ),
    step('Dr Li', 'returns it: the dose is missing', li.key, story.review(zhao, 'returned')),
    step(zhao.name, 'corrects it', zhao.person.key, story.submit(zhao)),
    step('Dr Li', 'accepts it', li.key, story.review(zhao, 'accepted')),
    ...others.flatMap((reporter) => [
      step(reporter.name, 'reports', reporter.person.key, story.submit(reporter)),
      step('Dr Li', 'accepts it', li.key, story.review(reporter, 'accepted')),
    ]),
  ]
}

/** A data set of those who consent, its sale, and the money to the fen. */
function sellingSteps(story: Story): Step[] {
  const { cast, reporters } = story
  const { surface } = cast
  const [platform, buyer] = [surface.member(PLATFORM), surface.member(RESEARCH_BUYER)]
  const [rows, [last]] = [reporters.slice(0, -1), reporters.slice(-1) as [Reporter]]
  const revoke: Draft = {
    type: 'consent.revoke',
    payload: { consent: `${last.person.actor}:research`, subject: last.subject, grantee: PLATFORM },
  }
  return [
    step(last.name, 'takes her consent to research back', last.person.key, revoke),
    step('the platform', 'adds four reports to a data set', platform, story.addRows(0, rows.slice(0, 4))),
    step(
      'the platform',
      'publishes it with too few people in it',
      platform,
      story.publish(rows.slice(0, 4)),
      'feedback.too-few-people',
    ),
    step(
      'the platform',
      'adds a report without consent',
      platform,
      story.addRows(4, [last]),
      'feedback.row-consent',
    ),
    step('the platform', 'adds the fifth', platform, story.addRows(4, rows.slice(4))),
    step(
      'the platform',
      'publishes it under the root of other rows',
      platform,
      { ...story.publish(rows), payload: { ...story.publish(rows).payload, root: cast.hash() } },
      'feedback.root-differs',
    ),
    step('the platform', 'publishes it', platform, story.publish(rows)),
    step(
      'the platform',
      'offers it at a price that does not add up',
      platform,
      story.offer(9_999),
      'feedback.price',
    ),
    step('the platform', 'offers it for 100 yuan', platform, story.offer(10_000)),
    ...declareIssuerSteps(cast, { issuer: SOCIAL_SECURITY, currency: 'cny-fen' }),
    step('social security', 'gives the laboratory 100 yuan', surface.member(SOCIAL_SECURITY), {
      type: 'settlement.issue',
      payload: { to: RESEARCH_BUYER, currency: 'cny-fen', amount: 10_000 },
    }),
    step(
      'the platform',
      'pays rewards before anybody bought it',
      platform,
      story.settle(0, 5),
      'feedback.not-licensed',
    ),
    step('the laboratory', 'takes the license; its money is held', buyer, story.offer(10_000)),
    step('the platform', 'pays the rewards of the first three rows', platform, story.settle(0, 3)),
    step('the platform', 'pays them again', platform, story.settle(0, 3), 'feedback.row-order'),
    step('the laboratory', 'pays the rest, and the platform’s fee', buyer, story.settle(3, 2)),
  ]
}

export const medicationFeedback: Scenario = {
  title: 'Medication feedback',
  async steps(cast) {
    const story = new Story(cast)
    return [...(await reportSteps(story)), ...sellingSteps(story)]
  },
}
