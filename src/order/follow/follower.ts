/**
 * Follows a log that another node keeps, as a sequencer: its blocks are those that the log holds already, each fetched under
 * a signed checkpoint that was verified first, so that nothing unsigned is ever executed. The node behind it executes them
 * all again and stops where one does not come out as it stands in the log.
 *
 * The log must grow and never change. A checkpoint of a size at which this node has another root, signed by the log's own
 * key, is a split view: the log has shown one history to us and another to somebody, or has been replaced. Both signed
 * checkpoints are handed to `onSplitView`, which keeps them, and following ends for good.
 */
import {
  type Clock,
  type ErrorDetails,
  equalBytes,
  FOLLOW_RETRY_SECONDS_MAX,
  FOLLOW_SECONDS,
  LedgerError,
  pack,
  toHex,
} from '../../base/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import { blocksOf } from '../../ledger/index.ts'
import { type Checkpoint, type OpenedCheckpoint, openCheckpoint, type Trust } from '../../protocol/index.ts'
import type { ProposedBlock, Sequencer } from '../index.ts'
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
  /** The node's own note, for the evidence. */
  readonly readNote: () => string | undefined
  /** A verified checkpoint that is about to be executed; kept, so that it is evidence where the execution ends otherwise. */
  readonly onTarget: (note: string) => void
  /** A verified checkpoint whose leaves this node holds: the log is as far as this. */
  readonly onVerified: (note: string, opened: OpenedCheckpoint) => Promise<void>
  /** Keeps the evidence, durably. */
  readonly onSplitView: (evidence: SplitView) => void
  /** Something that may pass: an unreachable source, an unsound file. */
  readonly onTrouble: (error: LedgerError, source: string) => void
}

/** How following goes. */
export type FollowerState =
  | { readonly state: 'catching up' | 'following' }
  | { readonly state: 'in trouble'; readonly source: string; readonly error: LedgerError }
  | { readonly state: 'split view'; readonly evidence: SplitView }

export interface Follower extends Sequencer {
  readonly status: FollowerState
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
  const { clock, kernel, ledger, onTarget, onVerified, readNote, readTrust, source } = options
  const compared = options.compared ?? []
  const stopping = new AbortController()
  const { signal } = stopping
  let status: FollowerState = { state: 'catching up' }
  let targetSize = 0

  /** The source's checkpoint, its signature verified, on our side of the log or ahead of it. */
  async function fetchCheckpoint(from: LogSource): Promise<{ note: string; opened: OpenedCheckpoint }> {
    const note = await from.checkpoint(signal)
    return { note, opened: openCheckpoint(kernel, note, await readTrust()) }
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
      const { size, root } = opened.checkpoint
      const head = await ledger.head()
      if (size <= head.size) requireRoot(other, note, size, await ledger.rootAt(size), root)
    }
  }

  /** The blocks between our head and the source's checkpoint. Ends with that checkpoint told. */
  async function* catchUp(): AsyncGenerator<ProposedBlock, void> {
    const { note, opened } = await fetchCheckpoint(source)
    const { size, root } = opened.checkpoint
    const head = await ledger.head()
    if (size <= head.size) {
      requireRoot(source, note, size, await ledger.rootAt(size), root)
      if (size === head.size) await onVerified(note, opened)
      return
    }
    targetSize = size
    const tree = await openVerifiedTree(kernel, source, opened.checkpoint, signal)
    requireRoot(source, note, head.size, head.root, await tree.rootAt(head.size))
    onTarget(note)
    for await (const { time, headerLeaf, refusals, entries } of blocksOf(tree.leavesFrom(head.size))) {
      yield { time, entries: pack(entries), recorded: { headerLeaf, refusals } }
    }
    await reach(size)
    await onVerified(note, opened)
  }

  /** Resolves once the node has executed the log up to `size`. */
  async function reach(size: number): Promise<void> {
    while ((await ledger.head()).size < size) await clock.sleep(20, signal)
  }

  /** True where following goes on. */
  function meet(error: unknown): boolean {
    if (signal.aborted) return false
    if (error instanceof SplitViewFound) {
      status = { state: 'split view', evidence: error.evidence }
      options.onSplitView(error.evidence)
      return false
    }
    if (!(error instanceof LedgerError)) throw error
    status = { state: 'in trouble', source: source.name, error }
    options.onTrouble(error, source.name)
    return true
  }

  async function* follow(): AsyncGenerator<ProposedBlock, void> {
    let failures = 0
    while (!signal.aborted) {
      try {
        yield* catchUp()
        await compareOthers()
        failures = 0
        status = { state: 'following' }
      } catch (error) {
        if (!meet(error)) return
        failures += 1
      }
      const seconds = Math.min(FOLLOW_RETRY_SECONDS_MAX, FOLLOW_SECONDS * 2 ** Math.min(failures, 16))
      await clock.sleep(1000 * seconds, signal).catch(() => {})
    }
  }

  return {
    get status() {
      return status
    },
    get targetSize() {
      return targetSize
    },
    queuedCount: 0,
    async propose() {
      const details: ErrorDetails = { message: `This node only follows ${source.name}: submit there.` }
      throw new LedgerError('node.follows', details)
    },
    blocks: follow,
    // Blocks are cut already; they come as fast as they are fetched.
    hurry() {},
    async close() {
      stopping.abort()
    },
  }
}
