/** A ledger is founded, a node started, a fact signed, sent and proved: all with the command alone. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Genesis } from '../../src/protocol/index.ts'
import { type Finished, type Running, run, startNode } from './command.ts'

const SUBJECT = 'ab'.repeat(32)
const ANCHOR = {
  recordId: 'visit-1',
  subject: SUBJECT,
  kind: 'Encounter',
  contentHash: 'cd'.repeat(32),
  encounterAt: 1_700_000_000,
}

describe('medseal from init to receipt', () => {
  let folder: string
  let node: Running & { url: string }
  const medseal = (args: readonly string[], input?: string): Promise<Finished> =>
    run(args, { cwd: folder, ...(input !== undefined && { input }) })
  const submit = (type: string, payload: object, ...flags: string[]): Promise<Finished> =>
    medseal(
      ['submit', type, '-', '--url', node.url, '--data', 'data', '--actor', 'ward', '--json', ...flags],
      JSON.stringify(payload),
    )

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-round-trip-'))
    const flags = [
      '--name',
      'riverside',
      '--member',
      'ward=hospital',
      '--member',
      'audit=auditor',
      '--display-name',
      'ward=河滨医院',
    ]
    const { code, stdout, stderr } = await medseal([
      'init',
      '--data',
      'data',
      ...flags,
      '--actor',
      'ward:dr-wang=doctor',
    ])
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/Founded the ledger riverside/)
    node = await startNode(['--data', 'data'], { cwd: folder })
  })
  afterAll(async () => {
    await node?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('writes keys that only their owner may read', async () => {
    const { stdout } = await medseal(['keys', 'list', '--data', 'data', '--json'])
    const names = (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name)
    expect(names).toEqual(['audit', 'cosigner', 'log', 'ward', 'ward_dr-wang', 'ward_dr-wang.encryption'])
    for (const name of names) {
      expect((await stat(join(folder, 'data/keys', `${name}.pem`))).mode & 0o777).toBe(0o600)
    }
  })

  it('founds nothing where something is', async () => {
    const before = await readFile(join(folder, 'data/genesis.json'), 'utf8')
    const names = (JSON.parse(before) as Genesis).members.map(({ displayName }) => displayName)
    expect(names).toEqual(['河滨医院', undefined])
    const again = await medseal(['init', '--data', 'data'])
    expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/data\.exists/) })
    expect(await readFile(join(folder, 'data/genesis.json'), 'utf8')).toBe(before)
    const twice = await medseal([
      'init',
      '--data',
      'other',
      '--member',
      'a=hospital',
      '--member',
      'a=insurer',
    ])
    expect(twice).toMatchObject({ code: 2, stderr: expect.stringMatching(/--member.*: a /) })
    for (const named of ['hospital-a=', 'hospital-a=A\u202eB', 'nobody=Riverside', 'Riverside']) {
      const refused = await medseal(['init', '--data', 'other', '--display-name', named])
      expect(refused, named).toMatchObject({ code: 2, stderr: expect.stringMatching(/--display-name/) })
    }
  })

  it('tells which ledger the node keeps', async () => {
    const { code, stdout } = await medseal(['info', '--url', node.url, '--data', 'data'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/origin +riverside\/[0-9a-f]{16}/)
    await medseal(['init', '--data', 'elsewhere'])
    const other = await medseal(['info', '--url', node.url, '--data', 'elsewhere'])
    expect(other).toMatchObject({ code: 1, stderr: expect.stringMatching(/client\.other-ledger/) })
  })

  it('proves an accepted fact offline, and nothing tampered with', async () => {
    expect((await submit('identity.enrol-subject', { subject: SUBJECT })).code).toBe(0)
    const sent = await submit('record.anchor', ANCHOR, '--wait', 'final')
    expect(sent.code, sent.stdout).toBe(0)
    const { id, settled } = JSON.parse(sent.stdout) as { id: string; settled: string }
    expect(settled).toBe('final')

    const actor = ['--url', node.url, '--data', 'data', '--actor', 'ward']
    expect((await medseal(['status', id, ...actor])).stdout).toMatch(/status +accepted/)
    expect((await medseal(['receipt', 'get', id, ...actor, '--out', 'receipt.json'])).code).toBe(0)
    const verify = ['receipt', 'verify', 'receipt.json', '--genesis', 'data/genesis.json']
    const verified = await medseal([...verify, '--id', id])
    expect(verified.code, verified.stdout).toBe(0)
    expect(verified.stdout).toMatch(/^GENUINE: the ledger accepted this transaction\./)
    expect(verified.stdout).toMatch(/final: cosigned by ward/)

    const other = await medseal([...verify, '--id', 'ef'.repeat(32)])
    expect(other).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/NOT GENUINE[\s\S]*receipt\.mismatch/),
    })
    const foreign = await medseal([...verify.slice(0, -1), 'elsewhere/genesis.json'])
    expect(foreign).toMatchObject({ code: 1, stdout: expect.stringMatching(/NOT GENUINE/) })
    const receipt = JSON.parse(await readFile(join(folder, 'receipt.json'), 'utf8')) as { entry: string }
    const entry = Buffer.from(receipt.entry, 'base64')
    entry[120]! ^= 1
    await writeFile(
      join(folder, 'receipt.json'),
      JSON.stringify({ ...receipt, entry: entry.toString('base64') }),
    )
    expect(await medseal(verify)).toMatchObject({ code: 1, stdout: expect.stringMatching(/NOT GENUINE/) })
    await writeFile(join(folder, 'receipt.json'), 'no JSON')
    expect((await medseal(verify)).code).toBe(2)
  })

  it('exits with 1 where the ledger refuses or the node rejects, and says why', async () => {
    const refused = await submit('record.anchor', ANCHOR)
    expect(refused.code).toBe(1)
    const answer = JSON.parse(refused.stdout) as { id: string; status: string; code: string }
    expect(answer).toMatchObject({ status: 'refused', code: 'record.exists' })
    const actor = ['--url', node.url, '--data', 'data', '--actor', 'ward']
    await medseal(['receipt', 'get', answer.id, ...actor, '--out', 'refusal.json'])
    const verify = ['receipt', 'verify', 'refusal.json', '--genesis', 'data/genesis.json', '--id', answer.id]
    expect((await medseal(verify)).stdout).toMatch(/GENUINE: the ledger refused[\s\S]*record\.exists/)

    const unknown = await submit('record.burn', {})
    expect(unknown.code).toBe(1)
    expect(JSON.parse(unknown.stdout)).toMatchObject({ status: 'rejected', code: 'form.type-unknown' })
    const fraction = await submit('record.anchor', { ...ANCHOR, encounterAt: 1.5 })
    expect(fraction).toMatchObject({ code: 1, stderr: expect.stringMatching(/encounterAt.*not an integer/) })
    const missing = await medseal(['status', 'ab'.repeat(32), ...actor])
    expect(missing).toMatchObject({ code: 1, stdout: expect.stringMatching(/knows no transaction/) })
  })

  it('signs tokens that the node takes', async () => {
    const { stdout } = await medseal([
      'token',
      '--url',
      node.url,
      '--data',
      'data',
      '--actor',
      'ward:dr-wang',
    ])
    const headers = { authorization: `Bearer ${stdout.trim()}` }
    const response = await fetch(`${node.url}/v1/identity/me`, { headers })
    expect(await response.json()).toMatchObject({ actor: 'ward:dr-wang', role: 'doctor' })
    const wrong = ['token', '--url', node.url, '--key', 'data/keys/ward.pem', '--actor', 'ward:dr-wang']
    const token = (await medseal(wrong)).stdout.trim()
    const refused = await fetch(`${node.url}/v1/identity/me`, {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(refused.status).toBe(401)
  })
})
