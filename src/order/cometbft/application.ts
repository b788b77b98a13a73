/**
 * The application that the engine asks: what may wait, what to propose, whether a proposal is sound, what a decided
 * block comes to, and to keep it. What is proposed is executed before it is voted on, so that a block which a rule of
 * ours fails on is never decided. Nothing is written but in `commit`, with one synced write. Verdicts on transactions
 * live in the ledger: the engine is told of none.
 *
 * It does not check who asks: its socket is open to its owner alone.
 */
import {
  BLOCK_COUNT_MAX,
  type Clock,
  CODES,
  LedgerError,
  ORDER_BROKEN_COUNT_MAX,
  ORDER_KEPT_HEIGHTS,
  ORDER_STALE_SECONDS_MAX,
  type Position,
  packedCount,
  toHex,
} from '../../base/index.ts'
import type { Ledger, OrderMemo } from '../../ledger/index.ts'
import type { DecidedBlock } from '../index.ts'
import type { Application, RequestOf, ResponseOf } from './abci/index.ts'
import type { BundleBook, CheckedBundle } from './bundles.ts'
import { type ToldVoters, tellVoters, toldVoters } from './epoch.ts'
import { Executions } from './executions.ts'
import { chainIdOf, type EpochStart, VOTER_POWER } from './home/index.ts'
import { fill, type WaitingBundles } from './waiting.ts'

export interface ApplicationOptions {
  readonly clock: Pick<Clock, 'nowSeconds'>
  readonly ledger: Pick<Ledger, 'head' | 'position' | 'memo' | 'ask' | 'execute'>
  /** The epoch that this engine's chain is. */
  readonly start: EpochStart
  readonly book: BundleBook
  readonly waiting: WaitingBundles
  /** Hands a decided block over; resolves once it is durable. */
  readonly commit: (block: DecidedBlock) => Promise<void>
  /** Told of each height that was committed, and of the hashes of its bundles. */
  readonly onCommitted?: (committed: CommittedHeight) => void
  /** Told what validators did that they must not, as decided blocks report it. */
  readonly onMisbehavior?: (reports: RequestOf<'finalizeBlock'>['misbehavior']) => void
}

export interface CommittedHeight {
  readonly height: number
  /** Unix seconds. */
  readonly time: number
  readonly bundles: ReadonlySet<string>
  /** Whether the engine was told of other voters with it. */
  readonly changedVoters: boolean
}

/** Of ABCI's enumerations. */
const ACCEPT = 1
const REJECT = 2
const RECHECK = 1
const SNAPSHOT_ABORT = 2
const SNAPSHOT_REJECT = 3

/** A decided block between its execution and its commit. */
interface Finalized {
  readonly block: DecidedBlock
  readonly told: ToldVoters
  readonly bundles: ReadonlySet<string>
}

type Proposal = RequestOf<'processProposal'> | RequestOf<'finalizeBlock'>

const codeOf = (error: unknown): { code: number; log: string } => {
  if (!(error instanceof LedgerError)) throw error
  return { code: CODES[error.code].number, log: `${error.code}: ${error.message}` }
}

const secondsOf = (time: { readonly seconds: number } | undefined): number => time?.seconds ?? 0

const otherChain = (message: string): LedgerError => new LedgerError('order.other-chain', { message })

/** The application of one epoch, at the ledger's position. */
export async function createApplication(options: ApplicationOptions): Promise<CometApplication> {
  const { ledger, start } = options
  const position = await ledger.position()
  const memo = await ledger.memo()
  if (position.epoch !== start.epoch || (memo === undefined && position.height > 0)) {
    throw otherChain(
      `The ledger stands at height ${position.height} of epoch ${position.epoch}, in another order than this.`,
    )
  }
  return new CometApplication(options, { position, told: toldVoters(start, position, memo) })
}

export class CometApplication implements Application {
  readonly #options: ApplicationOptions
  readonly #executions: Executions
  /** Hashes of bundles that a rule of ours failed on, the oldest first. */
  readonly #broken = new Set<string>()
  #position: Position
  #told: ToldVoters
  #finalized: Finalized | undefined
  /** Of the last height since the start. */
  #lastSeconds = 0
  /**
   * Done when the call of the consensus before is answered. An engine that was started again may ask beside the old.
   */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(
    options: ApplicationOptions,
    { position, told }: { readonly position: Position; readonly told: ToldVoters },
  ) {
    this.#options = options
    this.#executions = new Executions(options.ledger)
    this.#position = position
    this.#told = told
  }

  /** The height that was committed last; 0 before the first. */
  get height(): number {
    return this.#position.height
  }

  /**
   * Time of the height that was committed last, unix seconds: a height without a leaf moves it and leaves the ledger's.
   * After a start it is that of the ledger until the next height.
   */
  async blockTime(): Promise<number> {
    return this.#timeOf(this.#lastSeconds)
  }

  /** Order keys (hex) of those who vote, by member, as the engine was told last. */
  get voters(): ToldVoters['voters'] {
    return this.#told.voters
  }

  readonly info = (): Promise<ResponseOf<'info'>> =>
    this.#inTurn(async () => {
      const { height } = this.#position
      const { headerHash } = await this.#options.ledger.head()
      return { data: 'medseal', appVersion: 1, lastHeight: height, lastAppHash: headerHash }
    })

  #inTurn<Answer>(answer: () => Promise<Answer>): Promise<Answer> {
    const answered = this.#turn.then(answer)
    this.#turn = answered.catch(() => {})
    return answered
  }

  readonly query = async (): Promise<ResponseOf<'query'>> => ({ code: 1, log: 'Ask the HTTP API.' })

  /** Comes at each start until a height is committed: it writes nothing. */
  readonly initChain = (request: RequestOf<'initChain'>): Promise<ResponseOf<'initChain'>> =>
    this.#inTurn(() => this.#initChain(request))

  async #initChain(request: RequestOf<'initChain'>): Promise<ResponseOf<'initChain'>> {
    const { start } = this.#options
    const chainId = chainIdOf(start.ledgerId, start)
    if (request.chainId !== chainId) throw otherChain(`The engine is of ${request.chainId}, not ${chainId}.`)
    const nameOf = (key: Uint8Array, power: number) => `${toHex(key)} ${power}`
    const voters = start.voters.map(({ orderKey }) => nameOf(orderKey, VOTER_POWER)).sort()
    const found = request.validators.map(({ publicKey, power }) =>
      nameOf(publicKey?.ed25519 ?? new Uint8Array(0), power),
    )
    if (found.sort().join() !== voters.join() || request.initialHeight !== 1 || this.#position.height > 0) {
      throw otherChain(`The engine starts ${chainId} with other voters or at another height than the ledger.`)
    }
    return { appHash: start.head.headerHash }
  }

  readonly checkTx = async ({ tx, type }: RequestOf<'checkTx'>): Promise<ResponseOf<'checkTx'>> => {
    try {
      if (type === RECHECK) await this.#checkAgain(tx)
      else await this.#checkNew(tx)
      return {}
    } catch (error) {
      return codeOf(error)
    }
  }

  async #checkNew(tx: Uint8Array): Promise<void> {
    const { book, waiting } = this.#options
    const hash = book.hashOf(tx)
    if (this.#broken.has(hash)) throw new LedgerError('order.broken')
    // An engine that was started again asks about what waits here still.
    const known = waiting.get(hash)
    if (known !== undefined) return this.#requireLive(known)
    const memberCount = (await book.nodes()).size
    let reserved = { release() {} }
    try {
      const bundle = await book.check(tx, (member) => {
        reserved = waiting.reserve(member, tx.length, memberCount)
      })
      await this.#requireLive(bundle)
      reserved.release()
      reserved = { release() {} }
      waiting.add(bundle)
    } finally {
      reserved.release()
    }
  }

  /** What waits in the engine is asked about after each block: what can not come any more must go. */
  async #checkAgain(tx: Uint8Array): Promise<void> {
    const { book, waiting } = this.#options
    const bundle = waiting.get(book.hashOf(tx))
    if (bundle === undefined) return this.#checkNew(tx)
    try {
      await this.#requireLive(bundle)
      if ((await book.nodes()).get(bundle.member) !== bundle.logKey) {
        throw new LedgerError('order.not-a-node', { member: bundle.member })
      }
    } catch (error) {
      waiting.remove(bundle.hash)
      throw error
    }
  }

  async #requireLive(bundle: CheckedBundle): Promise<void> {
    const time = await this.blockTime()
    if (!(await this.#options.book.isLive(bundle, time))) throw new LedgerError('order.nothing-left')
  }

  readonly prepareProposal = (
    request: RequestOf<'prepareProposal'>,
  ): Promise<ResponseOf<'prepareProposal'>> => this.#inTurn(() => this.#prepare(request))

  async #prepare(request: RequestOf<'prepareProposal'>): Promise<ResponseOf<'prepareProposal'>> {
    const { clock, book, waiting } = this.#options
    const seconds = secondsOf(request.time)
    // A block after a standstill has the time of the last votes before it: it goes first, and empty.
    if (clock.nowSeconds() - seconds > ORDER_STALE_SECONDS_MAX) return {}
    const { nodes, time } = { nodes: await book.nodes(), time: await this.#timeOf(seconds) }
    const room = { bytes: request.maxTxBytes, entries: BLOCK_COUNT_MAX }
    const bundles = await fill(
      waiting.inTurn(request.height),
      room,
      async (bundle) => nodes.get(bundle.member) === bundle.logKey && book.isLive(bundle, time),
    )
    const sound = await this.#leaveOutBroken(request.height, time, bundles)
    return { txs: sound.map(({ bytes }) => bytes) }
  }

  /** Those of `bundles` that execute together. Nearly always all do, at once. */
  async #leaveOutBroken(
    height: number,
    time: number,
    bundles: readonly CheckedBundle[],
  ): Promise<readonly CheckedBundle[]> {
    if ((await this.#execute(height, time, bundles)) !== undefined) return bundles
    const sound: CheckedBundle[] = []
    for (const bundle of bundles) {
      if ((await this.#execute(height, time, [...sound, bundle])) !== undefined) sound.push(bundle)
      else this.#rememberBroken(bundle.hash)
    }
    return sound
  }

  #rememberBroken(hash: string): void {
    this.#options.waiting.remove(hash)
    this.#broken.add(hash)
    if (this.#broken.size > ORDER_BROKEN_COUNT_MAX) this.#broken.delete(this.#broken.values().next().value!)
  }

  /** Judged by the block and the ledger alone: all honest nodes say the same. */
  readonly processProposal = (
    request: RequestOf<'processProposal'>,
  ): Promise<ResponseOf<'processProposal'>> => this.#inTurn(() => this.#process(request))

  async #process(request: RequestOf<'processProposal'>): Promise<ResponseOf<'processProposal'>> {
    try {
      const { time, bundles } = await this.#read(request)
      for (const bundle of bundles) {
        if (!(await this.#options.book.isLive(bundle, time))) return { status: REJECT }
      }
      const executed = await this.#execute(request.height, time, bundles)
      return { status: executed === undefined ? REJECT : ACCEPT }
    } catch (error) {
      if (error instanceof LedgerError && UNSOUND.has(error.code)) return { status: REJECT }
      throw error
    }
  }

  /** The bundles of a block, each sound and none twice, and its time. LedgerError where one is not. */
  async #read({ txs, time, height }: Proposal): Promise<{ time: number; bundles: CheckedBundle[] }> {
    if (height !== this.#position.height + 1) {
      throw otherChain(
        `The engine asks about height ${height}; the ledger stands at ${this.#position.height}.`,
      )
    }
    const bundles: CheckedBundle[] = []
    for (const tx of txs) {
      const { book, waiting } = this.#options
      const known = waiting.get(book.hashOf(tx))
      const isCurrent = known !== undefined && (await book.nodes()).get(known.member) === known.logKey
      bundles.push(isCurrent ? known : await book.check(tx))
    }
    const count = bundles.reduce((sum, { entries }) => sum + packedCount(entries), 0)
    if (new Set(bundles.map(({ hash }) => hash)).size < bundles.length || count > BLOCK_COUNT_MAX) {
      throw new LedgerError('form.bundle', { message: 'The block has a bundle twice, or too many entries.' })
    }
    return { time: await this.#timeOf(secondsOf(time)), bundles }
  }

  async #timeOf(seconds: number): Promise<number> {
    return Math.max((await this.#options.ledger.head()).time, seconds)
  }

  async #execute(height: number, time: number, bundles: readonly CheckedBundle[]) {
    const position = { epoch: this.#position.epoch, height }
    const { told } = await this.#tell()
    return this.#executions.execute({ position, time, memo: told as unknown as OrderMemo, bundles })
  }

  /** What the next block tells the engine of its voters: by the ledger as it was committed last. */
  async #tell() {
    return tellVoters(this.#told, await this.#options.ledger.ask('governance.voters'))
  }

  readonly finalizeBlock = (request: RequestOf<'finalizeBlock'>): Promise<ResponseOf<'finalizeBlock'>> =>
    this.#inTurn(() => this.#finalize(request))

  async #finalize(request: RequestOf<'finalizeBlock'>): Promise<ResponseOf<'finalizeBlock'>> {
    if (request.misbehavior.length > 0) this.#options.onMisbehavior?.(request.misbehavior)
    const { time, bundles } = await this.#read(request)
    const { told, updates } = await this.#tell()
    const executed = await this.#execute(request.height, time, bundles)
    if (executed === undefined) throw new LedgerError('order.broken')
    const { block, ids, valid } = executed
    const position = { epoch: this.#position.epoch, height: request.height }
    this.#finalized = {
      block: { kind: 'decided', position, time, ticket: block.ticket, ids, valid },
      told,
      bundles: new Set(bundles.map(({ hash }) => hash)),
    }
    return {
      txResults: request.txs.map(() => ({ code: 0 })),
      validatorUpdates: updates.map(({ publicKey, power }) => ({ publicKey, power })),
      appHash: block.head.headerHash,
    }
  }

  readonly commit = (): Promise<ResponseOf<'commit'>> => this.#inTurn(() => this.#commit())

  async #commit(): Promise<ResponseOf<'commit'>> {
    const finalized = this.#finalized
    if (finalized === undefined) throw otherChain('The engine commits what it has not finalized.')
    const { block, told, bundles } = finalized
    await this.#options.commit(block)
    this.#finalized = undefined
    this.#position = block.position
    this.#lastSeconds = block.time
    const changedVoters = this.#told !== told
    this.#told = told
    this.#executions.clear()
    this.#options.book.committed(bundles)
    for (const hash of bundles) this.#options.waiting.remove(hash)
    const { height } = block.position
    this.#options.onCommitted?.({ height, time: block.time, bundles, changedVoters })
    return { retainHeight: Math.max(0, height - ORDER_KEPT_HEIGHTS) }
  }

  /** A node joins by the log of another: no state is handed out, and none is taken. */
  readonly listSnapshots = async (): Promise<ResponseOf<'listSnapshots'>> => ({})
  readonly loadSnapshotChunk = async (): Promise<ResponseOf<'loadSnapshotChunk'>> => ({})
  readonly offerSnapshot = async (): Promise<ResponseOf<'offerSnapshot'>> => ({ result: SNAPSHOT_REJECT })
  readonly applySnapshotChunk = async (): Promise<ResponseOf<'applySnapshotChunk'>> => ({
    result: SNAPSHOT_ABORT,
  })
}

/** What makes a proposal unsound; any other error is of this node, and says nothing of the proposal. */
const UNSOUND: ReadonlySet<string> = new Set(['form.bundle', 'order.not-a-node'])
