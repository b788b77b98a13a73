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
} from '../../src/base/index.ts'
import { type Actor, isAuditor, isStaffOf } from '../../src/domain/index.ts'
import type { Ledger } from '../../src/ledger/index.ts'
import { EventHub } from '../../src/node/events.ts'
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
