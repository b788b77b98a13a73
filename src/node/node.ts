/**
 * Composition of a node from its parts: admission, pipeline, checkpoints, streams, reads, and one life for all of them. The
 * parts come opened (`openNode` opens those of a data folder) and are closed here.
 */
import type { Readiness, SubmissionResult } from '../answers/index.ts'
import {
  assert,
  type Clock,
  LedgerError,
  SEQUENCER_QUEUE_COUNT_MAX,
  toHex,
  WAIT_SECONDS_MAX,
} from '../base/index.ts'
import { type Actor, isStaff, VERSIONS, type Versions } from '../domain/index.ts'
import type { Engine } from '../engine/index.ts'
import type { SignedRecord, Witness } from '../finality/index.ts'
import {
  type Checkpoints,
  findHold,
  type Hold,
  type HoldFiles,
  heldError,
  SigningCheckpoints,
} from '../finality/index.ts'
import type { Logger, NodeKeys } from '../host/index.ts'
import { DiskWatch } from '../host/index.ts'
import type { Submission } from '../intake/index.ts'
import { AdmissionDesk, AdmittedVerdicts, awaitResults, PendingTransactions } from '../intake/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { Ledger, LedgerHead } from '../ledger/index.ts'
import type { FollowerState } from '../order/follow/index.ts'
import type { Sequencer } from '../order/index.ts'
import { makeTrust, type Trust } from '../protocol/index.ts'
import { CertificateDesk, Erasures, sweepUntil, VaultDesk } from '../services/index.ts'
import type { ContentStore, DocumentStore, PartStore } from '../vault/index.ts'
import { EventHub } from './events.ts'
import { describeNode } from './info.ts'
import { Pipeline } from './pipeline.ts'
import { ReadingDesk } from './reading.ts'
import { RulesWatch } from './rules-watch.ts'
import type { Node, NodeMetrics, RunningNode } from './types.ts'

export interface NodeParts {
  readonly kernel: Kernel
  readonly clock: Clock
  readonly engine: Engine
  readonly ledger: Ledger
  readonly sequencer: Sequencer
  /** Private parts. */
  readonly parts: PartStore
  /** Encrypted contents. */
  readonly contents: ContentStore
  /** Certificates and status lists. */
  readonly documents: DocumentStore
  /** What a node that keeps the log itself signs with, and where it records what it signs; a follower has neither. */
  readonly keys?: NodeKeys
  readonly signed?: SignedRecord
  /** Without them, as in simulation, a node is never held. */
  readonly holdFiles?: HoldFiles
  /** What a follower shows instead of checkpoints of its own, and how its following goes. */
  readonly following?: { readonly checkpoints: Checkpoints; readonly status: () => FollowerState }
  /** Free bytes of the disk; not watched where absent. */
  readonly freeBytes?: () => Promise<number>
  /** The member whose node this is; also the node's name. */
  readonly member: string
  readonly logger: Logger
  /** Cosigns other logs' checkpoints, where this node does that too. */
  readonly witness?: Witness | undefined
  /** The rules versions that the ledger was opened with; those of this build where absent. */
  readonly versions?: Versions
}

/**
 * A running node. LedgerError `ledger.rules-unknown` where this build does not know the rules of the ledger's last block; where it
 * does not know those of the next, the node only answers reads.
 */
export async function createNode(parts: NodeParts): Promise<RunningNode> {
  const head = await parts.ledger.head()
  const versions = parts.versions ?? VERSIONS
  const rules = await RulesWatch.open({ ...parts, versions }, head)
  const hold = await lookForHold(parts, head)
  const checkpoints = parts.following?.checkpoints ?? (await signCheckpoints(parts, head, hold))
  const disk = new DiskWatch({
    ...parts,
    freeBytes: parts.freeBytes ?? (async () => Number.POSITIVE_INFINITY),
  })
  await disk.look()
  const node = new ComposedNode(parts, { versions, rules, head, checkpoints, disk, hold })
  node.start()
  return node
}

/** Keys and quorum as the executed log names them. */
export const trustReader =
  ({ kernel, ledger }: Pick<NodeParts, 'kernel' | 'ledger'>) =>
  async (): Promise<Trust> =>
    makeTrust(kernel, ledger, await ledger.ask('governance.trust'))

/** Why a node that keeps the log itself may not sign. */
async function lookForHold(parts: NodeParts, head: LedgerHead): Promise<Hold | undefined> {
  const { holdFiles: files, signed: record } = parts
  if (files === undefined || record === undefined) return undefined
  const hold = await findHold({ ...parts, head, trust: await trustReader(parts)(), record, files })
  if (hold !== undefined) parts.logger.error(`ALARM: ${heldError(hold).message}`, { reason: hold.reason })
  return hold
}

function signCheckpoints(parts: NodeParts, head: LedgerHead, hold: Hold | undefined): Promise<Checkpoints> {
  const { keys, ledger, signed } = parts
  assert(keys !== undefined && signed !== undefined, 'a node that keeps the log has its keys and its record')
  return SigningCheckpoints.open(
    { ...parts, keys, signed, hold, origin: ledger.origin, readTrust: trustReader(parts) },
    head,
  )
}

/** What a node is composed of besides its parts. */
interface Composition {
  readonly versions: Versions
  readonly rules: RulesWatch
  readonly head: LedgerHead
  readonly checkpoints: Checkpoints
  readonly disk: DiskWatch
  readonly hold: Hold | undefined
}

class ComposedNode implements RunningNode {
  readonly name: string
  readonly log: Node['log']
  readonly vault: VaultDesk
  readonly certificates: CertificateDesk
  readonly witness: Witness | undefined
  readonly #parts: NodeParts
  readonly #versions: Versions
  readonly #rules: RulesWatch
  readonly #checkpoints: Checkpoints
  readonly #disk: DiskWatch
  readonly #hold: Hold | undefined
  readonly #pending = new PendingTransactions()
  readonly #admission: AdmissionDesk
  readonly #reading: ReadingDesk
  readonly #hub: EventHub
  readonly #erasures: Erasures
  readonly #pipeline: Pipeline
  readonly #audit: Logger
  readonly #stopping = new AbortController()
  #work: Promise<unknown> = Promise.resolve()
  #closed: Promise<void> | undefined
  #rejectedCount = 0

  constructor(parts: NodeParts, { versions, rules, head, checkpoints, disk, hold }: Composition) {
    const { ledger, logger, member } = parts
    this.name = member
    this.log = ledger
    this.witness = parts.witness
    this.#parts = parts
    this.#versions = versions
    this.#rules = rules
    this.#audit = logger.child({ channel: 'audit' })
    this.#checkpoints = checkpoints
    this.#disk = disk
    this.#hold = hold
    const maySeeAll = (reader: Actor) => this.maySeeEntries(reader)
    const admitted = new AdmittedVerdicts()
    const requireTaking = () => this.#requireTaking()
    const shared = {
      ...parts,
      rules,
      maySeeAll,
      checkpoints,
      pending: this.#pending,
      admitted,
      requireTaking,
    }
    const blockTime = () => this.#checkpoints.head.time
    this.#admission = new AdmissionDesk({ ...shared, blockTime })
    this.#reading = new ReadingDesk(shared)
    this.#hub = new EventHub(shared)
    this.vault = new VaultDesk({ ...shared, audit: this.#audit })
    this.certificates = new CertificateDesk({
      ...shared,
      audit: this.#audit,
      prove: (stored) => this.#reading.prove(stored),
    })
    this.#erasures = new Erasures({ ...parts, logger: logger.child({ channel: 'vault' }) }, head)
    this.#pipeline = new Pipeline({
      ...shared,
      logger: logger.child({ channel: 'ledger' }),
      stopping: this.#stopping.signal,
      onCommitted: ({ head, nextRulesVersion }, ordersErasure) => {
        this.#rules.follow(nextRulesVersion)
        this.#hub.publish()
        this.#erasures.committed(head, ordersErasure)
      },
    })
  }

  start(): void {
    // A held node may hold parts of transactions that only the log it is behind knows as accepted: none is swept.
    const sweep =
      this.#hold === undefined &&
      sweepUntil({ ...this.#parts, pending: this.#pending }, this.#stopping.signal)
    const erasing = this.#erasures.run(this.#stopping.signal)
    const watching = this.#disk.run(this.#stopping.signal)
    const looking = this.#rules.run(this.#stopping.signal)
    this.#work = Promise.all([this.#pipeline.run(), sweep, erasing, watching, looking])
  }

  async submit(
    submissions: readonly Submission[],
    wait: 'none' | 'committed' | 'final',
    signal?: AbortSignal,
  ): Promise<SubmissionResult[]> {
    this.#requireTaking()
    if (this.#parts.sequencer.queuedCount + submissions.length > SEQUENCER_QUEUE_COUNT_MAX) {
      throw new LedgerError('overload.queue-full')
    }
    const admissions = await this.#admission.admit(submissions)
    const results = await awaitResults(admissions, wait, {
      clock: this.#parts.clock,
      checkpoints: this.#checkpoints,
      seconds: WAIT_SECONDS_MAX,
      signal,
    })
    this.#rejectedCount += results.filter(({ status }) => status === 'rejected').length
    return results
  }

  async signer(key: string) {
    const [signer] = await this.#parts.ledger.signers([key])
    return signer
  }

  transaction(id: string, reader: Actor) {
    return this.#reading.transaction(id, reader)
  }

  async receipt(id: string, reader: Actor) {
    const receipt = await this.#reading.receipt(id, reader)
    this.#audit.info('receipt read', { reader: reader.actor, transaction: id })
    return receipt
  }

  async privatePart(id: string, reader: Actor): Promise<Uint8Array> {
    const part = await this.#reading.privatePart(id, reader)
    this.#audit.info('private part read', { reader: reader.actor, transaction: id })
    return part
  }

  async entryBundle(index: number, width: number, reader: Actor): Promise<Uint8Array | undefined> {
    if (!this.maySeeEntries(reader)) return undefined
    const bundle = await this.#parts.ledger.bundle(index, width)
    if (bundle !== undefined) this.#audit.info('entries read', { reader: reader.actor, bundle: index, width })
    return bundle
  }

  async checkpoint(): Promise<string> {
    return this.#checkpoints.latest.note
  }

  inclusionProofText(index: number, size: number): Promise<string> {
    return this.#reading.inclusionProofText(index, size)
  }

  events(reader: Actor, from: number, signal: AbortSignal) {
    this.#requireOpen()
    const stream = this.#hub.open(reader, from, signal)
    this.#audit.info('event stream opened', { reader: reader.actor, from })
    return stream
  }

  async read(module: string, path: string, query: Parameters<Node['read']>[2], reader: Actor) {
    const answer = await this.#parts.ledger.read(module, path, query, reader)
    if (this.#isPatientData(module, path)) {
      const object = Object.entries(query).flatMap(([name, value]) =>
        value === undefined ? [] : [`${name}=${value}`],
      )
      this.#audit.info('patient data read', {
        reader: reader.actor,
        read: `/v1/${module}${path}`,
        object,
        found: answer !== undefined,
      })
    }
    return answer
  }

  maySeeEntries(reader: Actor): boolean {
    return reader.actor === this.name || (isStaff(reader) && reader.memberRoles.includes('auditor'))
  }

  async info() {
    // A held node may have no checkpoint, and still says what it holds.
    const { head } = this.#hold === undefined ? this.#checkpoints.latest : this.#checkpoints
    const ledgerId = toHex(this.#parts.ledger.ledgerId)
    const { trust } = this.#checkpoints
    const { upcoming } = this.#rules
    const rules = { known: this.#versions.known, upcoming }
    return describeNode({ node: this.name, ledgerId, head, trust, witness: this.witness?.vkey, rules })
  }

  async ready(): Promise<Readiness> {
    const reasons: string[] = []
    if (this.#closed !== undefined) reasons.push('closing')
    if (this.#pipeline.halted !== undefined) reasons.push('halted')
    if (this.#rules.unknown) reasons.push('rules unknown')
    const following = this.#parts.following?.status()
    if (following !== undefined && following.state !== 'following') reasons.push(following.state)
    if (this.#hold !== undefined) reasons.push(`held: ${this.#hold.reason}`)
    if (this.#disk.low) reasons.push('disk low')
    if (this.#parts.sequencer.queuedCount >= SEQUENCER_QUEUE_COUNT_MAX) reasons.push('queue full')
    return { ready: reasons.length === 0, reasons, warnings: this.#rules.warnings }
  }

  async metrics(): Promise<NodeMetrics> {
    const { counts } = this.#pipeline
    return {
      head: this.#checkpoints.head,
      rulesUnknownFromHeight: this.#rules.unknownFromHeight,
      engine: this.#parts.engine.stats(),
      queued: this.#parts.sequencer.queuedCount,
      pending: this.#pending.size,
      streams: this.#hub.openCount,
      blocks: counts.blocks,
      accepted: counts.accepted,
      refused: counts.refused,
      rejected: this.#rejectedCount,
      dropped: counts.dropped,
      diskFreeBytes: this.#disk.freeBytes,
      takesTransactions: (await this.ready()).ready,
      commitMs: { sum: counts.commitMsSum, last: counts.commitMsLast },
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    const { contents, documents, engine, ledger, parts, sequencer, signed } = this.#parts
    this.#stopping.abort()
    this.#hub.close()
    // What was admitted is still ordered and committed: the pipeline ends when the sequencer has drained.
    await sequencer.close()
    await this.#work
    this.#pending.fail(new LedgerError('node.closing'))
    await ledger.close()
    await Promise.all([engine.close(), parts.close(), contents.close(), documents.close(), signed?.close()])
  }

  /** Whether a read is of patient data under any version: which one answered is not known here. */
  #isPatientData(module: string, path: string): boolean {
    const { known, rulesOf } = this.#versions
    return known.some((version) => rulesOf(version)?.read(module, path)?.patientData)
  }

  #requireOpen(): void {
    if (this.#closed !== undefined) throw new LedgerError('node.closing')
  }

  /** The node takes what it is brought, transactions and contents: it is no mirror, not halted, not held, and has room. */
  #requireTaking(): void {
    this.#requireOpen()
    if (this.#parts.following !== undefined) throw new LedgerError('node.follows')
    if (this.#pipeline.halted !== undefined) throw this.#pipeline.halted
    this.#rules.requireKnown()
    if (this.#hold !== undefined) throw heldError(this.#hold)
    this.#disk.requireRoom()
  }
}
