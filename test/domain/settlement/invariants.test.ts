/** The check after every block sees what no rule may do. */
import { describe, expect, it } from 'vitest'
import type { StateChange } from '../../../src/domain/index.ts'
import { registry } from '../../../src/domain/index.ts'

const { checkBlock } = registry.modules.find(({ name }) => name === 'settlement')!
const check = (changes: readonly StateChange[]) => () => checkBlock!(changes)

const account = (
  owner: string,
  before: number | undefined,
  after: number,
  held = [0, 0],
  currency = 'cny-fen',
) => ({
  key: `settlement/account/${owner}/${currency}`,
  before: before === undefined ? undefined : { balance: before, held: held[0]!, lines: 1 },
  after: { balance: after, held: held[1]!, lines: 2 },
})
const issuer = (before: number, after: number, currency = 'cny-fen') => ({
  key: `settlement/issuer/${currency}/BANK`,
  before: { ceiling: { value: 9 }, outstanding: before },
  after: { ceiling: { value: 9 }, outstanding: after },
})
const hold = (before: number | undefined, after: number | undefined, currency = 'cny-fen') => {
  const row = (amount: number | undefined) =>
    amount === undefined ? undefined : { from: 'a', currency, amount, at: 1 }
  return { key: 'settlement/hold/till/h1', before: row(before), after: row(after) }
}
const MAX = 2 ** 53 - 1

describe('after a block', () => {
  it.each([
    ['nothing', []],
    ['an issue', [account('a', undefined, 5), issuer(1, 6)]],
    ['a retirement', [account('a', 5, 0), issuer(6, 1)]],
    ['a transfer', [account('a', 5, 2), account('b', undefined, 3)]],
    ['a hold', [account('a', 5, 2, [0, 3]), hold(undefined, 3)]],
    ['a release', [account('a', 5, 6, [3, 0]), account('b', 0, 2), hold(3, undefined)]],
    [
      'both currencies',
      [account('a', 5, 6), account('b', 1, 0), account('b', 0, 7, [0, 0], 'points'), issuer(0, 7, 'points')],
    ],
    [
      'the largest sums',
      [account('a', 0, MAX), account('b', MAX, 0), account('c', MAX, 0), account('d', 0, MAX)],
    ],
    [
      'rows that are no values',
      [{ key: 'settlement/line/a/cny-fen/1', before: undefined, after: { amount: 9 } }],
    ],
  ] as [string, StateChange[]][])('%s is as it must be', (_name, changes) => {
    expect(check(changes)).not.toThrow()
  })

  it.each([
    ['money from nowhere', [account('a', 5, 6)]],
    ['money that is gone', [account('a', 5, 4), account('b', 1, 1)]],
    ['money issued to nobody', [issuer(1, 2)]],
    ['one currency for another', [account('a', 5, 4), account('a', 4, 5, [0, 0], 'points')]],
    ['a balance below 0', [account('a', 5, -1), account('b', 0, 6)]],
    ['a balance that is not exact', [account('a', undefined, 2 ** 53), issuer(0, 2 ** 53)]],
    ['a hold of nothing', [hold(undefined, 3)]],
    ['something held by nobody', [account('a', 5, 2, [0, 3])]],
    ['a hold that vanished', [account('a', 5, 8, [3, 0]), hold(3, 3)]],
    ['a difference of one in the largest sums', [account('a', 0, MAX), account('b', MAX, 1)]],
  ] as [string, StateChange[]][])('%s is seen', (_name, changes) => {
    expect(check(changes)).toThrow(/broken invariant/)
  })
})
