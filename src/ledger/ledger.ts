/**
 * The asynchronous face of a chain on this thread: what answers when, what halts it. The ledger thread runs this very
 * code (`thread.ts`); simulations and tests run it in process.
 */
import { hashesToHex, LedgerError } from '../base/index.ts'
import { createReadContext, isParty, type Ports, type Scene } from '../domain/index.ts'
import { type Chain, type ChainOptions, createChain, openChain } from './chain.ts'
import { createCheckedStore } from './checked-store.ts'
import { createExecutedBlocks } from './executed-blocks.ts'
import { BrokenInvariant, BrokenRule } from './executor.ts'
import { readHead, readMemo } from './head.ts'
import { findHeader, findTransaction, listEvents, listEventsOf } from './history.ts'
import { findId } from './ids.ts'
import { createStatusList, KEY_STATUS, setStatus } from './statuses.ts'
import type { Store } from './store.ts'
import type { Ledger, PackedStatuses, Signer } from './types.ts'

/** What a ledger is opened with. */
export interface LedgerOptions extends Omit<ChainOptions, 'store'> {
  /** LMDB, memory, or one that fails for a test. Checksums are laid over it here. The ledger closes it. */
  readonly store: Store
  /** Whether an empty store becomes a new ledger; otherwise it is refused with `data.missing`. */
  readonly create: boolean
}

/**
 * Opens a ledger on this thread. LedgerError `data.missing`, `ledger.genesis-mismatch`, `ledger.corrupt`,
 * `ledger.rules-unknown` (of the last block), or `genesis.invalid` for a new one; `ledger.halted` where the store
 * fails.
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const store = createCheckedStore(options.store)
  const chainOptions = { ...options, store }
  try {
    const isNew = readHead(store) === undefined
    if (isNew && !options.create) throw new LedgerError('data.missing')
    return createLedger(isNew ? createChain(chainOptions) : openChain(chainOptions))
  } catch (error) {
    throw error instanceof LedgerError ? error : haltError(error)
  }
}

/** What stopped the ledger, as its operator reads it: no part of a transaction but its id and type. */
function haltError(cause: unknown): LedgerError {
  const broken = cause instanceof BrokenRule || cause instanceof BrokenInvariant ? cause : undefined
  const inner = broken === undefined ? cause : broken.cause
  const message = [cause, ...(inner === cause ? [] : [inner])]
    .map((error) => (error instanceof Error ? error.message : String(error)))
    .join(': ')
  return new LedgerError(
    'ledger.halted',
    {
      message: `The ledger stopped itself: ${message}`,
      ...(inner instanceof LedgerError ? { reason: inner.code } : {}),
      ...(broken === undefined ? {} : { evidence: broken.evidence }),
    },
    cause,
  )
}

function createLedger(chain: Chain): Ledger {
  let halted: LedgerError | undefined
  let closed = false
  const kept = createExecutedBlocks()

  /** Runs a call in the order of calls. */
  async function answer<Answer>(call: () => Answer): Promise<Answer> {
    if (closed) throw new LedgerError('node.closing')
    if (halted !== undefined) throw halted
    return call()
  }

  /** Runs what commits. Where it fails the outcome is unknown: the ledger halts. */
  function guarded<Answer>(run: () => Answer): Answer {
    try {
      return run()
    } catch (error) {
      // Found before anything was begun: what was committed is known, and is answered from.
      if (error instanceof LedgerError && error.code === 'ledger.rules-unknown') throw error
      halted = haltError(error)
      throw halted
    }
  }

  /** Committed state, at the later of the node's clock and the last block: what a block would see if it came now. */
  const readScene = (height = chain.head.height + 1): Scene => ({
    state: chain.state.reader,
    crypto: chain.crypto,
    time: Math.max(chain.clock.nowSeconds(), chain.head.time),
    height,
  })
  const bindPorts = (height?: number) => chain.readRules().bindPorts(readScene(height))

  return {
    genesis: chain.genesis,
    ledgerId: chain.ledgerId,
    origin: chain.origin,
    get halted() {
      return halted
    },
    head: () => answer(() => chain.head),
    position: () => answer(() => chain.position),
    memo: () => answer(() => readMemo(chain.store)),
    commit: (block) =>
      answer(() => {
        kept.clear()
        return guarded(() => chain.commit(block))
      }),
    execute: (block) =>
      answer(() =>
        guarded(() => {
          try {
            return kept.keep(chain.execute(block))
          } catch (error) {
            // The overlay is gone, and nothing else was touched: the block can not be, the ledger can.
            if (error instanceof BrokenRule || error instanceof BrokenInvariant) return undefined
            throw error
          }
        }),
      ),
    commitExecuted: (ticket) =>
      answer(() => {
        const prepared = kept.take(ticket)
        return guarded(() => chain.write(prepared))
      }),
    statuses: (ids) => answer(() => listSpent(chain, ids)),
    transaction: (id) => answer(() => findTransaction(chain, bindPorts(), id)),
    signers: (keys) =>
      answer(() => {
        const signer = bindPorts()('identity.signer')
        return keys.map((key): Signer | undefined => signer(key))
      }),
    keyStatuses: (keys) =>
      answer(() => {
        const signer = bindPorts()('identity.signer')
        return Uint8Array.from(hashesToHex(keys), (key) => statusOfSigner(signer(key)))
      }),
    isParty: (reader, parties) => answer(() => isParty(bindPorts(), reader, parties)),
    leaf: (index) => answer(() => chain.log.leaf(index)),
    header: (height) => answer(() => findHeader(chain, height)),
    bundle: (index, width) => answer(() => chain.log.bundle(index, width)),
    tile: (level, index, width) => answer(() => chain.log.tile(level, index, width)),
    inclusionProof: (index, size) => answer(() => chain.log.inclusionProof(index, size)),
    consistencyProof: (from, to) => answer(() => chain.log.consistencyProof(from, to)),
    rootAt: (size) => answer(() => chain.log.rootAt(size)),
    events: (from, limit) => answer(() => listEvents(chain, bindPorts(), from, limit)),
    eventsOf: (reader, from, limit) =>
      answer(() => listEventsOf(chain, bindPorts(), { reader, from, limit })),
    read: (module, path, query, reader) =>
      answer(() => {
        const rules = chain.readRules()
        const read = rules.read(module, path)
        if (read === undefined) throw new LedgerError('read.not-found')
        return read.run(createReadContext(rules, readScene(), { module, reader, query }))
      }),
    ask: (name, ...args) =>
      answer(() => {
        const port: unknown = bindPorts()(name)
        return (port as (...given: typeof args) => ReturnType<Ports[typeof name]>)(...args)
      }),
    trust: () =>
      answer(() => {
        const { height, size } = chain.head
        const trustOf = (at: number) => bindPorts(at)('governance.trust')()
        return { size, current: trustOf(height), next: trustOf(height + 1) }
      }),
    async close() {
      if (closed) return
      closed = true
      await chain.store.close()
    },
  }
}

function statusOfSigner(signer: Signer | undefined): number {
  if (signer === undefined) return KEY_STATUS.unknown
  return signer.active ? KEY_STATUS.active : KEY_STATUS.inactive
}

function listSpent({ store }: Chain, ids: Uint8Array): PackedStatuses {
  const count = ids.length / 32
  const list = createStatusList(count)
  for (let i = 0; i < count; i++) {
    const found = findId(store, ids.subarray(32 * i, 32 * (i + 1)))
    if (found !== undefined) setStatus(list, i, found.status)
  }
  return list
}
