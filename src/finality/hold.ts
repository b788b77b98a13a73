/**
 * Whether a node may sign. A store put back from a backup, a copied folder, or one whose record of signatures is gone
 * may be behind what the node promised before: signing on from there would be a second tree of a size it signed
 * already. Such a node is *held*: it answers reads, takes no transaction and signs nothing, until a cosigner's
 * checkpoint or the operator's word says that it is not behind (`vouchFor`).
 *
 * What this can not see: a machine or volume put back as a whole, this record included. Nothing on it has changed; only
 * others can tell, and their checkpoint, or the operator, must be asked before such a node is started.
 */
import { readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  type Clock,
  equalBytes,
  fromHex,
  LedgerError,
  toHex,
  utf8,
  VOUCH_MARGIN_SECONDS,
} from '../base/index.ts'
import { replaceSynced, syncFolder } from '../host/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { Ledger, LedgerHead } from '../ledger/index.ts'
import {
  cosignerName,
  openCheckpoint,
  openNote,
  parseCheckpoint,
  parseNote,
  type Trust,
  trustAt,
  type Vkey,
} from '../protocol/index.ts'
import {
  createSignedRecord,
  openSignedRecord,
  type SignedCheckpoint,
  type SignedRecord,
} from './signed-record.ts'

/**
 * `behind`: this node has signed a larger log than the store holds. `conflict`: it has signed another root for a size
 * that the store holds. `copied`: the record of signatures is a copy. `restored`: a backup was put here. `unrecorded`:
 * the record is gone.
 */
export type HoldReason = 'behind' | 'conflict' | 'copied' | 'restored' | 'unrecorded'

export interface Hold {
  readonly reason: HoldReason
  /**
   * When the node was first seen to be held, unix seconds: what is cosigned later was cosigned after it last signed.
   */
  readonly since: number
  /** A checkpoint of the ledger as it stands, or of its beginning, that was signed before; it is served meanwhile. */
  readonly note?: string
}

/** Of the files of a data folder, those that say what was signed. */
export interface HoldFiles {
  readonly signed: string
  readonly hold: string
}

export const holdFilesOf = (folder: string): HoldFiles => ({
  signed: join(folder, 'signed'),
  hold: join(folder, 'hold.json'),
})

const CAUSES: { readonly [Reason in HoldReason]: string } = {
  behind: 'it has signed a larger log than it holds now',
  conflict: 'it has signed another root for a size that it holds now',
  copied: 'its data folder is a copy, and it may have signed more at the place it was copied from',
  restored: 'its ledger was restored from a backup, and it may have signed more after that was taken',
  unrecorded: 'the record of what it has signed is gone',
}

/** The error that a held node answers with where it would have to sign. */
export const heldError = ({ reason }: Hold): LedgerError =>
  new LedgerError('node.held', { message: `The node only answers reads: ${CAUSES[reason]}.`, reason })

/** What is written of a hold; undefined where there is none. */
function readHold(path: string): Hold | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Hold
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    // A file that can not be read still says that the node was held.
    return { reason: 'unrecorded', since: Number.MAX_SAFE_INTEGER }
  }
}

/**
 * The newest checkpoint that the node of a folder has signed; undefined where none is kept. Its node may be running.
 */
export async function readSignedNote(files: HoldFiles, ledgerId: string): Promise<string | undefined> {
  const record = await openSignedRecord(files.signed, ledgerId)
  await record.close()
  return record.last?.note ?? readHold(files.hold)?.note
}

/** Holds a folder from its next start on; durable when it returns. */
export const writeHold = (path: string, hold: Hold): void =>
  replaceSynced(path, utf8(`${JSON.stringify(hold, null, 2)}\n`))

/** Whether the log of `ledger` begins with what a checkpoint says. */
async function holds(ledger: Pick<Ledger, 'rootAt'>, head: LedgerHead, size: number, root: Uint8Array) {
  return size >= 1 && size <= head.size && equalBytes(await ledger.rootAt(size), root)
}

async function findReason(
  ledger: Pick<Ledger, 'rootAt'>,
  head: LedgerHead,
  { last, standing }: SignedRecord,
  stored: Hold | undefined,
): Promise<HoldReason | undefined> {
  if (last !== undefined && last.size > head.size) return 'behind'
  if (last !== undefined && !(await holds(ledger, head, last.size, fromHex(last.root, 32)!)))
    return 'conflict'
  if (standing === 'copied') return 'copied'
  if (standing === 'sound') return undefined
  return stored?.reason === 'restored' ? 'restored' : 'unrecorded'
}

/** The first of `notes` that this log signed and that the ledger begins with. */
async function findNote(
  kernel: Kernel,
  ledger: Pick<Ledger, 'rootAt'>,
  head: LedgerHead,
  trust: Trust,
  notes: readonly (string | undefined)[],
): Promise<string | undefined> {
  for (const note of notes) {
    if (note === undefined) continue
    try {
      const { size, root } = openCheckpoint(kernel, note, trust).checkpoint
      if (await holds(ledger, head, size, root)) return note
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
    }
  }
  return undefined
}

export interface HoldOptions {
  readonly kernel: Kernel
  readonly ledger: Pick<Ledger, 'rootAt'>
  readonly head: LedgerHead
  readonly trust: Trust
  readonly record: SignedRecord
  readonly files: HoldFiles
  readonly clock: Pick<Clock, 'nowSeconds'>
}

/** Why the node may not sign; undefined where it may. A hold is written down, and one that has ended is removed. */
export async function findHold(options: HoldOptions): Promise<Hold | undefined> {
  const { clock, files, head, kernel, ledger, record, trust } = options
  const stored = readHold(files.hold)
  const reason = await findReason(ledger, head, record, stored)
  if (reason === undefined) {
    if (stored !== undefined) removeHold(files)
    return undefined
  }
  const note = await findNote(kernel, ledger, head, trust, [record.last?.note, stored?.note])
  const since = stored?.since ?? clock.nowSeconds()
  const hold: Hold = { reason, since, ...(note !== undefined && { note }) }
  // A crash before this is written only moves `since` to the next start, which asks for a fresher checkpoint.
  if (stored?.reason !== reason || stored.note !== note) writeHold(files.hold, hold)
  return hold
}

function removeHold(files: HoldFiles): void {
  rmSync(files.hold, { force: true })
  syncFolder(dirname(files.hold))
}

/**
 * Who says that a node is not behind: the operator, by naming the size; or others, by a checkpoint that they cosigned.
 */
export type Voucher =
  | { readonly size: number }
  | { readonly note: string; readonly witnesses?: readonly Vkey[] }

const refuse = (message: string): never => {
  throw new LedgerError('node.not-vouched', { message })
}

/**
 * Ends a hold where `voucher` says enough; the node may sign again from its next start on. LedgerError
 * `node.not-vouched` says why not: a node that is known to be behind, or to have signed another tree, is not let go by
 * anyone's word.
 */
export async function vouchFor(
  options: HoldOptions & { readonly member: string },
  voucher: Voucher,
): Promise<void> {
  const { files, head, record, trust } = options
  const hold = await findHold(options)
  if (hold === undefined) return refuse('The node is not held.')
  if (hold.reason === 'behind') {
    refuse(
      `The node has signed a log of ${record.last!.size} leaves and holds ${head.size}: bring the others back from another node, a newer backup or an exported log.`,
    )
  }
  if (hold.reason === 'conflict') {
    refuse(`The node has signed another root for ${record.last!.size} leaves than it holds: two trees exist.`)
  }
  if ('size' in voucher) {
    if (voucher.size !== head.size) refuse(`The ledger holds ${head.size} leaves, not ${voucher.size}.`)
  } else await requireFresh(options, hold, voucher)
  const first: SignedCheckpoint = {
    size: head.size,
    root: toHex(head.root),
    ...(hold.note !== undefined &&
      parseCheckpoint(parseNote(hold.note).text).size === head.size && {
        note: hold.note,
      }),
  }
  // Commit point. A crash before the new record is whole leaves the node held; after it, it is free, and the hold that
  // is still written down is removed by the next start.
  await (await createSignedRecord(files.signed, toHex(trust.ledgerId), first)).close()
  removeHold(files)
}

/** A checkpoint of this log that someone else cosigned after the node was held, and that the ledger reaches. */
async function requireFresh(
  { kernel, head, ledger, trust, member }: HoldOptions & { readonly member: string },
  { since }: Hold,
  { note, witnesses = [] }: Extract<Voucher, { note: string }>,
): Promise<void> {
  const { checkpoint } = openCheckpoint(kernel, note, trust)
  const { cosigners, logKeys } = trustAt(trust, checkpoint.size)
  const own = cosignerName(trust.origin, member)
  const others = [...cosigners.filter(({ name }) => name !== own), ...witnesses]
  const { verified } = openNote(kernel, note, [...logKeys, ...others])
  const times = verified.flatMap(({ vkey, time }) =>
    others.includes(vkey) && time !== undefined ? [time] : [],
  )
  if (times.length === 0) refuse('No other member and no named witness has cosigned the checkpoint.')
  const after = since + VOUCH_MARGIN_SECONDS
  if (Math.max(...times) < after) {
    refuse(
      `The checkpoint was cosigned at ${Math.max(...times)}; only one cosigned after ${after} (unix seconds) shows what the node signed before it was held.`,
    )
  }
  const { size, root } = checkpoint
  if (size > head.size)
    refuse(`The checkpoint is of ${size} leaves, the ledger holds ${head.size}: it is behind.`)
  if (!(await holds(ledger, head, size, root))) {
    refuse(`The checkpoint of ${size} leaves has another root than the ledger: two trees exist.`)
  }
}
