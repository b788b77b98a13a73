/** Aid's part of the busy world: a plan without waiting, a claim before the jury, another that nobody has taken up. */
import { makeAidCohort } from '../../../src/client/index.ts'
import { nobleKernel } from '../../support/noble-kernel.ts'
import { hashOf, keyOf } from './keys.ts'
import type { World } from './world.ts'

/** Parameters that this part needs. */
export const BUSY_AID_PARAMETERS = { 'aid.waitingSeconds': 0, 'aid.membersMin': 1 }

/** As social security attests them; Ann is attested by feedback too, as the same person. */
const insuredOf = (actor: string): string => hashOf(actor === 'H1:ann' ? 'ann' : actor)

export function busyAid(world: World, ann: string, bob: string): void {
  world.must('MA', 'aid.found', { planId: 'r1' })
  world.must('MA', 'aid.admit-collector', { plan: 'MA:r1', collector: 'PL' })
  world.must('MA', 'aid.examine', { plan: 'MA:r1', juror: 'MA:juror', score: 90 })
  const people = [
    { actor: 'H1:ann', subject: ann },
    { actor: 'H1:bob', subject: bob },
  ]
  const joiners = people.map(({ actor }) => ({
    bornOn: '1990-01-01',
    insured: insuredOf(actor),
    salt: hashOf('salt'),
  }))
  const { members, openings } = makeAidCohort(nobleKernel, 'MA:r1', joiners)
  const declared = { healthDeclared: true, identityVerified: true }
  const born = { bornFrom: '1980-01-01', bornTo: '2000-12-31' }
  world.must('PL', 'aid.join', { plan: 'MA:r1', cohortId: 'r1', members, ...born, ...declared })
  for (const [i, { actor, subject }] of people.entries()) {
    const { publicKey } = keyOf(actor)
    world.must('SS', 'identity.verify', { subject, publicKey, insured: insuredOf(actor) })
    const { commitment: _, ...opening } = openings[i]!
    const membership = { cohort: 'PL:r1', ...opening }
    const filing = { plan: 'MA:r1', claimId: 'aid1', subject, membership, diagnosedAt: world.time }
    world.must(actor, 'aid.file-claim', filing)
  }
  const claim = 'H1:ann:aid1'
  world.must('MA:inv', 'aid.investigate', { claim })
  world.must('MA:inv', 'aid.report', { claim, supports: false, reportHash: hashOf('content') })
  world.must('MA', 'aid.decide', { claim, verdict: 'no' })
  world.must('H1:ann', 'aid.appeal', { claim })
  world.must('MA:juror', 'aid.jury-vote', { claim, yes: true })
}
