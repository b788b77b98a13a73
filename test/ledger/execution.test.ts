/** What blocks do: which entries leave a leaf, which spend an id, what the state digest and the header say. */
import { describe, expect, it } from 'vitest'
import { CODES, toHex, utf8 } from '../../src/base/index.ts'
import {
  createMemoryStore,
  type Ledger,
  openLedger,
  type PackedStatuses,
  STATUS,
  statusAt,
} from '../../src/ledger/index.ts'
import { decodeLeaf } from '../../src/protocol/index.ts'
import {
  blockOf,
  GENESIS_TIME,
  genesisBytes,
  idOf,
  kernel,
  keyOf,
  put,
  signAgain,
  signEntry,
} from './support/consortium.ts'
import { probeRulesOf } from './support/probe-module.ts'

const open = (store = createMemoryStore()): Promise<Ledger> =>
  openLedger({ store, genesisBytes, kernel, rulesOf: probeRulesOf, create: true })

const kindsOf = (statuses: PackedStatuses) => [...statuses.kinds]
const { accepted, refused, unknown } = STATUS

async function leavesOf(ledger: Ledger): Promise<Uint8Array[]> {
  const { size } = await ledger.head()
  return (await Promise.all(Array.from({ length: size }, (_, i) => ledger.leaf(i)))) as Uint8Array[]
}

const READER = { key: '', actor: 'hospital', member: 'hospital', role: 'member', memberRoles: ['hospital'] }
const readValue = (ledger: Ledger, key: string) => ledger.read('probe', '/values/:key', { key }, READER)

describe('genesis', () => {
  it('is leaf 0, followed by the header of height 0', async () => {
    const ledger = await open()
    const leaves = await leavesOf(ledger)
    expect(leaves).toHaveLength(2)
    expect(leaves[0]).toEqual(Uint8Array.of(0, ...genesisBytes))
    const header = decodeLeaf(leaves[1]!)
    if (header.kind !== 'header') throw new Error('leaf 1 is not a header')
    expect(header.header).toMatchObject({
      height: 0,
      time: GENESIS_TIME,
      rulesVersion: 1,
      accepted: 0,
      refused: 0,
    })
    expect(toHex(header.header.previousHeaderHash)).toBe('00'.repeat(32))
    const head = await ledger.head()
    expect(head).toMatchObject({ height: 0, size: 2, time: GENESIS_TIME })
    expect(head.root).toEqual(kernel.merkleRoot(leaves))
  })

  it('is not made where creating was not asked for', async () => {
    const store = createMemoryStore()
    const opened = openLedger({ store, genesisBytes, kernel, create: false })
    await expect(opened).rejects.toMatchObject({ code: 'data.missing' })
    expect(store.range('meta', { start: utf8(' '), limit: 10 })).toEqual([])
  })

  it('must be that of the store', async () => {
    const store = createMemoryStore()
    await open(store)
    const other = utf8(new TextDecoder().decode(genesisBytes).replace('test.example', 'other.example'))
    const opened = openLedger({ store, genesisBytes: other, kernel, create: true })
    await expect(opened).rejects.toMatchObject({ code: 'ledger.genesis-mismatch' })
  })
})

describe('a block', () => {
  it('is accepted transactions, refusals, header; its digest covers what they changed', async () => {
    const ledger = await open()
    const entries = [put('b', 2), signEntry('hospital:dr-li', 'probe.refuse', { key: 'r' }), put('a')]
    const committed = await ledger.commit(blockOf([...entries]))
    expect(committed).toMatchObject({ accepted: 2, refused: 1 })
    expect(statusAt(committed.statuses, 0)).toEqual({ status: 'accepted', index: 2, height: 1 })
    expect(statusAt(committed.statuses, 1)).toEqual({
      status: 'refused',
      code: CODES['read.range'].number,
      index: 4,
      height: 1,
      details: { field: '/payload/key', message: 'No.' },
    })
    expect(statusAt(committed.statuses, 2)).toEqual({ status: 'accepted', index: 3, height: 1 })

    const leaves = await leavesOf(ledger)
    expect(leaves.slice(2, 4)).toEqual([entries[0], entries[2]])
    expect(decodeLeaf(leaves[4]!)).toEqual({
      kind: 'refusals',
      refusals: [{ id: idOf(entries[1]!), code: CODES['read.range'].number }],
    })
    const changed = [
      ['probe/a', '{"value":1}'],
      ['probe/b', '{"value":2}'],
    ].flatMap(([key, value]) => [
      0,
      0,
      0,
      key!.length,
      ...utf8(key!),
      0,
      0,
      0,
      value!.length,
      ...utf8(value!),
    ])
    const found = await ledger.header(1)
    expect(found?.index).toBe(5)
    expect(found?.leaf).toEqual(leaves[5])
    expect(found?.header).toEqual({
      height: 1,
      time: GENESIS_TIME + 10,
      rulesVersion: 1,
      accepted: 2,
      refused: 1,
      previousHeaderHash: kernel.leafHash(leaves[1]!),
      stateDigest: kernel.sha256(Uint8Array.from(changed)),
    })
    expect(committed.head).toEqual(await ledger.head())
    expect(committed.head.root).toEqual(kernel.merkleRoot(leaves))
    expect(await readValue(ledger, 'r')).toBeUndefined()
    expect(await readValue(ledger, 'b')).toEqual({ value: 2 })
  })

  it('marks deleted keys in its digest', async () => {
    const ledger = await open()
    await ledger.commit(blockOf([put('gone')]))
    await ledger.commit(
      blockOf([
        signEntry('hospital:dr-li', 'probe.delete', { key: 'gone' }),
        put('brief'),
        signEntry('hospital:dr-li', 'probe.delete', { key: 'brief' }),
      ]),
    )
    const changed = ['probe/brief', 'probe/gone'].flatMap((key) => [
      0,
      0,
      0,
      key.length,
      ...utf8(key),
      255,
      255,
      255,
      255,
    ])
    expect((await ledger.header(2))?.header.stateDigest).toEqual(kernel.sha256(Uint8Array.from(changed)))
    expect(await readValue(ledger, 'gone')).toBeUndefined()
  })

  it('is not written where it is empty or all of it is dropped', async () => {
    const ledger = await open()
    const before = await ledger.head()
    const expired = put('x', 1, { expires: GENESIS_TIME })
    for (const entries of [[], [expired]]) {
      const committed = await ledger.commit(blockOf(entries))
      expect(committed.head).toEqual(before)
      expect(kindsOf(committed.statuses)).toEqual(entries.map(() => unknown))
    }
    expect(await ledger.head()).toEqual(before)
    expect(kindsOf(await ledger.statuses(idOf(expired)))).toEqual([unknown])
  })

  it('never goes back in time', async () => {
    const ledger = await open()
    await ledger.commit(blockOf([put('a')], GENESIS_TIME + 50))
    await ledger.commit(blockOf([put('b')], GENESIS_TIME + 20))
    expect((await ledger.header(2))?.header.time).toBe(GENESIS_TIME + 50)
  })

  it('has as many refusals leaves as its refusals need', async () => {
    const ledger = await open()
    const entries = Array.from({ length: 1_901 }, () =>
      signEntry('hospital:dr-li', 'probe.refuse', { key: 'r' }),
    )
    const { statuses, head } = await ledger.commit(blockOf(entries))
    expect(head.size).toBe(2 + 2 + 1)
    expect(statusAt(statuses, 1_899)).toMatchObject({ index: 2 })
    expect(statusAt(statuses, 1_900)).toMatchObject({ index: 3 })
    expect((await ledger.header(1))?.header).toMatchObject({ accepted: 0, refused: 1_901 })
  }, 120_000)
})

describe('expiry', () => {
  it('lies after block time and at most 24 hours ahead', async () => {
    const ledger = await open()
    const time = GENESIS_TIME + 100
    const at = (expires: number) => put('x', 1, { expires })
    const { statuses } = await ledger.commit(
      blockOf([at(time - 1), at(time), at(time + 1), at(time + 86_400), at(time + 86_401)], time),
    )
    expect(kindsOf(statuses)).toEqual([unknown, unknown, accepted, accepted, unknown])
  })
})

describe('an id', () => {
  it('is spent once, within a block and across blocks', async () => {
    const ledger = await open()
    const add = (nonce: string) =>
      signEntry('hospital:dr-li', 'probe.add', { key: 'sum', value: 1 }, { nonce })
    const entry = add('ab'.repeat(16))
    const no = signEntry('hospital:dr-li', 'probe.refuse', { key: 'r' })
    const first = await ledger.commit(blockOf([entry, no, entry, no]))
    expect(kindsOf(first.statuses)).toEqual([accepted, refused, accepted, refused])
    expect(first).toMatchObject({ accepted: 1, refused: 1 })
    expect(statusAt(first.statuses, 2)).toEqual(statusAt(first.statuses, 0))
    const second = await ledger.commit(blockOf([no, put('other'), entry]))
    expect(second).toMatchObject({ accepted: 1, refused: 0 })
    expect(statusAt(second.statuses, 0)).toEqual(statusAt(first.statuses, 1))
    expect(statusAt(second.statuses, 2)).toEqual(statusAt(first.statuses, 0))
    expect(await readValue(ledger, 'sum')).toEqual({ value: 1 })
  })

  it('differs where two actors sign one body, and a copy under another key does not block the original', async () => {
    const ledger = await open()
    const nonce = 'cd'.repeat(16)
    const [li, wang] = ['hospital:dr-li', 'hospital:dr-wang'].map((signer) =>
      put('same', 1, { nonce }, signer),
    )
    expect(li!.subarray(97)).toEqual(wang!.subarray(97))
    expect(idOf(li!)).not.toEqual(idOf(wang!))
    const stranger = put('same', 1, { nonce }, 'nobody')
    const { statuses } = await ledger.commit(blockOf([stranger, wang!, li!]))
    expect(kindsOf(statuses)).toEqual([refused, accepted, accepted])
  })

  it('stands for the first signature ordered, and a bad signature does not take it', async () => {
    const ledger = await open()
    const entry = put('a')
    const bad = entry.slice()
    bad[40]! ^= 1
    const again = signAgain('hospital:dr-li', entry)
    expect(again).not.toEqual(entry)
    expect(idOf(again)).toEqual(idOf(entry))
    const { accepted: count, statuses } = await ledger.commit(blockOf([bad, entry, again]))
    expect(count).toBe(1)
    expect([0, 1, 2].map((i) => statusAt(statuses, i).status)).toEqual(['accepted', 'accepted', 'accepted'])
    expect(await ledger.leaf(2)).toEqual(entry)
    expect(await ledger.header(1)).toMatchObject({ index: 3 })
  })
})

describe('the executor decides by itself', () => {
  it('drops what the schemas refuse', async () => {
    const ledger = await open()
    const { statuses } = await ledger.commit(
      blockOf([
        signEntry('hospital:dr-li', 'probe.unheard-of', {}),
        signEntry('hospital:dr-li', 'probe.put', { key: 'a' }),
        signEntry('hospital:dr-li', 'probe.put', { key: 'a', value: 1, more: true }),
        signEntry('hospital:dr-li', 'probe.private', { key: 'a' }),
        signEntry('hospital:dr-li', 'probe.private', { key: 'a' }, { privateHash: 'ab'.repeat(32) }),
        signEntry('hospital:dr-li', 'probe.delete', { key: 'a' }, { privateHash: 'ab'.repeat(32) }),
      ]),
    )
    expect(kindsOf(statuses)).toEqual([unknown, unknown, unknown, unknown, accepted, unknown])
  })

  it('refuses keys that are not enrolled or not active, from the very next transaction on', async () => {
    const ledger = await open()
    const revoke = signEntry('hospital', 'identity.revoke-key', {
      actor: 'hospital:dr-wang',
      key: keyHex('hospital:dr-wang'),
    })
    const { statuses } = await ledger.commit(
      blockOf([
        put('a', 1, {}, 'nobody'),
        put('b', 1, {}, 'hospital:dr-wang'),
        revoke,
        put('c', 1, {}, 'hospital:dr-wang'),
      ]),
    )
    expect(kindsOf(statuses)).toEqual([refused, accepted, accepted, refused])
    expect(statuses.codes[0]).toBe(CODES['admission.key-unknown'].number)
    expect(statuses.codes[3]).toBe(CODES['admission.key-inactive'].number)
  })

  it('lists keys of store, block and transaction in byte order', async () => {
    const ledger = await open()
    const drop = (key: string) => signEntry('hospital:dr-li', 'probe.delete', { key })
    const count = (limit: number) =>
      signEntry('hospital:dr-li', 'probe.count', { prefix: 'list/', key: 'found', limit })
    await ledger.commit(blockOf(['list/a', 'list/c', 'list/e', 'list/g', 'lists'].map((key) => put(key))))
    await ledger.commit(blockOf([put('list/b'), drop('list/c'), put('list/h'), drop('list/a'), count(3)]))
    expect(await readValue(ledger, 'found')).toEqual({
      keys: ['probe/list/b', 'probe/list/e', 'probe/list/g'],
    })
    await ledger.commit(blockOf([count(100)]))
    expect(await readValue(ledger, 'found')).toEqual({
      keys: ['probe/list/b', 'probe/list/e', 'probe/list/g', 'probe/list/h'],
    })
  })
})

const keyHex = (name: string) => toHex(keyOf(name).publicKey)
