/**
 * Sweeps the vault: private parts of transactions that expired without being accepted are erased. What is refused or
 * was never ordered has no parties, and nobody may keep what no ledger entry accounts for.
 */
import {
  type Clock,
  concatBytes,
  hashesToHex,
  PART_SWEEP_COUNT_MAX,
  PART_SWEEP_DELAY_SECONDS,
  PART_SWEEP_SECONDS,
} from '../base/index.ts'
import { errorFields, type Logger } from '../host/index.ts'
import type { PendingTransactions } from '../intake/index.ts'
import { type Ledger, STATUS } from '../ledger/index.ts'
import type { PartStore } from '../vault/index.ts'

export interface SweepOptions {
  readonly clock: Clock
  readonly ledger: Ledger
  readonly parts: PartStore
  readonly pending: PendingTransactions
  readonly logger: Logger
}

/** Looks at every part whose transaction can no longer enter a block. Returns how many were erased. */
export async function sweepParts({ clock, ledger, parts, pending }: SweepOptions): Promise<number> {
  let erasedCount = 0
  for (;;) {
    const time = Math.max(0, clock.nowSeconds() - PART_SWEEP_DELAY_SECONDS)
    const { ids, more } = await parts.expired(time, PART_SWEEP_COUNT_MAX)
    if (ids.length === 0) return erasedCount
    const statuses = await ledger.statuses(ids.slice())
    const looked = { ids: [] as Uint8Array[], dropped: [] as Uint8Array[] }
    for (const [i, text] of hashesToHex(ids).entries()) {
      // One that still waits for its block is left for the next sweep.
      if (pending.get(text) !== undefined) continue
      const id = ids.slice(32 * i, 32 * i + 32)
      looked.ids.push(id)
      if (statuses.kinds[i] !== STATUS.accepted) looked.dropped.push(id)
    }
    if (looked.ids.length === 0) return erasedCount
    await parts.settle(concatBytes(...looked.ids), looked.dropped)
    erasedCount += looked.dropped.length
    if (!more) return erasedCount
  }
}

/** Sweeps now and then until the signal aborts. Never rejects: what fails is tried again later. */
export async function sweepUntil(options: SweepOptions, signal: AbortSignal): Promise<void> {
  const { clock, logger } = options
  while (!signal.aborted) {
    try {
      const erasedCount = await sweepParts(options)
      if (erasedCount > 0)
        logger.info('private parts of transactions that never committed erased', { erasedCount })
    } catch (error) {
      if (!signal.aborted)
        logger.warn('the sweep of private parts failed and will run again', errorFields(error))
    }
    await clock.sleep(1000 * PART_SWEEP_SECONDS, signal).catch(() => {})
  }
}
