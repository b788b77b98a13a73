/**
 * The packed tarball, installed in an empty folder as a user would: every export imports, the command runs the demo.
 * Then under the oldest Node of each line that `engines` names: `--engine-strict` holds every package to its own range,
 * and the command founds a ledger, signs, and checks a receipt.
 */
import { execFile, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunOptions, run as runCommand, startNode } from '../cli/command.ts'
import { describeWith, NEEDS_LINUX_X64 } from '../support/needs.ts'

const run = promisify(execFile)
const root = new URL('../../', import.meta.url).pathname

/** package.json, as far as it is looked at. */
interface Manifest {
  readonly version: string
  readonly engines: { readonly node: string }
  readonly exports: Readonly<Record<string, { readonly types: string } | string>>
}
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest

/** The oldest version of each line of Node that `engines` names. */
const NAMED_NODES = manifest.engines.node.split(' || ').map((range) => range.slice('^'.length))

let tarballs: string
let tarball: string

beforeAll(async () => {
  tarballs = await mkdtemp(join(tmpdir(), 'medseal-tarball-'))
  // The tests' global setup has built dist/ and the wasm already.
  const flags = ['--ignore-scripts', '--json', '--pack-destination', tarballs]
  const { stdout } = await run('npm', ['pack', ...flags], { cwd: root })
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
  tarball = join(tarballs, filename)
})
afterAll(() => rm(tarballs, { recursive: true, force: true }))

/** Installs the tarball in `folder` by itself, with the Node that the path names first. */
async function install(folder: string, path = process.env['PATH']): Promise<void> {
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
  )
  const flags = ['--engine-strict', '--prefer-offline', '--no-audit', '--no-fund']
  await run('npm', ['install', ...flags, tarball], { cwd: folder, env: { ...process.env, PATH: path } })
}

describe('installed from the tarball', () => {
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-package-'))
    await install(folder)
  }, 300_000)

  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('imports every export, with types beside it', async () => {
    const names = Object.entries(manifest.exports).filter(([, target]) => typeof target !== 'string')
    expect(names.map(([name]) => name)).toEqual(['.', './kernel', './engine', './protocol', './client'])
    for (const [name, target] of names) {
      const specifier = name.replace('.', 'medseal')
      const script = `const m = await import(${JSON.stringify(specifier)}); console.log(Object.keys(m).length)`
      const { stdout } = await run('node', ['--input-type=module', '-e', script], { cwd: folder })
      expect(Number(stdout), specifier).toBeGreaterThan(0)
      await readFile(join(folder, 'node_modules/medseal', (target as { types: string }).types))
    }
  })

  it('has the pages that a node serves', async () => {
    for (const page of ['certificate', 'start']) {
      expect(await readdir(join(folder, 'node_modules/medseal/dist/explorer', page)), page).toEqual(
        expect.arrayContaining(['index.html', 'kernel.wasm', 'page.css', 'page.js', 'worker.js']),
      )
    }
  })

  it('verifies signatures with the packed wasm, on this thread and on the pool', async () => {
    const script = `
      import { loadKernel } from 'medseal/kernel'
      import { createEngine } from 'medseal/engine'
      const hex = (text) => Uint8Array.from(Buffer.from(text, 'hex'))
      // RFC 8032, 7.1, test 1
      const check = {
        publicKey: hex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'),
        message: new Uint8Array(0),
        signature: hex('e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b'),
      }
      const kernel = await loadKernel()
      const engine = await createEngine({ threads: 1 })
      console.log(kernel.verify(check), await engine.verifySignatures([check, { ...check, message: hex('00') }]))
      await engine.close()`
    const { stdout } = await run('node', ['--input-type=module', '-e', script], { cwd: folder })
    expect(stdout.trim()).toBe('true [ true, false ]')
  })

  it('runs the demo, with the generator alone', async () => {
    const { stdout } = await run(
      'npx',
      [
        '--no-install',
        'medseal',
        'demo',
        '--temporary',
        '--patients',
        '20',
        '--visits',
        '100',
        '--port',
        '0',
      ],
      { cwd: folder },
    )
    expect(stdout).toMatch(/hl7\.fhir\.r4\.examples is not installed/)
    expect(stdout).toMatch(/synthetic/)
  }, 120_000)
})

describeWith([NEEDS_LINUX_X64], 'under each Node of engines', () => {
  it.each(NAMED_NODES)(
    '%s installs all of it and runs',
    async (version) => {
      const bin = execFileSync('node', ['scripts/get-node.mjs', version], {
        cwd: root,
        encoding: 'utf8',
      }).trim()
      const folder = await mkdtemp(join(tmpdir(), `medseal-node-${version}-`))
      await install(folder, `${bin}${delimiter}${process.env['PATH']}`)
      const options = {
        cwd: folder,
        node: join(bin, 'node'),
        main: join(folder, 'node_modules/medseal/dist/cli/main.js'),
      }
      expect(execFileSync(options.node, ['--version'], { encoding: 'utf8' }).trim()).toBe(`v${version}`)
      await foundSignAndCheck(options)
      // Where it has no binary for the machine, npm leaves it out: it is optional.
      for (const name of ['msgpackr-extract', '@msgpackr-extract'])
        await rm(join(folder, 'node_modules', name), { recursive: true })
      await foundSignAndCheck(options)
      await rm(folder, { recursive: true, force: true })
    },
    300_000,
  )
})

/** Founds a ledger, starts its node, signs a fact, checks its receipt, and stops. */
async function foundSignAndCheck(options: RunOptions & { cwd: string }): Promise<void> {
  const medseal = async (args: string[], input = ''): Promise<string> => {
    const { code, stdout, stderr } = await runCommand(args, { ...options, input })
    expect(code, `${args.join(' ')}: ${stderr}`).toBe(0)
    return stdout
  }
  await rm(join(options.cwd, 'data'), { recursive: true, force: true })
  expect(await medseal(['--version'])).toBe(`${manifest.version}\n`)
  await medseal(['init', '--data', 'data', '--member', 'ward=hospital'])
  const node = await startNode(['--data', 'data'], options)
  const as = ['--url', node.url, '--data', 'data', '--actor', 'ward']
  const subject = JSON.stringify({ subject: 'ab'.repeat(32) })
  const answer = await medseal(['submit', 'identity.enrol-subject', ...as, '--json'], subject)
  const { id } = JSON.parse(answer) as { id: string }
  await medseal(['receipt', 'get', id, ...as, '--out', 'receipt.json'])
  expect((await node.stop()).code).toBe(0)
  expect(await medseal(['receipt', 'verify', 'receipt.json', '--genesis', 'data/genesis.json'])).toMatch(
    /GENUINE/,
  )
}
