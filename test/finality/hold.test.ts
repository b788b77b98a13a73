/**
 * A node that may be behind what it has signed signs nothing, takes nothing, and goes on reading, until it is vouched
 * for.
 */
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fromHex, systemClock, toHex, VOUCH_MARGIN_SECONDS } from '../../src/base/index.ts'
import { holdFilesOf, openSignedRecord, type Voucher, vouchFor } from '../../src/finality/index.ts'
import { createLogger, initData, keyPath, readSigningKey } from '../../src/host/index.ts'
import { openLedger, openLmdbStore } from '../../src/ledger/index.ts'
import { planConsortium } from '../../src/node/index.ts'
import {
  type Body,
  cosignerName,
  encodeBody,
  encodeTransactionLeaf,
  formatNote,
  ledgerIdOf,
  makeCosigner,
  makeTrust,
  parseNote,
  signingInput,
} from '../../src/protocol/index.ts'
import { openLightNode } from '../node/support/light-node.ts'
import { kernel, keyOf, publicKeyOf } from '../node/support/world.ts'

const logger = createLogger({ level: 'silent', clock: systemClock, write: () => {} })

/** A consortium whose second member cosigns too, with a key that the tests hold. */
function initNew(): string {
  const data = join(mkdtempSync(join(tmpdir(), 'medseal-hold-')), 'data')
  const made = planConsortium(
    {
      name: 'test.example',
      node: 'hospital',
      members: [
        { id: 'hospital', roles: ['hospital'] },
        { id: 'insurer', roles: ['insurer'] },
      ],
    },
    systemClock,
  )
  const genesis = JSON.parse(Buffer.from(made.genesis).toString())
  genesis.members[1].logKey = publicKeyOf('insurer log')
  genesis.members[1].cosignerKey = publicKeyOf('insurer cosigner')
  initData(kernel, data, { ...made, genesis: Buffer.from(JSON.stringify(genesis)) })
  return data
}

const open = (data: string) => openLightNode({ data, threads: 1 }, { logger })

let nonceCount = 0
function signEnrolment(data: string): Uint8Array {
  const key = readSigningKey(keyPath(data, 'hospital'))
  const nonce = (++nonceCount).toString(16).padStart(32, '0')
  const body: Body = {
    expires: systemClock.nowSeconds() + 600,
    nonce,
    payload: { subject: toHex(kernel.sha256(Buffer.from(nonce))) },
    type: 'identity.enrol-subject',
  }
  const bytes = encodeBody(body)
  const ledgerId = ledgerIdOf(kernel, readFileSync(join(data, 'genesis.json')))
  return encodeTransactionLeaf(key.publicKey, key.sign(signingInput(ledgerId, key.publicKey, bytes)), bytes)
}

/** Starts the node, commits `count` blocks, stops it; returns its last checkpoint. */
async function commit(data: string, count: number): Promise<string> {
  const node = await open(data)
  try {
    for (let i = 0; i < count; i++) {
      const [result] = await node.submit([{ entry: signEnrolment(data) }], 'final')
      expect(result).toMatchObject({ status: 'accepted', settled: 'final' })
    }
    return await node.checkpoint()
  } finally {
    await node.close()
  }
}

const sizeOf = (note: string): number => Number(note.split('\n')[1])
const textOf = (note: string): string => parseNote(note).text

/** A data folder with some blocks, a copy of its ledger, and more blocks after the copy was taken. */
async function makeBehind() {
  const data = initNew()
  const first = await commit(data, 2)
  const backup = join(data, '..', 'backup')
  cpSync(join(data, 'ledger'), backup, { recursive: true })
  const last = await commit(data, 2)
  return { data, backup, first, last }
}

function putBack(data: string, backup: string): void {
  rmSync(join(data, 'ledger'), { recursive: true })
  cpSync(backup, join(data, 'ledger'), { recursive: true })
}

/** What a held node must do, whatever holds it. */
async function expectHeld(data: string, reason: string): Promise<void> {
  const node = await open(data)
  try {
    const before = readFileSync(join(data, 'hold.json'), 'utf8')
    expect(JSON.parse(before)).toMatchObject({ reason })
    await expect(node.submit([{ entry: signEnrolment(data) }], 'none')).rejects.toMatchObject({
      code: 'node.held',
      details: { reason },
    })
    expect(await node.ready()).toEqual({ ready: false, reasons: [`held: ${reason}`], warnings: [] })
    expect((await node.metrics()).takesTransactions).toBe(false)
    const { size } = await node.log.head()
    expect(await node.log.tile(0, 0, size)).toBeDefined()
    expect((await node.log.inclusionProof(0, size)).length).toBeGreaterThan(0)
  } finally {
    await node.close()
  }
}

async function vouch(data: string, voucher: Voucher): Promise<void> {
  const genesisBytes = readFileSync(join(data, 'genesis.json'))
  const store = openLmdbStore(join(data, 'ledger'))
  const ledger = await openLedger({ store, genesisBytes, kernel, create: false })
  const files = holdFilesOf(data)
  const record = await openSignedRecord(files.signed, toHex(ledger.ledgerId))
  try {
    const head = await ledger.head()
    const trust = makeTrust(kernel, ledger, await ledger.ask('governance.trust'))
    const clock = systemClock
    await vouchFor({ kernel, ledger, head, trust, record, files, clock, member: 'hospital' }, voucher)
  } finally {
    await Promise.all([record.close(), ledger.close()])
  }
}

/** `note` with a cosignature of the insurer, made so many seconds from now. */
function cosignAt(data: string, note: string, aheadSeconds: number, name = 'insurer'): string {
  const { text, signatures } = parseNote(note)
  const origin = text.split('\n', 1)[0]!
  const cosigner = makeCosigner(kernel, cosignerName(origin, name), keyOf(`${name} cosigner`))
  const { since } = JSON.parse(readFileSync(join(data, 'hold.json'), 'utf8')) as { since: number }
  return formatNote(text, [...signatures, cosigner.cosign(text, since + aheadSeconds)])
}

describe('a ledger put back from a backup', () => {
  it('that the node has gone beyond is held, and no word lets it go', async () => {
    const { data, backup, first, last } = await makeBehind()
    putBack(data, backup)
    await expectHeld(data, 'behind')
    await expect(vouch(data, { size: sizeOf(first) })).rejects.toMatchObject({ code: 'node.not-vouched' })
    const fresh = cosignAt(data, first, VOUCH_MARGIN_SECONDS)
    await expect(vouch(data, { note: fresh })).rejects.toMatchObject({ code: 'node.not-vouched' })
    // What it has signed is not forgotten by trying.
    await expectHeld(data, 'behind')
    const node = await open(data)
    await expect(node.checkpoint()).rejects.toMatchObject({ code: 'node.held' })
    await node.close()
    expect(sizeOf(last)).toBeGreaterThan(sizeOf(first))
  })

  it('that nothing was signed beyond is not held', async () => {
    const { data, backup } = await makeBehind()
    rmSync(backup, { recursive: true })
    cpSync(join(data, 'ledger'), backup, { recursive: true })
    putBack(data, backup)
    await commit(data, 1)
    expect(existsSync(join(data, 'hold.json'))).toBe(false)
  })

  it('is free by itself once the missing blocks are back', async () => {
    const { data, backup } = await makeBehind()
    const whole = join(data, '..', 'whole')
    cpSync(join(data, 'ledger'), whole, { recursive: true })
    putBack(data, backup)
    await expectHeld(data, 'behind')
    putBack(data, whole)
    await commit(data, 1)
    expect(existsSync(join(data, 'hold.json'))).toBe(false)
  })

  it('whose tree is another than the one signed is held for good', async () => {
    const { data, backup } = await makeBehind()
    const fork = join(data, '..', 'fork')
    cpSync(data, fork, { recursive: true })
    putBack(fork, backup)
    // The operator of the copy lies: it goes on from the backup and signs a second tree.
    rmSync(join(fork, 'signed'))
    await expectHeld(fork, 'unrecorded')
    const held = JSON.parse(readFileSync(join(fork, 'hold.json'), 'utf8')) as { note?: string }
    expect(held.note).toBeUndefined()
    const store = openLmdbStore(join(fork, 'ledger'))
    const { size } = await openLedger({
      store,
      genesisBytes: readFileSync(join(fork, 'genesis.json')),
      kernel,
      create: false,
    }).then(async (ledger) => {
      const head = await ledger.head()
      await ledger.close()
      return head
    })
    await vouch(fork, { size })
    await commit(fork, 3)
    putBack(data, join(fork, 'ledger'))
    await expectHeld(data, 'conflict')
    await expect(vouch(data, { size: size + 6 })).rejects.toMatchObject({ code: 'node.not-vouched' })
  })
})

describe('a data folder that was copied', () => {
  async function makeCopy() {
    const data = initNew()
    const note = await commit(data, 2)
    const copy = join(data, '..', 'copy')
    cpSync(data, copy, { recursive: true })
    return { data, copy, note }
  }

  it('is held, and serves the checkpoint that it signed before', async () => {
    const { copy, note } = await makeCopy()
    await expectHeld(copy, 'copied')
    const node = await open(copy)
    expect(await node.checkpoint()).toBe(note)
    expect(await node.info()).toMatchObject({ size: sizeOf(note) })
    await node.close()
    // Moved, not copied, it is the same file.
    const { data } = await makeCopy()
    const moved = join(data, '..', 'moved')
    renameSync(data, moved)
    await commit(moved, 1)
  })

  it('is let go on the word of its operator, who must know its size', async () => {
    const { copy, note } = await makeCopy()
    await expectHeld(copy, 'copied')
    await expect(vouch(copy, { size: sizeOf(note) - 1 })).rejects.toMatchObject({ code: 'node.not-vouched' })
    await vouch(copy, { size: sizeOf(note) })
    expect(existsSync(join(copy, 'hold.json'))).toBe(false)
    await commit(copy, 1)
    await expect(vouch(copy, { size: sizeOf(note) })).rejects.toMatchObject({ code: 'node.not-vouched' })
  })

  it('is let go by a fresh checkpoint of another member, and by no other', async () => {
    const { data, copy, note } = await makeCopy()
    await expectHeld(copy, 'copied')
    const later = await commit(data, 1)
    const refused = { code: 'node.not-vouched' }
    // Its own signature says nothing; a cosignature from before says nothing about what came after.
    await expect(vouch(copy, { note })).rejects.toMatchObject(refused)
    await expect(vouch(copy, { note: cosignAt(copy, note, VOUCH_MARGIN_SECONDS - 1) })).rejects.toMatchObject(
      refused,
    )
    await expect(
      vouch(copy, { note: cosignAt(copy, note, VOUCH_MARGIN_SECONDS, 'stranger') }),
    ).rejects.toMatchObject(refused)
    await expect(vouch(copy, { note: cosignAt(copy, later, VOUCH_MARGIN_SECONDS) })).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('behind'),
    })
    const other = textOf(note).replace(
      /\n[^\n]+\n$/,
      `\n${Buffer.from(fromHex('00'.repeat(32))!).toString('base64')}\n`,
    )
    const logKey = readSigningKey(keyPath(copy, 'log'))
    const [log] = parseNote(note).signatures
    const forged = formatNote(other, [{ ...log!, signature: logKey.sign(Buffer.from(other)) }])
    await expect(vouch(copy, { note: cosignAt(copy, forged, VOUCH_MARGIN_SECONDS) })).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('two trees'),
    })
    await vouch(copy, { note: cosignAt(copy, note, VOUCH_MARGIN_SECONDS) })
    await commit(copy, 1)
  })
})

describe('the record of what was signed', () => {
  it('survives a torn write: the one before stands', async () => {
    const data = initNew()
    await commit(data, 3)
    const path = holdFilesOf(data).signed
    const bytes = readFileSync(path)
    const BLOCK_BYTES = 65_536
    const counts = [1, 2].map((slot) => {
      const line = bytes
        .subarray(BLOCK_BYTES * slot, BLOCK_BYTES * (slot + 1))
        .toString()
        .split('\n', 1)[0]!
      return (JSON.parse(line.slice(9)) as { count: number }).count
    })
    expect(Math.abs(counts[0]! - counts[1]!)).toBe(1)
    const newest = counts[0]! > counts[1]! ? 1 : 2
    bytes.fill(0, BLOCK_BYTES * newest + 100, BLOCK_BYTES * (newest + 1))
    writeFileSync(path, bytes, { flag: 'r+' })
    const record = await openSignedRecord(
      path,
      toHex(ledgerIdOf(kernel, readFileSync(join(data, 'genesis.json')))),
    )
    expect(record).toMatchObject({ standing: 'sound' })
    expect(record.last).toMatchObject({ count: Math.min(...counts) })
    await record.close()
    await commit(data, 1)
  })

  it('that is damaged where it says whose it is counts as gone', async () => {
    const data = initNew()
    await commit(data, 1)
    const path = holdFilesOf(data).signed
    const bytes = readFileSync(path)
    bytes[20]! ^= 1
    writeFileSync(path, bytes, { flag: 'r+' })
    await expectHeld(data, 'unrecorded')
  })
})
