/** Copies of a node's data: a backup while it serves, and back; the log as a folder, and back; what is refused. */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run, startNode } from './command.ts'

let folder: string
const medseal = (...args: readonly string[]) => run(args, { cwd: folder })
const json = async (...args: readonly string[]) => {
  const finished = await medseal(...args, '--json')
  expect(finished, finished.stderr).toMatchObject({ code: 0 })
  return JSON.parse(finished.stdout)
}
const readyOf = async (url: string) => (await fetch(`${url}/readyz`)).json()

/** Starts a node on `data`, lets `use` work with it, stops it. */
async function serving<Result>(data: string, use: (url: string) => Promise<Result>): Promise<Result> {
  const node = await startNode(['--data', data], { cwd: folder })
  try {
    return await use(node.url)
  } finally {
    await node.stop()
  }
}

async function enrol(url: string, byte: string): Promise<void> {
  const as = ['--url', url, '--genesis', 'data/genesis.json', '--key', 'data/keys/ward.pem']
  const input = JSON.stringify({ subject: byte.repeat(32) })
  const sent = await run(['submit', 'identity.enrol-subject', '-', ...as], { cwd: folder, input })
  expect(sent.code, sent.stderr).toBe(0)
}

let size: number
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medseal-copies-cli-'))
  await medseal('init', '--data', 'data', '--name', 'riverside', '--member', 'ward=hospital')
  await serving('data', async (url) => {
    await enrol(url, 'aa')
    const backup = await json('backup', '--data', 'data', '--to', 'backup')
    expect(backup).toMatchObject({ format: 'medseal/backup/v1', height: 1, keys: false })
    expect(backup.checkpoint).toBe(await (await fetch(`${url}/checkpoint`)).text())
    size = backup.size
    expect(await json('export', 'log', '--data', 'data', '--to', 'tiles')).toEqual({ size, to: 'tiles' })
    expect(await readFile(join(folder, 'tiles/checkpoint'), 'utf8')).toBe(backup.checkpoint)
    for (const path of [`tile/0/000.p/${size}`, `tile/entries/000.p/${size}`]) {
      expect((await readFile(join(folder, 'tiles', path))).length).toBeGreaterThan(0)
    }
    await json('backup', '--data', 'data', '--to', 'backup-keys', '--with-keys')
  })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a backup', () => {
  it('holds ledger, genesis and vault, and keys only where they are asked for', async () => {
    expect((await readdir(join(folder, 'backup'))).sort()).toEqual([
      'genesis.json',
      'ledger',
      'manifest.json',
      'vault',
    ])
    expect(await readdir(join(folder, 'backup-keys/keys'))).toContain('log.pem')
    expect(await medseal('backup', '--data', 'data', '--to', 'backup')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('data.exists'),
    })
  })

  it('put into the place of the node goes on at once where nothing was signed since', async () => {
    const { aside } = await json('restore', '--from', 'backup', '--data', 'data')
    expect(aside).toHaveLength(2)
    await serving('data', async (url) => {
      expect(await readyOf(url)).toEqual({ ready: true, reasons: [], warnings: [] })
      await enrol(url, 'bb')
    })
  })

  it('that the node has gone beyond is held there, and reads go on', async () => {
    await cp(join(folder, 'data'), join(folder, 'kept'), { recursive: true })
    await json('restore', '--from', 'backup', '--data', 'data', '--ledger-only')
    await serving('data', async (url) => {
      expect(await readyOf(url)).toEqual({ ready: false, reasons: ['held: behind'], warnings: [] })
      expect((await fetch(`${url}/tile/0/000.p/${size}`)).status).toBe(200)
      expect((await fetch(`${url}/v1/info`)).status).toBe(200)
      expect((await fetch(`${url}/checkpoint`)).status).toBe(200)
      const refused = await fetch(`${url}/v1/transactions`, {
        method: 'POST',
        headers: { 'content-type': 'application/vnd.msgpack' },
        body: Uint8Array.of(0x90),
      })
      expect(refused.status).toBe(400)
    })
    const refused = await medseal('vouch', '--data', 'data', '--not-behind', String(size))
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('node.not-vouched') })
    expect(await medseal('check', '--data', 'data')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/DAMAGED(.|\n)*has signed 6 leaves, the ledger holds 4/),
    })
  })

  it('put into a new folder is held until its operator says that it is not behind', async () => {
    await json('restore', '--from', 'backup-keys', '--data', 'fresh')
    await serving('fresh', async (url) => {
      expect(await readyOf(url)).toEqual({ ready: false, reasons: ['held: restored'], warnings: [] })
      // It serves the checkpoint that the backup brought, and signs none.
      const { checkpoint } = JSON.parse(await readFile(join(folder, 'backup/manifest.json'), 'utf8'))
      expect(await (await fetch(`${url}/checkpoint`)).text()).toBe(checkpoint)
    })
    for (const wrong of [[], ['--not-behind', '1', '--checkpoint', 'tiles/checkpoint']]) {
      expect(await medseal('vouch', '--data', 'fresh', ...wrong)).toMatchObject({ code: 2 })
    }
    expect(await medseal('vouch', '--data', 'fresh', '--checkpoint', 'tiles/checkpoint')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No other member'),
    })
    await json('vouch', '--data', 'fresh', '--not-behind', String(size))
    await serving('fresh', async (url) => expect((await readyOf(url)).ready).toBe(true))
  })

  it('that was damaged is not put back, and nothing is changed', async () => {
    await cp(join(folder, 'backup'), join(folder, 'damaged'), { recursive: true })
    const path = join(folder, 'damaged/ledger/data.mdb')
    const bytes = await readFile(path)
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(path, bytes)
    const before = await readdir(join(folder, 'data'))
    const refused = await medseal('restore', '--from', 'damaged', '--data', 'data')
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('backup.damaged') })
    expect(await readdir(join(folder, 'data'))).toEqual(before)
    await rm(join(folder, 'damaged/manifest.json'))
    expect(await medseal('restore', '--from', 'damaged', '--data', 'other')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('manifest.json'),
    })
  })
})

describe('an exported log', () => {
  it('becomes a data folder again, checked leaf by leaf', async () => {
    const imported = await json(
      'import',
      'log',
      '--from',
      'tiles',
      '--genesis',
      'data/genesis.json',
      '--data',
      'copy',
    )
    expect(imported).toMatchObject({ size, height: 1, cosignedBy: ['ward'], final: true })
    expect(await json('check', '--data', 'copy')).toMatchObject({
      sound: true,
      head: { size, root: imported.root },
      checkpoint: { size },
      problemCount: 0,
    })
  })

  it('of another ledger, or one that was altered, is refused', async () => {
    await medseal('init', '--data', 'alien', '--name', 'elsewhere', '--member', 'ward=hospital')
    const options = ['import', 'log', '--data', 'never', '--from']
    expect(await medseal(...options, 'tiles', '--genesis', 'alien/genesis.json')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ledger.genesis-mismatch'),
    })
    await cp(join(folder, 'tiles'), join(folder, 'altered'), { recursive: true })
    const checkpoint = join(folder, 'altered/checkpoint')
    const note = await readFile(checkpoint, 'utf8')
    const at = note.lastIndexOf('— ', note.lastIndexOf('— ') - 1) + 60
    await writeFile(checkpoint, note.slice(0, at) + (note[at] === 'A' ? 'B' : 'A') + note.slice(at + 1))
    expect(await medseal(...options, 'altered', '--genesis', 'data/genesis.json')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('signature.invalid'),
    })
    const bundle = join(folder, `altered/tile/entries/000.p/${size}`)
    const bytes = await readFile(bundle)
    bytes[bytes.length - 200]! ^= 1
    await writeFile(bundle, bytes)
    await rm(join(folder, 'never.part'), { recursive: true })
    expect(await medseal(...options, 'altered', '--genesis', 'data/genesis.json')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ledger.diverged'),
    })
    expect(await readdir(folder)).not.toContain('never')
  })
})

describe('a check', () => {
  it('that was interrupted goes on, and does not believe what another ledger left', async () => {
    await cp(join(folder, 'kept'), join(folder, 'resumed'), { recursive: true })
    // As an interrupted check leaves it: the beginning of the same log.
    await cp(join(folder, 'backup/ledger'), join(folder, 'resumed/ledger.check'), { recursive: true })
    const resumed = await json('check', '--data', 'resumed')
    expect(resumed).toMatchObject({ sound: true, resumedFrom: size })
    await serving('alien', async () => undefined)
    await cp(join(folder, 'alien/ledger'), join(folder, 'resumed/ledger.check'), { recursive: true })
    expect(await json('check', '--data', 'resumed')).toMatchObject({ sound: true, resumedFrom: 0 })
    expect(await readdir(join(folder, 'resumed'))).not.toContain('ledger.check')
  })
})
