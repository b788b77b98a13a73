/**
 * The state's overlays against a plain model: whatever is put, deleted, accepted and dropped, reads and lists agree.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeUtf8 } from '../../src/base/index.ts'
import type { StateReader, StateValue } from '../../src/domain/index.ts'
import { createMemoryStore } from '../../src/ledger/index.ts'
import { openState } from '../../src/ledger/state.ts'
import { canonicalJson } from '../../src/protocol/index.ts'
import { checkProperty } from '../support/property.ts'

const keyArbitrary = fc
  .tuple(fc.constantFrom('a', 'ab', 'b'), fc.constantFrom('x', 'y', 'y-', 'z'), fc.nat(9))
  .map((parts) => parts.join('/'))

const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('put' as const), key: keyArbitrary, value: fc.nat(99) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), key: keyArbitrary }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('accept' as const, 'discard' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('commit' as const, 'abandon' as const) }) },
)
type Model = Map<string, number>

const prefixes = ['a/', 'ab/', 'a', 'b/y', 'b/y/', 'c/']

function expectSame(state: StateReader, model: Model, after: string, limit: number): void {
  for (const prefix of prefixes) {
    const keys = [...model.keys()].sort().filter((key) => key.startsWith(prefix))
    const page = keys.filter((key) => key > after).slice(0, limit)
    const rows = (options: { after?: string; limit: number }) =>
      state.list(prefix, options).map(([key]) => key)
    expect(rows({ after, limit })).toEqual(page)
    expect(rows({ limit: 1_000 })).toEqual(keys)
    for (const key of keys) expect(state.get(key)).toEqual({ value: model.get(key) })
  }
  expect(state.get('c/x/1')).toBeUndefined()
}

describe('the state', () => {
  it('reads as a plain map would', () => {
    checkProperty(
      fc.property(fc.array(action, { maxLength: 60 }), keyArbitrary, fc.nat(5), (actions, after, limit) => {
        const store = createMemoryStore()
        let state = openState(store)
        let block = state.beginBlock()
        let [committed, inBlock, running]: Model[] = [new Map(), new Map(), new Map()]
        for (const step of actions) {
          if (step.do === 'put') {
            block.writer.put(step.key, { value: step.value })
            running!.set(step.key, step.value)
          } else if (step.do === 'delete') {
            block.writer.delete(step.key)
            running!.delete(step.key)
          } else if (step.do === 'accept') {
            block.accept()
            inBlock = new Map(running)
          } else if (step.do === 'discard') {
            block.discard()
            running = new Map(inBlock)
          } else {
            if (step.do === 'commit') {
              const sealed = block.seal()
              store.commit(sealed.writes)
              block.adopt(sealed)
              committed = new Map(inBlock)
            }
            // Half of the time what is read next comes from the cache, half from the store.
            if (actions.length % 2 === 0) state = openState(store)
            block = state.beginBlock()
            inBlock = new Map(committed)
            running = new Map(committed)
          }
          expectSame(block.writer, running!, after, limit)
          expectSame(state.reader, committed!, after, limit)
        }
      }),
      60,
    )
  })

  it('digests what was written, in order, whatever the order of writing', () => {
    const digestOf = (writes: readonly (readonly [string, StateValue | undefined])[]) => {
      const block = openState(createMemoryStore()).beginBlock()
      for (const [key, value] of writes) {
        if (value === undefined) block.writer.delete(key)
        else block.writer.put(key, value)
      }
      block.accept()
      const { digest, writes: sealed } = block.seal()
      return { digest, sealed: sealed.map(({ key, value }) => [decodeUtf8(key), value && decodeUtf8(value)]) }
    }
    const wide = { name: 'Zoë 李', list: [1, { deep: true }] } as const
    const writes = [
      ['m/z', wide],
      ['m/a', { value: 1 }],
      ['m/b', undefined],
    ] as const
    const first = digestOf(writes)
    expect(first.sealed).toEqual([
      ['m/a', '{"value":1}'],
      ['m/b', undefined],
      ['m/z', canonicalJson(wide)],
    ])
    expect(digestOf([...writes].reverse()).digest).toEqual(first.digest)
    expect(digestOf([['m/a', { value: 2 }], ...writes])).toEqual(first)
    expect(digestOf(writes.slice(0, 2)).digest).not.toEqual(first.digest)
  })

  it('gives values that no rule can change', () => {
    const store = createMemoryStore()
    const block = openState(store).beginBlock()
    block.writer.put('m/a', { list: [{ value: 1 }] })
    block.accept()
    store.commit(block.seal().writes)
    const value = openState(store).reader.get('m/a') as { list: { value: number }[] }
    expect(() => value.list.push({ value: 2 })).toThrow(TypeError)
    expect(() => (value.list[0]!.value = 2)).toThrow(TypeError)
  })

  it('takes keys of printable ASCII only', () => {
    const block = openState(createMemoryStore()).beginBlock()
    for (const key of ['', 'm/ ', 'm/ü', 'm/\u007f', `m/${'x'.repeat(1_023)}`]) {
      expect(() => block.writer.get(key)).toThrow('can be a state key')
    }
  })
})
