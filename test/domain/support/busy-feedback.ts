/**
 * Feedback's part of the busy world: a community, a reviewer, submissions, a published and an open data set, a license.
 */
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { leafOf, rootOf, rowHash } from '../../../src/domain/feedback/row-tree.ts'
import type { SubmissionRow } from '../../../src/domain/feedback/state.ts'
import { hashOf, testCrypto } from './keys.ts'
import { GENESIS_TIME, type World } from './world.ts'

const subject = hashOf('ann at H1')
const insured = hashOf('ann')
const submission = (id: string) => ({ submission: `H1:ann:${id}`, consent: 'H1:ann:research' })

/** Expects PL, the laboratory LAB, H1:doc who treats Ann by a consent to H1 that this grants, and SS. */
export function busyFeedback(world: World): void {
  const consent = {
    subject,
    kinds: ['QuestionnaireResponse'],
    from: GENESIS_TIME,
    to: GENESIS_TIME + DAY_SECONDS,
  }
  for (const [consentId, purpose, grantee] of [
    ['care', 'treatment', 'H1'],
    ['research', 'research', 'PL'],
  ] as const) {
    world.must('H1:ann', 'consent.grant', { ...consent, consentId, purpose, grantee })
  }
  const publicKey = world.actor('H1:ann').key
  world.must('SS', 'identity.verify', { subject, publicKey, insured })
  world.must('PL', 'feedback.open-community', { communityId: 'r1' })
  world.must('H1:doc', 'feedback.register-reviewer', { insured: hashOf('the doctor') })
  world.must('H1:ann', 'feedback.join', { community: 'PL:r1', subject })
  for (const [i, id] of ['r1', 'r2', 'r3', 'new'].entries()) {
    world.must('H1:ann', 'feedback.submit', {
      id,
      community: 'PL:r1',
      subject,
      reviewer: 'H1:doc',
      periodFrom: GENESIS_TIME - (i + 1) * DAY_SECONDS,
      periodTo: GENESIS_TIME - i * DAY_SECONDS,
      contentHash: hashOf(`content ${i}`),
      vaultHash: hashOf(`vault ${i}`),
      serious: id === 'new',
      ...(id === 'new' && { regulator: 'FD' }),
    })
    if (id === 'new') continue
    const verdict = { submission: `H1:ann:${id}`, subject, verdict: 'accepted' }
    world.must('H1:doc', 'feedback.review', verdict)
  }
  world.must('PL', 'feedback.add-rows', {
    datasetId: 'r1',
    communityId: 'r1',
    fromRow: 0,
    rows: [submission('r1')],
  })
  const row = world.state.get('feedback/submission/H1:ann/r1') as SubmissionRow
  const root = rootOf(testCrypto, [rowHash(testCrypto, leafOf(row))])
  const people = { datasetId: 'r1', rows: 1, root, people: 1 }
  // One person is too few by default and by the parameter's bounds: written as governance could not.
  world.state.put('governance/parameter/feedback/peopleMin', { value: 1 })
  world.must('PL', 'feedback.publish-dataset', people)
  world.must('PL', 'feedback.add-rows', {
    datasetId: 'r2',
    communityId: 'r1',
    fromRow: 0,
    rows: [submission('r2')],
  })
  const terms = {
    dataset: 'PL:r1',
    buyer: 'LAB',
    price: 10,
    patientReward: 5,
    doctorReward: 3,
    platformFee: 2,
  }
  for (const licenseId of ['r1', 'r2']) world.must('PL', 'feedback.license', { ...terms, licenseId })
  world.must('SS', 'settlement.issue', { to: 'LAB', currency: 'cny-fen', amount: 1_000 })
  world.must('LAB', 'feedback.license', { ...terms, licenseId: 'r1' })
}
