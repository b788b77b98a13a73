/**
 * What an operator does with a data folder: copy it while the node serves, check it, damage it, make it whole again.
 */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run, startNode } from './command.ts'

describe('check, backup and rebuild', () => {
  let folder: string
  const medseal = (...args: readonly string[]) => run(args, { cwd: folder })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-ledger-commands-'))
    await medseal('init', '--data', 'data', '--name', 'riverside', '--member', 'ward=hospital')
    const node = await startNode(['--data', 'data'], { cwd: folder })
    const as = ['--url', node.url, '--genesis', 'data/genesis.json', '--key', 'data/keys/ward.pem']
    const payload = JSON.stringify({ subject: 'ab'.repeat(32) })
    const sent = await run(['submit', 'identity.enrol-subject', '-', ...as], { cwd: folder, input: payload })
    expect(sent.code, sent.stderr).toBe(0)
    const locked = await medseal('check', '--data', 'data')
    expect(locked).toMatchObject({ code: 1, stderr: expect.stringContaining('data.locked') })
    expect(await medseal('backup', '--data', 'data', '--to', 'copy')).toMatchObject({ code: 0 })
    await node.stop()
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('finds a folder sound, and its copy too', async () => {
    const sound = { code: 0, stdout: expect.stringContaining('SOUND') }
    expect(await medseal('check', '--data', 'data')).toMatchObject(sound)
    await cp(join(folder, 'data'), join(folder, 'restored'), { recursive: true })
    await rm(join(folder, 'restored/ledger'), { recursive: true })
    await cp(join(folder, 'copy/ledger'), join(folder, 'restored/ledger'), { recursive: true })
    expect(await medseal('check', '--data', 'restored')).toMatchObject(sound)
    expect(await readdir(join(folder, 'data'))).not.toContain('ledger.check')
  })

  it('does not copy over what is there, nor check what is none', async () => {
    expect(await medseal('backup', '--data', 'data', '--to', 'copy')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('data.exists'),
    })
    expect(await medseal('check', '--data', 'nowhere')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('data.missing'),
    })
  })

  it('makes no ledger where one is gone', async () => {
    await cp(join(folder, 'data'), join(folder, 'gone'), { recursive: true })
    await rm(join(folder, 'gone/ledger'), { recursive: true })
    for (const command of ['check', 'rebuild']) {
      const missing = { code: 1, stderr: expect.stringContaining('data.missing') }
      expect(await medseal(command, '--data', 'gone')).toMatchObject(missing)
    }
    expect(await readdir(join(folder, 'gone'))).not.toContain('ledger')
  })

  it('finds a damaged state record and makes it anew', async () => {
    const path = join(folder, 'restored/ledger/data.mdb')
    const bytes = await readFile(path)
    // The subject's row: its key stands in the clear, its value some bytes behind.
    const at = bytes.indexOf('"facility":"ward"')
    expect(at).toBeGreaterThan(0)
    for (let i = at; i >= 0; i = bytes.indexOf('"facility":"ward"', i + 1)) bytes[i + 12]! ^= 1
    await writeFile(path, bytes)
    const damaged = await medseal('check', '--data', 'restored')
    expect(damaged).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/DAMAGED(.|\n)*state identity\//),
    })
    expect(damaged.stdout).toContain('medseal rebuild')
    const rebuilt = await medseal('rebuild', '--data', 'restored')
    expect(rebuilt, rebuilt.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('Rebuilt') })
    const sound = { code: 0, stdout: expect.stringContaining('SOUND') }
    expect(await medseal('check', '--data', 'restored')).toMatchObject(sound)
  })
})
