/**
 * How a node comes by its blocks, and what it knows to be final: as one that keeps the log itself, in an order that it
 * feeds, or as one that follows the log of another. A seat holds what comes with the role.
 */
import { randomBytes } from 'node:crypto'
import { type LedgerError, utf8 } from '../base/index.ts'
import {
  createMemoryTrustSteps,
  type Finality,
  FollowedFinality,
  findHold,
  type HoldFiles,
  heldError,
  type KeptNote,
  type SignedRecord,
  SigningFinality,
  type TrustSteps,
} from '../finality/index.ts'
import type { NodeKeys } from '../host/index.ts'
import type { Verdicts } from '../intake/index.ts'
import { readTrust } from '../ledger/index.ts'
import { createFollower, type Follower, type LogSource, type SplitView } from '../order/follow/index.ts'
import type { BlockSource, Intake, Order } from '../order/index.ts'
import { trustOf } from '../protocol/index.ts'
import type { Comet } from './comet.ts'
import type { NodeParts } from './compose.ts'
import { exchangeNotes } from './cosigning.ts'
import type { Role } from './role.ts'

export interface Seat {
  readonly role: Role
  readonly finality: Finality
  readonly source: BlockSource
  /** What cursors of lists are sealed with, 32 bytes. */
  readonly cursorSecret: Uint8Array
  /** Where transactions go; undefined where none are taken. */
  readonly intake: Intake | undefined
  /** What the door finds of entries, where the order is to know it too. */
  readonly verdicts?: Verdicts | undefined
  /** The engine, in an order of several. */
  readonly comet?: Comet | undefined
  /** Takes another member's note, and answers with ours of its size; absent where no other member cosigns. */
  readonly takeNote?: (note: string) => string | undefined
  /** Exchanges notes with the other members until it is stopped. */
  readonly exchangeNotes?: (stopping: AbortSignal) => Promise<void>
  /** Closes what the seat holds open, once the source is drained. */
  close(): Promise<void>
}

/** What a node that keeps the log itself has beside its parts. */
export interface OrderingSeat {
  readonly order: Order
  /** What it signs with. */
  readonly keys: NodeKeys
  /** Where it records what it signs. */
  readonly signed: SignedRecord
  /** Where the changes of keys and quorum are kept; in memory where absent, as in simulation. */
  readonly steps?: TrustSteps
  /** Without them, as in simulation, a node is never held. */
  readonly holdFiles?: HoldFiles
  /** As in `Seat`. */
  readonly verdicts?: Verdicts
  readonly comet?: Comet | undefined
}

/** What a node that follows a log has beside its parts. */
export interface FollowingSeat {
  /** The log that is copied, then others of the same log that are only compared. */
  readonly source: LogSource
  readonly compared?: readonly LogSource[]
  /** The note that was verified last. */
  readonly kept: KeptNote
  /** As above. */
  readonly steps?: TrustSteps
  /** Keeps a verified note that is about to be executed: evidence where the execution ends otherwise. */
  readonly keepTarget: (note: string) => void
  /** Keeps the evidence of a split view, durably. */
  readonly onSplitView: (evidence: SplitView) => void
  readonly onTrouble: (error: LedgerError, source: string) => void
}

type SeatParts = Pick<NodeParts, 'kernel' | 'clock' | 'ledger' | 'member' | 'logger'>

const stepsInMemory = ({ kernel, ledger }: SeatParts): TrustSteps =>
  createMemoryTrustSteps(kernel, trustOf(kernel, ledger.genesis, ledger.ledgerId))

/** The seat of a node that keeps the log itself; held where it may be behind what it signed. */
export async function takeOrdering(parts: SeatParts, seat: OrderingSeat): Promise<Seat> {
  const { ledger, logger, kernel } = parts
  const { order, keys, signed, steps = stepsInMemory(parts), holdFiles: files } = seat
  const trustNow = () => readTrust(kernel, ledger)
  const hold =
    files &&
    (await findHold({
      ...parts,
      head: await ledger.head(),
      trust: await trustNow(),
      record: signed,
      files,
    }))
  if (hold !== undefined) logger.error(`ALARM: ${heldError(hold).message}`, { reason: hold.reason })
  const finality = await SigningFinality.open({
    ...parts,
    keys,
    signed,
    hold,
    steps,
    readTrust: trustNow,
    onDiverged: seat.comet?.onDiverged,
  })
  return {
    role: hold === undefined ? { is: 'ordering' } : { is: 'held', hold },
    finality,
    ...(seat.comet !== undefined && cosign({ ...parts, finality }, seat.comet)),
    // Known to whoever holds the key, and the same after a restart (RFC 8032: signatures are deterministic).
    cursorSecret: kernel.sha256(keys.log.sign(utf8('medseal/cursor/v1\n'))),
    source: order,
    intake: order,
    verdicts: seat.verdicts,
    comet: seat.comet,
    close: () => signed.close(),
  }
}

/** What a node does with the other members' notes. */
function cosign(
  parts: Pick<SeatParts, 'clock' | 'logger'> & { readonly finality: SigningFinality },
  { config }: Comet,
): Pick<Seat, 'takeNote' | 'exchangeNotes'> {
  const logger = parts.logger.child({ channel: 'order' })
  const peers = config.peers.flatMap(({ member, url }) => (url === undefined ? [] : [{ member, url }]))
  return {
    takeNote: (note) => parts.finality.take(note),
    exchangeNotes: (stopping) => exchangeNotes({ ...parts, logger, peers }, stopping),
  }
}

/** The seat of a node that follows the log of another. */
export async function takeFollowing(
  parts: SeatParts,
  { kept, keepTarget, steps = stepsInMemory(parts), ...seat }: FollowingSeat,
): Promise<Seat & { readonly source: Follower }> {
  const { kernel, ledger } = parts
  const trustNow = () => readTrust(kernel, ledger)
  const finality = await FollowedFinality.open({
    kernel,
    ledger,
    readTrust: trustNow,
    kept,
    steps,
  })
  const source = createFollower({
    ...parts,
    ...seat,
    readTrust: trustNow,
    steps,
    readNote: () => finality.notes.newest?.note,
    onTarget: keepTarget,
    onVerified: (note, opened) => finality.accept(note, opened),
  })
  // A follower has no key: its cursors end with it.
  const cursorSecret = new Uint8Array(randomBytes(32))
  return {
    role: { is: 'following' },
    finality,
    cursorSecret,
    source,
    intake: undefined,
    close: async () => {},
  }
}
