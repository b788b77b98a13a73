import { describe, expect, it } from 'vitest'
import { LedgerError } from '../../src/base/index.ts'
import { createTransport } from '../../src/client/http.ts'
import { fakeTransport, jsonResponse, problem, sleepyClock } from './fake-node.ts'

const body = Uint8Array.of(1, 2, 3)
const post = { method: 'POST', path: '/v1/transactions', body } as const

describe('a transport', () => {
  it('sends the same bytes again after a lost connection, ever later', async () => {
    const lost = new TypeError('fetch failed')
    const { transport, requests, clock } = fakeTransport([lost, lost, lost, jsonResponse([])])
    expect((await transport(post)).status).toBe(200)
    expect(requests.map((request) => request.body)).toEqual([body, body, body, body])
    expect(clock.sleeps).toEqual([200, 400, 800])
  })

  it('tries again where the connection breaks off within the answer', async () => {
    const broken = () => {
      const half = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('[{"id"'))
          controller.error(new TypeError('terminated'))
        },
      })
      return new Response(half, { status: 200 })
    }
    const { transport, requests } = fakeTransport([broken, jsonResponse([7])])
    expect(await (await transport(post)).json()).toEqual([7])
    expect(requests).toHaveLength(2)
  })

  it('hands on an answer that never ends as it comes', async () => {
    const endless = () =>
      new Response(new ReadableStream({ start: (control) => control.enqueue(new Uint8Array(3)) }))
    const { transport } = fakeTransport([endless])
    const response = await transport({ path: '/v1/events', timeoutMs: 0 })
    expect((await response.body!.getReader().read()).value).toHaveLength(3)
  })

  it('honours Retry-After', async () => {
    const busy = problem('overload.queue-full', 503, {}, { 'retry-after': '7' })
    const { transport, clock } = fakeTransport([busy, busy, jsonResponse([])])
    await transport(post)
    expect(clock.sleeps).toEqual([7_000, 7_000])
  })

  it('hands on an overload that asks for more than a minute', async () => {
    const { transport, requests } = fakeTransport([
      problem('overload.rate', 429, {}, { 'retry-after': '3600' }),
    ])
    await expect(transport(post)).rejects.toMatchObject({
      code: 'overload.rate',
      details: { retryAfterSeconds: 3600, httpStatus: 429 },
    })
    expect(requests).toHaveLength(1)
  })

  it('gives up after its last try with the last error', async () => {
    const { transport, requests } = fakeTransport([new TypeError('fetch failed')], 3)
    const error = await transport(post).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(LedgerError)
    expect(error).toMatchObject({
      code: 'client.unreachable',
      message: 'The node at http://node.example is not there.',
    })
    expect(requests).toHaveLength(3)
  })

  it('does not send again what the node refused', async () => {
    const refused = problem('form.request', 400, { detail: 'The batch is empty.', field: '/0' })
    const { transport, requests } = fakeTransport([refused])
    await expect(transport(post)).rejects.toMatchObject({
      code: 'form.request',
      message: 'The batch is empty.',
      details: { field: '/0', httpStatus: 400 },
    })
    expect(requests).toHaveLength(1)
  })

  it('keeps a code that it does not know beside one that it does', async () => {
    const { transport } = fakeTransport([problem('future.code', 404)])
    await expect(transport({ path: '/v1/x' })).rejects.toMatchObject({
      code: 'read.not-found',
      details: { serverCode: 'future.code' },
    })
  })

  it('reads the page of a proxy by its status', async () => {
    const { transport, requests } = fakeTransport([new Response('<html>', { status: 502 })], 2)
    await expect(transport({ path: '/v1/x' })).rejects.toMatchObject({ code: 'client.answer' })
    expect(requests).toHaveLength(2)
  })

  it('stops between tries when aborted', async () => {
    const { transport, requests } = fakeTransport([new TypeError('fetch failed')])
    const abort = new AbortController()
    abort.abort(new Error('enough'))
    await expect(transport({ ...post, signal: abort.signal })).rejects.toThrow('enough')
    expect(requests).toHaveLength(0)
  })

  it('refuses an address that is not http', () => {
    const options = { fetch, clock: sleepyClock(), random: () => 0 }
    for (const url of ['', 'node.example', 'ftp://node.example']) {
      expect(() => createTransport({ ...options, url })).toThrow(TypeError)
    }
  })
})
