/**
 * What this node has signed, written down before the signature is out: a small file outside the ledger's store, so that
 * a store put back from a backup meets what was promised after the backup was taken. Only the newest record is kept; it
 * stands for all before it, for a log only grows.
 *
 * The file has three blocks of 64 KiB, each a line of JSON behind its CRC-32: whose file this is, and two places that
 * are written in turn, in place and synced, as many pages as the line takes, so that a torn write leaves the record
 * before. The first block names the file's own inode and birth time: in a copy they differ, and a copy is not believed
 * (`standing`).
 */
import { existsSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { assert, LedgerError, utf8 } from '../base/index.ts'
import { syncFolder } from '../host/index.ts'

/** A checkpoint that went out, or may have. */
export interface SignedCheckpoint {
  readonly size: number
  /** Hex. */
  readonly root: string
  /** The signed note; undefined where an operator vouched for the ledger as it stood and nothing was signed since. */
  readonly note?: string
}

/**
 * `sound`: the record of this very folder. `missing`: there is none, or none that can be read. `copied`: the file was
 * copied here from another place, so what was signed there since is not in it.
 */
export type SignedStanding = 'sound' | 'missing' | 'copied'

export interface SignedRecord {
  readonly standing: SignedStanding
  /** The newest that was recorded; undefined before the first. */
  readonly last: SignedCheckpoint | undefined
  /** Durable when resolved. One call after another. LedgerError `node.unrecorded`: whether it is durable is unknown. */
  write(checkpoint: SignedCheckpoint): Promise<void>
  close(): Promise<void>
}

/** A note of 129 signatures, each a name of at most 145 characters and 104 of base64, takes half of it. */
const BLOCK_BYTES = 65_536
const BLOCKS = 3
const PAGE_BYTES = 4_096
/** Layout of the file. A record of another one is not believed. */
const FORMAT = 2

interface Identity {
  readonly format: number
  readonly ledgerId: string
  readonly inode: string
  /** Nanoseconds; 0 where the file system does not keep it. */
  readonly born: string
}

type Slot = SignedCheckpoint & { readonly count: number }

/** A line of JSON behind its CRC-32, in whole pages. */
function encodeBlock(value: Identity | Slot): Uint8Array {
  const json = JSON.stringify(value)
  const line = utf8(`${crc32(utf8(json)).toString(16).padStart(8, '0')} ${json}\n`)
  assert(line.length <= BLOCK_BYTES, 'a note with the signatures of all members fits a block')
  const block = new Uint8Array(PAGE_BYTES * Math.ceil(line.length / PAGE_BYTES)).fill(0x20)
  block.set(line)
  return block
}

/** The value in a block; undefined where it is damaged, torn or empty. */
function decodeBlock<Value>(block: Uint8Array): Value | undefined {
  const line = Buffer.from(block).toString('utf8').split('\n', 1)[0]!
  const json = line.slice(9)
  if (line.slice(0, 9) !== `${crc32(utf8(json)).toString(16).padStart(8, '0')} `) return undefined
  return JSON.parse(json) as Value
}

async function identify(file: FileHandle, ledgerId: string): Promise<Identity> {
  const { ino, birthtimeNs } = await file.stat({ bigint: true })
  return { format: FORMAT, ledgerId, inode: String(ino), born: String(birthtimeNs) }
}

/**
 * Opens the record at `path`. One that is not there is `missing` and is not made: that is for `createSignedRecord`,
 * once it is known that nothing was signed, or that an operator vouches.
 */
export async function openSignedRecord(path: string, ledgerId: string): Promise<SignedRecord> {
  if (!existsSync(path)) return missingRecord()
  const file = await open(path, 'r+')
  const bytes = new Uint8Array(BLOCK_BYTES * BLOCKS)
  await file.read(bytes, 0, bytes.length, 0)
  const block = (index: number) => bytes.subarray(BLOCK_BYTES * index, BLOCK_BYTES * (index + 1))
  const identity = decodeBlock<Identity>(block(0))
  if (identity?.ledgerId !== ledgerId || identity.format !== FORMAT) {
    await file.close()
    return missingRecord()
  }
  const here = await identify(file, ledgerId)
  const isSame = identity.inode === here.inode && identity.born === here.born
  const slots = [decodeBlock<Slot>(block(1)), decodeBlock<Slot>(block(2))]
  const last = slots
    .filter((slot) => slot !== undefined)
    .reduce<Slot | undefined>(
      (newest, slot) => (slot.count > (newest?.count ?? 0) ? slot : newest),
      undefined,
    )
  return new FileRecord(file, isSame ? 'sound' : 'copied', last)
}

/** Makes the record anew, with `first` in it where there is something to begin from; durable when resolved. */
export async function createSignedRecord(
  path: string,
  ledgerId: string,
  first?: SignedCheckpoint,
): Promise<SignedRecord> {
  // A crash in here leaves no record or a damaged one: missing either way, and whoever called does it again.
  rmSync(path, { force: true })
  const file = await open(path, 'wx+', 0o600)
  await file.write(new Uint8Array(BLOCK_BYTES * BLOCKS).fill(0x20), 0, undefined, 0)
  const record = new FileRecord(file, 'sound', undefined)
  if (first !== undefined) await record.write(first)
  await file.write(encodeBlock(await identify(file, ledgerId)), 0, undefined, 0)
  await file.sync()
  syncFolder(dirname(path))
  return record
}

class FileRecord implements SignedRecord {
  readonly standing: SignedStanding
  readonly #file: FileHandle
  #last: Slot | undefined

  constructor(file: FileHandle, standing: SignedStanding, last: Slot | undefined) {
    this.#file = file
    this.standing = standing
    this.#last = last
  }

  get last(): SignedCheckpoint | undefined {
    return this.#last
  }

  async write(checkpoint: SignedCheckpoint): Promise<void> {
    const slot: Slot = { ...checkpoint, count: (this.#last?.count ?? 0) + 1 }
    const block = encodeBlock(slot)
    // Commit point. A crash before the sync returns leaves this record, the one before, or a torn block that is passed
    // over: the signature is not out, so any of them is right. After it, this one.
    try {
      const place = BLOCK_BYTES * (1 + (slot.count % 2))
      const { bytesWritten } = await this.#file.write(block, 0, block.length, place)
      assert(bytesWritten === block.length, 'a block inside the file is written whole')
      await this.#file.datasync()
    } catch (cause) {
      // Whether it is on the disk is unknown: the node halts, and its next start reads which of the two it is.
      const { message } = cause as Error
      throw new LedgerError(
        'node.unrecorded',
        { message: `What is signed could not be recorded: ${message}` },
        cause,
      )
    }
    this.#last = slot
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

function missingRecord(): SignedRecord {
  return {
    standing: 'missing',
    last: undefined,
    write: async () => assert(false, 'a node without its record signs nothing'),
    close: async () => {},
  }
}

/** A record in memory, for simulation and tests: it lives on after `close`. */
export function createMemorySignedRecord(): SignedRecord {
  let last: SignedCheckpoint | undefined
  return {
    standing: 'sound',
    get last() {
      return last
    },
    write: async (checkpoint) => {
      last = checkpoint
    },
    close: async () => {},
  }
}
