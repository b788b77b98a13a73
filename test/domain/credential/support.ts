/** Two licensing bodies, hospitals with their people, buyers, and an issuer of money. */
import * as issuer from '../support/issuer.ts'
import { actorOf, memberOf, World } from '../support/world.ts'

export function newWorld(parameters: { readonly [name: string]: number } = {}): World {
  return new World({
    members: [
      memberOf('LB', 'licensing-body'),
      memberOf('LB2', 'licensing-body', 'health-commission'),
      memberOf('H1', 'hospital', 'exam-institution'),
      memberOf('H2', 'hospital'),
      memberOf('INS', 'insurer'),
      memberOf('H', 'hospital'),
      memberOf('SS', 'social-security'),
    ],
    actors: [
      actorOf('LB:clerk', 'employee'),
      actorOf('LB2:doc', 'doctor'),
      actorOf('H:H1', 'doctor'),
      actorOf('H1:doc', 'doctor'),
      actorOf('H1:nurse', 'nurse'),
      actorOf('H1:desk', 'employee'),
      actorOf('H1:ann', 'patient'),
      actorOf('H2:doc', 'doctor'),
      actorOf('H2:desk', 'employee'),
      actorOf('INS:desk', 'employee'),
    ],
    parameters,
  })
}

/** Gives members money, in fen, out of the hands of an issuer. */
export function fund(world: World, amounts: { readonly [member: string]: number }): void {
  issuer.declareIssuer(world, 'SS', 'cny-fen')
  for (const [to, amount] of Object.entries(amounts)) {
    if (amount > 0) world.must('SS', 'settlement.issue', { to, currency: 'cny-fen', amount })
  }
}

/** Fen that a member may spend. */
export const balanceOf = (world: World, member: string): number => issuer.balanceOf(world, member, 'cny-fen')
