/** Cosignatures of several members: how they join, what counts, what is evidence, and that they find their way. */
import { beforeEach, describe, expect, it } from 'vitest'
import { pack, systemClock, utf8 } from '../../src/base/index.ts'
import {
  createMemorySignedRecord,
  createMemoryTrustSteps,
  type Divergence,
  SigningFinality,
} from '../../src/finality/index.ts'
import { createLogger } from '../../src/host/index.ts'
import { createMemoryStore, type Ledger, openLedger, readTrust } from '../../src/ledger/index.ts'
import { exchangeNotes } from '../../src/node/cosigning.ts'
import {
  formatNote,
  ledgerIdOf,
  makeCosigner,
  makeLogSigner,
  openCheckpoint,
  parseNote,
  trustOf,
} from '../../src/protocol/index.ts'
import { kernel, keyOf } from '../ledger/support/consortium.ts'
import { DOCTOR, GENESIS_TIME, genesis, signEntry, versions } from '../order/cometbft/support/consortium.ts'

const genesisBytes = utf8(JSON.stringify({ ...genesis, quorum: 3 }))
const ledgerId = ledgerIdOf(kernel, genesisBytes)
const open = (): Promise<Ledger> =>
  openLedger({ store: createMemoryStore(), genesisBytes, kernel, create: true, rulesOf: versions.rulesOf })

interface Member {
  readonly id: string
  readonly ledger: Ledger
  readonly finality: SigningFinality
  readonly evidence: Divergence[]
}

async function openMember(id: string): Promise<Member> {
  const ledger = await open()
  const evidence: Divergence[] = []
  const trustNow = () => readTrust(kernel, ledger)
  const finality = await SigningFinality.open({
    kernel,
    clock: systemClock,
    member: id,
    ledger,
    keys: { log: keyOf(`${id} log`), cosigner: keyOf(`${id} cosigner`) },
    signed: createMemorySignedRecord(),
    steps: createMemoryTrustSteps(kernel, trustOf(kernel, ledger.genesis, ledger.ledgerId)),
    readTrust: trustNow,
    onDiverged: (found) => evidence.push(found),
  })
  return { id, ledger, finality, evidence }
}

let nonce = 0
const entryOf = (type: string, payload: object, signer = DOCTOR) =>
  signEntry(signer, type, payload as never, { nonce: ++nonce, expires: GENESIS_TIME + 600, ledger: ledgerId })
    .entry

/** The same block on each of these ledgers, signed by each. */
async function commit(members: readonly Member[], ...entries: Uint8Array[]): Promise<number> {
  for (const { ledger, finality } of members) {
    const packed = pack(entries)
    const verdicts = kernel.verifyEntries(packed, ledgerId)
    const { head } = await ledger.commit({ time: GENESIS_TIME + 1, entries: packed, verdicts })
    await finality.committed(head)
  }
  return members[0]!.finality.head.size
}
const add = (...members: Member[]) => commit(members, entryOf('probe.add', { key: 'k', value: 1 }))

const newest = ({ finality }: Member) => finality.notes.newest!.note
const cosignedBy = (note: string) =>
  openCheckpoint(kernel, note, trustOf(kernel, { ...genesis, quorum: 3 }, ledgerId)).cosignedBy

let [a, b, c, d]: [Member, Member, Member, Member] = [] as never
beforeEach(async () => {
  const ids = ['authority', 'hospital', 'insurer', 'lab'] as const
  ;[a, b, c, d] = (await Promise.all(ids.map(openMember))) as [Member, Member, Member, Member]
})

describe('cosignatures', () => {
  it('join a note one by one, until a quorum makes it final; an answer carries all of them', async () => {
    const size = await add(a, b, c, d)
    expect(a.finality.notes.finalSize).toBe(0)
    expect(b.finality.take(newest(a))).toBe(newest(b))
    expect(cosignedBy(newest(b))).toEqual(['authority', 'hospital'])
    expect(b.finality.notes.newest!.final).toBe(false)
    // The same again, and its own, add nothing.
    b.finality.take(newest(a))
    b.finality.take(newest(b))
    expect(parseNote(newest(b)).signatures).toHaveLength(3)
    const answer = c.finality.take(newest(b))!
    expect(cosignedBy(answer)).toEqual(['authority', 'hospital', 'insurer'])
    expect(c.finality.notes.finalSize).toBe(size)
    a.finality.take(answer)
    expect(a.finality.notes.finalSize).toBe(size)
    expect(
      openCheckpoint(kernel, newest(a), trustOf(kernel, { ...genesis, quorum: 3 }, ledgerId)).final,
    ).toBe(true)
    expect(a.finality.unfinished).toEqual([])
  })

  it('make an earlier size final too, and the newest final one is shown', async () => {
    const first = await add(a, b, c)
    const notes = [newest(b), newest(c)]
    await add(a, b, c)
    for (const note of notes) a.finality.take(note)
    expect(a.finality.notes.finalSize).toBe(first)
    expect(a.finality.notes.shown.head.size).toBe(first)
    expect(a.finality.notes.newest!.head.size).toBeGreaterThan(first)
    expect(a.finality.unfinished).toEqual([newest(a)])
  })

  it('of a size that is still to come wait for it', async () => {
    await add(b, c)
    expect(a.finality.take(newest(b))).toBeUndefined()
    expect(a.finality.take(newest(c))).toBeUndefined()
    const size = await add(a)
    // Another transaction than theirs: nothing joins, and both trees are evidence.
    expect(a.finality.notes.finalSize).toBe(0)
    expect(a.evidence.map((found) => found.size)).toEqual([size, size])
  })

  it('that came early join as soon as the size is signed', async () => {
    const entry = entryOf('probe.add', { key: 'k', value: 1 })
    await commit([b, c], entry)
    a.finality.take(newest(b))
    a.finality.take(newest(c))
    const size = await commit([a], entry)
    expect(a.finality.notes.finalSize).toBe(size)
    expect(a.evidence).toEqual([])
  })

  it('of another tree are evidence, kept with ours, and join nothing', async () => {
    await add(a)
    await add(b)
    expect(() => a.finality.take(newest(b))).toThrow(expect.objectContaining({ code: 'order.diverged' }))
    expect(a.evidence).toEqual([{ size: a.finality.head.size, ours: newest(a), theirs: newest(b) }])
    expect(cosignedBy(newest(a))).toEqual(['authority'])
  })

  it('count only where they are sound, of a member that cosigns, and of this ledger', async () => {
    const entry = entryOf('probe.add', { key: 'k', value: 1 })
    await commit([a, b], entry)
    const { text, signatures } = parseNote(newest(b))
    const before = newest(a)
    const refused = (note: string, code: string) =>
      expect(() => a.finality.take(note), note).toThrow(expect.objectContaining({ code }))
    const [log, cosignature] = signatures as [(typeof signatures)[0], (typeof signatures)[0]]
    const bent = cosignature.signature.slice()
    bent[20]! ^= 1
    refused(formatNote(text, [log, { ...cosignature, signature: bent }]), 'signature.invalid')
    // The log's word alone says nothing of who executed it; a stranger's nothing at all.
    refused(formatNote(text, [log]), 'signature.invalid')
    const stranger = makeCosigner(kernel, `${a.ledger.origin}/stranger`, keyOf('stranger cosigner'))
    refused(formatNote(text, [stranger.cosign(text, 1)]), 'signature.invalid')
    const borrowed = makeCosigner(kernel, `${a.ledger.origin}/insurer`, keyOf('stranger cosigner'))
    refused(formatNote(text, [borrowed.cosign(text, 1)]), 'signature.invalid')
    const foreign = text.replace(a.ledger.origin, 'other.example/0123456789abcdef')
    refused(formatNote(foreign, [makeLogSigner(kernel, 'x', keyOf('x')).sign(foreign)]), 'receipt.checkpoint')
    refused('no note', 'form.note')
    expect(newest(a)).toBe(before)
    expect(a.evidence).toEqual([])
  })

  it('prove a change of the quorum, also where it becomes final after later sizes', async () => {
    const all = [a, b, c, d]
    await commit(
      all,
      entryOf('governance.propose', { proposalId: 'q', change: { quorum: { quorum: 4 } } }, 'hospital'),
    )
    const approvals = ['authority', 'insurer', 'watcher'].map((member) =>
      entryOf('governance.approve', { proposal: 'hospital:q' }, member),
    )
    const changed = await commit(all, ...approvals)
    await add(...all)
    expect(a.finality.unfinished).toHaveLength(2)
    const noteAt = ({ finality }: Member) => finality.notes.at(changed)
    for (const other of [b, c]) a.finality.take(noteAt(other))
    expect(a.finality.steps.chain.steps).toHaveLength(1)
    expect(a.finality.notes.finalSize).toBe(changed)
    // From the next size on it takes four.
    for (const other of [b, c]) a.finality.take(newest(other))
    expect(a.finality.notes.finalSize).toBe(changed)
    a.finality.take(newest(d))
    expect(a.finality.notes.finalSize).toBe(a.finality.head.size)
  })
})

describe('members that reach one another', () => {
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2))
  }

  it('bring each other their notes, go on past one that is away, and catch up with it later', async () => {
    const members = [a, b, c, d]
    let isAway = true
    const lines: string[] = []
    const logger = createLogger({ level: 'warn', clock: systemClock, write: (line) => lines.push(line) })
    const ask = (async (url: string, { body }: { body: string }) => {
      const to = members.find(({ id }) => url.startsWith(`https://${id}.example/`))!
      if (to === d && isAway) throw new Error('connect ECONNREFUSED')
      try {
        const answer = to.finality.take(body)
        return new Response(answer ?? null, { status: answer === undefined ? 202 : 200 })
      } catch {
        return new Response('{}', { status: 400 })
      }
    }) as unknown as typeof fetch
    const clock = {
      ...systemClock,
      sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 50, signal),
    }
    const stopping = new AbortController()
    const working = members.map(({ id, finality }) => {
      const peers = members
        .filter((other) => other.id !== id)
        .map((other) => ({ member: other.id, url: `https://${other.id}.example` }))
      return exchangeNotes({ clock, finality, peers, logger, fetch: ask }, stopping.signal)
    })
    const first = await add(...members)
    await until(() => [a, b, c].every(({ finality }) => finality.notes.finalSize === first))
    for (let i = 0; i < 20; i++) await add(...members)
    isAway = false
    const last = a.finality.head.size
    await until(() => members.every(({ finality }) => finality.notes.finalSize === last))
    // Said once for each that could not reach it, not once a try.
    expect(lines.filter((line) => line.includes('lab')).length).toBeLessThanOrEqual(3)
    stopping.abort()
    await Promise.all(working)
  })
})
