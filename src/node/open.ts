/**
 * Opens the node of a data folder: locks it, reads genesis and keys, starts the engine's and the ledger's threads, and
 * puts them together. Creates nothing but the ledger of a folder that `init` has just made.
 */
import { existsSync, rmSync } from 'node:fs'
import { type Clock, LedgerError, systemClock, toHex } from '../base/index.ts'
import type { Versions } from '../domain/index.ts'
import {
  createSignedRecord,
  holdFilesOf,
  openSignedRecord,
  openTrustSteps,
  type SignedRecord,
} from '../finality/index.ts'
import { type Logger, type NodeConfig, type NodeData, openData } from '../host/index.ts'
import { Verdicts } from '../intake/index.ts'
import { compileKernel, loadKernel } from '../kernel/index.ts'
import type { Ledger } from '../ledger/index.ts'
import { type ClockJump, createEmbeddedOrder } from '../order/index.ts'
import { trustOf } from '../protocol/index.ts'
import { type CometConfig, openComet } from './comet.ts'
import { compose } from './compose.ts'
import { closeAfter, type Makers, openInOrder, openParts } from './opening.ts'
import { takeOrdering } from './seats.ts'
import type { RunningNode } from './types.ts'

export interface OpenNodeOptions {
  readonly logger: Logger
  readonly clock?: Clock
  /** Makes parts otherwise, so that a benchmark can leave one out. No configuration leads here. */
  readonly makers?: Partial<Makers>
  /** The rules versions of a ledger that a test opens with others than this build's. No configuration leads here. */
  readonly versions?: Versions
}

/** What of a configuration concerns a node; the order is of this node alone where nothing is said of it. */
export type OpenNodeConfig = Pick<NodeConfig, 'data' | 'threads'> &
  ({ readonly order?: 'embedded' } | ({ readonly order?: NodeConfig['order'] } & CometConfig))

const isComet = (config: object): config is CometConfig => 'order' in config && config.order === 'cometbft'

/** LedgerError `order.other-chain` where several nodes keep the ledger: blocks of one alone would fork it. */
async function requireOwnOrder(ledger: Ledger): Promise<void> {
  if ((await ledger.memo()) === undefined) return
  const message = 'Several nodes keep this ledger: start the node with --order cometbft.'
  throw new LedgerError('order.other-chain', { message })
}

/**
 * The node of `config.data`, working. LedgerError: `data.missing`, `data.key`, `data.locked`, `genesis.invalid`,
 * `ledger.genesis-mismatch`, `ledger.corrupt`, `ledger.rules-unknown`; whatever was opened is closed again.
 */
export function openNode(
  { data: folder, threads, ...config }: OpenNodeConfig,
  { logger, clock = systemClock, makers, versions }: OpenNodeOptions,
): Promise<RunningNode> {
  return openInOrder(async (opened) => {
    const kernelModule = await compileKernel()
    const kernel = await loadKernel({ module: kernelModule })
    const data = openData(kernel, folder)
    const { keys, member } = data
    const options = { kernelModule, kernel, data, member, threads, clock, logger, makers, versions }
    const { parts, unlock } = await openParts(opened, options)
    const holdFiles = holdFilesOf(data.folder)
    const signed = opened(await openRecord(data, holdFiles.signed, parts.ledger), (record) => record.close())
    // A crash before this leaves a ledger of height 0 and its record, which the next start finds as they are.
    rmSync(data.newMark, { force: true })
    const verdicts = new Verdicts()
    const comet = isComet(config) ? await openComet({ parts, data, config, verdicts }) : undefined
    if (comet === undefined) await requireOwnOrder(parts.ledger)
    const order = comet?.order ?? createEmbeddedOrder({ clock, onClockJump: clockJumpTeller(logger) })
    const founded = trustOf(kernel, data.genesis, parts.ledger.ledgerId)
    const steps = openTrustSteps(kernel, founded, data.trustFile)
    const seat = await takeOrdering(parts, { order, keys, signed, steps, holdFiles, verdicts, comet })
    // A node that is held may not vote: its engine is not started.
    if (seat.role.is === 'ordering') await comet?.start()
    return closeAfter(await compose(parts, seat), unlock)
  })
}

/** Tells an operator of a clock that jumps ahead: what blocks do about it, and what there is to do. */
const clockJumpTeller =
  (logger: Logger) =>
  ({ is, aheadSeconds, isBounded }: ClockJump): void => {
    if (is === 'over') logger.info('the clock is right again', { aheadSeconds })
    else if (is === 'taken') logger.warn('blocks take the time to which the clock jumped', { aheadSeconds })
    else {
      const next = isBounded ? 'has stood for a minute' : 'is right and the node is started again'
      logger.error(`ALARM: the clock jumped ahead; blocks go on without it until it ${next}`, {
        aheadSeconds,
      })
    }
  }

/** The record of what was signed, made where the ledger is new: then nothing was. */
async function openRecord({ newMark }: NodeData, path: string, ledger: Ledger): Promise<SignedRecord> {
  const ledgerId = toHex(ledger.ledgerId)
  const record = await openSignedRecord(path, ledgerId)
  const isNew = existsSync(newMark) && (await ledger.head()).height === 0
  return record.standing === 'missing' && isNew ? createSignedRecord(path, ledgerId) : record
}
