/**
 * An insurance claim: from the question whether the patient is insured to the money, by hand and by the payer's rule.
 */
import { DAY_SECONDS, toHex } from '../../base/index.ts'
import type { Draft } from '../../client/index.ts'
import { CITY_HOSPITAL, INSURER, SECOND_INSURER, SOCIAL_SECURITY } from '../consortium.ts'
import { declareIssuerSteps } from './issuer-steps.ts'
import { type Scenario, type Step, step } from './scenario.ts'

/** `[line, allowed, paid]`; the patient has the rest. */
const decide = (...lines: readonly (readonly [line: string, allowed: number, paid: number])[]) =>
  lines.map(([line, allowed, paid]) => ({ line, allowed, paid, patientShare: allowed - paid }))

export const insuranceClaim: Scenario = {
  title: 'An insurance claim from eligibility to remittance',
  async steps(cast) {
    const { surface } = cast
    const [city, insurer, second, fund] = cast.members(
      CITY_HOSPITAL,
      INSURER,
      SECOND_INSURER,
      SOCIAL_SECURITY,
    )
    const patient = cast.person(CITY_HOSPITAL, 'insured')
    const stranger = cast.person(CITY_HOSPITAL, 'stranger')
    const subject = cast.subject(CITY_HOSPITAL, patient)
    const unverified = cast.subject(CITY_HOSPITAL, stranger)
    const [check, rule, record, caseRef, visit] = cast.ids('check', 'rule', 'scan', 'case', 'visit')
    const [first, other, small] = [cast.id('claim'), cast.id('claim-b'), cast.id('claim-small')]
    const now = surface.now()

    const hidden = (payload: Draft['payload'], type: string, privatePart: Draft['privatePart']): Draft => ({
      type,
      payload,
      ...(privatePart !== undefined && { privatePart }),
    })
    const submit = (claimId: string, payer: string, more: object = {}): Draft =>
      hidden(
        {
          claimId,
          subject,
          payer,
          caseRef,
          visit,
          visitAt: now - DAY_SECONDS,
          lines: [
            { line: 'scan', billed: 80_000, record: `${CITY_HOSPITAL}:${record}` },
            { line: 'visit', billed: 5_000 },
          ],
          ...more,
        },
        'claim.submit',
        { diagnosis: 'S82.1', codes: { scan: '210200001', visit: '110200001' } },
      )
    const act = (verb: string, claimId: string, payer: string, more: object = {}, why?: string): Draft =>
      hidden(
        { claim: `${CITY_HOSPITAL}:${claimId}`, subject, payer, ...more },
        `claim.${verb}`,
        why === undefined ? undefined : { reason: why },
      )
    const opening: Draft = {
      type: 'access.notify',
      payload: {
        accessId: cast.id('opening'),
        subject,
        record: `${CITY_HOSPITAL}:${record}`,
        consent: `${patient.actor}:${cast.id('consent')}`,
        purpose: 'claim',
      },
    }
    const enrol = async (who: typeof patient, name: string, id: string): Promise<Step[]> => [
      step('city hospital', `enrols ${name}`, city, await cast.enrol(who, 'patient')),
      step('city hospital', `makes the pseudonym of ${name}`, city, {
        type: 'identity.enrol-subject',
        payload: { subject: id, patient: who.actor },
      }),
    ]
    const terms = {
      ruleId: rule,
      lineCap: 10_000,
      claimCap: 20_000,
      shareBasisPoints: 8_000,
      eligibilityRequired: true,
      preauthorisationRequired: false,
      recordsRequired: false,
      windowSeconds: 30 * DAY_SECONDS,
      from: now,
      to: now + 365 * DAY_SECONDS,
    }
    const answer = { check: `${CITY_HOSPITAL}:${check}`, subject, payer: INSURER, eligible: true }
    const automatic = (paid: number): Draft =>
      submit(small, INSURER, {
        visit: cast.id('visit-small'),
        lines: [{ line: 'visit', billed: 12_000 }],
        eligibility: `${CITY_HOSPITAL}:${check}`,
        automatic: { rule, lines: decide(['visit', 10_000, paid]) },
      })

    return [
      ...(await enrol(patient, 'a patient', subject)),
      ...(await enrol(stranger, 'somebody without papers', unverified)),
      ...declareIssuerSteps(cast, { issuer: SOCIAL_SECURITY, currency: 'cny-fen' }),
      ...[INSURER, SECOND_INSURER].map((to) =>
        step('social security', `issues 2,000 yuan to ${to}`, fund, {
          type: 'settlement.issue',
          payload: { to, currency: 'cny-fen', amount: 200_000 },
        }),
      ),
      step(
        'city hospital',
        'claims for somebody whom social security has not verified',
        city,
        submit(first, INSURER, { subject: unverified, lines: [{ line: 'visit', billed: 5_000 }] }),
        'claim.not-verified',
      ),
      step('social security', 'attests who the patient is', fund, {
        type: 'identity.verify',
        payload: {
          subject,
          publicKey: toHex(patient.key.publicKey),
          insured: cast.hash(),
        },
      }),
      step('city hospital', 'asks whether the patient is insured', city, {
        type: 'claim.check-eligibility',
        payload: { checkId: check, subject, payer: INSURER },
      }),
      step('the insurer', 'says yes, for a year', insurer, {
        type: 'claim.answer-eligibility',
        payload: { ...answer, until: now + 365 * DAY_SECONDS },
      }),
      step('city hospital', 'anchors a scan of the case', city, {
        type: 'record.anchor',
        payload: {
          recordId: record,
          subject,
          kind: 'ImagingStudy',
          contentHash: cast.hash(),
          encounterAt: now - DAY_SECONDS,
          caseRef,
        },
      }),
      step('city hospital', 'submits a claim of 850 yuan', city, submit(first, INSURER)),
      step('city hospital', 'submits it again', city, submit(other, INSURER), 'claim.duplicate'),
      step('the insurer', 'acknowledges it', insurer, act('acknowledge', first, INSURER)),
      step('the insurer', 'looks at the scan without consent', insurer, opening, 'access.consent-unfit'),
      step('the insurer', 'asks for the consent', insurer, act('pend', first, INSURER, {}, 'Scan needed')),
      step('the patient', 'lets the insurer see the scans of this case', patient.key, {
        type: 'consent.grant',
        payload: {
          consentId: cast.id('consent'),
          subject,
          grantee: INSURER,
          purpose: 'claim',
          kinds: ['ImagingStudy'],
          from: now,
          to: now + 30 * DAY_SECONDS,
          caseRef,
        },
      }),
      step('the insurer', 'announces that it opens the scan', insurer, opening),
      step(
        'the insurer',
        'decides sums that do not add up',
        insurer,
        act('adjudicate', first, INSURER, {
          lines: [
            { line: 'scan', allowed: 70_000, paid: 60_000, patientShare: 5_000 },
            ...decide(['visit', 5_000, 5_000]),
          ],
        }),
        'claim.sum',
      ),
      step(
        'the insurer',
        'allows 700 yuan of the scan and pays 600',
        insurer,
        act('adjudicate', first, INSURER, {
          lines: decide(['scan', 70_000, 60_000], ['visit', 5_000, 5_000]),
        }),
      ),
      step(
        'city hospital',
        'claims the same visit from a second insurer',
        city,
        submit(other, SECOND_INSURER),
      ),
      step('the second insurer', 'acknowledges it', second, act('acknowledge', other, SECOND_INSURER)),
      step(
        'the second insurer',
        'pays the scan a second time',
        second,
        act('adjudicate', other, SECOND_INSURER, {
          lines: decide(['scan', 80_000, 60_000], ['visit', 0, 0]),
        }),
        'claim.beyond-billed',
      ),
      step(
        'the second insurer',
        'pays what the first one leaves',
        second,
        act('adjudicate', other, SECOND_INSURER, {
          lines: decide(['scan', 20_000, 20_000], ['visit', 0, 0]),
        }),
      ),
      step(
        'the insurer',
        'pays less than it decided',
        insurer,
        act('remit', first, INSURER, { amount: 60_000 }),
        'claim.amount',
      ),
      step('the insurer', 'pays 650 yuan', insurer, act('remit', first, INSURER, { amount: 65_000 })),
      step('city hospital', 'closes the claim', city, act('close', first, INSURER)),
      step('the insurer', 'registers a rule for small claims', insurer, {
        type: 'claim.register-rule',
        payload: terms,
      }),
      step('city hospital', 'asks the rule for more than it gives', city, automatic(9_000), 'claim.outcome'),
      step('city hospital', 'submits a small claim, which the rule decides at once', city, automatic(8_000)),
      step('the insurer', 'pays it', insurer, act('remit', small, INSURER, { amount: 8_000 })),
      step('the insurer', 'ends the rule', insurer, { type: 'claim.end-rule', payload: { ruleId: rule } }),
    ]
  },
}
