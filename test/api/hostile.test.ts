/**
 * Rubbish at the front door: mutated batches and requests, random bytes. Always an answer, never a 500, never a trace.
 */
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { encodeBatch } from '../../src/protocol/index.ts'
import { checkAsyncProperty } from '../support/property.ts'
import { openDoor, problemOf, toRequest } from './support/door.ts'

const door = await openDoor()
afterAll(() => door.node.close())

const write = () => door.sign('hospital:dr-li', 'note.write', { to: 'hospital' }, { private: { a: 1 } })
const MSGPACK = { 'content-type': 'application/vnd.msgpack' }

/** Changes, cuts or lengthens bytes. */
const mutate = (
  bytes: Uint8Array,
  edits: readonly (readonly [at: number, byte: number])[],
  length: number,
) => {
  const changed = new Uint8Array(Math.max(1, Math.min(bytes.length + 4, length)))
  changed.set(bytes.subarray(0, changed.length))
  for (const [at, byte] of edits) changed[at % changed.length] = byte
  return Buffer.from(changed)
}

const edits = fc.array(fc.tuple(fc.nat(2_000), fc.nat(255)), { minLength: 1, maxLength: 8 })

/** What may come back: results of which none is pending, or a problem of the client's making. */
async function expectAnswer(response: Awaited<ReturnType<typeof door.post>>): Promise<void> {
  if (response.statusCode === 200) {
    for (const { status } of response.json()) expect(['accepted', 'refused', 'rejected']).toContain(status)
  } else {
    expect(response.statusCode).toBeGreaterThanOrEqual(400)
    expect(response.statusCode).toBeLessThan(500)
    expect(problemOf(response).code).toMatch(/^form\./)
  }
}

describe('rubbish', () => {
  it('as MessagePack gets an answer', async () => {
    const batch = encodeBatch([write(), write(), write()])
    await checkAsyncProperty(
      fc.asyncProperty(edits, fc.nat(batch.length + 4), async (changes, length) => {
        const cut = length % 3 === 0 ? length : batch.length
        await expectAnswer(await door.post(mutate(batch, changes, cut), MSGPACK))
      }),
      300,
    )
  })

  it('as entries of a sound batch gets an answer', async () => {
    await checkAsyncProperty(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 5 }),
        async (items) => {
          const entries = items.map((bytes, i) => ({
            entry: i % 2 === 0 ? bytes : Uint8Array.of(1, ...bytes),
          }))
          const response = await door.post(Buffer.from(encodeBatch(entries)), MSGPACK)
          expect(response.statusCode).toBe(200)
          for (const { status } of response.json()) expect(status).toBe('rejected')
        },
      ),
      100,
    )
  })

  it('as JSON gets an answer', async () => {
    const text = Buffer.from(JSON.stringify(toRequest(write())))
    await checkAsyncProperty(
      fc.asyncProperty(edits, async (changes) => {
        await expectAnswer(await door.post(mutate(text, changes, text.length)))
      }),
      300,
    )
    await checkAsyncProperty(
      fc.asyncProperty(fc.json(), async (json) => {
        const response = await door.post(json)
        expect(problemOf(response).code).toBe('form.request')
      }),
      100,
    )
  })

  it('as paths and headers gets an answer', async () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9%._~:@!$&'()*+,;=-]{0,12}$/)
    await checkAsyncProperty(
      fc.asyncProperty(fc.array(segment, { maxLength: 5 }), segment, async (parts, token) => {
        const url = `/${['v1', 'tile', ''][parts.length % 3]}/${parts.join('/')}?${token}`
        const response = await door.get(url, undefined, {
          authorization: `Bearer ${token}`,
          'last-event-id': token,
        })
        expect(response.statusCode).toBeLessThan(500)
      }),
      300,
    )
  })

  it('does not keep the node from working', async () => {
    const signed = write()
    expect((await door.post(toRequest(signed))).json()).toMatchObject([{ id: signed.id, status: 'accepted' }])
    expect((await door.get('/readyz')).statusCode).toBe(200)
    expect(door.logLines.filter((line) => line.includes('"level":"error"'))).toEqual([])
  })
})
