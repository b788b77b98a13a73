/** What a node shows of transactions and to whom; receipts that verify; private parts and their sweep; streams. */
import { afterAll, describe, expect, it } from 'vitest'
import { PART_SWEEP_DELAY_SECONDS } from '../../src/base/index.ts'
import { createLogger } from '../../src/host/index.ts'
import { PendingTransactions } from '../../src/intake/pending.ts'
import type { LedgerEvent } from '../../src/ledger/index.ts'
import { parseTlogProof, trustOf, verifyReceipt } from '../../src/protocol/index.ts'
import { sweepParts } from '../../src/services/sweep.ts'
import { createWorld, kernel, publicKeyOf, type World } from './support/world.ts'

const idOf = (hex: string): Uint8Array => Buffer.from(hex, 'hex')

describe('transactions, receipts and private parts', async () => {
  const world = await createWorld()
  const { node } = world
  const trust = trustOf(kernel, world.ledger.genesis, world.ledgerId)
  const sealed = world.sign('hospital:dr-li', 'note.write', { to: 'hospital:dr-wang' }, { private: { a: 1 } })
  const refused = world.sign('hospital:dr-li', 'note.write', { to: 'nobody' })
  await node.submit([sealed, refused], 'committed')
  const never = '00'.repeat(32)

  it('are shown to signer, parties, operator and auditors, and to nobody else', async () => {
    const statuses: Record<string, string> = {}
    for (const name of [
      'hospital:dr-li',
      'hospital:dr-wang',
      'hospital',
      'auditor',
      'auditor:audit',
      'insurer',
    ]) {
      statuses[name] = (await node.transaction(sealed.id, await world.reader(name))).status
    }
    expect(statuses).toEqual({
      'hospital:dr-li': 'accepted',
      'hospital:dr-wang': 'accepted',
      hospital: 'accepted',
      auditor: 'accepted',
      'auditor:audit': 'accepted',
      insurer: 'unknown',
    })
    const insurer = await world.reader('insurer')
    expect(await node.transaction(never, insurer)).toEqual({ id: never, status: 'unknown' })
    expect(await node.transaction(sealed.id, insurer)).toEqual({ id: sealed.id, status: 'unknown' })
    await expect(node.receipt(sealed.id, insurer)).rejects.toMatchObject({ code: 'read.not-found' })
    await expect(node.receipt(never, insurer)).rejects.toMatchObject({ code: 'read.not-found' })
  })

  it('tell a refusal with its code and details', async () => {
    const reader = await world.reader('hospital:dr-li')
    expect(await node.transaction(refused.id, reader)).toMatchObject({
      id: refused.id,
      status: 'refused',
      code: 'identity.actor-unknown',
      details: { field: '/payload/to' },
      height: 1,
    })
  })

  it('have receipts that verify offline, of accepted and refused ones', async () => {
    const reader = await world.reader('hospital:dr-li')
    const accepted = verifyReceipt(kernel, await node.receipt(sealed.id, reader), trust, sealed.id)
    expect(accepted).toMatchObject({ ok: true, status: 'accepted', id: sealed.id, height: 1, final: true })
    const denied = verifyReceipt(kernel, await node.receipt(refused.id, reader), trust, refused.id)
    expect(denied).toMatchObject({ ok: true, status: 'refused', code: 'identity.actor-unknown' })
  })

  it('give private parts to signer and parties alone, and log it', async () => {
    for (const name of ['hospital:dr-li', 'hospital:dr-wang']) {
      expect(await node.privatePart(sealed.id, await world.reader(name))).toEqual(sealed.privatePart)
    }
    for (const name of ['hospital', 'auditor', 'insurer']) {
      const reading = node.privatePart(sealed.id, await world.reader(name))
      await expect(reading, name).rejects.toMatchObject({ code: 'read.not-found' })
    }
    const audit = world.logLines
      .map((line) => JSON.parse(line))
      .filter(({ message }) => message === 'private part read')
    expect(audit.map(({ reader }) => reader)).toEqual(['hospital:dr-li', 'hospital:dr-wang'])
    expect(audit[0]).toMatchObject({ channel: 'audit', transaction: sealed.id })
  })

  it('log reads of patient data with reader and object, without contents', async () => {
    await node.read('note', '/counted/:name', { name: 'someone', count: 3 }, await world.reader('insurer'))
    expect(JSON.parse(world.logLines.at(-1)!)).toMatchObject({
      channel: 'audit',
      reader: 'insurer',
      read: '/v1/note/counted/:name',
      object: ['name=someone', 'count=3'],
      found: true,
    })
  })

  it('prove inclusion at sizes that ended a block, and at no other', async () => {
    const { size } = await world.ledger.head()
    const proof = parseTlogProof(await node.inclusionProofText(0, 2))
    expect(proof.index).toBe(0)
    expect(proof.checkpoint.split('\n')[1]).toBe('2')
    await expect(node.inclusionProofText(0, size - 1)).rejects.toMatchObject({ code: 'read.range' })
    await expect(node.inclusionProofText(0, size + 1)).rejects.toMatchObject({ code: 'read.range' })
    await expect(node.inclusionProofText(size, size)).rejects.toMatchObject({ code: 'read.range' })
  })

  it('give entry bundles to operators and auditors', async () => {
    expect(await node.entryBundle(0, 2, await world.reader('auditor:audit'))).toBeDefined()
    expect(await node.entryBundle(0, 2, await world.reader('hospital'))).toBeDefined()
    expect(await node.entryBundle(0, 2, await world.reader('hospital:dr-li'))).toBeUndefined()
    expect(await node.entryBundle(0, 256, await world.reader('hospital'))).toBeUndefined()
  })

  afterAll(() => node.close())
})

describe('the sweep of private parts', () => {
  it('erases those of refused and lost transactions once they expired, and keeps the others', async () => {
    const world = await createWorld()
    const { clock, ledger, parts, node } = world
    const note = (to: string) => world.sign('hospital:dr-li', 'note.write', { to }, { private: { to } })
    const [accepted, refused, lost, pendingOne] = [note('hospital'), note('nobody'), note('a'), note('b')]
    await node.submit([accepted, refused], 'committed')
    for (const { id, privatePart } of [lost, pendingOne])
      await parts.keep([{ id: idOf(id), part: privatePart! }])
    const pending = new PendingTransactions()
    pending.add({
      id: pendingOne.id,
      key: publicKeyOf('hospital:dr-li'),
      type: 'note.write',
      expires: clock.now + 600,
      entry: pendingOne.entry,
    })
    const logger = createLogger({ level: 'silent', clock, write: () => {} })
    const sweep = () => sweepParts({ clock, ledger, parts, pending, logger })
    expect(await sweep()).toBe(0)
    clock.now += 600 + PART_SWEEP_DELAY_SECONDS + 1
    expect(await sweep()).toBe(2)
    expect(await sweep()).toBe(0)
    expect(await parts.get(idOf(accepted.id))).toEqual(accepted.privatePart)
    expect(await parts.get(idOf(refused.id))).toBeUndefined()
    expect(await parts.get(idOf(lost.id))).toBeUndefined()
    expect(await parts.get(idOf(pendingOne.id))).toBeDefined()
    pending.settle(pendingOne.id, { status: 'rejected', code: 'admission.expired' })
    expect(await sweep()).toBe(1)
    await node.close()
  })
})

describe('event streams', () => {
  /** Collects `count` events, or all until the stream ends. */
  async function collect(
    world: World,
    name: string,
    from: number,
    count: number,
    signal = new AbortController().signal,
  ): Promise<LedgerEvent[]> {
    const events: LedgerEvent[] = []
    for await (const event of world.node.events(await world.reader(name), from, signal)) {
      events.push(event)
      if (events.length === count) break
    }
    return events
  }

  const write = (world: World, signer: string, to: string) => world.sign(signer, 'note.write', { to })

  it('tell the past and what comes, to whom it concerns', async () => {
    const world = await createWorld()
    const mine = write(world, 'hospital:dr-li', 'insurer')
    const others = write(world, 'hospital:dr-wang', 'hospital')
    await world.node.submit([mine, others], 'committed')
    const auditor = collect(world, 'auditor', 0, 3)
    const insurer = collect(world, 'insurer', 0, 2)
    const signer = collect(world, 'hospital:dr-li', 0, 2)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect((await world.node.metrics()).streams).toBe(3)
    const later = write(world, 'hospital:dr-li', 'insurer')
    await world.submit(later)
    expect((await auditor).map(({ id }) => id)).toEqual([mine.id, others.id, later.id])
    expect((await insurer).map(({ id }) => id)).toEqual([mine.id, later.id])
    expect((await signer).map(({ id }) => id)).toEqual([mine.id, later.id])
    expect((await world.node.metrics()).streams).toBe(0)
    await world.node.close()
  })

  it('show a patient what concerns a subject that it acts for', async () => {
    const world = await createWorld()
    const subject = world.subject('hospital:patient')
    const enrolled = world.sign('hospital', 'identity.enrol-subject', {
      subject,
      patient: 'hospital:patient',
    })
    expect((await world.submit(enrolled))[0]).toMatchObject({ status: 'accepted' })
    const stranger = new AbortController()
    setTimeout(() => stranger.abort(), 50)
    expect((await collect(world, 'hospital:patient', 0, 1)).map(({ id }) => id)).toEqual([enrolled.id])
    expect(await collect(world, 'hospital:other-patient', 0, 1, stranger.signal)).toEqual([])
    await world.node.close()
  })

  it('end when the key is revoked, and when the node closes', async () => {
    const world = await createWorld()
    const head = (await world.ledger.head()).size
    const revokedStream = collect(world, 'hospital:dr-wang', head, 100)
    const openStream = collect(world, 'auditor', head, 100)
    const revoke = world.sign('hospital', 'identity.revoke-key', {
      actor: 'hospital:dr-wang',
      key: publicKeyOf('hospital:dr-wang'),
    })
    await world.submit(revoke)
    expect((await revokedStream).length).toBeLessThanOrEqual(1)
    await world.node.close()
    expect((await openStream).map(({ id }) => id)).toEqual([revoke.id])
    expect(() => world.node.events({} as never, 0, new AbortController().signal)).toThrow()
  })
})
