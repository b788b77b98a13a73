/** Claim's part of the busy world: questions, a rule, a claim that waits and one that a rule decided. */
import { hashOf } from './keys.ts'
import { GENESIS_TIME, type World } from './world.ts'

export function busyClaim(world: World): void {
  const subject = hashOf('ann at H2')
  const ask = { subject, payer: 'INS' }
  const until = GENESIS_TIME + 86_400
  world.must('H2', 'claim.check-eligibility', { ...ask, checkId: 'r1' })
  world.must('H2', 'claim.check-eligibility', { ...ask, checkId: 'r2' })
  world.must('INS', 'claim.answer-eligibility', { ...ask, check: 'H2:r1', eligible: true, until })
  const plan = { ...ask, caseRef: 'r1', amount: 1_000 }
  world.must('H2', 'claim.preauthorise', { ...plan, authorisationId: 'r1' })
  world.must('H2', 'claim.preauthorise', { ...plan, authorisationId: 'r2' })
  const promise = { ...ask, preauthorisation: 'H2:r1', granted: true, ceiling: 1_000, until }
  world.must('INS', 'claim.answer-preauthorisation', promise)
  const conditions = { eligibilityRequired: false, preauthorisationRequired: false, recordsRequired: false }
  const money = { lineCap: 1_000, claimCap: 1_000, shareBasisPoints: 10_000 }
  const term = { windowSeconds: 86_400, from: GENESIS_TIME, to: until }
  world.must('INS', 'claim.register-rule', { ruleId: 'r1', ...conditions, ...money, ...term })
  const claim = { ...ask, caseRef: 'r1', visitAt: GENESIS_TIME, lines: [{ line: 'r1', billed: 100 }] }
  world.must('H2', 'claim.submit', { ...claim, claimId: 'r1', visit: 'r1' })
  const record = {
    recordId: 'r1',
    subject,
    kind: 'Observation',
    contentHash: hashOf('content'),
    caseRef: 'r1',
  }
  world.must('H2:doc', 'record.anchor', { ...record, encounterAt: GENESIS_TIME })
  const consent = { subject, grantee: 'INS', purpose: 'claim', kinds: ['Observation'], caseRef: 'r1' }
  world.must('H2:ann', 'consent.grant', { ...consent, consentId: 'r1', from: GENESIS_TIME, to: until })
  const opening = { accessId: 'r1', subject, record: 'H2:r1', consent: 'H2:ann:r1', purpose: 'claim' }
  world.must('INS', 'access.notify', opening)
  const lines = [{ line: 'r1', allowed: 100, paid: 100, patientShare: 0 }]
  world.must('H2', 'claim.submit', {
    ...claim,
    claimId: 'r2',
    visit: 'r2',
    automatic: { rule: 'r1', lines },
  })
}
