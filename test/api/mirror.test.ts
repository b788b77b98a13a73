/** A node, a mirror of it, and a witness, over HTTP: what an off-the-shelf client of the formats would meet. */
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Server } from '../../src/api/index.ts'
import { systemClock, toHex, utf8 } from '../../src/base/index.ts'
import { type Client, createClient, loadKernel, signToken, verifyReceipt } from '../../src/client/index.ts'
import { addWitnessLog, initWitness } from '../../src/finality/index.ts'
import { generateKey, initData, keyPath, loadConfig, readSigningKey } from '../../src/host/index.ts'
import { exportLog, openLmdbStore } from '../../src/ledger/index.ts'
import { initMirror, openMirror, planConsortium, type RunningMirror } from '../../src/node/index.ts'
import {
  createFolderSource,
  createHttpSource,
  fetchGenesis,
  type LogSource,
} from '../../src/order/follow/index.ts'
import {
  formatWitnessRequest,
  openNote,
  parseGenesis,
  parseNote,
  parseVkey,
  trustOf,
} from '../../src/protocol/index.ts'
import { startLightServer } from '../node/support/light-node.ts'
import { noteOfFork } from '../order/follow/support/forks.ts'
import { findingsOf } from './support/lint.ts'

const kernel = await loadKernel()
const signal = new AbortController().signal
let folder: string
let node: Server
let client: Client
let genesis: Uint8Array

const config = (name: string) =>
  loadConfig({ flags: { data: join(folder, name), port: '0', threads: '1', logLevel: 'error' } })

/** A token of the auditor, made anew for each request. */
const auditToken = () => {
  const key = readSigningKey(keyPath(join(folder, 'a'), 'audit'))
  return signToken(key, { actor: 'audit', ...client.node, url: node.url })
}
const httpSource = () => createHttpSource({ url: node.url, token: auditToken })

async function startMirror(name: string, source: LogSource): Promise<Server & { node: RunningMirror }> {
  const server = await startLightServer(config(name), {
    open: (settings, rest) => openMirror(settings, { ...rest, source, name: 'audit' }),
  })
  return server as Server & { node: RunningMirror }
}

async function enrol(count: number): Promise<string[]> {
  const drafts = Array.from({ length: count }, () => ({
    type: 'identity.enrol-subject',
    payload: { subject: toHex(crypto.getRandomValues(new Uint8Array(32))) },
  }))
  const signed = await Promise.all(drafts.map((draft) => client.sign(draft)))
  const answers = await client.submit(signed, { wait: 'final' })
  for (const { status } of answers) expect(status).toBe('accepted')
  return answers.map(({ id }) => id!)
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1_000; i++) {
    if (await condition()) return
    await systemClock.sleep(20)
  }
  throw new Error('it did not come to that')
}

const caughtUp = async (mirror: Server): Promise<boolean> => {
  const [ours, theirs] = await Promise.all([node, mirror].map(({ url }) => fetch(`${url}/checkpoint`)))
  return theirs!.ok && (await ours!.text()) === (await theirs!.text())
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medseal-mirror-'))
  const plan = planConsortium(
    {
      name: 'riverside',
      node: 'hospital',
      members: [
        { id: 'hospital', roles: ['hospital'] },
        { id: 'audit', roles: ['auditor'] },
      ],
    },
    systemClock,
  )
  genesis = plan.genesis
  initData(kernel, join(folder, 'a'), plan)
  await writeFile(keyPath(join(folder, 'a'), 'witness'), generateKey('ed25519').pem, { mode: 0o600 })
  initWitness(join(folder, 'a'), 'witness.example/w1')
  node = await startLightServer(config('a'))
  const signer = readSigningKey(keyPath(join(folder, 'a'), 'hospital'))
  client = await createClient({ url: node.url, kernel, signer, actor: 'hospital' })
})
afterAll(async () => {
  await node.close()
  await rm(folder, { recursive: true, force: true })
})

describe('a mirror', () => {
  it('comes to the log of its source, serves checkpoints, tiles, reads and receipts, and takes nothing', async () => {
    const [id] = await enrol(300)
    const found = await fetchGenesis(kernel, httpSource(), undefined, signal)
    expect(found).toEqual(genesis)
    initMirror(kernel, join(folder, 'm'), found)
    const mirror = await startMirror('m', httpSource())
    await until(() => caughtUp(mirror))
    expect(await (await fetch(`${mirror.url}/readyz`)).json()).toEqual({
      ready: true,
      reasons: [],
      warnings: [],
    })
    const tile = (url: string) => fetch(`${url}/tile/0/000`).then((answer) => answer.arrayBuffer())
    expect(await tile(mirror.url)).toEqual(await tile(node.url))

    const signer = readSigningKey(keyPath(join(folder, 'a'), 'hospital'))
    const reader = await createClient({ url: mirror.url, kernel, signer, actor: 'hospital' })
    expect(reader.node).toMatchObject({ node: 'audit', ledgerId: client.node.ledgerId })
    const receipt = await reader.receipt(id!)
    const trust = trustOf(kernel, parseGenesis(kernel, genesis), client.ledgerId)
    expect(verifyReceipt(kernel, receipt, trust)).toMatchObject({ id, final: true })

    const draft = { type: 'identity.enrol-subject', payload: { subject: '11'.repeat(32) } }
    await expect(reader.submit([await reader.sign(draft)])).rejects.toMatchObject({ code: 'node.follows' })
    const token = await signToken(signer, { actor: 'hospital', ...reader.node, url: mirror.url })
    const content = await fetch(`${mirror.url}/v1/vault/contents/${'11'.repeat(32)}`, {
      method: 'PUT',
      body: 'x',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/octet-stream',
      },
    })
    expect(content.status).toBe(403)
    expect(await content.json()).toMatchObject({ code: 'node.follows' })

    // New blocks arrive by themselves; after a restart it goes on from what it has.
    await enrol(5)
    await until(() => caughtUp(mirror))
    await mirror.close()
    await enrol(300)
    const again = await startMirror('m', httpSource())
    expect(again.node.follower.state.is).toBe('catching up')
    await until(() => caughtUp(again))
    await again.close()
  })

  it('answers 503 until it has verified its first checkpoint', async () => {
    const away = createHttpSource({ url: 'http://127.0.0.1:1' })
    initMirror(kernel, join(folder, 'away'), genesis)
    const mirror = await startMirror('away', away)
    const answer = await fetch(`${mirror.url}/checkpoint`)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('5')
    expect(await answer.json()).toMatchObject({ code: 'node.catching-up' })
    await until(() => mirror.node.follower.state.is === 'in trouble')
    expect((await fetch(`${mirror.url}/readyz`)).status).toBe(503)
    expect((await fetch(`${mirror.operationsUrl}/metrics`)).status).toBe(200)
    await mirror.close()
  })

  it('follows a plain folder, and needs the right to see entries of a node', async () => {
    await node.close()
    const store = openLmdbStore(join(folder, 'a', 'ledger'))
    const dir = join(folder, 'exported')
    node = await startLightServer(config('a'))
    const note = await (await fetch(`${node.url}/checkpoint`)).text()
    await exportLog({ store, dir, note, kernel })
    await store.close()
    initMirror(
      kernel,
      join(folder, 'f'),
      await fetchGenesis(kernel, createFolderSource(dir), undefined, signal),
    )
    const mirror = await startMirror('f', createFolderSource(dir))
    await until(async () => (await (await fetch(`${mirror.url}/checkpoint`)).text()) === note)
    await mirror.close()

    await expect(
      fetchGenesis(kernel, createHttpSource({ url: node.url }), undefined, signal),
    ).rejects.toMatchObject({
      code: 'source.answer',
      message: expect.stringContaining('operators and auditors'),
    })
    await expect(
      fetchGenesis(kernel, createFolderSource(dir), '00'.repeat(32), signal),
    ).rejects.toMatchObject({
      code: 'source.unsound',
    })
  })

  it('keeps the evidence of a split view in its folder, raises the alarm, and goes on answering reads', async () => {
    const source = httpSource()
    const lines: string[] = []
    const server = await startLightServer(config('m'), {
      writeLog: (line) => lines.push(line),
      open: (settings, rest) => openMirror(settings, { ...rest, source, name: 'audit' }),
    })
    const mirror = server as Server & { node: RunningMirror }
    await until(() => caughtUp(mirror))
    const { checkpoint } = source
    // The log's key signs another root of the size that the mirror has: as only its holder can.
    const trueNote = await checkpoint(signal)
    const log = readSigningKey(keyPath(join(folder, 'a'), 'log'))
    source.checkpoint = async () => noteOfFork(kernel, trueNote, log)
    await until(() => mirror.node.follower.state.is === 'ended')
    const files = readdirSync(join(folder, 'm', 'evidence'))
    expect(files).toHaveLength(1)
    const evidence = JSON.parse(readFileSync(join(folder, 'm', 'evidence', files[0]!), 'utf8'))
    expect(evidence).toMatchObject({ ours: trueNote, theirs: noteOfFork(kernel, trueNote, log) })
    expect(lines.join()).toContain('ALARM: split view')
    expect(await (await fetch(`${mirror.url}/readyz`)).json()).toEqual({
      ready: false,
      reasons: ['split view'],
      warnings: [],
    })
    expect(await (await fetch(`${mirror.url}/checkpoint`)).text()).toBe(trueNote)
    await mirror.close()
  })
})

describe('the witness endpoint', () => {
  const post = (body: string, type = 'text/plain') =>
    fetch(`${node.url}/witness/add-checkpoint`, { method: 'POST', body, headers: { 'content-type': type } })

  it('stands in the document of a node that has it, in which a linter finds nothing', async () => {
    const source = await (await fetch(`${node.url}/openapi.json`)).text()
    expect(source).toContain('"operationId":"addCheckpoint"')
    expect(await findingsOf(source)).toEqual([])
  })

  it('cosigns a log it was told of, answers 409 with the size, and the codes of the specification', async () => {
    const note = await (await fetch(`${node.url}/checkpoint`)).text()
    const unknown = await post(formatWitnessRequest({ oldSize: 0, proof: [], note }))
    expect(unknown.status).toBe(404)
    // Another member's log, as far as the witness is concerned.
    await node.close()
    const vkey = parseVkey(kernel, client.node.vkeys.logs[0]!)
    addWitnessLog(kernel, join(folder, 'a'), vkey)
    node = await startLightServer(config('a'))
    client = await createClient({
      url: node.url,
      kernel,
      signer: readSigningKey(keyPath(join(folder, 'a'), 'hospital')),
      actor: 'hospital',
    })
    const [witness] = client.node.vkeys.witnesses
    expect(witness).toMatch(/^witness\.example\/w1\+/)

    const first = await (await fetch(`${node.url}/checkpoint`)).text()
    const size = Number(first.split('\n')[1])
    for (const type of ['text/plain', 'application/octet-stream', 'text/x.witness; charset=utf-8']) {
      const answer = await post(
        formatWitnessRequest({ oldSize: type === 'text/plain' ? 0 : size, proof: [], note: first }),
        type,
      )
      expect(answer.status, type).toBe(200)
      const cosigned = first + (await answer.text())
      expect(openNote(kernel, cosigned, [parseVkey(kernel, witness!)]).verified).toHaveLength(1)
    }
    await enrol(3)
    const second = await (await fetch(`${node.url}/checkpoint`)).text()
    const grown = Number(second.split('\n')[1])
    const conflict = await post(formatWitnessRequest({ oldSize: 0, proof: [], note: second }))
    expect(conflict.status).toBe(409)
    expect(conflict.headers.get('content-type')).toBe('text/x.tlog.size')
    expect(await conflict.text()).toBe(`${size}\n`)
    const url = `${node.url}/v1/proofs/consistency?from=${size}&to=${grown}`
    const { hashes } = (await (await fetch(url)).json()) as { hashes: string[] }
    const proof = hashes.map((hash) => new Uint8Array(Buffer.from(hash, 'base64')))
    const bent = proof.map((hash, i) => (i === 0 ? hash.map((byte) => byte ^ 1) : hash))
    expect((await post(formatWitnessRequest({ oldSize: size, proof: bent, note: second }))).status).toBe(422)
    expect((await post(formatWitnessRequest({ oldSize: size, proof, note: second }))).status).toBe(200)

    const originHash = toHex(kernel.sha256(utf8(client.node.origin)))
    const watched = await fetch(`${node.url}/witness/${originHash}/checkpoint`)
    expect(watched.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    const kept = openNote(kernel, await watched.text(), [vkey, parseVkey(kernel, witness!)])
    expect(kept.text).toBe(parseNote(second).text)
    expect(kept.verified).toHaveLength(2)
    expect((await fetch(`${node.url}/witness/${'00'.repeat(32)}/checkpoint`)).status).toBe(404)
    expect((await fetch(`${node.url}/witness/logs/checkpoint`)).status).toBe(400)
  })

  it('refuses rubbish with a coded problem', async () => {
    const answers = await Promise.all([post(''), post('old 1'), post('x'.repeat(200_000)), post('\u0000')])
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 413, 400])
    expect(await answers[1]!.json()).toMatchObject({ code: 'witness.form' })
    const cutText = Buffer.from(
      formatWitnessRequest({ oldSize: 0, proof: [], note: 'é\n\n— a AAAAAAA=\n' }),
    ).fill(0xff, 8, 9)
    const answer = await fetch(`${node.url}/witness/add-checkpoint`, { method: 'POST', body: cutText })
    expect(answer.status).toBe(400)
    const get = await fetch(`${node.url}/witness/add-checkpoint`)
    expect(get.status).toBe(405)
  })
})
