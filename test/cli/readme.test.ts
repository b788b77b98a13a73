/** Runs the README's example as it stands against a real node; `npx medseal` is the command of this build. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { describeWith, needsTools } from '../support/needs.ts'
import { run, startNode } from './command.ts'

const pathOf = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url))

describeWith(needsTools('bash', 'date'), "the README's example", () => {
  it('signs, anchors, fetches a receipt and proves it without the node', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'medseal-readme-'))
    const readme = await readFile(pathOf('README.md'), 'utf8')
    const [, example] = /^```bash\n(.*?)^```$/ms.exec(readme)!
    const founding = ['--name', 'readme', '--member', 'city-hospital=hospital']
    await run(['init', '--data', 'medseal-data', ...founding], { cwd: folder })
    const node = await startNode(['--data', 'medseal-data'], { cwd: folder })
    const script = `npx() { shift; "${process.execPath}" "${pathOf('dist/cli/main.js')}" "$@"; }\n${example}`
    const options = { cwd: folder, env: { ...process.env, MEDSEAL_URL: node.url }, input: script } as const
    const { status, stdout, stderr } = spawnSync('bash', ['-eu', '-o', 'pipefail'], {
      ...options,
      encoding: 'utf8',
    })
    await node.stop()
    await rm(folder, { recursive: true, force: true })
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(stdout).toMatch(/^GENUINE: the ledger accepted this transaction\./m)
    expect(stdout).toMatch(/^ +what +record\.anchor/m)
  })
})
