/** Care's part of the busy world, which has money on the account of H1's patient and of the insurer. */
import { hashOf } from './keys.ts'
import { GENESIS_TIME, type World } from './world.ts'

export function busyCare(world: World): void {
  const subject = hashOf('ann at H1')
  world.must('SS', 'settlement.issue', { to: 'INS', currency: 'cny-fen', amount: 100_000 })
  const episode = {
    subject,
    payer: 'INS',
    members: ['H1', 'H2'],
    shares: [500, 500],
    bundlePrice: 1_000,
    payerSavings: 500,
  }
  for (const episodeId of ['r1', 'r2']) world.must('H1', 'care.open-episode', { ...episode, episodeId })
  for (const signer of ['H2', 'INS']) world.must(signer, 'care.join-episode', { episode: 'H1:r1', subject })
  const step = {
    episode: 'H1:r1',
    subject,
    contentHash: hashOf('content'),
    cost: 5,
    occurredAt: GENESIS_TIME,
  }
  world.must('H1:doc', 'care.log-step', { ...step, stepId: 'r1' })

  const pathway = {
    provider: 'H1',
    subject,
    payer: 'H1:ann',
    steps: [{ step: 'r1', mandatory: true }],
    price: 1_000,
    dueBy: GENESIS_TIME + 86_400,
    assessor: 'H2:doc',
    arbiter: 'HC',
  }
  for (const pathwayId of ['r1', 'r2']) world.must('H1', 'care.sign-pathway', { ...pathway, pathwayId })
  world.must('H1:ann', 'care.sign-pathway', { ...pathway, pathwayId: 'r1' })
  world.must('H1:doc', 'care.attest-step', {
    pathway: 'H1:r1',
    subject,
    payer: 'H1:ann',
    step: 'r1',
    record: 'H1:r1',
  })
}
