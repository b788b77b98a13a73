import { describe, expect, it } from 'vitest'
import { utf8 } from '../../src/base/index.ts'
import { type ClientOptions, createClient, generateSigningKey } from '../../src/client/index.ts'
import { loadKernel } from '../../src/kernel/index.ts'
import { decodeBatch } from '../../src/protocol/index.ts'
import { type Answer, fakeFetch, jsonResponse, problem, sleepyClock } from './fake-node.ts'

const kernel = await loadKernel()
const info = {
  origin: 'test/0505050505050505',
  ledgerId: '05'.repeat(32),
  node: 'ward',
  size: 2,
  vkeys: { logs: [], cosigners: [], witnesses: [] },
  quorum: 1,
  rulesVersion: 1,
  formats: {},
  limits: {},
  codes: [],
}
const draft = { type: 'record.anchor', payload: { recordId: 'visit-1' } }

async function clientOf(answers: readonly Answer[], options: Partial<ClientOptions> = {}) {
  const node = fakeFetch([jsonResponse(info), ...answers])
  const clock = sleepyClock()
  const signer = generateSigningKey()
  const url = 'http://node.example/'
  const client = await createClient({
    url,
    kernel,
    clock,
    fetch: node.fetch,
    random: () => 1,
    signer,
    actor: 'ward:doctor',
    ...options,
  })
  return { client, clock, requests: node.requests }
}

const tokenClaims = (headers: Headers): unknown => {
  const [, claims] = headers.get('authorization')!.replace('Bearer ', '').split('.')
  return JSON.parse(Buffer.from(claims!, 'base64url').toString())
}

describe('a client', () => {
  it('asks the node which ledger it keeps', async () => {
    const { client, requests } = await clientOf([])
    expect(client.node.origin).toBe(info.origin)
    expect(client.ledgerId).toEqual(new Uint8Array(32).fill(5))
    expect(requests[0]!.url).toBe('http://node.example/v1/info')
  })

  it("refuses the node of another ledger than its genesis file's", async () => {
    await expect(clientOf([], { genesis: utf8('{}') })).rejects.toMatchObject({ code: 'client.other-ledger' })
  })

  it('refuses an answer that is no info', async () => {
    const { fetch } = fakeFetch([jsonResponse({ hello: 'world' })])
    await expect(createClient({ url: 'http://node.example', kernel, fetch })).rejects.toMatchObject({
      code: 'client.answer',
    })
  })

  it('goes on waiting by sending the same bytes again', async () => {
    const { client, clock, requests } = await clientOf([
      (request) =>
        jsonResponse(
          decodeBatch(request.body!).map(() => ({ id: '00', status: 'pending' })),
          202,
        ),
      jsonResponse([{ id: '00', status: 'accepted', index: 5, height: 1, settled: 'committed' }], 202),
      jsonResponse([{ id: '00', status: 'accepted', index: 5, height: 1, settled: 'final' }]),
    ])
    const answer = await client.send(draft, { wait: 'final' })
    expect(answer).toMatchObject({ status: 'accepted', index: 5, settled: 'final' })
    expect(requests.slice(1).map(({ url }) => url)).toEqual(
      Array.from({ length: 3 }, () => 'http://node.example/v1/transactions?wait=final'),
    )
    expect(requests[2]!.body).toEqual(requests[1]!.body)
    expect(requests[3]!.body).toEqual(requests[1]!.body)
    expect(clock.sleeps).toEqual([500, 500])
  })

  it('waits no longer than it is told', async () => {
    const { client } = await clientOf([jsonResponse([{ id: '00', status: 'pending' }], 202)])
    const transaction = await client.sign(draft)
    await expect(
      client.submit([transaction], { wait: 'committed', timeoutSeconds: 3 }),
    ).rejects.toMatchObject({
      code: 'client.timeout',
      details: { ids: [transaction.id] },
    })
  })

  it('does not wait for what was rejected', async () => {
    const { client, requests } = await clientOf([
      jsonResponse([{ id: null, status: 'rejected', code: 'admission.key-unknown' }]),
    ])
    expect(await client.send(draft, { wait: 'final' })).toMatchObject({ code: 'admission.key-unknown' })
    expect(requests).toHaveLength(2)
  })

  it('follows a transaction until it is decided', async () => {
    const id = 'ab'.repeat(32)
    const answer = (status: string) => jsonResponse({ id, status })
    const nothing = problem('read.not-found', 404, { transaction: { id, status: 'unknown' } })
    const { client, requests } = await clientOf([nothing, answer('pending'), answer('refused')])
    expect((await client.waitFor(id)).status).toBe('refused')
    expect(requests).toHaveLength(4)
    const { client: impatient } = await clientOf([answer('pending')])
    await expect(impatient.waitFor(id, { timeoutSeconds: 1 })).rejects.toMatchObject({
      code: 'client.timeout',
    })
  })

  it('reads with a token of its own, renewed before it ends', async () => {
    const { client, clock, requests } = await clientOf([jsonResponse({ actor: 'ward:doctor' })])
    await client.read('/v1/identity/me')
    await client.read('/v1/identity/me')
    expect(requests[2]!.headers.get('authorization')).toBe(requests[1]!.headers.get('authorization'))
    expect(tokenClaims(requests[1]!.headers)).toMatchObject({
      sub: 'ward:doctor',
      aud: `${info.origin}/ward`,
      url: 'http://node.example',
      exp: 1_700_000_300,
    })
    await clock.sleep(295_000)
    await client.read('/v1/identity/me')
    expect(tokenClaims(requests[3]!.headers)).toMatchObject({ exp: 1_700_000_595 })
  })

  it('does not read without knowing as whom', async () => {
    const node = fakeFetch([jsonResponse(info)])
    const client = await createClient({ url: 'http://node.example', kernel, fetch: node.fetch })
    await expect(client.read('/v1/identity/me')).rejects.toThrow(TypeError)
    await expect(async () => client.sign(draft)).rejects.toThrow(TypeError)
  })

  it('puts values of a read into its path, and the others behind it', async () => {
    const { client, requests } = await clientOf([jsonResponse({}), jsonResponse({}), jsonResponse({})])
    await client.read('record/reports/:facility/:period', { facility: 'a:b/c?', period: '2024-07' })
    await client.read('aid/claims/:ref', { ref: 'a:1', of: 'x y', none: undefined })
    await client.read('/v1/identity/members?limit=2')
    expect(requests.slice(1).map(({ url }) => url.replace('http://node.example', ''))).toEqual([
      '/v1/record/reports/a%3Ab%2Fc%3F/2024-07',
      '/v1/aid/claims/a%3A1?of=x+y',
      '/v1/identity/members?limit=2',
    ])
    await expect(client.read('aid/claims/:ref', { reff: 'a:1' })).rejects.toThrow('needs ref')
  })

  it('reads lists page after page', async () => {
    const { client, requests } = await clientOf([
      jsonResponse({ items: [1, 2], next: 'a b' }),
      jsonResponse({ items: [3] }),
    ])
    const items: unknown[] = []
    for await (const item of client.list('record/records', { subject: 'ff', limit: 2 })) items.push(item)
    expect(items).toEqual([1, 2, 3])
    expect(requests.slice(1).map(({ url }) => url.replace('http://node.example', ''))).toEqual([
      '/v1/record/records?subject=ff&limit=2',
      '/v1/record/records?subject=ff&limit=2&cursor=a+b',
    ])
  })

  it('takes an event stream up again where it broke off, until the key is refused', async () => {
    const stream = (text: string) => new Response(text, { headers: { 'content-type': 'text/event-stream' } })
    const { client, requests } = await clientOf([
      () =>
        stream(
          'id: 7\nevent: record.anchor\ndata: {"index":7,"type":"record.anchor","signer":"a"}\n\nid: 9\nda',
        ),
      () => stream('id: 8\nevent: record.amend\ndata: {"index":8,"type":"record.amend","signer":"a"}\n\n'),
      problem('token.invalid', 401),
    ])
    const seen: unknown[] = []
    const reading = (async () => {
      for await (const event of client.events({ lastEventId: '3' })) seen.push(event)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'token.invalid' })
    expect(seen).toEqual([
      { id: '7', event: 'record.anchor', data: { index: 7, type: 'record.anchor', signer: 'a' } },
      { id: '8', event: 'record.amend', data: { index: 8, type: 'record.amend', signer: 'a' } },
    ])
    expect(requests.slice(1).map(({ headers }) => headers.get('last-event-id'))).toEqual(['3', '7', '8'])
  })

  it('begins a stream at a fixed place, which it keeps until it has seen an event', async () => {
    const stream = () =>
      new Response(': nothing yet\n\n', { headers: { 'content-type': 'text/event-stream' } })
    const { client, requests } = await clientOf([
      jsonResponse({ ...info, size: 40 }),
      stream,
      stream,
      problem('token.invalid', 401),
    ])
    await expect(client.events().next()).rejects.toMatchObject({ code: 'token.invalid' })
    expect(requests.slice(2).map(({ url }) => new URL(url).search)).toEqual([
      '?from=40',
      '?from=40',
      '?from=40',
    ])
  })

  it('refuses a receipt that is none', async () => {
    const { client } = await clientOf([jsonResponse({ proof: 'x', entry: 'y' })])
    await expect(client.receipt('00')).rejects.toMatchObject({ code: 'client.answer' })
  })
})
