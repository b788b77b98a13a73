/**
 * The order of several nodes as one node sees it: what it admits goes out in bundles, and what the engine has decided
 * comes in as blocks. The engine itself is apart (`engine.ts`): here it is whoever asks the application.
 */
import { type Clock, LedgerError, type Packed, type Position } from '../../base/index.ts'
import type { EntryVerdicts, Kernel } from '../../kernel/index.ts'
import type { Ledger } from '../../ledger/index.ts'
import type { SigningKey } from '../../protocol/index.ts'
import type { DecidedBlock, Order, OrderedBlock, SourceState } from '../index.ts'
import {
  type ApplicationOptions,
  type CometApplication,
  type CommittedHeight,
  createApplication,
} from './application.ts'
import { BundleBook } from './bundles.ts'
import type { EpochStart } from './home/index.ts'
import { Outbox } from './outbox.ts'
import { WaitingBundles } from './waiting.ts'

interface CometOrderOptions extends Pick<ApplicationOptions, 'onMisbehavior'> {
  readonly kernel: Kernel
  readonly clock: Clock
  readonly ledger: Ledger
  readonly member: string
  readonly logKeys: readonly SigningKey[]
  readonly start: EpochStart
  readonly verify: (entries: Packed) => Promise<EntryVerdicts>
  readonly send: (bundle: Uint8Array) => Promise<void>
  /** How the engine stands. */
  readonly state: () => SourceState
  /** Ends the engine, so that it asks nothing more. */
  readonly stop: () => Promise<void>
  readonly onCommitted?: (committed: CommittedHeight) => void
}

export interface CometOrder extends Order {
  readonly application: CometApplication
  /** No more blocks, for a reason that lies in the order: the node goes on answering reads. */
  fail(error: unknown): void
}

/** A decided block that the node is to commit, and whoever waits for that. */
interface Handed {
  readonly block: DecidedBlock
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/** LedgerError `order.other-chain`, `config.invalid`. */
export async function createCometOrder(options: CometOrderOptions): Promise<CometOrder> {
  const { ledger, start } = options
  const [book, waiting] = [new BundleBook(options), new WaitingBundles()]
  const outbox = new Outbox({
    ...options,
    ledgerId: ledger.ledgerId,
    book,
    blockTime: () => application.blockTime(),
  })
  let next: Handed | undefined
  let [isOver, failure, consumed]: [boolean, unknown, boolean] = [false, undefined, false]
  let wake = () => {}

  const commit = (block: DecidedBlock): Promise<void> =>
    new Promise((resolve, reject) => {
      if (isOver) return reject(new LedgerError('node.closing'))
      next = { block, resolve, reject }
      wake()
    })

  const application = await createApplication({
    ...options,
    start,
    book,
    waiting,
    commit,
    onCommitted(committed) {
      outbox.committed(committed.bundles)
      options.onCommitted?.(committed)
    },
  })

  function end(cause?: unknown): void {
    if (isOver) return
    isOver = true
    failure = cause
    next?.reject(cause ?? new LedgerError('node.closing'))
    wake()
  }

  async function* blocks(after: Position): AsyncGenerator<OrderedBlock, void> {
    if (consumed || after.height !== application.height) {
      throw new Error('an order has one consumer, which begins where its ledger stands')
    }
    consumed = true
    const sending = outbox.run()
    sending.catch(end)
    let handed: Handed | undefined
    try {
      for (;;) {
        while (!isOver && (next === undefined || next === handed)) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
        if (isOver) break
        handed = next
        yield handed!.block
      }
      if (failure !== undefined) throw failure
    } finally {
      outbox.close()
      await sending.catch(() => {})
    }
  }

  return {
    application,
    get state() {
      return options.state()
    },
    blocks,
    async propose(entries) {
      if (isOver) throw new LedgerError('node.closing')
      const state = options.state()
      if (state.is === 'in trouble' || state.is === 'ended') throw state.error
      outbox.add(entries)
    },
    get queuedCount() {
      return outbox.count
    },
    committed() {
      const done = next
      next = undefined
      done?.resolve()
    },
    async close() {
      // The engine may still be told of a commit that it waits for: the node goes on committing until it has ended.
      await options.stop()
      end()
    },
    fail: end,
  }
}
