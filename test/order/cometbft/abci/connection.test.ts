/** The socket that the engine asks at: frames cut anywhere, garbage, order of answers, bounds, and its file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ABCI_FRAME_BYTES_MAX, ABCI_OPEN_REQUESTS_MAX } from '../../../../src/base/index.ts'
import {
  type AbciServer,
  type Application,
  createFrameReader,
  encodeFrame,
  openAbciServer,
  type Requests,
  type Responses,
  request,
  response,
} from '../../../../src/order/cometbft/abci/index.ts'
import { checkAsyncProperty, checkProperty } from '../../../support/property.ts'

/** An application that answers `checkTx` when a test says so, and counts what is open. */
function createApplication() {
  const open: (() => void)[] = []
  const refuse = async (): Promise<never> => {
    throw new Error('not asked in this test')
  }
  const application: Application = {
    info: async ({ version }) => ({ data: version, lastHeight: 7 }),
    query: refuse,
    initChain: refuse,
    checkTx: ({ tx }) =>
      new Promise((resolve) => open.push(() => resolve({ code: tx[0] ?? 0, log: String(tx.length) }))),
    commit: refuse,
    listSnapshots: async () => ({}),
    offerSnapshot: refuse,
    loadSnapshotChunk: refuse,
    applySnapshotChunk: refuse,
    prepareProposal: refuse,
    processProposal: refuse,
    finalizeBlock: refuse,
  }
  return { application, open }
}

const frameOf = (requests: Partial<Requests>): Uint8Array => encodeFrame(request.encode(requests))
const check = (n: number): Uint8Array => frameOf({ checkTx: { tx: Uint8Array.of(n), type: 0 } })

/** The other side of a connection: what it has been answered, in order. */
async function dial(path: string) {
  const socket: Socket = connect(path)
  const frames = createFrameReader(ABCI_FRAME_BYTES_MAX)
  const answers: Partial<Responses>[] = []
  let ended = false
  socket.on('data', (chunk: Uint8Array) => {
    for (const frame of frames.push(chunk)) {
      const found = Object.entries(response.decode(frame)).filter(([, value]) => value !== undefined)
      answers.push(Object.fromEntries(found))
    }
  })
  socket.on('close', () => {
    ended = true
  })
  socket.on('error', () => {})
  await new Promise((resolve) => socket.once('connect', resolve))
  return { socket, answers, isEnded: () => ended }
}

const until = async (done: () => boolean): Promise<void> => {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 1))
}

describe('frames', () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 })
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 })

  it('come out as they went in, however the stream is cut', () => {
    checkProperty(
      fc.property(bodies, cuts, (items, sizes) => {
        const stream = Buffer.concat(items.map(encodeFrame))
        const reader = createFrameReader(300)
        const found: Uint8Array[] = []
        for (let [at, i] = [0, 0]; at < stream.length; i++) {
          const size = sizes[i % sizes.length]!
          found.push(...reader.push(stream.subarray(at, at + size)))
          at += size
        }
        expect(found.map((frame) => [...frame])).toEqual(items.map((item) => [...item]))
      }),
    )
  })

  it('longer than they may be are refused at their length', () => {
    expect([...createFrameReader(300).push(encodeFrame(new Uint8Array(300)))]).toHaveLength(1)
    expect(() => [...createFrameReader(299).push(encodeFrame(new Uint8Array(300)).subarray(0, 2))]).toThrow(
      'longer than',
    )
    const endless = Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80)
    expect(() => [...createFrameReader(300).push(endless)]).toThrow('does not end')
  })
})

describe('the socket', () => {
  let folder: string
  let path: string
  let server: AbciServer
  let faults: unknown[]
  let open: (() => void)[]

  const start = async () => {
    const made = createApplication()
    open = made.open
    faults = []
    server = await openAbciServer({
      path,
      application: made.application,
      onFault: (error) => faults.push(error),
    })
  }
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'medseal-abci-'))
    path = join(folder, 'abci.sock')
    await start()
  })
  afterEach(async () => {
    await server.close()
    rmSync(folder, { recursive: true })
  })

  it('answers several requests of one chunk, and a request of several chunks', async () => {
    const { socket, answers } = await dial(path)
    const info = frameOf({ info: { version: '0.40', abciVersion: '2' } })
    socket.write(Buffer.concat([frameOf({ echo: { message: 'hi' } }), info, frameOf({ flush: {} })]))
    await until(() => answers.length === 3)
    expect(answers).toMatchObject([
      { echo: { message: 'hi' } },
      { info: { data: '0.40', lastHeight: 7 } },
      { flush: {} },
    ])
    for (const byte of info) {
      socket.write(Uint8Array.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await until(() => answers.length === 4)
  })

  it('answers in the order of the requests, whichever is finished first, and connections apart', async () => {
    const [one, other] = [await dial(path), await dial(path)]
    for (const n of [1, 2, 3]) one.socket.write(check(n))
    one.socket.write(frameOf({ flush: {} }))
    await until(() => open.length === 3)
    open[2]!()
    open[1]!()
    other.socket.write(frameOf({ flush: {} }))
    await until(() => other.answers.length === 1)
    expect(one.answers).toEqual([])
    open[0]!()
    await until(() => one.answers.length === 4)
    expect(one.answers.map(({ checkTx }) => checkTx?.code)).toEqual([1, 2, 3, undefined])
    expect(one.answers[3]).toEqual({ flush: {} })
  })

  it.each([
    ['a frame that is too long', Uint8Array.of(0x81, 0x80, 0x80, 0x08)],
    ['a length without end', new Uint8Array(8).fill(0xff)],
    ['no message', encodeFrame(Uint8Array.of(0x42, 9, 9))],
    ['a request that is not known', encodeFrame(Uint8Array.of(0x9a, 1, 0))],
    ['two requests in a frame', encodeFrame(Uint8Array.of(0x12, 0, 0x62, 0))],
    ['a call that fails', frameOf({ commit: {} })],
  ])(
    '%s gets an exception behind the answers before it, and ends this connection alone',
    async (_, bytes) => {
      const [one, other] = [await dial(path), await dial(path)]
      one.socket.write(Buffer.concat([check(1), bytes]))
      await until(() => open.length === 1)
      one.socket.write(frameOf({ flush: {} }))
      open[0]!()
      await until(one.isEnded)
      expect(one.answers).toMatchObject([{ checkTx: { code: 1 } }, { exception: {} }])
      expect(faults).toHaveLength(1)
      other.socket.write(frameOf({ flush: {} }))
      await until(() => other.answers.length === 1)
    },
  )

  it('any bytes end in answers, an exception or silence; the next connection is served', async () => {
    await checkAsyncProperty(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        const { socket, isEnded } = await dial(path)
        socket.end(bytes)
        await until(isEnded)
        const next = await dial(path)
        next.socket.write(frameOf({ flush: {} }))
        await until(() => next.answers.length === 1)
        next.socket.destroy()
      }),
      100,
    )
    expect(server.connectionCount).toBeLessThanOrEqual(8)
  })

  it('reads no more while as many requests are open as may be', async () => {
    const { socket, answers } = await dial(path)
    const count = 4 * ABCI_OPEN_REQUESTS_MAX
    for (let i = 0; i < count; i++)
      socket.write(frameOf({ checkTx: { tx: new Uint8Array(10_000), type: 0 } }))
    await until(() => open.length >= ABCI_OPEN_REQUESTS_MAX)
    await new Promise((resolve) => setTimeout(resolve, 20))
    // What had come in one chunk with the last of them is worked on too.
    expect(open.length).toBeLessThan(2 * ABCI_OPEN_REQUESTS_MAX)
    for (let i = 0; i < count; i++) {
      await until(() => open.length > i)
      open[i]!()
    }
    await until(() => answers.length === count)
  })

  it('takes the place of a file that was left, and refuses a path that is too long or not there', async () => {
    await server.close()
    writeFileSync(path, 'left')
    await start()
    expect((await dial(path)).isEnded()).toBe(false)
    const { application } = createApplication()
    const openAt = (where: string) => openAbciServer({ path: where, application, onFault: () => {} })
    await expect(openAt(join(folder, 'x'.repeat(100)))).rejects.toThrow('at most 107')
    await expect(openAt(join(folder, 'no', 'abci.sock'))).rejects.toMatchObject({ code: 'order.socket' })
  })
})
