/** The application as an engine asks it: what may wait, what is proposed, what is sound, what is told and kept. */
import { beforeEach, describe, expect, it } from 'vitest'
import {
  BUNDLED_BYTES_MAX,
  CODES,
  type Code,
  concatBytes,
  ORDER_STALE_SECONDS_MAX,
  ORDER_WAITING_COUNT_MAX,
  toHex,
} from '../../../src/base/index.ts'
import { chainIdOf, VOTER_POWER } from '../../../src/order/cometbft/home/index.ts'
import { SimulatedTime } from '../../simulation/time.ts'
import {
  bundleOf,
  DOCTOR,
  GENESIS_TIME,
  keyOf,
  ledgerId,
  MEMBERS,
  nodeKeysOf,
  orderStatement,
  publicKeyOf,
  signEntry,
} from './support/consortium.ts'
import { dumpLog, type LiveNode, TestNode } from './support/node.ts'

let [time, node, live]: [SimulatedTime, TestNode, LiveNode] = [] as never
let nonce = 0
beforeEach(async () => {
  time = new SimulatedTime(GENESIS_TIME)
  node = new TestNode('hospital', time)
  live = await node.start()
  nonce = 0
})

const entryOf = (type = 'probe.add', payload: object = { key: 'k', value: 1 }, signer = DOCTOR) => {
  nonce += 1
  return signEntry(signer, type, payload as never, { nonce, expires: GENESIS_TIME + 600 }).entry
}
const bundle = (member: string, ...entries: Uint8Array[]) =>
  bundleOf(member, entries.length > 0 ? entries : [entryOf()])

const ADDRESS = new Uint8Array(20)
const blockOf = (txs: readonly Uint8Array[], seconds = GENESIS_TIME + 1) => ({
  txs,
  misbehavior: [],
  hash: new Uint8Array(32),
  height: live.application.height + 1,
  time: { seconds, nanos: 999_999_999 },
  proposer: ADDRESS,
})
/** The code with which a transaction is turned away; undefined where it may wait. */
async function check(tx: Uint8Array, type = 0): Promise<Code | undefined> {
  const { code } = await live.application.checkTx({ tx, type })
  if (!code) return undefined
  return (Object.keys(CODES) as Code[]).find((name) => CODES[name].number === code)
}
const judge = async (txs: readonly Uint8Array[], seconds?: number) =>
  (await live.application.processProposal(blockOf(txs, seconds))).status === 1 ? 'sound' : 'unsound'
const propose = async (seconds = GENESIS_TIME + 1, maxTxBytes = 4_000_000) => {
  const { height } = live.application
  const request = { maxTxBytes, txs: [], height: height + 1, time: { seconds, nanos: 0 }, proposer: ADDRESS }
  return (await live.application.prepareProposal(request)).txs ?? []
}
/** Finalizes and commits a block. */
async function decide(txs: readonly Uint8Array[], seconds?: number) {
  const finalized = await live.application.finalizeBlock(blockOf(txs, seconds))
  await live.application.commit()
  return finalized
}

describe('what may wait', () => {
  it('is a sound bundle of a node, once', async () => {
    const sound = bundle('lab')
    expect(await check(sound)).toBeUndefined()
    expect(await check(sound)).toBeUndefined()
    expect(await propose()).toEqual([sound])
  })

  it.each<[string, () => Uint8Array, Code]>([
    ['nothing', () => new Uint8Array(0), 'form.bundle'],
    ['text', () => new TextEncoder().encode('{"hello": "world"}'), 'form.bundle'],
    ['a bundle that is cut', () => bundle('lab').subarray(0, -1), 'form.bundle'],
    ['a bundle that goes on', () => concatBytes(bundle('lab'), Uint8Array.of(0)), 'form.bundle'],
    ['more bytes than a bundle has', () => new Uint8Array(BUNDLED_BYTES_MAX + 1).fill(1), 'form.bundle'],
    [
      '4,097 entries',
      () => {
        const bytes = bundle('lab')
        bytes.set([0, 0, 0x10, 1], 2 + 'lab'.length + 64)
        return bytes
      },
      'form.bundle',
    ],
    [
      'what another node signed',
      () => bundleOf('lab', [entryOf()], { signer: 'insurer log' }),
      'form.bundle',
    ],
    [
      'what is for another ledger',
      () => bundleOf('lab', [entryOf()], { ledger: new Uint8Array(32) }),
      'form.bundle',
    ],
    ['a bundle of a member without a node', () => bundle('watcher'), 'order.not-a-node'],
    ['a bundle of a stranger', () => bundle('stranger'), 'order.not-a-node'],
    [
      'a bundle of which every entry is unsound',
      () => {
        const entry = entryOf()
        entry[40]! ^= 1
        return bundle('lab', entry)
      },
      'order.nothing-left',
    ],
    [
      'a bundle that has expired',
      () =>
        bundle(
          'lab',
          signEntry(DOCTOR, 'probe.add', { key: 'k', value: 1 }, { nonce: 9, expires: GENESIS_TIME }).entry,
        ),
      'order.nothing-left',
    ],
  ])('is not %s, and nor is it proposed or sound in a proposal', async (_, make, code) => {
    const bytes = make()
    expect(await check(bytes)).toBe(code)
    expect(await propose()).toEqual([])
    expect(await judge([bytes])).toBe('unsound')
    expect(await judge([bundle('lab'), bytes])).toBe('unsound')
    expect(await judge([bundle('lab')])).toBe('sound')
  })

  it('is no more of one member than its share, whatever the others have', async () => {
    const share = ORDER_WAITING_COUNT_MAX / MEMBERS.length
    for (let i = 0; i < share; i++) expect(await check(bundle('lab'))).toBeUndefined()
    const more = bundle('lab')
    expect(await check(more)).toBe('order.share-full')
    expect(await check(bundle('insurer'))).toBeUndefined()
    // A share says what waits here: it says nothing of what another proposes.
    expect(await judge([more])).toBe('sound')
    const [first] = await propose()
    await decide([first!])
    expect(await check(more)).toBeUndefined()
  })

  it('goes when all of it is spent, by its own block or by another that brought the same', async () => {
    const [one, two] = [entryOf(), entryOf()]
    const [first, second, both] = [bundle('lab', one), bundle('insurer', one), bundle('hospital', one, two)]
    for (const bytes of [first, second, both]) expect(await check(bytes)).toBeUndefined()
    await decide([first])
    expect(await check(first, 1)).toBe('order.nothing-left')
    expect(await check(second, 1)).toBe('order.nothing-left')
    expect(await check(both, 1)).toBeUndefined()
    expect(await propose()).toEqual([both])
    expect([await judge([second]), await judge([both])]).toEqual(['unsound', 'sound'])
    await decide([both])
    const { events } = await live.ledger.events(0, 100)
    expect(events).toHaveLength(2)
  })

  it('goes when it has expired by the time of heights that left no leaf, or it would make empty ones for ever', async () => {
    const waiting = bundle('lab')
    expect(await check(waiting)).toBeUndefined()
    time.pass(600_000)
    await decide([], GENESIS_TIME + 599)
    expect(await check(waiting, 1)).toBeUndefined()
    await decide([], GENESIS_TIME + 600)
    expect(await propose(GENESIS_TIME + 600)).toEqual([])
    expect(await check(waiting, 1)).toBe('order.nothing-left')
    expect(await check(waiting)).toBe('order.nothing-left')
  })
})

describe('what is proposed', () => {
  it('comes in turn by member, as much as a block holds', async () => {
    const lab = [bundle('lab'), bundle('lab'), bundle('lab')]
    const insurer = [bundle('insurer')]
    for (const bytes of [...lab, ...insurer]) await check(bytes)
    const proposed = await propose()
    expect(proposed).toEqual([lab[0], insurer[0], lab[1], lab[2]])
    const room = lab[0]!.length + insurer[0]!.length + 12
    expect(await propose(GENESIS_TIME + 1, room)).toEqual([lab[0], insurer[0]])
    await decide([])
    // Another member begins at the next height.
    expect((await propose())[0]).toEqual(insurer[0])
  })

  it('is nothing while the time of the block is long past: the first after a standstill is empty', async () => {
    const waiting = bundle('lab')
    await check(waiting)
    time.pass(1000 * (ORDER_STALE_SECONDS_MAX + 1))
    expect(await propose(GENESIS_TIME)).toEqual([])
    expect(await propose(GENESIS_TIME + 1)).toEqual([waiting])
  })

  it('leaves out what a rule of ours fails on, and everything else goes on', async () => {
    const breaking = bundle('lab', entryOf('probe.break', { key: 'x' }))
    const growing = bundle('lab', entryOf('probe.put', { key: 'at-most-one', value: 2 }))
    const sound = [bundle('insurer'), bundle('authority')]
    for (const bytes of [breaking, growing, ...sound]) expect(await check(bytes)).toBeUndefined()
    expect(await judge([breaking])).toBe('unsound')
    expect(await judge([sound[0]!, growing])).toBe('unsound')
    expect([...(await propose())].sort(Buffer.compare)).toEqual([...sound].sort(Buffer.compare))
    // It is not looked at again, and does not wait any more.
    expect(await check(breaking)).toBe('order.broken')
    await decide(sound)
    expect(live.ledger.halted).toBeUndefined()
    expect((await live.ledger.events(0, 100)).events).toHaveLength(2)
  })
})

describe('what is decided', () => {
  it('is written by commit and by nothing before it', async () => {
    const before = dumpLog(node.disk)
    const bytes = bundle('lab')
    await check(bytes)
    await propose()
    await judge([bytes])
    const finalized = await live.application.finalizeBlock(blockOf([bytes]))
    expect(dumpLog(node.disk)).toEqual(before)
    expect(finalized.txResults).toEqual([{ code: 0 }])
    expect(finalized.validatorUpdates).toEqual([])
    const { head } = live.node.log as never as {
      head: () => Promise<{ headerHash: Uint8Array; time: number }>
    }
    await live.application.commit()
    expect(toHex(finalized.appHash!)).toBe(toHex((await head()).headerHash))
    expect((await head()).time).toBe(GENESIS_TIME + 1)
    expect(await live.ledger.position()).toEqual({ epoch: 0, height: 1 })
  })

  it('is answered to an engine that asks where it stands, also after a kill and where a height leaves no leaf', async () => {
    expect(await live.application.info()).toMatchObject({ lastHeight: 0, appVersion: 1 })
    const { appHash } = await decide([bundle('lab')])
    expect(await decide([])).toMatchObject({ appHash })
    await live.application.finalizeBlock(blockOf([bundle('lab')]))
    node.kill()
    live = await node.start()
    expect(await live.application.info()).toMatchObject({ lastHeight: 2, lastAppHash: appHash })
    await decide([])
    await expect(live.application.commit()).rejects.toMatchObject({ code: 'order.other-chain' })
  })

  it('never goes back in time, and expires what its time says', async () => {
    time.pass(600_000)
    await decide([], GENESIS_TIME + 599)
    const late = bundle('lab')
    expect(await judge([late], GENESIS_TIME + 1)).toBe('sound')
    expect(await judge([late], GENESIS_TIME + 600)).toBe('unsound')
    await decide([late], GENESIS_TIME + 1)
    expect((await live.ledger.head()).height).toBe(1)
  })

  it('stops a node, untouched, that is told to keep what it can not', async () => {
    const before = dumpLog(node.disk)
    const breaking = bundle('lab', entryOf('probe.break', { key: 'x' }))
    await expect(live.application.finalizeBlock(blockOf([breaking]))).rejects.toMatchObject({
      code: 'order.broken',
    })
    const early = { ...blockOf([]), height: 5 }
    await expect(live.application.finalizeBlock(early)).rejects.toMatchObject({ code: 'order.other-chain' })
    expect(dumpLog(node.disk)).toEqual(before)
  })
})

describe('an engine', () => {
  const validators = MEMBERS.map((member) => ({
    publicKey: { ed25519: keyOf(`${member} order`).publicKey },
    power: VOTER_POWER,
  }))
  const first = {
    time: { seconds: GENESIS_TIME, nanos: 0 },
    chainId: chainIdOf(ledgerId, { epoch: 0 }),
    validators,
    appState: new Uint8Array(0),
    initialHeight: 1,
  }

  it('of this ledger and genesis is told the header from which it starts, as often as it asks', async () => {
    const { headerHash } = await live.ledger.head()
    for (let i = 0; i < 2; i++)
      expect(await live.application.initChain(first)).toEqual({ appHash: headerHash })
    expect(
      await live.application.initChain({ ...first, validators: [...validators].reverse() }),
    ).toBeDefined()
  })

  it.each([
    ['another ledger', { chainId: 'medseal-0000000000000000-0' }],
    ['another epoch', { chainId: chainIdOf(ledgerId, { epoch: 1 }) }],
    ['fewer voters', { validators: validators.slice(1) }],
    ['other power', { validators: validators.map((voter) => ({ ...voter, power: 1 })) }],
    [
      'a key that does not vote',
      {
        validators: [
          ...validators.slice(1),
          { publicKey: { ed25519: keyOf('x').publicKey }, power: VOTER_POWER },
        ],
      },
    ],
    ['another height', { initialHeight: 2 }],
  ])('of %s is turned away', async (_, other) => {
    await expect(live.application.initChain({ ...first, ...other })).rejects.toMatchObject({
      code: 'order.other-chain',
    })
  })

  it('that begins anew behind a ledger that does not is turned away', async () => {
    await decide([])
    await expect(live.application.initChain(first)).rejects.toMatchObject({ code: 'order.other-chain' })
  })
})

describe('who votes', () => {
  const adopt = async (change: object, id: string) => {
    const proposal = entryOf('governance.propose', { proposalId: id, change }, 'hospital')
    const votes = ['authority', 'insurer', 'watcher'].map((member) =>
      entryOf('governance.approve', { proposal: `hospital:${id}` }, member),
    )
    await decide([bundle('insurer', proposal)])
    await decide([bundle('insurer', ...votes)])
  }
  const named = (updates: unknown) =>
    (updates as { publicKey: { ed25519: Uint8Array }; power: number }[]).map(
      ({ publicKey, power }) => [toHex(publicKey.ed25519), power] as const,
    )

  it('follows the ledger: a suspended member does not, a restored one does, a new key takes over', async () => {
    const lab = publicKeyOf('lab order')
    await adopt({ suspend: { member: 'lab' } }, 'p1')
    const suspended = await decide([])
    expect(named(suspended.validatorUpdates)).toEqual([[lab, 0]])
    // Told once, and known after a kill.
    expect((await decide([])).validatorUpdates).toEqual([])
    node.kill()
    live = await node.start()
    expect((await decide([])).validatorUpdates).toEqual([])
    await adopt({ restore: { member: 'lab' } }, 'p2')
    expect(named((await decide([])).validatorUpdates)).toEqual([[lab, VOTER_POWER]])
    const { orderKey: _, ...others } = nodeKeysOf('lab later')
    await adopt({ node: { member: 'lab', ...others, order: orderStatement('lab', 'lab next order') } }, 'p3')
    expect(named((await decide([])).validatorUpdates)).toEqual([
      [lab, 0],
      [publicKeyOf('lab next order'), VOTER_POWER],
    ])
  })
})
