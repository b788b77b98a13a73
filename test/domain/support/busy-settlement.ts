/** Settlement's part of the busy world: issuers, accounts, and something on them. */
import { declareIssuer } from './issuer.ts'
import type { World } from './world.ts'

export function busySettlement(world: World): void {
  declareIssuer(world, 'SS', 'cny-fen')
  declareIssuer(world, 'PL', 'points')
  for (const to of ['SS', 'H1', 'H1:ann']) {
    world.must('SS', 'settlement.issue', { to, currency: 'cny-fen', amount: 1_000_000 })
    world.must('PL', 'settlement.issue', { to, currency: 'points', amount: 1_000_000 })
  }
  world.must('H1:ann', 'settlement.transfer', { to: 'H1', currency: 'cny-fen', amount: 5, reference: 'r1' })
}
