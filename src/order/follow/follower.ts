/**
 * Follows a log that another node keeps, as a source of blocks: those that the log holds already, each fetched under
 * a signed checkpoint that was verified first, so that nothing unsigned is ever executed. The node behind it executes
 * them all again and stops where one does not come out as it stands in the log.
 *
 * The log must grow and never change. A checkpoint of a size at which this node has another root, signed by the log's
 * own key, is a split view: the log has shown one history to us and another to somebody, or has been replaced. Both
 * signed checkpoints are handed to `onSplitView`, which keeps them, and following ends for good.
 */
import {
  Bell,
  type Clock,
  equalBytes,
  FOLLOW_RETRY_SECONDS_MAX,
  FOLLOW_SECONDS,
  LedgerError,
  ORIGIN_POSITION,
  type Position,
  pack,
  toHex,
} from '../../base/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import { blocksOf } from '../../ledger/index.ts'
import {
  type Checkpoint,
  followTrust,
  type OpenedCheckpoint,
  openCheckpoint,
  parseTrustChain,
  type Trust,
  type TrustChain,
  type TrustStep,
  termsOf,
  trustDigest,
} from '../../protocol/index.ts'
import type { BlockSource, OrderedBlock, RecordedBlock, SourceState } from '../index.ts'
import type { LogSource } from './source.ts'
import { openVerifiedTree } from './verified-tree.ts'

/** Two signed checkpoints of one log that can not both be true. */
export interface SplitView {
  /** Where the second one came from. */
  readonly source: string
  /** The note that this node has verified and executed last, where there is one. */
  readonly ours: string | undefined
  /** The note that contradicts it. */
  readonly theirs: string
  /** The size at which the two have other roots, and both roots in hex. */
  readonly size: number
  readonly ourRoot: string
  readonly theirRoot: string
}

/** What of the node behind it a follower needs. */
export interface FollowedLedger {
  /** Leaves and root now. */
  head(): Promise<Pick<Checkpoint, 'size' | 'root'>>
  rootAt(size: number): Promise<Uint8Array>
}

export interface FollowerOptions {
  readonly kernel: Kernel
  readonly clock: Clock
  readonly ledger: FollowedLedger
  /** The log that is copied, then others of the same log that are only compared. */
  readonly source: LogSource
  readonly compared?: readonly LogSource[]
  /** Keys and quorum as the executed log names them. */
  readonly readTrust: () => Promise<Trust>
  /** Where the proven changes of keys and quorum are kept. */
  readonly steps: { readonly trust: Trust; keep(steps: readonly TrustStep[]): void }
  /** The node's own note, for the evidence. */
  readonly readNote: () => string | undefined
  /**
   * A verified checkpoint that is about to be executed; kept, so that it is evidence where the execution ends
   * otherwise.
   */
  readonly onTarget: (note: string) => void
  /** A verified checkpoint whose leaves this node holds: the log is as far as this. */
  readonly onVerified: (note: string, opened: OpenedCheckpoint) => Promise<void>
  /** Keeps the evidence, durably. */
  readonly onSplitView: (evidence: SplitView) => void
  /** Something that may pass: an unreachable source, an unsound file. */
  readonly onTrouble: (error: LedgerError, source: string) => void
}

export interface Follower extends BlockSource {
  /** Leaves in the newest verified checkpoint of the source: what this node is on its way to. */
  readonly targetSize: number
}

class SplitViewFound extends Error {
  readonly evidence: SplitView

  constructor(evidence: SplitView) {
    super(`the log has two roots at size ${evidence.size}`)
    this.evidence = evidence
  }
}

export function createFollower(options: FollowerOptions): Follower {
  const { clock, kernel, ledger, onTarget, onVerified, readNote, readTrust, source, steps } = options
  const compared = options.compared ?? []
  const stopping = new AbortController()
  const { signal } = stopping
  let state: SourceState = { is: 'catching up' }
  let targetSize = 0
  /** The block handed out last, and the leaves of our log. */
  let position = ORIGIN_POSITION
  let size = 0
  const grown = new Bell()

  /** The source's checkpoint, its signature verified, on our side of the log or ahead of it. */
  async function fetchCheckpoint(from: LogSource): Promise<{ note: string; opened: OpenedCheckpoint }> {
    const note = await from.checkpoint(signal)
    const trust = await readTrust()
    try {
      return { note, opened: openCheckpoint(kernel, note, trust) }
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code !== 'signature.invalid') throw error
      // Keys that took over since: the log is ahead, and can prove whom it changed to.
      const chain = await fetchChain(from)
      if (chain === undefined) throw error
      return { note, opened: openCheckpoint(kernel, note, followTrust(kernel, trust, chain)) }
    }
  }

  async function fetchChain(from: LogSource): Promise<TrustChain | undefined> {
    const chain = await from.trustChain(signal)
    return chain === undefined ? undefined : parseTrustChain(chain)
  }

  /** Keeps the proofs of what the executed log has changed, so that whoever reads this copy has them too. */
  async function keepSteps(): Promise<void> {
    const digestOf = (trust: Trust) => toHex(trustDigest(kernel, trust.ledgerId, termsOf(trust)))
    if (digestOf(await readTrust()) === digestOf(steps.trust)) return
    const chain = await fetchChain(source)
    if (chain !== undefined) steps.keep(chain.steps)
  }

  function requireRoot(
    from: LogSource,
    note: string,
    size: number,
    ours: Uint8Array,
    theirs: Uint8Array,
  ): void {
    if (equalBytes(ours, theirs)) return
    throw new SplitViewFound({
      source: from.name,
      ours: readNote(),
      theirs: note,
      size,
      ourRoot: toHex(ours),
      theirRoot: toHex(theirs),
    })
  }

  /** Compares what others are shown; a log that is ahead of us is compared once we are there. */
  async function compareOthers(): Promise<void> {
    for (const other of compared) {
      const { note, opened } = await fetchCheckpoint(other)
      const theirs = opened.checkpoint
      if (theirs.size <= size)
        requireRoot(other, note, theirs.size, await ledger.rootAt(theirs.size), theirs.root)
    }
  }

  /** The blocks between our head and the source's checkpoint. Ends with that checkpoint told. */
  async function* catchUp(): AsyncGenerator<RecordedBlock, void> {
    const { note, opened } = await fetchCheckpoint(source)
    const target = opened.checkpoint
    if (target.size <= size) {
      requireRoot(source, note, target.size, await ledger.rootAt(target.size), target.root)
      if (target.size === size) await onVerified(note, opened)
      return
    }
    targetSize = target.size
    const tree = await openVerifiedTree(kernel, source, target, signal)
    requireRoot(source, note, size, await ledger.rootAt(size), await tree.rootAt(size))
    onTarget(note)
    for await (const { time, headerLeaf, refusals, entries } of blocksOf(tree.leavesFrom(size))) {
      position = { epoch: position.epoch, height: position.height + 1 }
      yield { kind: 'recorded', position, time, entries: pack(entries), headerLeaf, refusals }
    }
    await reach(target.size)
    await onVerified(note, opened)
  }

  /** Resolves once the node has committed the log up to `target` leaves. */
  async function reach(target: number): Promise<void> {
    while (size < target) {
      await grown.after(grown.count, signal)
      signal.throwIfAborted()
    }
  }

  /** True where following goes on. */
  function meet(error: unknown): boolean {
    if (signal.aborted) return false
    if (error instanceof SplitViewFound) {
      const { evidence } = error
      const message = `${evidence.source} has another root than this node at size ${evidence.size}.`
      state = { is: 'ended', reason: 'split view', error: new LedgerError('ledger.diverged', { message }) }
      options.onSplitView(evidence)
      return false
    }
    if (!(error instanceof LedgerError)) throw error
    state = { is: 'in trouble', error }
    options.onTrouble(error, source.name)
    return true
  }

  async function* follow(after: Position): AsyncGenerator<OrderedBlock, void> {
    let failures = 0
    position = after
    size = (await ledger.head()).size
    while (!signal.aborted) {
      try {
        yield* catchUp()
        await keepSteps()
        await compareOthers()
        failures = 0
        state = { is: 'working' }
      } catch (error) {
        if (!meet(error)) return
        failures += 1
      }
      const seconds = Math.min(FOLLOW_RETRY_SECONDS_MAX, FOLLOW_SECONDS * 2 ** Math.min(failures, 16))
      await clock.sleep(1000 * seconds, signal).catch(() => {})
    }
  }

  return {
    get state() {
      return state
    },
    get targetSize() {
      return targetSize
    },
    blocks: follow,
    committed(_position, sizeAfter) {
      size = sizeAfter
      grown.ring()
    },
    async close() {
      stopping.abort()
    },
  }
}
