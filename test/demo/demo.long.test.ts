/**
 * The demo as a user starts it: seeded once, gone on with later, left where it was stopped, refused where it must not
 * write.
 */
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findExamples } from '../../src/demo/examples.ts'
import type { DemoProgress } from '../../src/demo/progress-file.ts'
import { type Finished, type RunOptions, run, start } from '../cli/command.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const SMALL = ['--patients', '20', '--visits', '100', '--port', '0', '--threads', '1']
const examplesInstalled = findExamples() !== undefined

describe('medseal demo', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-demo-test-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const demo = (args: readonly string[], options: RunOptions = {}): Promise<Finished> =>
    run(['demo', ...SMALL, ...args], { cwd: folder, ...options })
  const progressOf = async (data: string): Promise<DemoProgress> =>
    JSON.parse(await readFile(join(folder, data, 'demo/progress.json'), 'utf8')) as DemoProgress
  const leavesIn = (output: string): number =>
    Number(/\n {2}medseal-demo\/[0-9a-f]{16}\n {2}(\d+)\n/.exec(output)![1])

  it('writes everything, shows refusals and a receipt, and goes on from there', async () => {
    const first = await demo(['--data', 'data', '--once'])
    expect(first.code, first.stderr).toBe(0)
    expect(first.stdout).toMatch(/synthetic patients enrolled +40 transactions accepted\n/)
    expect(first.stdout).toMatch(/synthetic visits anchored +100 transactions accepted\n/)
    if (examplesInstalled) expect(first.stdout).toMatch(/HL7 records anchored +\d+ transactions accepted\n/)
    const { refusals } = (await progressOf('data')).summary!
    expect(refusals.map(({ status, code }) => `${status} ${code}`)).toEqual([
      'refused record.not-facility',
      'refused record.exists',
      'refused identity.statement-invalid',
      'rejected admission.key-inactive',
      'rejected admission.expired',
      'rejected signature.invalid',
      'rejected signature.invalid',
    ])
    for (const { code } of refusals) expect(first.stdout).toContain(code)
    expect(first.stdout).toMatch(/GENUINE: the ledger accepted this transaction/)
    expect(first.stdout).toMatch(/one bit changed: refused \[receipt\./)

    const verified = await run(
      ['receipt', 'verify', 'data/demo/receipt.json', '--genesis', 'data/genesis.json'],
      {
        cwd: folder,
      },
    )
    expect(verified.code, verified.stdout).toBe(0)

    const second = await demo(['--data', 'data', '--once'])
    expect(second.code, second.stderr).toBe(0)
    expect(second.stdout).toMatch(/holds a finished demo already; nothing is written again/)
    expect(second.stdout).not.toMatch(/transactions accepted/)
    expect(leavesIn(second.stdout)).toBe(leavesIn(first.stdout))
  })

  it('stays up until it is asked to stop', async () => {
    const running = start(['demo', '--data', 'data', ...SMALL], { cwd: folder })
    const [, url] = await running.until(/^medseal is ready at (http:\S+)/m)
    const info = (await (await fetch(`${url}/v1/info`)).json()) as { origin: string }
    expect(info.origin).toMatch(/^medseal-demo\//)
    expect(running.output()).toContain(`curl -s ${url}/v1/info`)
    expect(await running.stop('SIGINT')).toMatchObject({ code: 0, stderr: '' })
  })

  it('takes up a seeding that was stopped', async () => {
    const args = [
      'demo',
      '--data',
      'data',
      '--patients',
      '30',
      '--visits',
      '4000',
      '--port',
      '0',
      '--threads',
      '1',
    ]
    const running = start(args, { cwd: folder })
    await running.until(/synthetic visits anchored +[1-3],?\d+ of/)
    const stopped = await running.stop('SIGINT')
    expect(stopped).toMatchObject({ code: 0, stderr: '' })
    expect(stopped.stdout).toMatch(/The next start goes on from here/)
    const before = await progressOf('data')
    expect(before.done['syntheticVisits']).toBeGreaterThan(0)
    expect(before.done['syntheticVisits']).toBeLessThan(4000)

    // What was asked for at first counts: the later numbers belong to another demo.
    const resumed = await demo(['--data', 'data', '--once'])
    expect(resumed.code, resumed.stderr).toBe(0)
    expect(resumed.stdout).toMatch(/after [\d,]+ items of an earlier run/)
    const after = await progressOf('data')
    expect(after).toMatchObject({ patients: 30, visits: 4000, startedAt: before.startedAt })
    expect(after.done['syntheticVisits']).toBe(4000)
    expect(after.summary!.stages.at(-1)).toEqual({ label: 'synthetic visits anchored', items: 4000 })
  })

  it('says that a run to its end was stopped before it', async () => {
    const running = start(['demo', '--data', 'data', ...SMALL, '--visits', '4000', '--once'], { cwd: folder })
    await running.until(/synthetic patients enrolled/)
    expect((await running.stop('SIGTERM')).code).toBe(1)
  })

  it('founds nothing where the port is taken, names it and what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const { code, stdout, stderr } = await demo(['--data', 'data', '--port', String(port)])
    other.close()
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(new RegExp(`Port ${port} of 127\\.0\\.0\\.1 .*EADDRINUSE[\\s\\S]*--port 0`))
    expect(await readdir(folder)).toEqual([])
  })

  it('refuses a folder whose ledger is not a demo', async () => {
    await run(['init', '--data', 'real'], { cwd: folder })
    const before = await readdir(join(folder, 'real'))
    const { code, stderr } = await demo(['--data', 'real', '--once'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/real holds a ledger that is not a demo.*\[data\.not-demo\]/)
    expect(await readdir(join(folder, 'real'))).toEqual(before)
  })

  it('leaves nothing behind where it is temporary', async () => {
    const { code, stdout, stderr } = await demo(['--temporary'], { env: { TMPDIR: folder } })
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/the temporary folder has been removed/)
    expect(await readdir(folder)).toEqual([])
  })

  it('runs the generator alone where the HL7 package is not installed, and says so', async () => {
    const bare = join(folder, 'bare')
    await mkdir(join(bare, 'node_modules'), { recursive: true })
    for (const part of ['dist', 'build', 'package.json'])
      await cp(join(root, part), join(bare, part), { recursive: true })
    for (const name of await readdir(join(root, 'node_modules'))) {
      if (name !== 'hl7.fhir.r4.examples')
        await symlink(join(root, 'node_modules', name), join(bare, 'node_modules', name))
    }
    const { code, stdout, stderr } = await demo(['--temporary'], { main: join(bare, 'dist/cli/main.js') })
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/hl7\.fhir\.r4\.examples is not installed, so the generator alone runs/)
    expect(stdout).not.toMatch(/HL7 records/)
    expect(stdout).toMatch(/synthetic visits anchored +100 transactions accepted/)
  })
}, 120_000)
