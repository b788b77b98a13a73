/**
 * Opens a node that follows another's log: it verifies and executes everything itself, signs nothing, takes nothing,
 * and answers reads. Its folder holds `genesis.json`, `ledger/`, an empty `vault/`, the notes that it verified in
 * `follow/`, and
 * `evidence/` where a split view was seen.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, systemClock, utf8 } from '../base/index.ts'
import { openTrustSteps } from '../finality/index.ts'
import { initData, type Logger, type NodeConfig, openLedgerData, replaceSynced } from '../host/index.ts'
import { compileKernel, type Kernel, loadKernel } from '../kernel/index.ts'
import type { Follower, LogSource, SplitView } from '../order/follow/index.ts'
import { trustOf } from '../protocol/index.ts'
import { compose } from './compose.ts'
import { closeAfter, openInOrder, openParts } from './opening.ts'
import { type FollowingSeat, takeFollowing } from './seats.ts'
import type { RunningNode } from './types.ts'

export interface OpenMirrorOptions {
  readonly logger: Logger
  readonly clock?: Clock
  /** The log that is copied. */
  readonly source: LogSource
  /** Others that keep the same log: what they show is compared. */
  readonly compared?: readonly LogSource[]
  /** The node's name, the `aud` of its readers' tokens: the member that runs it. */
  readonly name: string
}

/** A running follower. */
export interface RunningMirror extends RunningNode {
  readonly follower: Pick<Follower, 'state' | 'targetSize'>
}

/** A new folder for a follower of the ledger of this genesis. LedgerError as `initData`. */
export function initMirror(kernel: Kernel, folder: string, genesis: Uint8Array): void {
  initData(kernel, folder, { genesis, keys: {} })
}

/**
 * The follower of `config.data`, working. LedgerError: `data.missing`, `data.locked`, `genesis.invalid`,
 * `ledger.genesis-mismatch`, `ledger.corrupt`, `ledger.diverged`; whatever was opened is closed again.
 */
export function openMirror(
  { data: folder, threads }: Pick<NodeConfig, 'data' | 'threads'>,
  { logger, clock = systemClock, source, compared = [], name }: OpenMirrorOptions,
): Promise<RunningMirror> {
  return openInOrder(async (opened) => {
    const kernelModule = await compileKernel()
    const kernel = await loadKernel({ module: kernelModule })
    const data = openLedgerData(kernel, folder)
    const { kept, keepTarget } = openNotes(data.folder)
    const options = { kernelModule, kernel, data, member: name, threads, clock, logger }
    const { parts, unlock } = await openParts(opened, options)
    rmSync(data.newMark, { force: true })
    const seat = await takeFollowing(parts, {
      source,
      compared,
      kept,
      steps: openTrustSteps(kernel, trustOf(kernel, data.genesis, parts.ledger.ledgerId), data.trustFile),
      keepTarget,
      onSplitView: (evidence) => keepSplitView(data.folder, evidence, logger),
      onTrouble: (error, from) =>
        logger.warn('the log could not be followed; trying again', {
          source: from,
          code: error.code,
          reason: error.message,
        }),
    })
    const node = await compose(parts, seat)
    return Object.assign(closeAfter(node, unlock), { follower: seat.source })
  })
}

/** The notes of a follower's folder. */
function openNotes(folder: string): Pick<FollowingSeat, 'kept' | 'keepTarget'> {
  const dir = join(folder, 'follow')
  const [path, target] = [join(dir, 'checkpoint'), join(dir, 'target')]
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  return {
    kept: {
      read: () => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
      // Commit point: a crash before it leaves the older note, whose leaves are a beginning of ours; the newer one is
      // fetched again.
      keep: (note) => replaceSynced(path, utf8(note)),
    },
    // Commit point: the note under which blocks are executed next. Where one of them does not come out as the log holds
    // it, this signed note is the evidence.
    keepTarget: (note) => replaceSynced(target, utf8(note)),
  }
}

/** Keeps two signed checkpoints that contradict each other, and raises the alarm. */
function keepSplitView(folder: string, evidence: SplitView, logger: Logger): void {
  const dir = join(folder, 'evidence')
  const name = `split-view-${evidence.size}-${evidence.theirRoot.slice(0, 16)}.json`
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  replaceSynced(join(dir, name), utf8(`${JSON.stringify(evidence, null, 2)}\n`))
  const { source, size } = evidence
  logger.error('ALARM: split view: the log has shown two histories; following has ended', {
    source,
    size,
    evidence: join(dir, name),
  })
}
