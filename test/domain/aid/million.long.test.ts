/** Rounds over a million members: exact to the fen, in as many steps and bytes as over a thousand. */
import { expect, it } from 'vitest'
import { loadKernel } from '../../../src/kernel/index.ts'
import { createRuleCrypto } from '../../../src/ledger/rule-crypto.ts'
import { canonicalJson, encodeBase64 } from '../../../src/protocol/index.ts'
import { AidPlan, PEOPLE, PLAN, SMALL, YUAN } from '../support/aid-plan.ts'
import { expectConserved } from '../support/issuer.ts'
import { LEDGER_ID } from '../support/keys.ts'

const kernel = await loadKernel()
const THOUSAND = 1_000

/** A thousand commitments in order, as good as random ones for counting. */
function manyMembers(number: number): string {
  const bytes = Buffer.alloc(32 * THOUSAND)
  for (let i = 0; i < THOUSAND; i++) {
    bytes.writeUInt32BE(i, 32 * i)
    bytes.writeUInt32BE(number, 32 * i + 28)
  }
  return encodeBase64(bytes)
}

function joinMany(plan: AidPlan, cohorts: number, from: number): void {
  const { payload } = plan.joining('unused', ['x'])
  for (let i = from; i < from + cohorts; i++) {
    const collector = i % 3 === 0 ? 'S' : 'P'
    plan.must(collector, 'join', { ...payload, cohortId: `m${i}`, members: manyMembers(i) })
  }
}

/** Two rounds: the first over `early` cohorts, the second over `late` more. Returns what the second one wrote. */
function twoRounds(early: number, late: number) {
  const parameters = { ...SMALL, 'aid.perCaseFen': 60, 'aid.capFen': 60 }
  const plan = new AidPlan(parameters, { crypto: createRuleCrypto(kernel, LEDGER_ID) })
  plan.issue('S', 10_000_000 * YUAN)
  plan.join('P', 'people', [...PEOPLE])
  joinMany(plan, early, 0)
  plan.goTo('2024-02-15')
  plan.publish('2024-02-21', plan.agree('ann'))
  const first = plan.share('2024-02-28')
  joinMany(plan, late, early)
  plan.must('P', 'exit', { plan: PLAN, cohort: 'P:people', members: [plan.indexOf('dan')] })
  plan.goTo('2024-06-20')
  plan.must('H1:bob', 'file-claim', plan.filing('bob', 'c1', plan.world.time))
  plan.must('S:inv', 'investigate', { claim: 'H1:bob:c1' })
  const report = { claim: 'H1:bob:c1', supports: true, reportHash: '0'.repeat(64) }
  plan.must('S:inv', 'report', report)
  plan.must('S', 'decide', { claim: 'H1:bob:c1', verdict: 'yes' })
  const before = plan.world.state.copy()
  plan.publish('2024-06-21', 'H1:bob:c1')
  const second = plan.share('2024-06-28')
  const changes = plan.world.state.changesSince(before, 'aid/')
  return { plan, first, second, changes }
}

it('shares among a million as among a thousand', () => {
  const [early, late] = [600, 400]
  const { plan, first, second, changes } = twoRounds(early, late)
  const [aid, fee] = [300_000n * 100n, 24_000n * 100n]
  const n1 = BigInt(early * THOUSAND + PEOPLE.length)
  const share1 = (aid + fee + n1 - 1n) / n1
  expect(first).toMatchObject({ members: Number(n1), share: Number(share1), sponsor: 0 })
  const surplus = share1 * n1 - aid - fee
  const n2 = n1 + BigInt(late * THOUSAND) - 1n
  const need = aid + fee - surplus
  const share2 = (need + n2 - 1n) / n2
  // Of 60 the early ones have paid 54 already.
  const due = (n1 - 1n) * (60n - share1) + BigInt(late * THOUSAND) * share2
  expect(second).toMatchObject({
    members: Number(n2),
    need: Number(need),
    share: Number(share2),
    sponsor: Number(need - due),
  })
  const query = (cohort: string, index: number, collector = 'P') =>
    plan.world.list(collector, 'aid', '/payments/:cohort', { cohort, index }) ?? []
  expect(query('P:m1', 999)).toMatchObject([{ payment: 54 }, { payment: 6 }])
  expect(query(`P:m${early + 1}`, 0)).toMatchObject([{ payment: Number(share2) }])
  expect(query('P:people', plan.indexOf('dan'))).toMatchObject([{ payment: 54 }])
  expectConserved(plan.world)

  const few = twoRounds(2, 2)
  const keysOf = (list: typeof changes) => list.map(({ key }) => key).sort()
  expect(keysOf(changes)).toEqual(keysOf(few.changes))
  const bytesOf = (list: typeof changes) => canonicalJson(list.map(({ after }) => after ?? '')).length
  expect(bytesOf(changes)).toBeLessThan(bytesOf(few.changes) + 200)
})
