/**
 * A ledger on a thread of its own, as the main thread sees it. Calls are bounded; a thread that dies takes the ledger
 * with it: open calls and all later ones reject with `ledger.halted`, since what became of a commit is known only to
 * the disk, and opening the folder again tells.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LEDGER_CALLS_MAX, LEDGER_YOUNG_HEAP_MB, LedgerError } from '../base/index.ts'
import type { Ports } from '../domain/index.ts'
import { compact, startThread, type Thread, transferable } from '../threads/index.ts'
import type { LedgerMethods, Opened, ThreadData } from './thread-messages.ts'
import type { Ledger, RecordedBlock, VerifiedBlock } from './types.ts'

/** What a ledger thread is opened with. */
export interface LedgerThreadOptions {
  /** Folder of the LMDB files. */
  readonly dir: string
  readonly genesisBytes: Uint8Array
  /** Whether an empty folder becomes a new ledger; otherwise it is refused with `data.missing` and not touched. */
  readonly create: boolean
  /** The kernel, compiled (`compileKernel`), so that the thread need not do it again. */
  readonly kernelModule?: WebAssembly.Module
  /** The worker's file, where it is not the build's own. */
  readonly threadUrl?: URL
}

// The same path from src/ and dist/: workers always run what was built.
const THREAD_URL = new URL('../../dist/ledger/thread.js', import.meta.url)

/** Opens a ledger on a thread of its own. Errors as `openLedger`. */
export async function openLedgerThread(options: LedgerThreadOptions): Promise<Ledger> {
  const { dir, genesisBytes, create, kernelModule } = options
  if (!create && !existsSync(join(dir, 'data.mdb'))) throw new LedgerError('data.missing')
  const workerData: ThreadData = { dir, genesisBytes, create, kernelModule }
  const thread = new LedgerThread(options.threadUrl ?? THREAD_URL, workerData)
  return createClient(thread, await thread.opened)
}

/** Calls whose caller waits for one before the next. */
const NEVER_TURNED_AWAY: ReadonlySet<string> = new Set(['commit', 'execute', 'commitExecuted'])

/** The thread with what a ledger adds to its calls: a bound, and a memory of what halted it. */
class LedgerThread {
  readonly opened: Promise<Opened>
  halted: LedgerError | undefined
  readonly #thread: Thread<LedgerMethods, Opened>
  #closing: Promise<void> | undefined

  constructor(url: URL, workerData: ThreadData) {
    this.#thread = startThread({
      url,
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: LEDGER_YOUNG_HEAP_MB },
      endedError: (reason) => new LedgerError('ledger.halted', { message: `The ledger thread ${reason}.` }),
      onEnd: (error) => {
        if (this.#closing === undefined) this.halted ??= error
      },
    })
    this.opened = this.#thread.opened
  }

  /** Calls a method on the thread. `transfer` lists the buffers that go with it. */
  async call<Method extends keyof LedgerMethods>(
    method: Method,
    args: Parameters<LedgerMethods[Method]>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Awaited<ReturnType<LedgerMethods[Method]>>> {
    if (this.#closing !== undefined) throw new LedgerError('node.closing')
    if (this.halted !== undefined) throw this.halted
    // A commit is never turned away: its caller waits for one before the next, and its work is accepted already.
    if (!NEVER_TURNED_AWAY.has(method) && this.#thread.openCount >= LEDGER_CALLS_MAX) {
      throw new LedgerError('ledger.overloaded', { retryAfterSeconds: 1 })
    }
    try {
      return await this.#thread.call(method, args, transfer)
    } catch (error) {
      if (error instanceof LedgerError && error.code === 'ledger.halted') this.halted ??= error
      throw error
    }
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      if (this.halted === undefined) await this.#thread.call('close', [])
      else await this.#thread.terminate()
      await this.#thread.exited
    })()
    return this.#closing
  }
}

function createClient(thread: LedgerThread, { genesis, ledgerId, origin }: Opened): Ledger {
  return {
    genesis,
    ledgerId,
    origin,
    get halted() {
      return thread.halted
    },
    head: () => thread.call('head', []),
    position: () => thread.call('position', []),
    commit: (block) => {
      const owned = compactBlock(block)
      return thread.call('commit', [owned], transferable(arraysOf(owned)))
    },
    memo: () => thread.call('memo', []),
    execute: (block) => {
      const owned = compactBlock(block)
      return thread.call('execute', [owned], transferable(arraysOf(owned)))
    },
    commitExecuted: (ticket) => thread.call('commitExecuted', [ticket]),
    statuses: (ids) => thread.call('statuses', [compact(ids)]),
    transaction: (id) => thread.call('transaction', [compact(id)]),
    signers: (keys) => thread.call('signers', [keys]),
    keyStatuses: (keys) => thread.call('keyStatuses', [compact(keys)]),
    isParty: (reader, parties) => thread.call('isParty', [reader, parties]),
    leaf: (index) => thread.call('leaf', [index]),
    header: (height) => thread.call('header', [height]),
    bundle: (index, width) => thread.call('bundle', [index, width]),
    tile: (level, index, width) => thread.call('tile', [level, index, width]),
    inclusionProof: (index, size) => thread.call('inclusionProof', [index, size]),
    consistencyProof: (from, to) => thread.call('consistencyProof', [from, to]),
    rootAt: (size) => thread.call('rootAt', [size]),
    events: (from, limit) => thread.call('events', [from, limit]),
    eventsOf: (reader, from, limit) => thread.call('eventsOf', [reader, from, limit]),
    read: (module, path, query, reader) => thread.call('read', [module, path, query, reader]),
    ask: (name, ...args) =>
      thread.call('ask', [name, ...args] as never) as Promise<ReturnType<Ports[typeof name]>>,
    trust: () => thread.call('trust', []),
    close: () => thread.close(),
  }
}

function compactBlock({ position, time, memo, entries, verdicts, recorded }: VerifiedBlock): VerifiedBlock {
  return {
    ...(position && { position }),
    time,
    ...(memo !== undefined && { memo }),
    ...(recorded && { recorded: compactRecorded(recorded) }),
    entries: { bytes: compact(entries.bytes), offsets: compact(entries.offsets) },
    verdicts: {
      valid: compact(verdicts.valid),
      ids: compact(verdicts.ids),
      leafHashes: compact(verdicts.leafHashes),
      faults: compact(verdicts.faults),
      faultOffsets: compact(verdicts.faultOffsets),
    },
  }
}

/** A recorded block's leaf and ids are views of its bundles: only they travel. */
const compactRecorded = ({ headerLeaf, refusals }: RecordedBlock): RecordedBlock => ({
  headerLeaf: compact(headerLeaf),
  refusals: refusals.map(({ id, code }) => ({ id: compact(id), code })),
})

const arraysOf = ({ entries, verdicts }: VerifiedBlock) => [
  entries.bytes,
  entries.offsets,
  ...(Object.values(verdicts) as (Uint8Array | Uint32Array)[]),
]
