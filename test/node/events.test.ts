/**
 * Room for event streams: neither one actor nor one member's patients take it all, and some is kept for who runs and
 * audits.
 */
import { afterEach, describe, expect, it } from 'vitest'
import {
  EVENT_STREAMS_MAX,
  EVENT_STREAMS_PER_ACTOR_MAX,
  EVENT_STREAMS_PER_MEMBER_MAX,
  EVENT_STREAMS_RESERVED,
  LEDGER_CALLS_MAX,
  systemClock,
} from '../../src/base/index.ts'
import { type Actor, isAuditor, isStaffOf } from '../../src/domain/index.ts'
import type { Ledger } from '../../src/ledger/index.ts'
import { EventHub } from '../../src/node/events.ts'
import { Turns } from '../../src/node/turns.ts'
import { codeOf } from '../protocol/code-of.ts'

const NODE = 'hospital'
const actorOf = (actor: string, role: Actor['role'], memberRoles: Actor['memberRoles']): Actor => ({
  actor,
  member: actor.split(':')[0]!,
  memberRoles,
  role,
  key: actor,
})
const patientOf = (member: string, i: number) => actorOf(`${member}:p${i}`, 'patient', ['hospital'])
const auditor = actorOf('auditor:audit', 'employee', ['auditor'])
const doctor = actorOf(`${NODE}:dr-li`, 'doctor', ['hospital'])

const ends: AbortController[] = []
const createHub = () =>
  new EventHub({
    // Nothing is read here: streams count from when they are opened.
    clock: systemClock,
    turns: new Turns(),
    ledger: {} as Ledger,
    maySeeAll: isAuditor,
    hasReserve: (reader) => isAuditor(reader) || isStaffOf(reader, NODE),
  })
function open(hub: EventHub, reader: Actor): AbortController {
  const end = new AbortController()
  ends.push(end)
  hub.open(reader, 0, end.signal)
  return end
}
afterEach(() => {
  for (const end of ends.splice(0)) end.abort()
})

/** Opens streams for one patient after another until no more are given; how many. */
function fill(hub: EventHub, member: string): number {
  for (let i = 0; ; i++) {
    if (codeOf(() => open(hub, patientOf(member, i))) === 'overload.streams') return i
  }
}

describe('event streams', () => {
  it('of one actor are bounded', () => {
    const hub = createHub()
    for (let i = 0; i < EVENT_STREAMS_PER_ACTOR_MAX; i++) open(hub, doctor)
    expect(codeOf(() => open(hub, doctor))).toBe('overload.streams')
    expect(codeOf(() => open(hub, auditor))).toBe('none')
  })

  it('of one member are bounded: others and its own staff at its node still get theirs', () => {
    const hub = createHub()
    expect(fill(hub, NODE)).toBe(EVENT_STREAMS_PER_MEMBER_MAX)
    for (const reader of [doctor, auditor, patientOf('clinic', 1)])
      expect(codeOf(() => open(hub, reader))).toBe('none')
  })

  it('are kept for auditors and staff of the node, however many others come', () => {
    const hub = createHub()
    const taken = fill(hub, NODE) + fill(hub, 'clinic') + fill(hub, 'ward')
    expect(taken).toBe(EVENT_STREAMS_MAX - EVENT_STREAMS_RESERVED)
    for (const reader of [doctor, auditor]) {
      const end = open(hub, reader)
      end.abort()
      open(hub, reader)
    }
    expect(codeOf(() => open(hub, patientOf('shelter', 1)))).toBe('overload.streams')
  })
})

describe('a stream of events', () => {
  /** A ledger that counts what is asked of it, and finds nothing. */
  function idleHub() {
    const asked: string[] = []
    let [running, most] = [0, 0]
    let size = 0
    const ledger = {
      async eventsOf(reader: Actor) {
        asked.push(reader.actor)
        most = Math.max(most, ++running)
        await new Promise((resolve) => setImmediate(resolve))
        running -= 1
        return {
          events: [],
          next: size,
          names: [`a${reader.actor}`, 's11'].slice(0, reader.actor === 'x:p0' ? 2 : 1),
        }
      },
      signers: async (keys: readonly string[]) => keys.map(() => ({ active: true })),
    } as unknown as Ledger
    const clock = {
      sleep: (_: number, signal?: AbortSignal) =>
        new Promise<void>((resolve) => {
          wake = resolve
          signal?.addEventListener('abort', () => resolve())
        }),
    }
    let wake = () => {}
    const hub = new EventHub({
      clock,
      turns: new Turns(),
      ledger,
      maySeeAll: isAuditor,
      hasReserve: () => false,
    })
    const readAll = async (reader: Actor, signal: AbortSignal) => {
      for await (const _ of hub.open(reader, 0, signal)) break
    }
    const settle = async () => {
      for (let last = -1; last !== asked.length; ) {
        last = asked.length
        for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
      }
    }
    return {
      asked,
      hub,
      readAll,
      settle,
      mostAtOnce: () => most,
      later: () => wake(),
      commit(touched: string) {
        size += 1
        hub.publish({ touched })
      },
    }
  }

  it('is woken by blocks that concern its reader, and by no other', async () => {
    const { asked, commit, hub, later, mostAtOnce, readAll, settle } = idleHub()
    const end = new AbortController()
    ends.push(end)
    const readers = Array.from({ length: 40 }, (_, i) => patientOf('x', i))
    const done = readers.map((reader) => readAll(reader, end.signal))
    await settle()
    asked.splice(0)
    commit('ax:p7\nmhospital')
    await settle()
    expect(new Set(asked)).toEqual(new Set(['x:p7']))
    asked.splice(0)
    commit('s11')
    await settle()
    expect(new Set(asked)).toEqual(new Set(['x:p0']))
    asked.splice(0)
    commit('')
    await settle()
    expect(asked).toEqual([])
    // For whom a reader acts may have changed: each looks once more, a while after the blocks.
    later()
    await settle()
    expect(new Set(asked).size).toBe(40)
    expect(mostAtOnce()).toBe(1)
    hub.close()
    end.abort()
    await Promise.all(done)
  })
})

describe('turns', () => {
  it('go round by owner, one job at a time, and go on after one that fails', async () => {
    const turns = new Turns()
    const order: string[] = []
    let running = 0
    const job =
      (name: string, fails = false) =>
      async () => {
        expect(++running).toBe(1)
        await new Promise((resolve) => setImmediate(resolve))
        running -= 1
        order.push(name)
        if (fails) throw new Error(name)
        return name
      }
    const first = ['a1', 'a2', 'a3'].map((name) => turns.take('a', job(name, name === 'a1')))
    const second = turns.take('b', job('b1'))
    await expect(first[0]).rejects.toThrow('a1')
    expect(await Promise.all([...first.slice(1), second])).toEqual(['a2', 'a3', 'b1'])
    expect(order).toEqual(['a1', 'a2', 'b1', 'a3'])
  })

  it('are bounded: one more is told to come again, and those that wait get theirs', async () => {
    const turns = new Turns()
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    // One is under way, and the others wait.
    const taken = Array.from({ length: LEDGER_CALLS_MAX + 1 }, (_, i) => turns.take(`o${i % 7}`, () => gate))
    await expect(turns.take('late', async () => undefined)).rejects.toMatchObject({
      code: 'ledger.overloaded',
    })
    open()
    expect(await Promise.all(taken)).toHaveLength(LEDGER_CALLS_MAX + 1)
    await expect(turns.take('late', async () => 'served')).resolves.toBe('served')
  })
})
