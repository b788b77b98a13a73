/** One simulated node: processes that come and go over a disk that stays. */
import { Buffer } from 'node:buffer'
import { createInlineEngine } from '../../src/engine/index.ts'
import { createMemorySignedRecord } from '../../src/finality/index.ts'
import { createLogger } from '../../src/host/index.ts'
import { createMemoryStore, type Ledger, openLedger, type Store } from '../../src/ledger/index.ts'
import { compose, type RunningNode, takeFollowing, takeOrdering } from '../../src/node/index.ts'
import type { Follower, LogSource, SplitView } from '../../src/order/follow/index.ts'
import { createEmbeddedOrder } from '../../src/order/index.ts'
import {
  createMemoryContentStore,
  createMemoryDocumentStore,
  createMemoryPartStore,
} from '../../src/vault/index.ts'
import { COSIGNER_KEY, genesisBytes, kernel, keyOf, LOG_KEY } from './consortium.ts'
import {
  type CommitFault,
  createProcess,
  createProcessParts,
  createProcessStore,
  createUnreliableOrder,
  type Process,
} from './faults.ts'
import type { Random } from './random.ts'
import type { SimulatedTime } from './time.ts'

/** A node that runs in a process of its own. */
export interface LiveNode {
  readonly node: RunningNode
  readonly ledger: Ledger
  readonly process: Process
  /** Rejects when the process is killed: whoever waited for an answer knows nothing. */
  readonly killed: Promise<never>
  readonly follower?: Follower
}

export interface NodeOptions {
  readonly time: SimulatedTime
  readonly random: Random
  readonly onFault: (fault: CommitFault) => void
  readonly onTrick: () => void
  /** What a mirror follows; absent for the node that keeps the log. */
  readonly source?: LogSource
  readonly onSplitView?: (evidence: SplitView) => void
}

export class SimulatedNode {
  readonly disk: Store = createMemoryStore()
  live: LiveNode | undefined
  readonly #options: NodeOptions
  readonly #parts = createMemoryPartStore()
  readonly #contents = createMemoryContentStore()
  readonly #documents = createMemoryDocumentStore()
  readonly #signed = createMemorySignedRecord()
  #note: string | undefined

  constructor(options: NodeOptions) {
    this.#options = options
  }

  /** Ends the process as kill -9 does. */
  kill(): void {
    this.live?.process.kill()
  }

  /** A new process over the same disk; recovery is what the product does when it opens a ledger. */
  async start(): Promise<void> {
    const { time, onFault, source } = this.#options
    let reject: (reason: Error) => void = () => {}
    const killed = new Promise<never>((_resolve, onReject) => {
      reject = onReject
    })
    killed.catch(() => {})
    const process = createProcess(() => {
      this.live = undefined
      reject(new Error('killed'))
    })
    const clock = time.clockOf(process)
    const store = createProcessStore(this.disk, process, onFault)
    const ledger = await openLedger({ store, genesisBytes, kernel, clock, create: true })
    const logger = createLogger({ level: 'silent', clock, write: () => {} })
    const parts = {
      kernel,
      clock,
      engine: createInlineEngine(kernel),
      ledger,
      parts: createProcessParts(this.#parts, process),
      contents: this.#contents,
      documents: this.#documents,
      logger,
    }
    if (source === undefined) {
      const keys = { log: keyOf(LOG_KEY), cosigner: keyOf(COSIGNER_KEY) }
      const embedded = createEmbeddedOrder({ clock, blockCountMax: 64 })
      const order = createUnreliableOrder(embedded, this.#options.random, this.#options.onTrick)
      const signed = this.#signed
      const own = { ...parts, member: 'hospital' }
      const node = await compose(own, await takeOrdering(own, { order, keys, signed }))
      this.live = { node, ledger, process, killed }
      return
    }
    const own = { ...parts, member: 'auditor' }
    const seat = await takeFollowing(own, {
      source,
      kept: {
        read: () => this.#note,
        keep: (note) => {
          this.#note = note
        },
      },
      keepTarget: () => {},
      onSplitView: (evidence) => this.#options.onSplitView?.(evidence),
      onTrouble: () => {},
    })
    this.live = { node: await compose(own, seat), ledger, process, killed, follower: seat.source }
  }
}

/** Every record of a disk, checksums included, in order. */
export function dumpDisk(disk: Store, table: 'state' | 'bundles' | 'tiles' | 'headers'): string[] {
  return disk
    .range(table, { start: Uint8Array.of(0), limit: Number.MAX_SAFE_INTEGER })
    .map(([key, value]) => `${Buffer.from(key).toString('latin1')} ${Buffer.from(value).toString('latin1')}`)
}
