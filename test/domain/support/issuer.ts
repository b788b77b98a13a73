/** Issuers as the consortium of a world declares them, for tests of what moves money or points. */
import { expect } from 'vitest'
import type { Currency } from '../../../src/domain/index.ts'
import type { Json } from '../../../src/protocol/index.ts'
import type { World } from './world.ts'

/** All founders decide, by keys of their names; it holds in the block that comes next. */
export function declareIssuer(world: World, member: string, currency: Currency, ceiling = 1e12): void {
  const proposalId = `issuer-${currency}-${world.height}`
  world.must(member, 'governance.propose', { proposalId, change: { issuer: { member, currency, ceiling } } })
  const proposal = `${member}:${proposalId}`
  const founders = world.state.list('governance/founder/', { limit: 1_000 })
  for (const [key] of founders) {
    const founder = key.slice('governance/founder/'.length)
    if (founder !== member) world.run(founder, 'governance.approve', { proposal })
  }
  expect(world.state.get(`governance/proposal/${member}/${proposalId}`)).toMatchObject({ state: 'adopted' })
  world.pass(0)
}

/** What an account may spend. */
export const balanceOf = (world: World, account: string, currency: Currency): number =>
  world.port('settlement.balance')(account, currency)

/**
 * The whole of a currency, added up row by row: what lies on accounts, held value included, what holds come to, and
 * what issuers have outstanding.
 */
export function sumsOf(world: World, currency: Currency) {
  const sums = { accounts: 0, held: 0, holds: 0, outstanding: 0 }
  for (const [key, value] of world.state.entries()) {
    const [module, kind, first, second] = key.split('/')
    if (module !== 'settlement') continue
    const row = value as { [name: string]: Json }
    if (kind === 'account' && second === currency) {
      sums.accounts += Number(row['balance']) + Number(row['held'])
      sums.held += Number(row['held'])
    }
    if (kind === 'hold' && row['currency'] === currency) sums.holds += Number(row['amount'])
    if (kind === 'issuer' && first === currency) sums.outstanding += Number(row['outstanding'])
  }
  return sums
}

/** Every currency comes to what its issuers have outstanding, and holds to what accounts say is held. */
export function expectConserved(world: World): void {
  for (const currency of ['cny-fen', 'points'] as const) {
    const { accounts, held, holds, outstanding } = sumsOf(world, currency)
    expect(accounts, currency).toBe(outstanding)
    expect(held, currency).toBe(holds)
  }
}
