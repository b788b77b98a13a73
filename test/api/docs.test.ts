/** The shell examples of docs/http.md, run as they stand against a node of their own. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { startServer } from '../../src/api/index.ts'
import { systemClock } from '../../src/base/index.ts'
import { initData, loadConfig } from '../../src/host/index.ts'
import { planConsortium } from '../../src/node/index.ts'
import { kernel } from '../node/support/world.ts'
import { describeWith, needsTools } from '../support/needs.ts'

const TOOLS = ['bash', 'curl', 'jq', 'openssl', 'od', 'xxd', 'base64', 'timeout']
const PAGE = new URL('../../docs/http.md', import.meta.url)
const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

const PLAN = {
  name: 'riverside',
  node: 'hospital',
  members: [
    { id: 'hospital', roles: ['hospital'] },
    { id: 'auditor', roles: ['auditor'] },
  ],
  actors: [
    { id: 'hospital:dr-wang', role: 'doctor' },
    { id: 'hospital:p1', role: 'patient' },
  ],
} as const

describeWith(needsTools(...TOOLS), 'docs/http.md', () => {
  it('has examples that work', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'medseal-docs-'))
    const data = join(folder, 'medseal-data')
    initData(kernel, data, planConsortium(PLAN, systemClock))
    const config = loadConfig({ flags: { data, port: '0', threads: '1', logLevel: 'error' } })
    const server = await startServer(config, { writeLog: () => {} })
    mkdirSync(join(folder, 'work'))
    const blocks = [...readFileSync(PAGE, 'utf8').matchAll(/```sh\n(.*?)```/gs)].map(([, text]) => text!)
    // The first block makes and starts the node, which is done above; a stream does not end by itself.
    const script = ['set -e -o pipefail', ...blocks.slice(1)]
      .join('\n')
      .replace('http://127.0.0.1:8080', server.url)
      .replace(/curl -sN (.*)/, '(timeout 2 curl -sN $1 || true)')
      .replaceAll(/^medseal /gm, `${process.execPath} ${CLI} `)
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: folder })
    await server.close()
    const [answer] = JSON.parse(readFileSync(join(folder, 'answer.json'), 'utf8'))
    expect(answer).toMatchObject({ status: 'accepted', settled: 'final', index: 2, height: 1 })
    expect(stdout).toContain('GENUINE')
    expect(stdout).not.toContain('NOT GENUINE')
    expect(stdout).toContain(`"actor":"hospital"`)
    expect(stdout).toContain('event: identity.enrol-subject')
    expect(stdout).toContain('c2sp.org/tlog-proof@v1')
    expect(stdout).not.toContain('urn:medseal:code')
  })
})
