/** Referral's part of the busy world: tiers, mutual recognition, and two referrals of the patient of H1 to H2. */
import { hashOf } from './keys.ts'
import { GENESIS_TIME, type World } from './world.ts'

/** Expects the hospitals H1 and H2, the commission HC, Ann at H1, and her record H1:r1. */
export function busyReferral(world: World): void {
  for (const [hospital, tier] of [
    ['H1', 1],
    ['H2', 3],
  ] as const) {
    world.must('HC', 'referral.attest-tier', { hospital, tier })
  }
  world.must('H1', 'referral.recognise', { facility: 'H2', kinds: ['Observation'] })
  world.must('H2', 'referral.recognise', { facility: 'H1', kinds: ['Observation'] })
  const subject = hashOf('ann at H1')
  world.must('H1:ann', 'consent.grant', {
    consentId: 'referral',
    subject,
    grantee: 'H2',
    purpose: 'referral',
    kinds: ['Observation'],
    from: GENESIS_TIME,
    to: GENESIS_TIME + 86_400,
  })
  for (const referralId of ['r1', 'r2']) {
    world.must('H1:doc', 'referral.create', {
      referralId,
      subject,
      to: 'H2',
      direction: 'up',
      fromTier: 1,
      toTier: 3,
      attachments: ['H1:r1'],
      consent: 'H1:ann:referral',
    })
  }
  world.must('H2:doc', 'referral.accept', { referral: 'H1:r2', subject, to: 'H2' })
}
