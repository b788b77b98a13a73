/**
 * Watches the free space of the disk that the ledger lies on. Below DISK_LOW_BYTES the node takes no transaction and
 * goes on answering reads; from DISK_RESUME_BYTES on it takes them again, by itself. A commit on a full disk would halt
 * the node.
 */
import { statfs } from 'node:fs/promises'
import {
  type Clock,
  DISK_LOOK_SECONDS,
  DISK_LOW_BYTES,
  DISK_RESUME_BYTES,
  DISK_RETRY_SECONDS,
  LedgerError,
} from '../base/index.ts'
import { errorFields, type Logger } from './logger.ts'

/** Free bytes for this process where `folder` lies. */
export async function freeBytesAt(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

export interface DiskWatchOptions {
  readonly clock: Pick<Clock, 'sleep'>
  readonly freeBytes: () => Promise<number>
  readonly logger: Logger
}

export class DiskWatch {
  readonly #options: DiskWatchOptions
  #low = false
  #freeBytes = Number.POSITIVE_INFINITY
  #failing = false

  constructor(options: DiskWatchOptions) {
    this.#options = options
  }

  /** Whether transactions are refused for want of space. */
  get low(): boolean {
    return this.#low
  }

  /** As last seen; infinite where it never was. */
  get freeBytes(): number {
    return this.#freeBytes
  }

  /** LedgerError `node.disk-low` while the disk is low. */
  requireRoom(): void {
    if (!this.#low) return
    throw new LedgerError('node.disk-low', {
      message:
        `The disk of the node has ${mebibytes(this.#freeBytes)} MiB left; transactions are taken again ` +
        `from ${mebibytes(DISK_RESUME_BYTES)} MiB on.`,
      retryAfterSeconds: DISK_RETRY_SECONDS,
    })
  }

  /** Looks once. Never rejects: where the file system does not tell, what was last seen holds. */
  async look(): Promise<void> {
    const { freeBytes, logger } = this.#options
    try {
      this.#freeBytes = await freeBytes()
      this.#failing = false
    } catch (error) {
      if (!this.#failing) logger.warn('the free space of the disk can not be read', errorFields(error))
      this.#failing = true
      return
    }
    const low = this.#freeBytes < (this.#low ? DISK_RESUME_BYTES : DISK_LOW_BYTES)
    if (low === this.#low) return
    this.#low = low
    const fields = { freeBytes: this.#freeBytes }
    if (low)
      logger.error('ALARM: the disk is nearly full; transactions are refused until there is room', fields)
    else logger.info('there is room on the disk again; transactions are taken', fields)
  }

  /** Looks now and then until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#options.clock.sleep(1000 * DISK_LOOK_SECONDS, signal).catch(() => {})
      if (!signal.aborted) await this.look()
    }
  }
}

const mebibytes = (bytes: number): number => Math.floor(bytes / (1024 * 1024))
