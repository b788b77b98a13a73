/** What a node may become, and what it answers in each role. */
import { describe, expect, it } from 'vitest'
import { LedgerError } from '../../src/base/index.ts'
import { type Role, RoleKeeper } from '../../src/node/role.ts'

const error = new LedgerError('ledger.halted')
const noOrder = new LedgerError('node.no-order')
const ROLES: { readonly [Is in Role['is']]: Extract<Role, { is: Is }> } = {
  ordering: { is: 'ordering' },
  following: { is: 'following' },
  held: { is: 'held', hold: { reason: 'restored', since: 5 } },
  'without order': { is: 'without order', error: noOrder },
  halted: { is: 'halted', error },
  closing: { is: 'closing' },
}

/** Each role with what may follow it, whether it takes transactions, and why not. */
const TABLE: readonly (readonly [
  Role['is'],
  readonly Role['is'][],
  string | undefined,
  string | undefined,
])[] = [
  ['ordering', ['without order', 'halted', 'closing'], undefined, undefined],
  ['following', ['without order', 'halted', 'closing'], 'node.follows', undefined],
  ['held', ['halted', 'closing'], 'node.held', 'held: restored'],
  ['without order', ['halted', 'closing'], 'node.no-order', 'without order'],
  ['halted', ['closing'], 'ledger.halted', 'halted'],
  ['closing', [], 'node.closing', 'closing'],
]

describe.each(TABLE)('a node that is %s', (is, next, refusal, reason) => {
  const names = Object.keys(ROLES) as Role['is'][]

  it.each(names)(`may become %s, or may not: ${next.join(', ') || 'nothing'}`, (name) => {
    const keeper = new RoleKeeper(ROLES[is])
    if (next.includes(name)) {
      keeper.become(ROLES[name])
      expect(keeper.current).toBe(ROLES[name])
    } else {
      expect(() => keeper.become(ROLES[name])).toThrow(`is ${is}`)
      expect(keeper.current).toBe(ROLES[is])
    }
  })

  it(`answers who brings something with ${refusal ?? 'nothing'}`, () => {
    const keeper = new RoleKeeper(ROLES[is])
    expect(keeper.reason).toBe(reason)
    if (refusal === undefined) expect(() => keeper.requireTaking()).not.toThrow()
    else expect(() => keeper.requireTaking()).toThrow(expect.objectContaining({ code: refusal }))
    if (is === 'closing')
      expect(() => keeper.requireOpen()).toThrow(expect.objectContaining({ code: refusal }))
    else expect(() => keeper.requireOpen()).not.toThrow()
  })
})
