/**
 * A node whose keys are replaced while it runs: governance names the pair that lies ready, the node signs with it from
 * the next block on, and receipts of before and after are provable from the genesis file alone.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemClock, toHex } from '../../src/base/index.ts'
import { trustGenesis } from '../../src/client/index.ts'
import { addKeyPair, createLogger, initData, keyPath, readSigningKey } from '../../src/host/index.ts'
import { initMirror, openMirror, planConsortium, type RunningNode } from '../../src/node/index.ts'
import type { LogSource } from '../../src/order/follow/index.ts'
import {
  encodeBody,
  encodeTransactionLeaf,
  ledgerIdOf,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseTilePath,
  signingInput,
  verifyReceipt,
} from '../../src/protocol/index.ts'
import { openLightNode } from './support/light-node.ts'
import { kernel } from './support/world.ts'

const PLAN = {
  name: 'test.example',
  node: 'hospital',
  members: [{ id: 'hospital', roles: ['hospital'] }],
} as const

const logger = createLogger({ level: 'silent', clock: systemClock, write: () => {} })
const open = (data: string) => openLightNode({ data, threads: 1 }, { logger })

function initNew(): string {
  const data = join(mkdtempSync(join(tmpdir(), 'medseal-keys-')), 'data')
  initData(kernel, data, planConsortium(PLAN, systemClock))
  return data
}

let count = 0
/** Sends a transaction of the hospital and waits until it is final, or committed where it can not become so. */
async function send(
  node: RunningNode,
  data: string,
  type: string,
  payload: object,
  wait: 'final' | 'committed' = 'final',
): Promise<string> {
  const key = readSigningKey(keyPath(data, 'hospital'))
  const expires = systemClock.nowSeconds() + 600
  const nonce = (++count).toString(16).padStart(32, '0')
  const bytes = encodeBody({ expires, nonce, payload: payload as never, type })
  const ledgerId = ledgerIdOf(kernel, readFileSync(join(data, 'genesis.json')))
  const signature = key.sign(signingInput(ledgerId, key.publicKey, bytes))
  const entry = encodeTransactionLeaf(key.publicKey, signature, bytes)
  const [result] = await node.submit([{ entry }], wait)
  expect(result).toMatchObject({ status: 'accepted', settled: wait })
  return result!.id!
}

const enrol = (node: RunningNode, data: string, wait?: 'final' | 'committed') =>
  send(node, data, 'identity.enrol-subject', { subject: toHex(kernel.sha256(Uint8Array.of(++count))) }, wait)

const namePair = (
  node: RunningNode,
  data: string,
  { log, cosigner }: ReturnType<typeof addKeyPair>['keys'],
) =>
  send(node, data, 'governance.propose', {
    proposalId: `keys-${++count}`,
    change: {
      node: { member: 'hospital', logKey: toHex(log.publicKey), cosignerKey: toHex(cosigner.publicKey) },
    },
  })

const READER = { actor: 'hospital', member: 'hospital', role: 'member', key: '' } as const
async function receiptOf(node: RunningNode, data: string, id: string) {
  const key = toHex(readSigningKey(keyPath(data, 'hospital')).publicKey)
  const signer = await node.signer(key)
  return node.receipt(id, { ...READER, ...signer!.actor })
}

const genesisOf = (data: string): Uint8Array => readFileSync(join(data, 'genesis.json'))

describe('keys of a node that are replaced', () => {
  it('sign from the next block on; each receipt is proven under the keys of its time', async () => {
    const data = initNew()
    const { keys, member } = addKeyPair(kernel, data)
    expect(member).toBe('hospital')
    const node = await open(data)
    const before = await receiptOf(node, data, await enrol(node, data))
    expect(node.trustChain()).toEqual({ steps: [] })
    const change = await receiptOf(node, data, await namePair(node, data, keys))
    const changeNote = await node.checkpoint()
    const after = await receiptOf(node, data, await enrol(node, data))

    // The size of the change is the old keys' last, and names what comes.
    expect(parseCheckpoint(parseNote(changeNote).text).nextTrust).toHaveLength(32)
    const chain = node.trustChain()
    expect(chain.steps).toHaveLength(1)
    expect(chain.steps[0]).toMatchObject({ checkpoint: changeNote, quorum: 1 })
    expect(JSON.parse(readFileSync(join(data, 'trust.json'), 'utf8'))).toEqual(chain)

    const founded = trustGenesis(kernel, genesisOf(data))
    expect(openCheckpoint(kernel, changeNote, founded)).toMatchObject({ final: true })
    const followed = trustGenesis(kernel, genesisOf(data), JSON.parse(JSON.stringify(chain)))
    for (const receipt of [before, change, after]) {
      expect(verifyReceipt(kernel, receipt, followed)).toMatchObject({ ok: true, final: true })
    }
    expect(verifyReceipt(kernel, before, founded)).toMatchObject({ ok: true, final: true })
    expect(verifyReceipt(kernel, after, founded)).toMatchObject({ ok: false, code: 'receipt.checkpoint' })
    await node.close()
  })

  it('go on after a restart, and are replaced again', async () => {
    const data = initNew()
    let node = await open(data)
    for (let round = 1; round <= 2; round++) {
      await node.close()
      const { keys } = addKeyPair(kernel, data)
      node = await open(data)
      await namePair(node, data, keys)
      await enrol(node, data)
      expect(node.trustChain().steps).toHaveLength(round)
    }
    await node.close()
    node = await open(data)
    const receipt = await receiptOf(node, data, await enrol(node, data))
    const chain: unknown = JSON.parse(readFileSync(join(data, 'trust.json'), 'utf8'))
    const trust = trustGenesis(kernel, genesisOf(data), chain)
    expect(verifyReceipt(kernel, receipt, trust)).toMatchObject({
      ok: true,
      final: true,
      cosignedBy: ['hospital'],
    })
    await node.close()
  })

  it('are kept with the proof though the node died between the two', async () => {
    const data = initNew()
    const { keys } = addKeyPair(kernel, data)
    const node = await open(data)
    await namePair(node, data, keys)
    const note = await node.checkpoint()
    await node.close()
    // As a crash leaves it that came after the block was committed and before anything was signed or kept.
    writeFileSync(join(data, 'trust.json'), '{"steps":[]}')
    const again = await open(data)
    expect(parseNote(await again.checkpoint()).text).toBe(parseNote(note).text)
    expect(again.trustChain().steps).toHaveLength(1)
    await again.close()
  })

  it('that lie elsewhere leave what comes unsettled, until they are brought', async () => {
    const data = initNew()
    const elsewhere = initNew()
    const { keys } = addKeyPair(kernel, elsewhere)
    const node = await open(data)
    await namePair(node, data, keys)
    const note = await node.checkpoint()
    const id = await enrol(node, data, 'committed')
    expect(await node.checkpoint()).toBe(note)
    await node.close()
    for (const name of ['log.2', 'cosigner.2']) {
      writeFileSync(keyPath(data, name), readFileSync(keyPath(elsewhere, name)), { mode: 0o600 })
    }
    const again = await open(data)
    const trust = trustGenesis(kernel, genesisOf(data), again.trustChain())
    expect(verifyReceipt(kernel, await receiptOf(again, data, id), trust)).toMatchObject({
      ok: true,
      final: true,
    })
    await again.close()
  })

  it('are followed by a mirror that was away meanwhile, and proven by it', async () => {
    const data = initNew()
    let node = await open(data)
    const mirrored = join(data, '..', 'mirror')
    initMirror(kernel, mirrored, genesisOf(data))
    const openCopy = () =>
      openMirror(
        { data: mirrored, threads: 1 },
        { logger, name: 'auditor', source: sourceOf(() => node, data) },
      )
    let mirror = await openCopy()
    await until(async () => (await mirror.log.head()).size === (await node.log.head()).size)
    await mirror.close()
    for (let round = 1; round <= 2; round++) {
      await node.close()
      const { keys } = addKeyPair(kernel, data)
      node = await open(data)
      await namePair(node, data, keys)
      await enrol(node, data)
    }
    mirror = await openCopy()
    await until(async () => mirror.trustChain().steps.length === 2)
    expect(mirror.trustChain()).toEqual(node.trustChain())
    expect(await mirror.checkpoint()).toBe(await node.checkpoint())
    await mirror.close()
    await node.close()
  })
})

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 2_000; i++) {
    if (await condition()) return
    await systemClock.sleep(5)
  }
  throw new Error('it did not come to that')
}

/** A node's log as its mirror reaches it; its operator reads the entries. */
const sourceOf = (node: () => RunningNode, data: string): LogSource => ({
  name: 'hospital',
  checkpoint: () => node().checkpoint(),
  trustChain: async () => JSON.parse(JSON.stringify(node().trustChain())) as unknown,
  async file(path) {
    const { kind, ...tile } = parseTilePath(path)!
    if (kind === 'tile') return node().log.tile((tile as { level: number }).level, tile.index, tile.width)
    const key = toHex(readSigningKey(keyPath(data, 'hospital')).publicKey)
    const { actor } = (await node().signer(key))!
    return node().entryBundle(tile.index, tile.width, actor)
  },
})
