/**
 * Tokens that a false node collects: it takes another's name and answers as the other does, and hands on what it is
 * sent. What it gets is for its own address. The same of a node of another ledger where key and actor are the same.
 */

import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Server } from '../../src/api/index.ts'
import { type LedgerError, systemClock } from '../../src/base/index.ts'
import { createClient, loadKernel } from '../../src/client/index.ts'
import { initData, keyPath, loadConfig, readSigningKey } from '../../src/host/index.ts'
import { planConsortium } from '../../src/node/index.ts'
import { startLightServer } from '../node/support/light-node.ts'

const kernel = await loadKernel()
let folder: string
const nodes: Server[] = []
const relays: HttpServer[] = []

/** A node of a ledger of this name, whose one member and key are the same on every such ledger. */
async function start(name: string, settings: { publicUrls?: string } = {}): Promise<Server> {
  const data = join(folder, name)
  const plan = planConsortium(
    { name, node: 'hospital', members: [{ id: 'hospital', roles: ['hospital'] }] },
    systemClock,
  )
  initData(kernel, data, plan)
  const flags = { data, port: '0', threads: '1', logLevel: 'silent', ...settings }
  const node = await startLightServer(loadConfig({ flags }))
  nodes.push(node)
  return node
}

/** Hands every request on to `target`, and tells of the tokens that it saw. */
async function startRelay(target: () => string): Promise<{ url: string; tokens: string[] }> {
  const tokens: string[] = []
  const relay = createServer(async (request, response) => {
    const { authorization } = request.headers
    if (authorization !== undefined) tokens.push(authorization)
    const answer = await fetch(`${target()}${request.url}`, {
      headers: authorization ? { authorization } : {},
    })
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' })
    response.end(await answer.text())
  })
  relays.push(relay)
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`, tokens }
}

const readerAt = (url: string, name: string) =>
  createClient({
    url,
    kernel,
    actor: 'hospital',
    signer: readSigningKey(keyPath(join(folder, name), 'hospital')),
  })

const me = async (url: string, authorization: string) =>
  (await fetch(`${url}/v1/identity/me`, { headers: { authorization } })).status

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medseal-relay-'))
})
afterAll(async () => {
  for (const relay of relays) relay.close()
  await Promise.all(nodes.map((node) => node.close()))
  await rm(folder, { recursive: true, force: true })
})

describe('a token', () => {
  it('that a false node was given reads nothing at the node whose name it took', async () => {
    const node = await start('live')
    const relay = await startRelay(() => node.url)
    const client = await readerAt(relay.url, 'live')
    expect(client.node.node).toBe('hospital')
    await expect(client.read('/v1/identity/me')).rejects.toMatchObject({ code: 'token.invalid' })
    expect(relay.tokens).toHaveLength(1)
    expect(await me(node.url, relay.tokens[0]!)).toBe(401)
    expect(await (await readerAt(node.url, 'live')).read('/v1/identity/me')).toMatchObject({
      actor: 'hospital',
    })
  })

  it('of one ledger reads on no other, also where both are reached at one address', async () => {
    const publicUrls = 'https://node.example'
    const [one, other] = await Promise.all([
      start('staging', { publicUrls }),
      start('production', { publicUrls }),
    ])
    const client = await createClient({
      url: publicUrls,
      kernel,
      actor: 'hospital',
      signer: readSigningKey(keyPath(join(folder, 'staging'), 'hospital')),
      fetch: (input, init) => fetch(String(input).replace(publicUrls, one.url), init),
    })
    expect(await client.read('/v1/identity/me')).toMatchObject({ actor: 'hospital' })
    const authorization = `Bearer ${await client.token()}`
    expect(await me(one.url, authorization)).toBe(200)
    const refused = await fetch(`${other.url}/v1/identity/me`, { headers: { authorization } })
    expect(await refused.json()).toMatchObject({
      code: 'token.invalid',
      detail: expect.stringContaining('not for'),
    })
  })

  it('is taken at each address of a node, and by the names of its own machine where it was told none', async () => {
    const named = await start('named', { publicUrls: 'https://a.example/ledger/, http://B.example:80' })
    const at = async (node: Server, name: string, url: string): Promise<number> => {
      const client = await createClient({
        url,
        kernel,
        actor: 'hospital',
        signer: readSigningKey(keyPath(join(folder, name), 'hospital')),
        fetch: (input, init) => fetch(String(input).replace(/^.*(?=\/v1\/)/, node.url), init),
      })
      return client.read('/v1/identity/me').then(
        () => 200,
        (error: LedgerError) => error.details.httpStatus as number,
      )
    }
    expect(await at(named, 'named', 'https://a.example/ledger')).toBe(200)
    expect(await at(named, 'named', 'https://A.example:443/ledger/')).toBe(200)
    expect(await at(named, 'named', 'http://b.example')).toBe(200)
    expect(await at(named, 'named', 'https://a.example')).toBe(401)
    expect(await at(named, 'named', named.url)).toBe(401)
    const { port } = new URL(nodes[0]!.url)
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
      expect(await at(nodes[0]!, 'live', `http://${host}:${port}`)).toBe(200)
    }
  })
})
