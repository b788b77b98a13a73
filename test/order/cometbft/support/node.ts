/**
 * A node of the consortium whose engine is a test: a process that comes and goes over a disk that stays. What the
 * engine keeps, the test keeps; what waits in its memory goes with the process.
 */
import { createInlineEngine } from '../../../../src/engine/index.ts'
import { createMemorySignedRecord } from '../../../../src/finality/index.ts'
import { createLogger } from '../../../../src/host/index.ts'
import { Verdicts, verifyOrdered } from '../../../../src/intake/index.ts'
import { createMemoryStore, type Ledger, openLedger, type Store } from '../../../../src/ledger/index.ts'
import { compose, type RunningNode, takeOrdering } from '../../../../src/node/index.ts'
import type { CometApplication } from '../../../../src/order/cometbft/application.ts'
import { createCometOrder, readFirstEpoch } from '../../../../src/order/cometbft/index.ts'
import {
  createMemoryContentStore,
  createMemoryDocumentStore,
  createMemoryPartStore,
} from '../../../../src/vault/index.ts'
import {
  createProcess,
  createProcessParts,
  createProcessStore,
  type Process,
} from '../../../simulation/faults.ts'
import type { SimulatedTime } from '../../../simulation/time.ts'
import { genesisBytes, kernel, keyOf, versions } from './consortium.ts'

export interface LiveNode {
  readonly process: Process
  readonly node: RunningNode
  readonly ledger: Ledger
  readonly application: CometApplication
  /** The engine's memory: what waits for a block, by hash. */
  readonly mempool: Map<string, Uint8Array>
  /** Log lines of errors. */
  readonly errors: string[]
}

export class TestNode {
  readonly member: string
  readonly disk: Store = createMemoryStore()
  live: LiveNode | undefined
  readonly #time: SimulatedTime
  readonly #parts = createMemoryPartStore()
  readonly #signed = createMemorySignedRecord()

  constructor(member: string, time: SimulatedTime) {
    this.member = member
    this.#time = time
  }

  kill(): void {
    this.live?.process.kill()
  }

  /** A new process over the same disk. */
  async start(): Promise<LiveNode> {
    const { member } = this
    const process = createProcess(() => {
      this.live = undefined
    })
    const clock = this.#time.clockOf(process)
    const store = createProcessStore(this.disk, process, () => {})
    const { rulesOf } = versions
    const ledger = await openLedger({ store, genesisBytes, kernel, clock, create: true, rulesOf })
    const [engine, verdicts, mempool] = [
      createInlineEngine(kernel),
      new Verdicts(),
      new Map<string, Uint8Array>(),
    ]
    const order = await createCometOrder({
      kernel,
      clock,
      ledger,
      member,
      logKeys: [keyOf(`${member} log`)],
      start: await readFirstEpoch(kernel, ledger),
      verify: (entries) => verifyOrdered({ engine, ledger, verdicts }, entries),
      send: (bytes) => checkInto({ application: order.application, mempool }, bytes),
      state: () => ({ is: 'working' }),
      stop: async () => {},
    })
    const errors: string[] = []
    const parts = {
      kernel,
      clock,
      engine,
      ledger,
      member,
      versions,
      parts: createProcessParts(this.#parts, process),
      contents: createMemoryContentStore(),
      documents: createMemoryDocumentStore(),
      logger: createLogger({ level: 'error', clock, write: (line) => errors.push(line) }),
    }
    const keys = { log: keyOf(`${member} log`), cosigner: keyOf(`${member} cosigner`) }
    const seat = await takeOrdering(parts, { order, keys, signed: this.#signed, verdicts })
    const node = await compose(parts, seat)
    this.live = { process, node, ledger, application: order.application, mempool, errors }
    return this.live
  }
}

/** What an engine does with a transaction that it is brought: it keeps what the application takes. */
export async function checkInto(
  { application, mempool }: Pick<LiveNode, 'application' | 'mempool'>,
  bytes: Uint8Array,
): Promise<void> {
  const hash = Buffer.from(kernel.sha256(bytes)).toString('hex')
  if (mempool.has(hash)) return
  const { code, log } = await application.checkTx({ tx: bytes, type: 0 })
  if (code) throw new Error(log)
  mempool.set(hash, bytes)
}

/** Every record of a disk but what belongs to one node alone. */
export function dumpLog(disk: Store): string[] {
  return (['state', 'bundles', 'tiles', 'headers', 'meta'] as const).flatMap((table) =>
    disk
      .range(table, { start: Uint8Array.of(0), limit: Number.MAX_SAFE_INTEGER })
      .map(
        ([key, value]) =>
          `${table} ${Buffer.from(key).toString('hex')} ${Buffer.from(value).toString('hex')}`,
      ),
  )
}
