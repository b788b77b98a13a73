/** A node from its data folder, with its real threads: init, start, restart, and what it refuses. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemClock, toHex } from '../../src/base/index.ts'
import { createLogger, generateKey, initData, keyPath, readSigningKey } from '../../src/host/index.ts'
import { openNode, planConsortium } from '../../src/node/index.ts'
import {
  type Body,
  encodeBody,
  encodeTransactionLeaf,
  ledgerIdOf,
  parseGenesis,
  signingInput,
  trustOf,
  verifyReceipt,
} from '../../src/protocol/index.ts'
import { kernel } from './support/world.ts'

const PLAN = {
  name: 'test.example',
  node: 'hospital',
  members: [
    { id: 'hospital', roles: ['hospital'] },
    { id: 'insurer', roles: ['insurer'] },
  ],
  actors: [{ id: 'hospital:dr-li', role: 'doctor' }],
} as const

const logger = createLogger({ level: 'silent', clock: systemClock, write: () => {} })
const newFolder = (): string => join(mkdtempSync(join(tmpdir(), 'medseal-node-')), 'data')
const open = (data: string) => openNode({ data, threads: 1 }, { logger })

function initNew(): string {
  const data = newFolder()
  initData(kernel, data, planConsortium(PLAN, systemClock))
  return data
}

/** An entry that enrols a subject, signed by the hospital of the folder. */
function signEnrolment(data: string, nonce: string): Uint8Array {
  const key = readSigningKey(keyPath(data, 'hospital'))
  const body: Body = {
    expires: systemClock.nowSeconds() + 600,
    nonce: nonce.padStart(32, '0'),
    payload: { subject: toHex(kernel.sha256(Buffer.from(nonce))) },
    type: 'identity.enrol-subject',
  }
  const bytes = encodeBody(body)
  const ledgerId = ledgerIdOf(kernel, readFileSync(join(data, 'genesis.json')))
  return encodeTransactionLeaf(key.publicKey, key.sign(signingInput(ledgerId, key.publicKey, bytes)), bytes)
}

describe('init', () => {
  it('writes genesis and keys that openssl reads, for their owner only', () => {
    const data = initNew()
    const genesis = parseGenesis(kernel, readFileSync(join(data, 'genesis.json')))
    expect(readdirSync(join(data, 'keys')).sort()).toEqual([
      'cosigner.pem',
      'hospital.pem',
      'hospital_dr-li.encryption.pem',
      'hospital_dr-li.pem',
      'insurer.pem',
      'log.pem',
    ])
    for (const name of readdirSync(join(data, 'keys'))) {
      expect(statSync(join(data, 'keys', name)).mode & 0o777).toBe(0o600)
    }
    const text = execFileSync('openssl', [
      'pkey',
      '-in',
      keyPath(data, 'hospital'),
      '-pubout',
      '-outform',
      'DER',
    ])
    expect(toHex(text.subarray(-32))).toBe(genesis.members[0]!.key)
    expect(toHex(readSigningKey(keyPath(data, 'log')).publicKey)).toBe(genesis.members[0]!.logKey)
  })

  it('writes nothing into a folder that holds anything, and nothing for an unsound plan', () => {
    const data = newFolder()
    mkdirSync(data, { recursive: true })
    writeFileSync(join(data, 'mine'), 'mine')
    expect(() => initData(kernel, data, planConsortium(PLAN, systemClock))).toThrow(/not empty/)
    expect(readdirSync(data)).toEqual(['mine'])
    const other = newFolder()
    const unsound = planConsortium({ ...PLAN, name: 'with space' }, systemClock)
    expect(() => initData(kernel, other, unsound)).toThrow(/name/)
    expect(existsSync(other)).toBe(false)
    expect(readdirSync(join(other, '..'))).toEqual([])
    const clash = { ...PLAN, members: [...PLAN.members, { id: 'log', roles: ['insurer'] as const }] }
    expect(() => planConsortium(clash, systemClock)).toThrow(/share its key file/)
  })

  it('fills an empty folder', () => {
    const data = newFolder()
    mkdirSync(data, { recursive: true })
    initData(kernel, data, planConsortium(PLAN, systemClock))
    expect(existsSync(join(data, 'genesis.json'))).toBe(true)
  })
})

describe('a node that is opened', () => {
  it('goes on after a restart from what it has committed', async () => {
    const data = initNew()
    const [first, second] = [signEnrolment(data, '1'), signEnrolment(data, '2')]
    let node = await open(data)
    const [accepted] = await node.submit([{ entry: first }], 'final')
    expect(accepted).toMatchObject({ status: 'accepted', settled: 'final' })
    await expect(open(data)).rejects.toMatchObject({ code: 'data.locked' })
    await node.close()

    node = await open(data)
    expect((await node.submit([{ entry: first }], 'committed'))[0]).toEqual(accepted)
    expect((await node.submit([{ entry: second }], 'committed'))[0]).toMatchObject({
      status: 'accepted',
      height: 2,
    })
    const genesisBytes = readFileSync(join(data, 'genesis.json'))
    const genesis = parseGenesis(kernel, genesisBytes)
    const signer = await node.signer(genesis.members[0]!.key)
    const receipt = await node.receipt(accepted!.id!, signer!.actor)
    const trust = trustOf(kernel, genesis, ledgerIdOf(kernel, genesisBytes))
    expect(verifyReceipt(kernel, receipt, trust)).toMatchObject({ ok: true, final: true, id: accepted!.id })
    await node.close()
    expect(existsSync(join(data, 'lock'))).toBe(false)
  })

  it('takes over the lock of a process that is gone', async () => {
    const data = initNew()
    // No such process; nothing written before a crash; a process id (the parent's) that went to another program since.
    for (const lock of ['999999999', '999999999 1', '', `${process.ppid} 1`]) {
      writeFileSync(join(data, 'lock'), lock)
      const node = await open(data)
      await node.close()
    }
    writeFileSync(join(data, 'lock'), String(process.ppid))
    await expect(open(data)).rejects.toMatchObject({ code: 'data.locked' })
  })

  it('refuses folders without data, without ledger, with other keys or keys open to others', async () => {
    const empty = newFolder()
    await expect(open(empty)).rejects.toMatchObject({ code: 'data.missing' })
    expect(existsSync(empty)).toBe(false)

    const lost = initNew()
    await (await open(lost)).close()
    rmSync(join(lost, 'ledger'), { recursive: true })
    await expect(open(lost)).rejects.toMatchObject({ code: 'data.missing' })
    expect(existsSync(join(lost, 'lock'))).toBe(false)

    const foreign = initNew()
    writeFileSync(keyPath(foreign, 'log'), generateKey('ed25519').pem)
    await expect(open(foreign)).rejects.toMatchObject({ code: 'data.key' })
    writeFileSync(keyPath(foreign, 'log'), generateKey('x25519').pem)
    await expect(open(foreign)).rejects.toMatchObject({ code: 'data.key' })
    rmSync(keyPath(foreign, 'log'))
    await expect(open(foreign)).rejects.toMatchObject({ code: 'data.key' })

    const shown = initNew()
    chmodSync(keyPath(shown, 'log'), 0o644)
    await expect(open(shown)).rejects.toMatchObject({ code: 'data.key' })

    const unsound = initNew()
    writeFileSync(join(unsound, 'genesis.json'), '{}')
    await expect(open(unsound)).rejects.toMatchObject({ code: 'genesis.invalid' })
  })
})
