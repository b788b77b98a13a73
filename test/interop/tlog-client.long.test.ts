/**
 * An off-the-shelf client audits a node: the Go project's transparency-log packages, as Debian's
 * `golang-golang-x-mod-dev` has them. Skipped where Go or the packages are not there.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Server, startServer } from '../../src/api/index.ts'
import { systemClock } from '../../src/base/index.ts'
import { createClient, loadKernel, signToken } from '../../src/client/index.ts'
import { initData, keyPath, loadConfig, readSigningKey } from '../../src/host/index.ts'
import { planConsortium } from '../../src/node/index.ts'
import { parseCheckpoint, parseNote } from '../../src/protocol/index.ts'
import { describeWith, needsFile, needsTools } from '../support/needs.ts'
import { enrolSubjects } from './support/grow.ts'

const run = promisify(execFile)
/** Where Debian keeps the sources of Go packages. */
const GOPATH = process.env['TLOG_GOPATH'] ?? '/usr/share/gocode'
const TLOG = needsFile('golang-golang-x-mod-dev', join(GOPATH, 'src/golang.org/x/mod/sumdb/tlog'))

describeWith([...needsTools('go'), TLOG], "the Go project's transparency-log client", () => {
  let folder: string
  let server: Server

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-tlog-'))
    const environment = {
      ...process.env,
      GOPATH,
      GO111MODULE: 'off',
      GOFLAGS: '',
      GOCACHE: join(folder, 'cache'),
    }
    const source = join(import.meta.dirname, 'audit.go')
    await run('go', ['build', '-o', join(folder, 'audit'), source], { env: environment })
    const members = [
      { id: 'hospital', roles: ['hospital'] as const },
      { id: 'audit', roles: ['auditor'] as const },
    ]
    const kernel = await loadKernel()
    initData(
      kernel,
      join(folder, 'data'),
      planConsortium({ name: 'riverside', node: 'hospital', members }, systemClock),
    )
    const flags = { data: join(folder, 'data'), port: '0', threads: '1', logLevel: 'error' }
    server = await startServer(loadConfig({ flags }))
  })
  afterAll(async () => {
    await server.close()
    await rm(folder, { recursive: true, force: true })
  })

  /** Enrols subjects, and returns the checkpoint that covers them. */
  async function grow(count: number) {
    const client = await enrolSubjects(server.url, join(folder, 'data'), count)
    const note = await (await fetch(`${server.url}/checkpoint`)).text()
    return { checkpoint: parseCheckpoint(parseNote(note).text), vkey: client.node.vkeys.logs[0]! }
  }

  async function audit(vkey: string, old: { size: number; root: Uint8Array }): Promise<string> {
    const key = readSigningKey(keyPath(join(folder, 'data'), 'audit'))
    const { node } = await createClient({ url: server.url })
    const token = await signToken(key, { ...node, actor: 'audit', url: server.url })
    const root = Buffer.from(old.root).toString('base64')
    const args = [server.url, vkey, token, String(old.size), root]
    const { stdout } = await run(join(folder, 'audit'), args)
    return stdout
  }

  it('opens the checkpoint, finds the log consistent with an earlier one, and every entry in it', async () => {
    const { checkpoint: old } = await grow(3)
    const { checkpoint, vkey } = await grow(700)
    expect(await audit(vkey, old)).toBe(
      `audited ${checkpoint.size} of ${checkpoint.size} entries, consistent with size ${old.size}\n`,
    )
  })

  it('refuses another root, and the key of another log', async () => {
    const { checkpoint, vkey } = await grow(1)
    const bent = { ...checkpoint, root: checkpoint.root.map((byte, i) => (i === 7 ? byte ^ 1 : byte)) }
    await expect(audit(vkey, bent)).rejects.toThrow(/invalid/)
    await expect(audit(vkey.replace('riverside', 'elsewhere'), checkpoint)).rejects.toThrow()
  })
})
