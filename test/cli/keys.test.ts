import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actorKeyPath } from '../../src/cli/options.ts'
import { keyPath } from '../../src/host/index.ts'
import { loadKernel } from '../../src/kernel/index.ts'
import { keyStatementInput } from '../../src/protocol/index.ts'
import { itWith, needsTools } from '../support/needs.ts'
import { run } from './command.ts'

describe('medseal keys', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-keys-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('makes a key that only its owner may read, and never overwrites one', async () => {
    const { code, stdout } = await run(['keys', 'new', 'a.pem', '--json'], { cwd: folder })
    expect(code).toBe(0)
    const { publicKey } = JSON.parse(stdout) as { publicKey: string }
    expect((await stat(join(folder, 'a.pem'))).mode & 0o777).toBe(0o600)
    const before = await readFile(join(folder, 'a.pem'), 'utf8')
    const again = await run(['keys', 'new', 'a.pem'], { cwd: folder })
    expect(again.code).toBe(1)
    expect(again.stderr).toMatch(/a\.pem exists already/)
    expect(await readFile(join(folder, 'a.pem'), 'utf8')).toBe(before)
    expect((await run(['keys', 'show', 'a.pem'], { cwd: folder })).stdout).toContain(publicKey)
  })

  itWith(needsTools('openssl'), 'agrees with openssl about both kinds', async () => {
    for (const [kind, flags] of [
      ['ed25519', []],
      ['x25519', ['--encryption']],
    ] as const) {
      const file = `${kind}.pem`
      const made = await run(['keys', 'new', file, '--json', ...flags], { cwd: folder })
      const { publicKey } = JSON.parse(made.stdout) as { publicKey: string }
      const der = spawnSync('openssl', ['pkey', '-in', file, '-pubout', '-outform', 'DER'], {
        cwd: folder,
      }).stdout
      expect(der.subarray(-32).toString('hex')).toBe(publicKey)
      spawnSync('openssl', ['genpkey', '-algorithm', kind, '-out', `openssl-${file}`], { cwd: folder })
      const shown = await run(['keys', 'show', `openssl-${file}`, '--json'], { cwd: folder })
      expect(JSON.parse(shown.stdout)).toMatchObject({ kind })
    }
  })

  it('signs a statement that the kernel finds valid', async () => {
    await run(['keys', 'new', 'new.pem'], { cwd: folder })
    const ledger = '07'.repeat(32)
    const { stdout } = await run(
      ['keys', 'statement', '--key', 'new.pem', '--actor', 'ward:doctor', '--ledger', ledger, '--json'],
      { cwd: folder },
    )
    const { publicKey, statement } = JSON.parse(stdout) as { publicKey: string; statement: string }
    const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
    const kernel = await loadKernel()
    const message = keyStatementInput(bytes(ledger), 'ward:doctor', undefined, bytes(publicKey))
    expect(kernel.verify({ publicKey: bytes(publicKey), message, signature: bytes(statement) })).toBe(true)
    const vague = await run(['keys', 'statement', '--key', 'new.pem', '--actor', 'ward:doctor'], {
      cwd: folder,
    })
    expect(vague).toMatchObject({ code: 2, stderr: expect.stringMatching(/which ledger/) })
  })

  it('looks for an actor where a node keeps its key', () => {
    for (const actor of ['ward', 'ward:dr-wang'])
      expect(actorKeyPath('data', actor)).toBe(keyPath('data', actor))
  })

  it('says which file is no key', async () => {
    await writeFile(join(folder, 'text.pem'), 'hello')
    const { code, stderr } = await run(['keys', 'show', 'text.pem'], { cwd: folder })
    expect(code).toBe(1)
    expect(stderr).toMatch(/text\.pem is not an unencrypted Ed25519 or X25519 private key/)
  })
})
