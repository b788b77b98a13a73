/**
 * EPCIS over HTTP on a real node: a workflow played, its events asked for, and a captured document imported by the
 * command.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Server } from '../../src/api/index.ts'
import { systemClock } from '../../src/base/index.ts'
import { createClient, signTransaction } from '../../src/client/index.ts'
import { DEMO_PLAN, playScenario, SCENARIOS } from '../../src/demo/index.ts'
import { initData, keyPath, loadConfig, readSigningKey } from '../../src/host/index.ts'
import { planConsortium } from '../../src/node/index.ts'
import { makeEpcisCheck } from '../epcis/support/schema.ts'
import { startLightServer } from '../node/support/light-node.ts'
import { kernel } from '../node/support/world.ts'
import { itWith, NEEDS_EPCIS_SCHEMA } from '../support/needs.ts'

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

let folder: string
let server: Server
const keyOf = (id: string) => readSigningKey(keyPath(join(folder, 'data'), id))

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'medseal-epcis-'))
  initData(kernel, join(folder, 'data'), planConsortium(DEMO_PLAN, systemClock))
  const flags = { data: join(folder, 'data'), port: '0', threads: '1', logLevel: 'error' }
  server = await startLightServer(loadConfig({ flags }), { writeLog: () => {} })
  const client = await createClient({ url: server.url, kernel })
  const { ledgerId } = client
  for (const scenario of SCENARIOS.filter(({ title }) => /waste|Drug/.test(title))) {
    const played = await playScenario(scenario, {
      kernel,
      ledgerId,
      now: () => systemClock.nowSeconds(),
      member: keyOf,
      async send(draft, signer) {
        const [answer] = await client.submit([await signTransaction(draft, { kernel, ledgerId, signer })], {
          wait: 'committed',
        })
        return answer!
      },
    })
    for (const { told, answer, does } of played) expect(answer, does).toBe(told)
  }
}, 120_000)
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

async function ask(reader: string, search = '') {
  const client = await createClient({ url: server.url, kernel, signer: keyOf(reader), actor: reader })
  const response = await fetch(`${server.url}/v1/epcis/events${search}`, {
    headers: { authorization: `Bearer ${await client.token()}` },
  })
  return { response, body: (await response.json()) as EpcisBody & { code?: string; field?: string } }
}

interface EpcisBody {
  readonly epcisBody: {
    readonly queryResults: { readonly resultsBody: { readonly eventList: readonly { eventID: string }[] } }
  }
}
const eventsOf = ({ epcisBody }: EpcisBody) => epcisBody.queryResults.resultsBody.eventList

describe('GET /v1/epcis/events', () => {
  itWith([NEEDS_EPCIS_SCHEMA], 'answers a document that the schema of GS1 takes', async () => {
    const { body } = await ask('drug-regulator', '?perPage=1000')
    expect(makeEpcisCheck()(body)).toBeUndefined()
  })

  it('answers a query document, page by page', async () => {
    const { response, body } = await ask('drug-regulator', '?perPage=1000')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toMatch(/^application\/ld\+json/)
    expect(response.headers.get('gs1-epcis-version')).toBe('2.0.0')
    expect(response.headers.get('link')).toBeNull()
    const all = eventsOf(body)
    expect(all.length).toBeGreaterThan(12)
    const found: { eventID: string }[] = []
    let next: string | undefined = '?perPage=5'
    for (let pages = 0; next !== undefined && pages < 20; pages++) {
      const page: Awaited<ReturnType<typeof ask>> = await ask('drug-regulator', next)
      found.push(...eventsOf(page.body))
      next = /\?([^>]*)>; rel="next"/.exec(page.response.headers.get('link') ?? '')?.[0].split('>')[0]
    }
    expect(found).toEqual(all)
  })

  it('shows each reader its own', async () => {
    const count = async (reader: string) => eventsOf((await ask(reader, '?perPage=1000')).body).length
    expect(await count('environment-bureau')).toBeGreaterThan(10)
    expect(await count('green-haul')).toBeGreaterThan(3)
    expect(await count('town-hospital')).toBe(0)
    expect((await fetch(`${server.url}/v1/epcis/events`)).status).toBe(401)
  })

  it('refuses a parameter that it does not know', async () => {
    const { response, body } = await ask('drug-regulator', '?EQ_transformationID=x')
    expect([response.status, body.code, body.field]).toEqual([400, 'form.request', '/EQ_transformationID'])
  })
})

describe('medseal import epcis', () => {
  async function run(file: string, ...more: string[]) {
    const data = join(folder, 'data')
    const args = [CLI, 'import', 'epcis', file, '--data', data, '--actor', 'drug-maker', '--url', server.url]
    try {
      return { code: 0, ...(await promisify(execFile)(process.execPath, [...args, ...more])) }
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
      return { code, stdout, stderr }
    }
  }
  const write = (name: string, eventList: readonly object[]) => {
    const path = join(folder, name)
    const document = {
      '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
      type: 'EPCISDocument',
      schemaVersion: '2.0',
      creationDate: '2026-01-01T00:00:00Z',
      epcisBody: { eventList },
    }
    writeFileSync(path, JSON.stringify(document))
    return path
  }
  const base = { type: 'ObjectEvent', eventTime: '2026-01-01T00:00:00Z', eventTimeZoneOffset: '+08:00' }

  it('signs and sends once what it can map, and lists the rest', async () => {
    const { body } = await ask('drug-maker', '?EQ_bizStep=commissioning')
    const [event] = eventsOf(body) as unknown as { epcList: string[] }[]
    const gtin = /01\/([0-9]{14})/.exec(event!.epcList[0]!)![1]!
    const path = write('capture.json', [
      {
        ...base,
        eventID: 'urn:uuid:1',
        action: 'ADD',
        bizStep: 'commissioning',
        disposition: 'active',
        epcList: [`https://id.gs1.org/01/${gtin}/21/imported`],
        ilmd: { 'cbvmda:lotNumber': 'C3', 'cbvmda:itemExpirationDate': '2099-01-01' },
      },
      { ...base, eventID: 'urn:uuid:2', action: 'OBSERVE', bizStep: 'inspecting', epcList: [] },
    ])
    const dry = await run(path, '--dry-run')
    expect(dry.stdout, dry.stderr).toMatch(/2 events, 1 transactions[\s\S]*has no verb that does the same/)
    const first = await run(path, '--json')
    expect(first.code, first.stderr).toBe(0)
    expect(JSON.parse(first.stdout)).toMatchObject({ events: 2, accepted: 1, already: 0, failed: {} })
    expect(JSON.parse((await run(path, '--json')).stdout)).toMatchObject({ accepted: 0, already: 1 })
    const found = await ask('drug-maker', `?MATCH_epc=https://id.gs1.org/01/${gtin}/21/imported`)
    expect(eventsOf(found.body)).toHaveLength(1)
    const again = write('again.json', [
      {
        ...base,
        eventID: 'urn:uuid:3',
        action: 'OBSERVE',
        bizStep: 'dispensing',
        epcList: [`https://id.gs1.org/01/${gtin}/21/imported`],
      },
    ])
    const refused = await run(again, '--json')
    expect([refused.code, JSON.parse(refused.stdout).failed]).toEqual([1, { 'supply.role': 1 }])
  })

  it('refuses a document that is not valid, with the place', async () => {
    const { code, stderr } = await run(write('broken.json', [{ ...base, action: 'MOVE', epcList: [] }]))
    expect(code).toBe(1)
    expect(stderr).toMatch(/broken\.json#\/epcisBody\/eventList\/0\/action.*import\.invalid/s)
  })
})
