/**
 * A running node over a change of rules: its door follows the version of the next block; what it can not execute it
 * tells long before, and from the height on it only answers reads, started anew or not.
 */
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemClock, toHex } from '../../src/base/index.ts'
import { createVersions, RELEASED, VERSIONS } from '../../src/domain/index.ts'
import { createLogger, initData, keyPath, readSigningKey } from '../../src/host/index.ts'
import { createMemoryStore, openLedgerThread } from '../../src/ledger/index.ts'
import { openNode, planConsortium, type RunningNode } from '../../src/node/index.ts'
import { createEmbeddedOrder, type Order } from '../../src/order/index.ts'
import {
  type Body,
  encodeBody,
  encodeTransactionLeaf,
  ledgerIdOf,
  type Payload,
  signingInput,
} from '../../src/protocol/index.ts'
import { TEST_VERSION, testVersionAfter } from '../ledger/support/test-version.mjs'
import {
  createTestClock,
  createWorld,
  GENESIS_TIME,
  kernel,
  type Signed,
  type TestClock,
  type World,
  type WorldOptions,
} from './support/world.ts'

const laterVersions = [testVersionAfter(RELEASED)]
const hashOf = (name: string): string => toHex(kernel.sha256(Buffer.from(name)))
const LI = 'hospital:dr-li'
const PATIENT = 'hospital:patient'

async function must(world: World, ...signed: readonly Signed[]): Promise<void> {
  for (const one of signed) {
    const [result] = await world.submit(one)
    expect(result).toMatchObject({ status: 'accepted' })
  }
}

const propose = (world: World, height: number): Signed =>
  world.sign('hospital', 'governance.propose', {
    proposalId: 'rules',
    change: { rulesVersion: { version: TEST_VERSION, height } },
  })
/** The approvals that adopt what `propose` proposed; each makes a block of its own. */
const approvals = (world: World): Signed[] => [
  ...['hospital', 'insurer'].map((member) =>
    world.sign(member, 'governance.signal-rules', { version: TEST_VERSION }),
  ),
  ...['insurer', 'auditor'].map((member) =>
    world.sign(member, 'governance.approve', { proposal: 'hospital:rules' }),
  ),
]

const stamp = (world: World, stampId = 'one'): Signed => world.sign(LI, 'record.stamp', { stampId })
const anchor = (world: World, recordId: string, encounterAt = GENESIS_TIME - 60): Signed =>
  world.sign(LI, 'record.anchor', {
    recordId,
    subject: world.subject(PATIENT),
    kind: 'Observation',
    contentHash: hashOf(recordId),
    encounterAt,
  })
const enrolSubject = (world: World): Signed =>
  world.sign('hospital', 'identity.enrol-subject', { subject: world.subject(PATIENT), patient: PATIENT })
const LONG_AGO = GENESIS_TIME - 10 * 86_400

/** Every transaction makes a block of its own, though all are admitted together. */
const oneEntryBlocks: Pick<WorldOptions, 'wrapOrder'> = {
  wrapOrder: (): Order => createEmbeddedOrder({ clock: systemClockAtGenesis, blockCountMax: 1 }),
}
const systemClockAtGenesis = { ...systemClock, nowSeconds: () => GENESIS_TIME }

/** A clock on which a minute passes in 6 ms. */
function fastClock(): TestClock {
  const clock = createTestClock()
  clock.speed = 10_000
  return clock
}

const linesOf = (world: World, level: string) =>
  world.logLines
    .map((line) => JSON.parse(line) as { level: string; message: string })
    .filter((line) => line.level === level)
    .map(({ message }) => message)

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 2_000; i++) {
    if (await condition()) return
    await systemClock.sleep(2)
  }
  throw new Error('it did not come to that')
}

describe('a node that knows the version', () => {
  it('switches at the height: new and replaced verbs, reads and parameters; a start changes nothing', async () => {
    const store = createMemoryStore()
    const world = await createWorld({ laterVersions, store })
    const reader = await world.reader(LI)
    const read = (of: World) => of.node.read('record', '/documents/:ref', { ref: 'hospital:new' }, reader)
    // Heights 1 to 6; the version holds from height 9 on.
    await must(world, enrolSubject(world), propose(world, 9), ...approvals(world))
    await must(world, anchor(world, 'before', LONG_AGO))
    expect(await world.submit(stamp(world))).toMatchObject([
      { status: 'rejected', code: 'form.type-unknown' },
    ])
    await must(world, anchor(world, 'new'))
    expect((await world.ledger.head()).height).toBe(8)

    // The next block is the first one under the new rules, and the door knows.
    expect(await world.submit(anchor(world, 'after', LONG_AGO))).toMatchObject([
      { status: 'refused', code: 'record.in-future', height: 9 },
    ])
    expect(await read(world)).toMatchObject({ ref: 'hospital:new' })
    await must(world, stamp(world), anchor(world, 'after'))
    expect(linesOf(world, 'info')).toContain('the rules have changed')
    expect(linesOf(world, 'error')).toEqual([])
    expect(await world.node.info()).toMatchObject({
      rulesVersion: TEST_VERSION,
      rules: { known: [...VERSIONS.known, TEST_VERSION], upcoming: [] },
    })
    expect(await world.node.ready()).toEqual({ ready: true, reasons: [], warnings: [] })

    const again = await createWorld({ laterVersions, store })
    await must(again, stamp(again, 'two'))
    expect(await read(again)).toMatchObject({ ref: 'hospital:new' })
  })

  it('has the read of a later version only once it holds', async () => {
    const world = await createWorld({ laterVersions })
    const reader = await world.reader(LI)
    const read = world.node.read('record', '/documents/:ref', { ref: 'hospital:r' }, reader)
    await expect(read).rejects.toMatchObject({ code: 'read.not-found' })
  })

  it('says what is to come without an alarm', async () => {
    const world = await createWorld({ laterVersions, clock: fastClock() })
    await must(world, propose(world, 100))
    await until(async () => (await world.node.info()).rules.upcoming.length > 0)
    const proposed = { version: TEST_VERSION, height: 100, state: 'proposed', proposal: 'hospital:rules' }
    expect((await world.node.info()).rules.upcoming).toEqual([
      { ...proposed, known: true, ready: 0, nodes: 2 },
    ])
    expect(await world.node.ready()).toEqual({ ready: true, reasons: [], warnings: [] })
    expect((await world.node.metrics()).rulesUnknownFromHeight).toBeUndefined()
    expect(linesOf(world, 'error')).toEqual([])
  })

  it('answers a transaction that the change overtook by the rules that executed it', async () => {
    const world = await createWorld({ laterVersions, ...oneEntryBlocks })
    const other = { subject: world.subject('hospital:other-patient'), patient: PATIENT }
    const subjects = [world.subject(PATIENT), other.subject] as const
    await must(world, enrolSubject(world), world.sign('hospital', 'identity.enrol-subject', other))
    await must(world, propose(world, 8), ...approvals(world).slice(0, 3))
    // Admitted at once under version 1, each in a block of its own: the first one adopts the version for the next.
    const overtaken = [
      approvals(world)[3]!,
      world.sign(PATIENT, 'identity.link', { subject: subjects[0], other: subjects[1] }),
      anchor(world, 'old', LONG_AGO),
      anchor(world, 'new'),
    ]
    const results = await world.node.submit(overtaken, 'committed')
    expect(results).toMatchObject([
      { status: 'accepted', height: 7 },
      { status: 'rejected', code: 'admission.rules-changed' },
      { status: 'refused', code: 'record.in-future', height: 8 },
      { status: 'accepted', height: 9 },
    ])
  })
})

describe('a node that does not know the version', () => {
  it('raises an alarm and warns when it is proposed, and when it is adopted, and takes transactions', async () => {
    const store = createMemoryStore()
    const world = await createWorld({ store, clock: fastClock() })
    await must(world, propose(world, 100))
    await until(async () => (await world.node.ready()).warnings.length > 0)
    expect(await world.node.ready()).toEqual({
      ready: true,
      reasons: [],
      warnings: [`rules version ${TEST_VERSION} unknown: proposed, from height 100`],
    })
    await must(world, ...approvals(world))
    const adopted = [`rules version ${TEST_VERSION} unknown: adopted, from height 100`]
    await until(async () => (await world.node.ready()).warnings[0] === adopted[0])
    const upcoming = [
      { version: TEST_VERSION, height: 100, state: 'adopted', known: false, ready: 2, nodes: 2 },
    ]
    expect(await world.node.info()).toMatchObject({ rules: { known: [...VERSIONS.known], upcoming } })
    expect((await world.node.metrics()).rulesUnknownFromHeight).toBe(100)
    await must(world, enrolSubject(world))
    await until(() => linesOf(world, 'error').length === 2)
    const message = (state: string) =>
      `ALARM: rules version ${TEST_VERSION} is ${state} for height 100 and this build does not know it: install a newer build before`
    expect(linesOf(world, 'error')).toEqual([message('proposed'), message('adopted')])

    const again = await createWorld({ store })
    expect(linesOf(again, 'error')).toEqual([message('adopted')])
    expect(await again.node.ready()).toEqual({ ready: true, reasons: [], warnings: adopted })
  })

  it('takes nothing from its height on, goes on answering reads, and says so when it is started again', async () => {
    const store = createMemoryStore()
    const world = await createWorld({ store })
    await must(world, enrolSubject(world), propose(world, 8), ...approvals(world))
    const last = anchor(world, 'last')
    await must(world, last)
    const older = await createWorld({ store })
    for (const stopped of [world, older]) {
      await expect(stopped.submit(anchor(stopped, 'late'))).rejects.toMatchObject({
        code: 'ledger.rules-unknown',
      })
      expect(await stopped.node.ready()).toEqual({ ready: false, reasons: ['rules unknown'], warnings: [] })
      expect((await stopped.node.metrics()).rulesUnknownFromHeight).toBe(8)
      const reader = await stopped.reader(LI)
      expect(await stopped.node.transaction(last.id, reader)).toMatchObject({ status: 'accepted', height: 7 })
      expect((await stopped.node.receipt(last.id, reader)).proof).toContain('tlog-proof')
      const record = await stopped.node.read('record', '/records/:ref', { ref: 'hospital:last' }, reader)
      expect(record).toMatchObject({ ref: 'hospital:last' })
      expect(await stopped.node.info()).toMatchObject({ rulesVersion: 1 })
      expect(linesOf(stopped, 'error').at(-1)).toContain(`rules version ${TEST_VERSION} holds`)
      await stopped.node.close()
    }
    expect(await createWorld({ laterVersions, store }).then(({ node }) => node.ready())).toMatchObject({
      ready: true,
    })
  })

  it('halts at the first block of the version, untouched, and answers for the one before', async () => {
    const world = await createWorld({ ...oneEntryBlocks })
    await must(world, enrolSubject(world), propose(world, 7), ...approvals(world).slice(0, 3))
    const [adopting, overtaken] = [approvals(world)[3]!, anchor(world, 'overtaken')]
    const waiting = [world.node.submit([adopting], 'committed'), world.node.submit([overtaken], 'committed')]
    const [first, second] = await Promise.allSettled(waiting)
    expect(first).toMatchObject({ status: 'fulfilled', value: [{ status: 'accepted', height: 6 }] })
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'ledger.rules-unknown' } })
    const reader = await world.reader('auditor')
    expect(await world.node.transaction(adopting.id, reader)).toMatchObject({ status: 'accepted', height: 6 })
    expect(await world.ledger.head()).toMatchObject({ height: 6, rulesVersion: 1 })
    expect(await world.node.ready()).toMatchObject({ ready: false, reasons: ['halted', 'rules unknown'] })
    expect((await world.node.info()).size).toBe((await world.ledger.head()).size)
    await world.node.close()
  })
})

describe('a data folder', () => {
  const data = join(mkdtempSync(join(tmpdir(), 'medseal-versions-')), 'data')
  const logger = createLogger({ level: 'silent', clock: systemClock, write: () => {} })
  const threadUrl = new URL('../ledger/support/versions-thread.mjs', import.meta.url)
  const newer = {
    versions: createVersions([...RELEASED, ...laterVersions]),
    makers: {
      openLedger: (options: Parameters<typeof openLedgerThread>[0]) =>
        openLedgerThread({ ...options, threadUrl }),
    },
  }
  const open = (build: object = {}) => openNode({ data, threads: 1 }, { logger, ...build })

  let nonceCount = 0
  function sign(signer: string, type: string, payload: Payload): Uint8Array {
    const key = readSigningKey(keyPath(data, signer))
    const nonce = String(++nonceCount).padStart(32, '0')
    const body: Body = { expires: systemClock.nowSeconds() + 600, nonce, payload, type }
    const bytes = encodeBody(body)
    const ledgerId = ledgerIdOf(kernel, readFileSync(join(data, 'genesis.json')))
    return encodeTransactionLeaf(key.publicKey, key.sign(signingInput(ledgerId, key.publicKey, bytes)), bytes)
  }
  const submit = async (node: RunningNode, entry: Uint8Array) =>
    (await node.submit([{ entry }], 'committed'))[0]!

  it('is gone on with by a newer build, with threads of its own, and by no older one after', async () => {
    const plan = {
      name: 'test.example',
      node: 'hospital',
      members: [
        { id: 'hospital', roles: ['hospital'] },
        { id: 'insurer', roles: ['insurer'] },
      ],
    } as const
    initData(kernel, data, planConsortium(plan, systemClock))
    const older = await open()
    const change = { rulesVersion: { version: TEST_VERSION, height: 4 } }
    await submit(older, sign('hospital', 'governance.propose', { proposalId: 'rules', change }))
    await submit(older, sign('hospital', 'governance.signal-rules', { version: TEST_VERSION }))
    const approval = sign('insurer', 'governance.approve', { proposal: 'hospital:rules' })
    expect(await submit(older, approval)).toMatchObject({ status: 'accepted', height: 3 })
    await expect(submit(older, approval)).rejects.toMatchObject({ code: 'ledger.rules-unknown' })
    await older.close()

    const again = await open()
    expect(await again.ready()).toMatchObject({ ready: false, reasons: ['rules unknown'] })
    await again.close()

    for (const stampId of ['one', 'two']) {
      const node = await open(newer)
      expect(await submit(node, sign('hospital', 'record.stamp', { stampId }))).toMatchObject({
        status: 'accepted',
      })
      await node.close()
    }
    await expect(open()).rejects.toMatchObject({ code: 'ledger.rules-unknown' })
  })
})
