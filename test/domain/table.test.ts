/** What a table writes beside a row, and what it leaves alone: a key counts as changed by its being written. */
import Type from 'typebox'
import { describe, expect, it } from 'vitest'
import { Fields, LocalId, pick, Time } from '../../src/domain/schema.ts'
import { createTable, timeKey } from '../../src/domain/table.ts'
import { createMemoryState, type MemoryState } from './support/memory-state.ts'

const TaskRow = Fields({
  to: LocalId,
  at: Time,
  helpers: Type.Array(LocalId),
  done: Type.Optional(Type.Boolean()),
})

const TASKS = createTable('test/task', {
  id: ['owner', 'taskId'],
  row: TaskRow,
  meaning: 'a task',
  indexes: {
    waiting: {
      name: 'test/waiting',
      id: ['to', 'time', 'owner', 'taskId'],
      row: Fields(pick(TaskRow, 'helpers')),
      meaning: 'tasks that wait',
      key: ({ to, at, done }, ...id) => (done ? undefined : [to, timeKey(at), ...id]),
    },
    ofHelper: {
      name: 'test/of-helper',
      id: ['helper', 'owner', 'taskId'],
      meaning: 'tasks by helper',
      keys: ({ helpers }, ...id) => helpers.map((helper) => [helper, ...id]),
    },
    byTaker: {
      name: 'test/by-taker',
      id: ['to', 'owner', 'taskId'],
      row: Fields({ since: Time }),
      meaning: 'tasks by taker, with a value of its own',
      key: ({ to }, ...id) => [to, ...id],
      value: ({ at }) => ({ since: at }),
    },
  },
})

const row = { to: 'ann', at: 7, helpers: ['bob', 'eve'] }
const WAITING = 'test/waiting/ann/0000000007/H1/t1'

/** What `act` writes to a state in which the task stands. */
function writtenBy(act: (state: MemoryState) => void): { readonly [key: string]: unknown } {
  const before = createMemoryState()
  TASKS.put(before, row, 'H1', 't1')
  const state = before.copy()
  act(state)
  return Object.fromEntries([...state.written].sort(([a], [b]) => (a < b ? -1 : 1)))
}

describe('a table with indexes', () => {
  it('writes a new row into each of them', () => {
    const state = createMemoryState()
    TASKS.put(state, row, 'H1', 't1')
    expect(Object.fromEntries(state.written)).toEqual({
      'test/task/H1/t1': row,
      [WAITING]: { helpers: ['bob', 'eve'] },
      'test/of-helper/bob/H1/t1': {},
      'test/of-helper/eve/H1/t1': {},
      'test/by-taker/ann/H1/t1': { since: 7 },
    })
  })

  it('writes the row alone where nothing of them changes', () => {
    const copy = { ...row, helpers: [...row.helpers] }
    expect(writtenBy((state) => TASKS.put(state, copy, 'H1', 't1'))).toEqual({ 'test/task/H1/t1': row })
  })

  it('moves what stands elsewhere now', () => {
    const next = { ...row, to: 'pat' }
    expect(writtenBy((state) => TASKS.put(state, next, 'H1', 't1'))).toEqual({
      'test/task/H1/t1': next,
      [WAITING]: undefined,
      'test/waiting/pat/0000000007/H1/t1': { helpers: ['bob', 'eve'] },
      'test/by-taker/ann/H1/t1': undefined,
      'test/by-taker/pat/H1/t1': { since: 7 },
    })
  })

  it('writes anew what holds another value, and of several entries those that come and go', () => {
    const next = { ...row, helpers: ['eve', 'kim'] }
    expect(writtenBy((state) => TASKS.put(state, next, 'H1', 't1'))).toEqual({
      'test/task/H1/t1': next,
      [WAITING]: { helpers: ['eve', 'kim'] },
      'test/of-helper/bob/H1/t1': undefined,
      'test/of-helper/kim/H1/t1': {},
    })
  })

  it('takes out what is not in one any more, and all with the row', () => {
    const done = { ...row, done: true }
    expect(writtenBy((state) => TASKS.put(state, done, 'H1', 't1'))).toEqual({
      'test/task/H1/t1': done,
      [WAITING]: undefined,
    })
    expect(Object.values(writtenBy((state) => TASKS.delete(state, 'H1', 't1')))).toEqual(
      Array.from({ length: 5 }, () => undefined),
    )
  })

  it('finds a row by id, by reference, and by an index', () => {
    const state = createMemoryState()
    TASKS.put(state, row, 'H1', 't1')
    const entry = { owner: 'H1', taskId: 't1', ...row }
    expect(TASKS.entry(state, 'H1', 't1')).toEqual(entry)
    expect(TASKS.find(state, 'H1:t1')).toEqual({ ref: 'H1:t1', ...entry })
    expect(TASKS.find(state, 'H1:t2')).toBeUndefined()
    expect(TASKS.indexes.waiting.at(state, ['ann', '0000000007', 'H1', 't1'])).toEqual(entry)
  })
})
