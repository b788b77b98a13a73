/** The supervision of an engine, by programs that stand for it: started again, heard, given up, ended. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type LedgerError, systemClock } from '../../../src/base/index.ts'
import { createLogger } from '../../../src/host/index.ts'
import type { Application } from '../../../src/order/cometbft/abci/index.ts'
import { Engine } from '../../../src/order/cometbft/engine.ts'
import { createEngineRpc } from '../../../src/order/cometbft/rpc.ts'

let [folder, home]: [string, string] = [] as never
let engine: Engine | undefined
let lines: string[] = []
let givenUp: LedgerError[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'medseal-engine-'))
  home = join(folder, 'home')
  mkdirSync(home)
  ;[lines, givenUp] = [[], []]
})
afterEach(async () => {
  await engine?.stop()
  engine = undefined
  rmSync(folder, { recursive: true })
})

const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** A script in place of the engine: it is run in its home, with `node --home .`. */
function makeProgram(text: string): string {
  const path = join(folder, 'program')
  writeFileSync(path, `#!/bin/sh\n${text}\n`)
  chmodSync(path, 0o755)
  return path
}

/** A clock that waits a hundredth of the time. */
const clock = {
  ...systemClock,
  sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 100, signal),
}

async function open(program: string | undefined): Promise<Engine> {
  engine = new Engine({
    home,
    program,
    application: {} as Application,
    clock,
    logger: createLogger({ level: 'debug', clock, write: (line) => lines.push(line) }),
    voterCount: async () => 4,
    onGivenUp: (error) => givenUp.push(error),
  })
  await engine.open()
  return engine
}

describe('an engine', () => {
  it('runs in its home with nothing of the environment that could change its settings', async () => {
    process.env['CMT_P2P_PEX'] = 'true'
    const program = makeProgram('pwd > ran; echo "$@" >> ran; env >> ran; mv ran done; exec sleep 60')
    await open(program)
    await until(() => existsSync(join(home, 'done')))
    delete process.env['CMT_P2P_PEX']
    const [where, how, ...environment] = readFileSync(join(home, 'done'), 'utf8').trim().split('\n')
    expect([where, how]).toEqual([home, 'node --home .'])
    expect(environment.filter((line) => /^(CMT|CMT_|TM)/.test(line))).toEqual([])
  })

  it('is started again whatever it ended with, and its old socket is out of the way', async () => {
    const program = makeProgram('test -e rpc.sock && exit 9; echo x >> starts; touch rpc.sock; exit 0')
    const { look } = await open(program)
    expect(look.state).toMatchObject({ is: 'in trouble', reason: 'order away' })
    const startsOf = () =>
      existsSync(join(home, 'starts')) ? readFileSync(join(home, 'starts'), 'utf8').length / 2 : 0
    await until(() => startsOf() >= 3)
    expect(lines.some((line) => line.includes('is started again'))).toBe(true)
  })

  it('that says that its consensus has failed is started again once, then given up', async () => {
    await open(makeProgram('echo x >> starts; echo "CONSENSUS FAILURE!!!"; exec sleep 60'))
    await until(() => givenUp.length > 0)
    expect(givenUp[0]).toMatchObject({ code: 'order.stuck' })
    expect(engine!.state).toMatchObject({ is: 'ended', reason: 'order stuck' })
    expect(readFileSync(join(home, 'starts'), 'utf8')).toBe('x\nx\n')
    expect(lines.filter((line) => line.includes('ALARM')).length).toBeGreaterThan(2)
    await until(() => engine!.pid === undefined)
  })

  it('that moved in between is started again each time', async () => {
    await open(makeProgram('echo x >> starts; sleep 0.05; echo "CONSENSUS FAILURE!!!"; exec sleep 60'))
    const startsOf = () =>
      existsSync(join(home, 'starts')) ? readFileSync(join(home, 'starts'), 'utf8').length / 2 : 0
    for (let starts = 1; starts <= 3; starts++) {
      await until(() => startsOf() >= starts)
      engine!.moved()
    }
    expect(givenUp).toEqual([])
  })

  it('that does not end when it is told to is killed', async () => {
    await open(makeProgram("trap '' TERM; touch running; while true; do sleep 0.1; done"))
    await until(() => existsSync(join(home, 'running')))
    const { pid } = engine!
    await engine!.stop()
    engine = undefined
    expect(() => process.kill(pid!, 0)).toThrow()
  })

  it('is working once it is connected and a height has come; where something else starts it, nothing is started', async () => {
    const { state } = await open(undefined)
    expect(state).toMatchObject({ is: 'in trouble', reason: 'order away' })
    const sockets: Socket[] = []
    for (let i = 0; i < 4; i++) sockets.push(connect(join(home, 'abci.sock')))
    await until(
      () =>
        engine!.state.is === 'in trouble' &&
        engine!.look.state !== undefined &&
        reasonOf() === 'order starts',
    )
    engine!.moved()
    expect(engine!.state).toEqual({ is: 'working' })
    for (const socket of sockets) socket.destroy()
    await until(() => reasonOf() === 'order away')
    expect(engine!.look.starts).toBe(0)
  })
  const reasonOf = () => (engine!.state as { reason?: string }).reason
})

describe('the RPC of an engine', () => {
  let server: Server
  let answer: { result?: unknown; error?: unknown } | string
  const asked: unknown[] = []
  beforeEach(async () => {
    asked.length = 0
    server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        asked.push(JSON.parse(body))
        response.end(
          typeof answer === 'string' ? answer : JSON.stringify({ jsonrpc: '2.0', id: 1, ...answer }),
        )
      })
    })
    await new Promise<void>((resolve) => server.listen(join(home, 'rpc.sock'), () => resolve()))
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  it('takes a bundle; one that is there already counts as taken', async () => {
    const rpc = createEngineRpc(join(home, 'rpc.sock'))
    answer = { result: { code: 0, log: '' } }
    await rpc.broadcast(Uint8Array.of(1, 2, 3))
    expect(asked).toEqual([{ jsonrpc: '2.0', id: 1, method: 'broadcast_tx_sync', params: { tx: 'AQID' } }])
    answer = { error: { code: -32603, message: 'Internal error', data: 'tx already exists in cache' } }
    await rpc.broadcast(Uint8Array.of(1, 2, 3))
    answer = { result: { code: 372, log: 'order.nothing-left: …' } }
    await expect(rpc.broadcast(Uint8Array.of(1))).rejects.toMatchObject({ code: 'order.not-taken' })
    answer = { error: { code: -32603, message: 'Internal error', data: 'mempool is full' } }
    await expect(rpc.broadcast(Uint8Array.of(1))).rejects.toThrow('mempool is full')
    rpc.close()
  })

  it('that answers nonsense, too much or nothing is an error and no more', async () => {
    const rpc = createEngineRpc(join(home, 'rpc.sock'))
    answer = 'no JSON'
    await expect(rpc.status()).rejects.toThrow()
    answer = 'x'.repeat(5 * 1024 * 1024)
    await expect(rpc.status()).rejects.toThrow('too long')
    rpc.close()
    await expect(createEngineRpc(join(home, 'none.sock')).status()).rejects.toThrow()
  })
})
