/**
 * The ledger's synchronous core: executes one block at a time and commits it in one atomic, synced write. New blocks
 * and replayed ones take the same way, so recovery runs the commit's own code.
 */
import {
  type Clock,
  equalBytes,
  hasBit,
  LedgerError,
  type Position,
  packedCount,
  packedItem,
  systemClock,
  toHex,
} from '../base/index.ts'
import {
  type Registry,
  type RuleCrypto,
  rulesOf,
  rulesUnknown,
  rulesVersionAt,
  type Scene,
} from '../domain/index.ts'
import type { Kernel } from '../kernel/index.ts'
import {
  canonicalBytes,
  encodeGenesisLeaf,
  type Genesis,
  ledgerIdOf,
  originOf,
  parseGenesis,
} from '../protocol/index.ts'
import { listStatuses, type SealedBlock, sealBlock } from './block.ts'
import { type Decisions, executeBlock, OUTCOME } from './executor.ts'
import {
  encodeHead,
  encodeIdentity,
  encodePosition,
  HEAD_KEY,
  IDENTITY_KEY,
  MEMO_KEY,
  POSITION_KEY,
  readHead,
  readPosition,
  requireIdentity,
} from './head.ts'
import { isSpent } from './ids.ts'
import { type Log, openLog } from './log.ts'
import { createRuleCrypto } from './rule-crypto.ts'
import { openState, type State } from './state.ts'
import type { Guard, Store, Write } from './store.ts'
import type { CommitTimings, CommittedBlock, LedgerHead, RecordedBlock, VerifiedBlock } from './types.ts'

/** What a chain is opened with. */
export interface ChainOptions {
  /** With checksums already laid over it (`createCheckedStore`). */
  readonly store: Store
  readonly genesisBytes: Uint8Array
  readonly kernel: Kernel
  /** The rules of a version; those of this build by default. */
  readonly rulesOf?: (version: number) => Registry | undefined
  readonly clock?: Clock
}

export interface Chain {
  readonly genesis: Genesis
  readonly ledgerId: Uint8Array
  readonly origin: string
  readonly kernel: Kernel
  readonly store: Store
  readonly log: Log
  readonly state: State
  readonly crypto: RuleCrypto
  readonly clock: Clock
  readonly head: LedgerHead
  /** The block of the order that was committed last. */
  readonly position: Position
  /** The rules of a version. LedgerError `ledger.rules-unknown`. */
  rulesOf(version: number): Registry
  /** What reads run under: the rules of the block that comes next; where this build does not know them, of the last. */
  readRules(): Registry
  /**
   * Executes and commits. LedgerError `ledger.rules-unknown`, nothing begun, where this build does not know the rules
   * of the block; `ledger.diverged`, nothing written, where a recorded block does not come out as the log holds it.
   */
  commit(block: VerifiedBlock): CommittedBlock
  /**
   * Executes on the present head, and says what would be written. Throws as `commit` does before its write; the chain
   * is as it was in any case.
   */
  execute(block: VerifiedBlock): PreparedBlock
  /** Commits a block that was executed on the present head. StoreConflict where it was executed on another. */
  write(prepared: PreparedBlock): CommittedBlock
}

/** An executed block with the writes of its commit. */
export interface PreparedBlock {
  /** The head before it and after it. */
  readonly before: LedgerHead
  readonly head: LedgerHead
  readonly counts: { readonly accepted: number; readonly refused: number }
  readonly position: Position
  readonly writes: readonly Write[]
  readonly decisions: Decisions
  /** n × 32. */
  readonly ids: Uint8Array
  /** What it leaves in memory once it is durable; undefined where it leaves no leaf. */
  readonly adopt: (() => void) | undefined
  readonly timings: Pick<CommitTimings, 'executeMs' | 'sealMs'>
}

const NO_HASH = new Uint8Array(32)
/** Every ledger begins with version 1; governance activates later ones. */
export const GENESIS_RULES_VERSION = 1

/**
 * Writes the first two leaves, genesis and the header of height 0, into an empty store. LedgerError `genesis.invalid`
 * where the file or the rules refuse it, nothing written.
 */
export function createChain(options: ChainOptions): Chain {
  const { store, genesisBytes, kernel } = options
  const genesis = parseGenesis(kernel, genesisBytes)
  const ledgerId = ledgerIdOf(kernel, genesisBytes)
  const rules = requireRules(options, GENESIS_RULES_VERSION)
  const state = openState(store).beginBlock()
  rules.applyGenesis(genesis, state.writer)
  state.accept()
  const leaf = encodeGenesisLeaf(genesisBytes)
  const sealed = sealBlock({ kernel, log: openLog(store, kernel, 0), store }, state, {
    height: 0,
    time: genesis.time,
    rulesVersion: GENESIS_RULES_VERSION,
    previousHeaderHash: NO_HASH,
    leaves: [leaf],
    leafHashes: kernel.leafHash(leaf),
    acceptedIds: [],
    names: [],
    refusals: [],
  })
  const identity = { table: 'meta', key: IDENTITY_KEY, value: encodeIdentity(ledgerId) } as const
  // Commit point. A crash before it leaves an empty store, after it a ledger of height 0; there is nothing between.
  store.commit([...sealed.writes, identity], { table: 'meta', key: HEAD_KEY, value: undefined })
  return openChain(options)
}

/**
 * Opens a store that holds the ledger of this genesis. LedgerError `ledger.genesis-mismatch`, `ledger.corrupt`, or
 * `ledger.rules-unknown` where this build does not know the rules of its last block.
 */
export function openChain(options: ChainOptions): Chain {
  const { store, genesisBytes, kernel, clock = systemClock } = options
  const genesis = parseGenesis(kernel, genesisBytes)
  const ledgerId = ledgerIdOf(kernel, genesisBytes)
  requireIdentity(store, ledgerId)
  const crypto = createRuleCrypto(kernel, ledgerId)
  let head = requireHead(store)
  let position = readPosition(store)
  const log = openLog(store, kernel, head.size)
  const state = openState(store)
  probeEdge(log, head, kernel)
  const nextVersion = () => rulesVersionAt(state.reader, head.height + 1)
  // A state that can not say which rules are next is found damaged now, not at the next block.
  requireRules(options, head.rulesVersion, nextVersion())

  return {
    genesis,
    ledgerId,
    origin: originOf(genesis.name, ledgerId),
    kernel,
    store,
    log,
    state,
    crypto,
    clock,
    get head() {
      return head
    },
    get position() {
      return position
    },
    rulesOf: (version) => requireRules(options, version),
    readRules: () => requireRules(options, head.rulesVersion, nextVersion()),
    execute,
    write,
    commit: (block) => write(execute(block)),
  }

  function execute(block: VerifiedBlock): PreparedBlock {
    const { recorded, position: next = { epoch: position.epoch, height: position.height + 1 } } = block
    const rulesVersion = nextVersion()
    const registry = requireRules(options, rulesVersion)
    const startedMs = clock.monotonicMs()
    const before = head
    const height = before.height + 1
    const time = Math.max(before.time, block.time)
    const overlay = state.beginBlock()
    const scene: Scene = { state: overlay.writer, crypto, time, height }
    const decisions = executeBlock({ registry, scene, state: overlay, store }, block)
    if (recorded) requireAllAccepted(decisions, block, recorded, store)
    const refusals = recorded?.refusals ?? decisions.refusals
    const executedMs = clock.monotonicMs()
    const counts = { accepted: decisions.acceptedCount, refused: refusals.length }
    const place: Write[] = [{ table: 'meta', key: POSITION_KEY, value: encodePosition(next) }]
    if (block.memo !== undefined)
      place.push({ table: 'meta', key: MEMO_KEY, value: canonicalBytes(block.memo) })
    const shared = { before, counts, position: next, decisions, ids: block.verdicts.ids }
    const executeMs = executedMs - startedMs
    if (counts.accepted + counts.refused === 0) {
      return { ...shared, head: before, writes: place, adopt: undefined, timings: { executeMs, sealMs: 0 } }
    }
    const sealed = sealBlock({ kernel, log, store }, overlay, {
      height,
      time,
      rulesVersion,
      previousHeaderHash: before.headerHash,
      ...acceptedOf(block, decisions),
      names: decisions.names,
      refusals,
    })
    if (recorded) requireSameHeader(sealed, recorded)
    return {
      ...shared,
      head: sealed.head,
      writes: [...sealed.writes, ...place],
      adopt() {
        log.adopt(sealed.edge)
        overlay.adopt(sealed.state)
      },
      timings: { executeMs, sealMs: clock.monotonicMs() - executedMs },
    }
  }

  function write(prepared: PreparedBlock): CommittedBlock {
    const { before, decisions, ids, counts, timings } = prepared
    const startedMs = clock.monotonicMs()
    const guard: Guard = { table: 'meta', key: HEAD_KEY, value: encodeHead(before) }
    // Commit point. A crash before it leaves the block before: the order hands this one out again, or its
    // proposals are lost with the process, and nobody was told of them. A crash after it leaves this block whole:
    // whoever retries gets its result from the id memory, and a block that leaves no leaf is not asked for again. An
    // error here leaves the outcome unknown: the ledger halts, and opening it again reads from the store which of the
    // two it is.
    store.commit(prepared.writes, guard)
    prepared.adopt?.()
    head = prepared.head
    position = prepared.position
    const writeMs = clock.monotonicMs() - startedMs
    return {
      head,
      nextRulesVersion: nextVersion(),
      ...counts,
      statuses: listStatuses(decisions, ids, before.size, before.height + 1, store),
      tasks: decisions.tasks,
      touched: touchedBy(decisions),
      timings: { ...timings, writeMs },
    }
  }
}

/** The rules of `version`, or rather those of `preferred` where this build knows them. */
function requireRules(
  { rulesOf: find = rulesOf }: ChainOptions,
  version: number,
  preferred = version,
): Registry {
  const rules = find(preferred) ?? find(version)
  if (rules === undefined) throw rulesUnknown(version)
  return rules
}

function requireHead(store: Store): LedgerHead {
  const head = readHead(store)
  if (head === undefined)
    throw new LedgerError('ledger.corrupt', { message: 'The head of the log is missing.' })
  return head
}

/** The cheap check at start: the log's edge gives the head's root, and its last leaf is the head's header. */
function probeEdge(log: Log, head: LedgerHead, kernel: Kernel): void {
  const lastLeaf = log.leaf(head.size - 1)
  if (lastLeaf === undefined || !equalBytes(kernel.leafHash(lastLeaf), head.headerHash)) {
    throw new LedgerError('ledger.corrupt', {
      message: 'The last leaf is not the header that the head names.',
    })
  }
  if (!equalBytes(log.root(), head.root)) {
    throw new LedgerError('ledger.corrupt', {
      message: 'The tiles at the edge of the log do not give its root.',
    })
  }
}

/** The names of all, as one text: a list of thousands costs a message between threads twenty times as much. */
const touchedBy = ({ names }: Decisions): string =>
  [...new Set(names.flatMap((ofOne) => [...ofOne]))].join('\n')

/** Leaves, hashes and ids of the accepted entries of a block. Leaves are views. */
function acceptedOf({ entries, verdicts }: VerifiedBlock, { outcomes, acceptedCount }: Decisions) {
  const leaves: Uint8Array[] = []
  const acceptedIds: Uint8Array[] = []
  const leafHashes = new Uint8Array(32 * acceptedCount)
  for (let i = 0; i < outcomes.length; i++) {
    if (outcomes[i] !== OUTCOME.accepted) continue
    leafHashes.set(verdicts.leafHashes.subarray(32 * i, 32 * (i + 1)), 32 * leaves.length)
    acceptedIds.push(verdicts.ids.subarray(32 * i, 32 * (i + 1)))
    leaves.push(packedItem(entries, i))
  }
  return { leaves, acceptedIds, leafHashes }
}

const diverge = (message: string): never => {
  throw new LedgerError('ledger.diverged', { message })
}

/** A transaction that the log holds as accepted must be accepted again, and an id that it holds as refused be free. */
function requireAllAccepted(
  { outcomes }: Decisions,
  { entries, verdicts }: VerifiedBlock,
  { refusals }: RecordedBlock,
  store: Store,
): void {
  for (let i = 0; i < packedCount(entries); i++) {
    if (outcomes[i] === OUTCOME.accepted) continue
    const id = toHex(verdicts.ids.subarray(32 * i, 32 * (i + 1)))
    const reason = hasBit(verdicts.valid, i) ? `outcome ${outcomes[i]}` : `fault ${verdicts.faults[i]}`
    diverge(`Transaction ${id}, accepted in the log, is not accepted when it is executed again (${reason}).`)
  }
  for (const { id } of refusals)
    if (isSpent(store, id)) diverge(`The refused id ${toHex(id)} was spent before.`)
}

function requireSameHeader(sealed: SealedBlock, { headerLeaf }: RecordedBlock): void {
  if (!equalBytes(sealed.headerLeaf, headerLeaf)) {
    diverge(
      `The header of height ${sealed.head.height} is ${toHex(headerLeaf)}, not ${toHex(sealed.headerLeaf)}.`,
    )
  }
}
