/** Credential's part of the busy world: a licence and its history, checks on offer, and one that was bought. */
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { GENESIS_TIME, type World } from './world.ts'

export function busyCredential(world: World): void {
  const licence = { practitioner: 'H1:doc', profession: 'doctor', validFrom: GENESIS_TIME }
  for (const licenceId of ['r1', 'r2']) {
    world.must('LB', 'credential.issue', { ...licence, licenceId, validUntil: GENESIS_TIME + DAY_SECONDS })
  }
  world.must('LB', 'credential.suspend', { licenceId: 'r2', practitioner: 'H1:doc' })
  const check = { practitioner: 'H1:doc', confirmed: true, checkedAt: GENESIS_TIME }
  const offer = { practitioner: 'H1:doc', price: 1 }
  for (const seller of ['H1', 'H2']) {
    const element = { element: 'licence', licence: 'LB:r1' }
    world.must(seller, 'credential.attest', { ...check, ...element, verificationId: 'r1' })
    world.must(seller, 'credential.list-verification', { ...offer, verificationId: 'r1' })
  }
  world.must('SS', 'credential.purchase-verification', { ...offer, verification: 'H1:r1' })
}
