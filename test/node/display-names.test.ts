/** Public names of members: asked once a block, and kept where the ledger can not answer. */
import { expect, it } from 'vitest'
import { DisplayNames } from '../../src/node/display-names.ts'

it('asks once a size, names whoever has a name, and keeps what it knew', async () => {
  let asked = 0
  let fails = false
  const names = new DisplayNames({
    ask: (async (_port: string, member: string) => {
      asked += 1
      if (fails) throw new Error('halted')
      return member === 'plain' ? { roles: [] } : { displayName: `${member} of ${asked}`, roles: [] }
    }) as never,
  })
  expect(await names.at(1, ['a', 'plain'])).toEqual({ a: 'a of 1' })
  expect(await names.at(1, ['a', 'plain'])).toEqual({ a: 'a of 1' })
  expect(asked).toBe(2)
  expect(await names.at(2, ['a'])).toEqual({ a: 'a of 3' })
  fails = true
  expect(await names.at(3, ['a'])).toEqual({ a: 'a of 3' })
  fails = false
  expect(await names.at(4, ['a'])).toEqual({ a: 'a of 5' })
})
