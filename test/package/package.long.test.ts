/**
 * The packed tarball, installed in an empty folder as a user would: every export imports, the command runs the demo.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const root = new URL('../../', import.meta.url).pathname

describe('installed from the tarball', () => {
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-package-'))
    // The tests' global setup has built dist/ and the wasm already.
    const { stdout } = await run(
      'npm',
      ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
      {
        cwd: root,
      },
    )
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
    )
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, filename)], {
      cwd: folder,
    })
  }, 300_000)

  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('imports every export, with types beside it', async () => {
    const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      exports: Record<string, { types: string } | string>
    }
    const names = Object.entries(exports).filter(([, target]) => typeof target !== 'string')
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
    const pages = join(folder, 'node_modules/medseal/dist/explorer/certificate')
    const files = await readdir(pages)
    expect(files).toEqual(
      expect.arrayContaining(['index.html', 'kernel.wasm', 'page.css', 'page.js', 'worker.js']),
    )
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
