/** Runs docs/shell-client.md as it stands, with the shell's tools alone, against a real node. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith, NEEDS_OPENSSL, needsTools } from '../support/needs.ts'
import { type Running, run, startNode } from './command.ts'

const PAGE = fileURLToPath(new URL('../../docs/shell-client.md', import.meta.url))

/** The page needs bash, these tools, and an openssl that signs with -rawin. */
const TOOLS = [
  'bash',
  'curl',
  'jq',
  'openssl',
  'xxd',
  'base64',
  'sha256sum',
  'mktemp',
  'sed',
  'grep',
  'stat',
  'cmp',
]
const blocksOf = (page: string): string[] =>
  [...page.matchAll(/^```bash\n(.*?)^```$/gms)].map(([, block]) => block!)

describeWith([...needsTools(...TOOLS), NEEDS_OPENSSL], 'the shell client of the docs', () => {
  let folder: string
  let node: Running & { url: string }
  let blocks: string[]
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-shell-'))
    await run(['init', '--data', 'data', '--name', 'riverside', '--member', 'ward=hospital'], { cwd: folder })
    node = await startNode(['--data', 'data'], { cwd: folder })
    blocks = blocksOf(await readFile(PAGE, 'utf8'))
  })
  afterAll(async () => {
    await node?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** `options` as a script has them, or none, as when pasting into a terminal. */
  const runBash = (script: string, options: readonly string[] = ['-eu', '-o', 'pipefail']) => {
    const env = {
      ...process.env,
      URL: node.url,
      GENESIS: 'data/genesis.json',
      KEY: 'data/keys/ward.pem',
      ACTOR: 'ward',
    }
    return spawnSync('bash', options, { cwd: folder, env, input: script, encoding: 'utf8' })
  }

  it('signs, sends, fetches and checks', () => {
    const { status, stdout, stderr } = runBash(blocks.join('\n'))
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(stdout).toMatch(/GENUINE: accepted in block \d+ on \d{4}-\d\d-\d\dT[\d:]{8}Z, final\n\{"expires"/)
  })

  it('finds out what was tampered with', () => {
    const fetched = blocks.findIndex((block) => block.includes('/v1/receipts/'))
    const changes = {
      // One bit of the transaction's last byte, and the last byte of the header's time, whatever it is.
      entry: `jq -c --arg entry "$(field entry | base64 -d | hex | sed 's/7d$/7c/' | unhex | base64 -w 0)" '.entry = $entry'`,
      header: `jq -c --arg header "$(field header | base64 -d | hex | sed -E 's/^(.{32})ff/\\100/; t; s/^(.{32})../\\1ff/' | unhex | base64 -w 0)" '.header = $header'`,
      root: `jq -c '.proof |= sub("\\n[A-Za-z0-9+/]{43}=\\n\\n—"; "\\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\\n\\n—") | .headerProof |= sub("\\n[A-Za-z0-9+/]{43}=\\n\\n—"; "\\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\\n\\n—")'`,
    }
    for (const [name, change] of Object.entries(changes)) {
      const tampered = [
        ...blocks.slice(0, fetched + 1),
        `field() { jq -r --arg name "$1" '.[$name]' "$WORK/receipt.json"; }`,
        `${change} "$WORK/receipt.json" > "$WORK/tampered.json"; ! cmp -s "$WORK/receipt.json" "$WORK/tampered.json"`,
        'mv "$WORK/tampered.json" "$WORK/receipt.json"; echo TAMPERED',
        ...blocks.slice(fetched + 1),
      ]
      const script = tampered.join('\n')
      for (const { stdout, stderr } of [runBash(script), runBash(script, [])]) {
        expect(stdout, `${name}: ${stderr}`).toContain('TAMPERED')
        expect(stdout, name).not.toContain('GENUINE')
        expect(stderr, name).toContain('NOT GENUINE')
      }
    }
  })
})
