/** The ledger behind its thread: the same answers as in process, and what happens when the thread dies. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toHex } from '../../src/base/index.ts'
import { compileKernel } from '../../src/kernel/index.ts'
import {
  createMemoryStore,
  KEY_STATUS,
  type Ledger,
  openLedger,
  openLedgerThread,
  STATUS,
  type VerifiedBlock,
} from '../../src/ledger/index.ts'
import { blockOf, genesisBytes, idOf, kernel, keyOf, publicKeyOf, signEntry } from './support/consortium.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'medseal-thread-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const subject = (name: string) => toHex(kernel.sha256(Buffer.from(name)))
const revoke = (actor: string, signer = 'hospital') =>
  signEntry(signer, 'identity.revoke-key', { actor, key: publicKeyOf(actor) })

const entries = [
  revoke('hospital:dr-wang', 'insurer'),
  revoke('hospital:dr-wang', 'nobody'),
  revoke('hospital:dr-wang'),
  signEntry('hospital:dr-wang', 'identity.revoke-key', { actor: 'hospital:dr-li', key: subject('?') }),
]
const { accepted, refused, unknown } = STATUS

/** Every answer of a ledger, to compare two. */
async function askEverything(ledger: Ledger) {
  const { size } = await ledger.head()
  const ids = entries.map(idOf)
  const reader = {
    actor: 'hospital',
    member: 'hospital',
    role: 'member',
    memberRoles: ['hospital'],
    key: publicKeyOf('hospital'),
  }
  const keys = ['hospital:dr-li', 'hospital:dr-wang', 'nobody']
  return {
    place: [ledger.genesis, ledger.ledgerId, ledger.origin, ledger.halted],
    head: await ledger.head(),
    statuses: await ledger.statuses(new Uint8Array(Buffer.concat(ids))),
    transactions: await Promise.all(ids.map((id) => ledger.transaction(id))),
    signers: await ledger.signers(keys.map(publicKeyOf)),
    keyStatuses: await ledger.keyStatuses(
      new Uint8Array(Buffer.concat(keys.map((key) => keyOf(key).publicKey))),
    ),
    isParty: await ledger.isParty(reader, [{ member: 'hospital' }]),
    leaves: await Promise.all(Array.from({ length: size + 1 }, (_, i) => ledger.leaf(i))),
    headers: await Promise.all([0, 1, 2].map((height) => ledger.header(height))),
    bundle: await ledger.bundle(0, 3),
    tile: await ledger.tile(0, 0, 3),
    proofs: [
      await ledger.inclusionProof(1, size),
      await ledger.consistencyProof(2, size),
      await ledger.rootAt(2),
    ],
    events: [await ledger.events(0, 100), await ledger.events(3, 1), await ledger.events(size, 5)],
  }
}

describe('the ledger thread', () => {
  it('answers as the ledger in process does', async () => {
    const thread = await openLedgerThread({ dir: join(dir, 'same'), genesisBytes, create: true })
    const inProcess = await openLedger({ store: createMemoryStore(), genesisBytes, kernel, create: true })
    for (const ledger of [thread, inProcess]) {
      const { statuses } = await ledger.commit(blockOf(entries))
      expect([...statuses.kinds]).toEqual([refused, refused, accepted, refused])
    }
    for (const ledger of [thread, inProcess]) {
      const executed = await ledger.execute({ ...blockOf([signEntry('nobody', 'consent.x', {})]), memo: [1] })
      expect(await ledger.commitExecuted(executed!.ticket)).toMatchObject({ accepted: 0, refused: 0 })
      expect(await ledger.memo()).toEqual([1])
    }
    const [answers, expected] = [await askEverything(thread), await askEverything(inProcess)]
    expect(answers).toEqual(expected)
    expect(answers.keyStatuses).toEqual(
      Uint8Array.of(KEY_STATUS.active, KEY_STATUS.inactive, KEY_STATUS.unknown),
    )
    expect(answers.events[0]).toEqual({
      events: [
        {
          index: 2,
          height: 1,
          time: answers.head.time,
          id: toHex(idOf(entries[2]!)),
          type: 'identity.revoke-key',
          signer: 'hospital',
          parties: [{ actor: 'hospital:dr-wang' }, { member: 'hospital' }],
        },
      ],
      next: answers.head.size,
    })
    expect(await thread.ask('identity.facilityOf', subject('?'))).toBeUndefined()
    expect(await thread.ask('governance.trust')).toEqual(await inProcess.ask('governance.trust'))
    await expect(thread.events(-1, 1)).rejects.toMatchObject({ code: 'read.range' })
    await expect(thread.rootAt(99)).rejects.toMatchObject({ code: 'read.range' })
    await expect(thread.read('no', '/such', {}, {} as never)).rejects.toMatchObject({
      code: 'read.not-found',
    })
    await thread.close()
    await expect(thread.head()).rejects.toMatchObject({ code: 'node.closing' })
    expect(thread.halted).toBeUndefined()
  })

  it('takes the buffers of a block, copies views, leaves shared memory alone', async () => {
    const ledger = await openLedgerThread({
      dir: join(dir, 'buffers'),
      genesisBytes,
      create: true,
      kernelModule: await compileKernel(),
    })
    const block = blockOf([revoke('hospital:dr-wang')])
    const wide = new Uint8Array(block.entries.bytes.length + 10)
    wide.set(block.entries.bytes, 5)
    const shared = new Uint32Array(new SharedArrayBuffer(8))
    shared.set(block.entries.offsets)
    const given: VerifiedBlock = { ...block, entries: { bytes: wide.subarray(5, -5), offsets: shared } }
    const { ids } = block.verdicts
    expect((await ledger.commit(given)).accepted).toBe(1)
    expect(wide.length).toBe(block.entries.bytes.length + 10)
    expect(shared[1]).toBe(block.entries.bytes.length)
    expect(ids.length).toBe(0)
    await ledger.close()
  })

  it('opens what it finds and nothing else', async () => {
    const path = join(dir, 'open')
    const missing = openLedgerThread({ dir: path, genesisBytes, create: false })
    await expect(missing).rejects.toMatchObject({ code: 'data.missing' })
    await (await openLedgerThread({ dir: path, genesisBytes, create: true })).close()
    const again = await openLedgerThread({ dir: path, genesisBytes, create: false })
    expect((await again.head()).height).toBe(0)
    await again.close()
    const other = Buffer.from(Buffer.from(genesisBytes).toString().replace('test.example', 'other.example'))
    await expect(openLedgerThread({ dir: path, genesisBytes: other, create: false })).rejects.toMatchObject({
      code: 'ledger.genesis-mismatch',
    })
  })

  it('turns calls away over its bound, but no commit', async () => {
    const ledger = await openLedgerThread({ dir: join(dir, 'bound'), genesisBytes, create: true })
    const calls = await Promise.allSettled(Array.from({ length: 9_000 }, () => ledger.leaf(0)))
    const rejected = calls.filter((call) => call.status === 'rejected')
    expect(rejected).toHaveLength(9_000 - 8_192)
    expect(rejected[0]?.reason).toMatchObject({
      code: 'ledger.overloaded',
      details: { retryAfterSeconds: 1 },
    })
    const reads = Promise.allSettled(Array.from({ length: 8_192 }, () => ledger.leaf(0)))
    expect((await ledger.commit(blockOf([revoke('hospital:dr-wang')]))).accepted).toBe(1)
    await reads
    await ledger.close()
  })

  it.each([
    ['exit', 'ended with code 7'],
    ['throw', 'a fault in native code'],
  ])('that dies rejects every call and loses nothing that it acknowledged: %s', async (how, reason) => {
    const path = join(dir, `crash-${how}`)
    const threadUrl = new URL('./support/crashing-thread.mjs', import.meta.url)
    const ledger = await openLedgerThread({ dir: path, genesisBytes, create: true, threadUrl })
    const first = entries[2]!
    const { head } = await ledger.commit(blockOf([first]))
    const last = ledger.commit(blockOf([revoke('hospital:dr-li')]))
    const behind = ledger.head()
    const halted = { code: 'ledger.halted', details: { message: expect.stringContaining(reason) } }
    await expect(last).rejects.toMatchObject(halted)
    await expect(behind).rejects.toMatchObject(halted)
    await expect(ledger.head()).rejects.toMatchObject(halted)
    expect(ledger.halted).toMatchObject(halted)
    await ledger.close()

    const again = await openLedgerThread({ dir: path, genesisBytes, create: false })
    // The second commit was not acknowledged: it may have happened or not.
    expect([1, 2]).toContain((await again.head()).height)
    expect(await again.rootAt(head.size)).toEqual(head.root)
    expect([...(await again.statuses(idOf(first))).kinds]).toEqual([accepted])
    expect([...(await again.statuses(idOf(entries[0]!))).kinds]).toEqual([unknown])
    await again.close()
  })
})
