/**
 * The engine of an order of several nodes, as its node supervises it: the socket at which it asks, its home, its
 * process (unless something else starts that), and how it stands. A panic in its consensus does not end it: where no
 * height comes although enough members are reachable, or it says that consensus has failed, it is started again once,
 * and given up where that does not help.
 */
import { rmSync } from 'node:fs'
import { relative } from 'node:path'
import {
  type Clock,
  LedgerError,
  ORDER_LOOK_SECONDS,
  ORDER_START_SECONDS_MAX,
  ORDER_STILL_SECONDS_MAX,
} from '../../base/index.ts'
import type { Logger } from '../../host/index.ts'
import type { SourceState } from '../index.ts'
import { type AbciServer, type Application, openAbciServer } from './abci/index.ts'
import { ABCI_SOCKET, RPC_SOCKET } from './home/index.ts'
import { EngineProcess } from './process.ts'
import { createEngineRpc, type EngineRpc, type EngineStatus } from './rpc.ts'

export interface EngineOptions {
  /** The engine's home, written. */
  readonly home: string
  /** Undefined where something else starts it. */
  readonly program: string | undefined
  readonly application: Application
  readonly clock: Clock
  readonly logger: Logger
  /** How many members vote. */
  readonly voterCount: () => Promise<number>
  /** Told that the engine has been given up. */
  readonly onGivenUp: (error: LedgerError) => void
}

/** How an engine stands, for operators. */
export interface EngineLook {
  readonly state: SourceState
  readonly starts: number
  /** What it said last; undefined while it says nothing. */
  readonly status: EngineStatus | undefined
}

const STUCK = 'CONSENSUS FAILURE'
/** Lines that an operator should see: errors, and what it says before it ends. */
const IS_FAULT = /"level":"error"|^ERROR|^panic/
/** The engine dials this often. */
const CONNECTIONS = 4

/** A path as short as may be: that of a socket has at most 107 bytes. */
const shortest = (path: string): string => {
  const fromHere = relative(process.cwd(), path)
  return fromHere.length < path.length ? fromHere : path
}

export class Engine {
  readonly #options: EngineOptions
  readonly #rpc: EngineRpc
  readonly #process: EngineProcess | undefined
  readonly #stopping = new AbortController()
  #server: AbciServer | undefined
  #watching: Promise<void> = Promise.resolve()
  #status: EngineStatus | undefined
  /** When the last height was committed, or the engine started. */
  #movedMs: number
  #hasMoved = false
  /** When too few members could be reached last. */
  #lackedMs = Number.NEGATIVE_INFINITY
  #restarted = false
  #reason: string | undefined
  #givenUp: LedgerError | undefined

  constructor(options: EngineOptions) {
    const { home, program, clock, logger } = options
    this.#options = options
    this.#rpc = createEngineRpc(shortest(`${home}/${RPC_SOCKET}`))
    this.#movedMs = clock.monotonicMs()
    if (program !== undefined) {
      this.#process = new EngineProcess({
        program,
        home,
        clock,
        logger,
        onLine: (line) => this.#hear(line),
        onStart: () => {
          // It can not listen where one that was killed did.
          rmSync(`${home}/${RPC_SOCKET}`, { force: true })
          this.#movedMs = clock.monotonicMs()
          this.#hasMoved = false
          this.#status = undefined
        },
      })
    }
  }

  /** Opens the socket, then starts. LedgerError `order.socket`. */
  async open(): Promise<void> {
    const { home, application, logger } = this.#options
    this.#server = await openAbciServer({
      path: shortest(`${home}/${ABCI_SOCKET}`),
      application,
      onFault: (error) =>
        logger.error('the engine was turned away', {
          reason: error instanceof Error ? error.message : String(error),
        }),
    })
    this.#process?.start()
    this.#watching = this.#watch()
  }

  send(bundle: Uint8Array): Promise<void> {
    return this.#rpc.broadcast(bundle)
  }

  /** A height was committed. */
  moved(): void {
    this.#movedMs = this.#options.clock.monotonicMs()
    this.#hasMoved = true
    this.#restarted = false
    this.#reason = undefined
  }

  get state(): SourceState {
    if (this.#givenUp !== undefined) return { is: 'ended', reason: 'order stuck', error: this.#givenUp }
    const trouble = (reason: string): SourceState => ({
      is: 'in trouble',
      reason,
      error: new LedgerError('order.away', { reason, retryAfterSeconds: ORDER_LOOK_SECONDS }),
    })
    const { connectionCount } = this.#server ?? { connectionCount: 0 }
    if (connectionCount < CONNECTIONS) return trouble('order away')
    if (this.#reason !== undefined) return trouble(this.#reason)
    if (!this.#hasMoved) return trouble('order starts')
    return this.#status?.isCatchingUp ? { is: 'catching up' } : { is: 'working' }
  }

  get look(): EngineLook {
    return { state: this.state, starts: this.#process?.starts ?? 0, status: this.#status }
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** Starts the process anew, where the node is who starts it. */
  restart(): void {
    this.#process?.restart()
  }

  /** Ends the process, then the socket. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#process?.stop()
    await this.#watching
    await this.#server?.close()
    this.#rpc.close()
  }

  #hear(line: string): void {
    const { logger } = this.#options
    if (line.includes(STUCK)) {
      logger.error('ALARM: the engine says that its consensus has failed', { line: line.slice(0, 2_000) })
      this.#stuck()
    } else {
      const log = IS_FAULT.test(line) ? logger.warn : logger.debug
      log.call(logger, 'engine', { line: line.slice(0, 2_000) })
    }
  }

  async #watch(): Promise<void> {
    const { clock } = this.#options
    const { signal } = this.#stopping
    while (!signal.aborted) {
      this.#status = await this.#rpc.status().catch(() => undefined)
      await this.#judge().catch(() => {})
      await clock.sleep(1000 * ORDER_LOOK_SECONDS, signal).catch(() => {})
    }
  }

  /** Whether heights come; where not, whether that is the engine's fault or that of members who are not there. */
  async #judge(): Promise<void> {
    const { clock, voterCount } = this.#options
    if (this.#status === undefined || this.#givenUp !== undefined) return
    const nowMs = clock.monotonicMs()
    const isQuorum = (this.#status.peers.length + 1) * 3 > (await voterCount()) * 2
    if (!isQuorum) this.#lackedMs = nowMs
    const secondsSince = (ms: number) => (nowMs - ms) / 1000
    if (secondsSince(this.#movedMs) < ORDER_STILL_SECONDS_MAX) return
    if (!isQuorum) this.#reason = 'order lacks members'
    // Members that came back need as long as a start to agree on a height.
    const isStart = !this.#hasMoved || this.#lackedMs > this.#movedMs
    const patience = isStart ? ORDER_START_SECONDS_MAX : ORDER_STILL_SECONDS_MAX
    if (secondsSince(Math.max(this.#movedMs, this.#lackedMs)) > patience) this.#stuck()
  }

  #stuck(): void {
    if (this.#reason === 'order stuck') return
    const { logger, onGivenUp } = this.#options
    this.#reason = 'order stuck'
    if (this.#process === undefined) {
      logger.error('ALARM: the order is stuck, and whoever starts the engine must start it again')
    } else if (!this.#restarted) {
      logger.error('ALARM: the order is stuck; the engine is started again')
      this.#restarted = true
      this.#process.restart()
      // Judged anew once it has had its time.
      this.#reason = undefined
    } else {
      this.#givenUp = new LedgerError('order.stuck')
      logger.error('ALARM: the order is stuck although the engine was started again; it is given up')
      onGivenUp(this.#givenUp)
      void this.#process.stop()
    }
  }
}
