/**
 * Composition of a node from its parts and its seat: admission, pipeline, streams, reads, services, and one life for
 * all of them. Parts and seat come opened (`open.ts` opens those of a data folder) and are closed here.
 */
import type { Readiness, SubmissionResult } from '../answers/index.ts'
import {
  assert,
  type Clock,
  LedgerError,
  ORDER_QUEUE_COUNT_MAX,
  toHex,
  WAIT_SECONDS_MAX,
} from '../base/index.ts'
import { type Actor, isAuditor, isStaffOf, VERSIONS, type Versions } from '../domain/index.ts'
import type { Engine } from '../engine/index.ts'
import type { Witness } from '../finality/index.ts'
import { DiskWatch, type Logger } from '../host/index.ts'
import {
  AdmissionDesk,
  awaitResults,
  PendingTransactions,
  type Submission,
  Verdicts,
} from '../intake/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { Ledger, LedgerHead } from '../ledger/index.ts'
import { termsOf } from '../protocol/index.ts'
import { CertificateDesk, Erasures, sweepUntil, VaultDesk } from '../services/index.ts'
import type { ContentStore, DocumentStore, PartStore } from '../vault/index.ts'
import { DisplayNames } from './display-names.ts'
import { EventHub } from './events.ts'
import { describeNode } from './info.ts'
import { describeOrder } from './order-status.ts'
import { Pipeline } from './pipeline.ts'
import { ReadingDesk } from './reading.ts'
import { RoleKeeper } from './role.ts'
import { RulesWatch } from './rules-watch.ts'
import type { Seat } from './seats.ts'
import { Turns } from './turns.ts'
import type { Node, NodeMetrics, RunningNode } from './types.ts'

/** What every node has, whatever its role. */
export interface NodeParts {
  readonly kernel: Kernel
  readonly clock: Clock
  readonly engine: Engine
  readonly ledger: Ledger
  /** Private parts. */
  readonly parts: PartStore
  /** Encrypted contents. */
  readonly contents: ContentStore
  /** Certificates and status lists. */
  readonly documents: DocumentStore
  /** The member whose node this is; also the node's name. */
  readonly member: string
  readonly logger: Logger
  /** Free bytes of the disk; not watched where absent. */
  readonly freeBytes?: () => Promise<number>
  /** Cosigns other logs' checkpoints, where this node does that too. */
  readonly witness?: Witness | undefined
  /** The rules versions that the ledger was opened with; those of this build where absent. */
  readonly versions?: Versions
}

/**
 * A running node. LedgerError `ledger.rules-unknown` where this build does not know the rules of the ledger's last
 * block; where it does not know those of the next, the node only answers reads.
 */
export async function compose(parts: NodeParts, seat: Seat): Promise<RunningNode> {
  const head = await parts.ledger.head()
  const versions = parts.versions ?? VERSIONS
  const rules = await RulesWatch.open({ ...parts, versions }, head)
  const freeBytes = parts.freeBytes ?? (async () => Number.POSITIVE_INFINITY)
  const disk = new DiskWatch({ ...parts, freeBytes })
  await disk.look()
  const node = new ComposedNode(parts, { seat, versions, rules, head, disk })
  node.start()
  return node
}

/** What a node is composed of besides its parts. */
interface Composition {
  readonly seat: Seat
  readonly versions: Versions
  readonly rules: RulesWatch
  readonly head: LedgerHead
  readonly disk: DiskWatch
}

class ComposedNode implements RunningNode {
  readonly name: string
  readonly audience: string
  readonly cursorSecret: Uint8Array
  readonly log: Node['log']
  readonly vault: VaultDesk
  readonly certificates: CertificateDesk
  readonly witness: Witness | undefined
  readonly #parts: NodeParts
  readonly #versions: Versions
  readonly #rules: RulesWatch
  readonly #seat: Seat
  readonly #role: RoleKeeper
  readonly #disk: DiskWatch
  readonly #pending = new PendingTransactions()
  readonly #admission: AdmissionDesk | undefined
  readonly #reading: ReadingDesk
  /** Reads of the ledger go in turn by actor, so that a block, and anybody else's read, waits for one at most. */
  readonly #turns = new Turns()
  readonly #hub: EventHub
  readonly #displayNames: DisplayNames
  readonly #erasures: Erasures
  readonly #pipeline: Pipeline
  readonly #audit: Logger
  readonly #stopping = new AbortController()
  #work: Promise<unknown> = Promise.resolve()
  #closed: Promise<void> | undefined
  #rejectedCount = 0

  constructor(parts: NodeParts, { seat, versions, rules, head, disk }: Composition) {
    const { ledger, logger, member } = parts
    this.name = member
    this.log = ledger
    this.witness = parts.witness
    this.#parts = parts
    this.#displayNames = new DisplayNames(ledger)
    this.#versions = versions
    this.#rules = rules
    this.#audit = logger.child({ channel: 'audit' })
    this.#seat = seat
    this.#role = new RoleKeeper(seat.role)
    this.#disk = disk
    const { finality, intake, source } = seat
    this.cursorSecret = seat.cursorSecret
    this.audience = `${finality.trust.origin}/${member}`
    const maySeeAll = (reader: Actor) => this.maySeeEntries(reader)
    const verdicts = seat.verdicts ?? new Verdicts()
    const requireTaking = () => this.#requireTaking()
    const shared = {
      ...parts,
      rules,
      maySeeAll,
      finality,
      pending: this.#pending,
      verdicts,
      requireTaking,
    }
    const blockTime = () => finality.head.time
    this.#admission = intake && new AdmissionDesk({ ...shared, intake, blockTime })
    const isSigning = () => this.#role.current.is === 'ordering'
    this.#reading = new ReadingDesk({ ...shared, notes: finality.notes, isSigning })
    const hasReserve = (reader: Actor) => isAuditor(reader) || isStaffOf(reader, member)
    this.#hub = new EventHub({ ...shared, hasReserve, turns: this.#turns })
    this.vault = new VaultDesk({ ...shared, audit: this.#audit })
    this.certificates = new CertificateDesk({
      ...shared,
      audit: this.#audit,
      prove: (stored) => this.#reading.prove(stored),
    })
    this.#erasures = new Erasures({ ...parts, rules, logger: logger.child({ channel: 'vault' }) }, head)
    this.#pipeline = new Pipeline({
      ...shared,
      source,
      role: this.#role,
      logger: logger.child({ channel: 'ledger' }),
      stopping: this.#stopping.signal,
      onCommitted: ({ head, nextRulesVersion, tasks, touched }) => {
        this.#rules.follow(nextRulesVersion)
        this.#hub.publish({ touched })
        this.#erasures.committed(head, tasks.has('erasure'))
      },
    })
  }

  start(): void {
    // A held node may hold parts of transactions that only the log it is behind knows as accepted: none is swept.
    const sweep =
      this.#role.current.is !== 'held' &&
      sweepUntil({ ...this.#parts, pending: this.#pending }, this.#stopping.signal)
    const erasing = this.#erasures.run(this.#stopping.signal)
    const watching = this.#disk.run(this.#stopping.signal)
    const looking = this.#rules.run(this.#stopping.signal)
    // A node that is held signs nothing, and has nothing to give.
    const exchanging =
      this.#role.current.is === 'ordering' && this.#seat.exchangeNotes?.(this.#stopping.signal)
    this.#work = Promise.all([this.#pipeline.run(), sweep, erasing, watching, looking, exchanging])
  }

  async submit(
    submissions: readonly Submission[],
    wait: 'none' | 'committed' | 'final',
    signal?: AbortSignal,
  ): Promise<SubmissionResult[]> {
    this.#requireTaking()
    if (this.#queuedCount + submissions.length > ORDER_QUEUE_COUNT_MAX) {
      throw new LedgerError('overload.queue-full')
    }
    assert(this.#admission !== undefined, 'a node that takes transactions has an intake')
    const admissions = await this.#admission.admit(submissions)
    const results = await awaitResults(admissions, wait, {
      clock: this.#parts.clock,
      notes: this.#seat.finality.notes,
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
    return this.#seat.finality.notes.shown.note
  }

  trustChain() {
    return this.#seat.finality.steps.chain
  }

  inclusionProofText(index: number, size: number): Promise<string> {
    return this.#reading.inclusionProofText(index, size)
  }

  events(reader: Actor, from: number, signal: AbortSignal) {
    this.#role.requireOpen()
    const stream = this.#hub.open(reader, from, signal)
    this.#audit.info('event stream opened', { reader: reader.actor, from })
    return stream
  }

  async read(module: string, path: string, query: Parameters<Node['read']>[2], reader: Actor) {
    const answer = await this.#turns.take(reader.actor, () =>
      this.#parts.ledger.read(module, path, query, reader),
    )
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
    return reader.actor === this.name || isAuditor(reader)
  }

  async info() {
    const { finality } = this.#seat
    // A held node may have no checkpoint, and still says what it holds.
    const { head } = this.#role.current.is === 'held' ? finality : finality.notes.shown
    const ledgerId = toHex(this.#parts.ledger.ledgerId)
    const { trust } = finality
    const { upcoming } = this.#rules
    const rules = { known: this.#versions.known, upcoming }
    const members = new Set([this.name, ...termsOf(trust).nodes.map(({ member }) => member)])
    const displayNames = await this.#displayNames.at(finality.head.size, [...members])
    const witness = this.witness?.vkey
    return describeNode({ node: this.name, ledgerId, head, trust, witness, rules, displayNames })
  }

  async takeNote(note: string): Promise<string | undefined> {
    const take = this.#seat.takeNote
    if (take === undefined) throw new LedgerError('read.no-endpoint')
    return take(note)
  }

  async order() {
    const { source, comet, intake } = this.#seat
    const parts = { kernel: this.#parts.kernel, source, comet, isFollowing: intake === undefined }
    return describeOrder(parts, await this.#parts.ledger.position())
  }

  async ready(): Promise<Readiness> {
    const reasons: string[] = []
    const { state } = this.#seat.source
    if (this.#role.reason !== undefined) reasons.push(this.#role.reason)
    if (this.#rules.unknown) reasons.push('rules unknown')
    if (state.is !== 'working') reasons.push('reason' in state ? (state.reason ?? state.is) : state.is)
    if (this.#disk.low) reasons.push('disk low')
    if (this.#queuedCount >= ORDER_QUEUE_COUNT_MAX) reasons.push('queue full')
    return { ready: reasons.length === 0, reasons, warnings: this.#rules.warnings }
  }

  async metrics(): Promise<NodeMetrics> {
    const { counts } = this.#pipeline
    return {
      head: this.#seat.finality.head,
      // Where the rules of the next block are unknown, no block comes after the head.
      rulesUnknownFromHeight: this.#rules.unknown
        ? this.#seat.finality.head.height + 1
        : this.#rules.unknownFromHeight,
      engine: this.#parts.engine.stats(),
      queued: this.#queuedCount,
      pending: this.#pending.size,
      streams: this.#hub.openCount,
      blocks: counts.blocks,
      accepted: counts.accepted,
      refused: counts.refused,
      rejected: this.#rejectedCount,
      dropped: counts.dropped,
      diskFreeBytes: this.#disk.freeBytes,
      takesTransactions: (await this.ready()).ready,
      order: await this.order(),
      orderStarts: this.#seat.comet?.look().starts ?? 0,
      commitMs: { sum: counts.commitMsSum, last: counts.commitMsLast },
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    const { contents, documents, engine, ledger, parts } = this.#parts
    this.#role.become({ is: 'closing' })
    this.#stopping.abort()
    this.#hub.close()
    // What was admitted is still ordered and committed: the pipeline ends when the order has drained.
    await this.#seat.source.close()
    await this.#work
    this.#pending.fail(new LedgerError('node.closing'))
    await ledger.close()
    await Promise.all([
      engine.close(),
      parts.close(),
      contents.close(),
      documents.close(),
      this.#seat.close(),
    ])
  }

  /** Whether a read is of patient data under any version: which one answered is not known here. */
  #isPatientData(module: string, path: string): boolean {
    const { known, rulesOf } = this.#versions
    return known.some((version) => rulesOf(version)?.read(module, path)?.patientData)
  }

  get #queuedCount(): number {
    return this.#seat.intake?.queuedCount ?? 0
  }

  /**
   * The node takes what it is brought, transactions and contents: its role allows it, it knows the rules and has room.
   */
  #requireTaking(): void {
    this.#role.requireTaking()
    this.#rules.requireKnown()
    this.#disk.requireRoom()
  }
}
