/** A disk that fails as told, and that a killed process can no longer reach; a order that plays tricks. */
import { pack, packedCount, packedItem } from '../../src/base/index.ts'
import type { Store } from '../../src/ledger/index.ts'
import type { Order } from '../../src/order/index.ts'
import type { PartStore } from '../../src/vault/index.ts'
import type { Random } from './random.ts'

/** What becomes of the next commit. */
export type CommitFault = 'failed' | 'failed but persisted' | 'no space' | 'killed before' | 'killed after'
export const COMMIT_FAULTS: readonly CommitFault[] = [
  'failed',
  'failed but persisted',
  'no space',
  'killed before',
  'killed after',
]

/** A process as its disk sees it. */
export interface Process {
  alive: boolean
  /** How wrong its clock goes. */
  errorSeconds: number
  /** The next commit's fault. */
  fault: CommitFault | undefined
  /** The next private part is not kept. */
  partsFail: boolean
  /** Called by a fault that kills. */
  kill: () => void
}

/** One that has just been started; `onKill` is told when it is killed. */
export function createProcess(onKill: () => void): Process {
  const process: Process = {
    alive: true,
    errorSeconds: 0,
    fault: undefined,
    partsFail: false,
    kill() {
      process.alive = false
      onKill()
    },
  }
  return process
}

/** Stops the caller for good, as its process is stopped: what it would have done next, it never does. */
class Killed extends Error {}

const gone = (): never => {
  throw new Killed('the process is gone')
}

/** `disk` as one process has it. */
export function createProcessStore(
  disk: Store,
  process: Process,
  onFault: (fault: CommitFault) => void,
): Store {
  const reach = <Answer>(use: () => Answer): Answer => (process.alive ? use() : gone())
  return {
    get: (table, key) => reach(() => disk.get(table, key)),
    range: (table, options) => reach(() => disk.range(table, options)),
    commit(writes, guard) {
      if (!process.alive) gone()
      const { fault } = process
      process.fault = undefined
      if (fault !== undefined) onFault(fault)
      if (fault === undefined || fault === 'failed but persisted' || fault === 'killed after') {
        disk.commit(writes, guard)
      }
      if (fault === 'killed before' || fault === 'killed after') {
        process.kill()
        gone()
      }
      if (fault === 'no space') throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      if (fault !== undefined) throw Object.assign(new Error('input/output error'), { code: 'EIO' })
    },
    close: async () => {},
  }
}

/** `parts` as one process has them. */
export function createProcessParts(parts: PartStore, process: Process): PartStore {
  return {
    ...parts,
    async keep(kept) {
      if (!process.alive) gone()
      if (process.partsFail) {
        process.partsFail = false
        throw Object.assign(new Error('input/output error'), { code: 'EIO' })
      }
      await parts.keep(kept)
    },
    close: async () => {},
  }
}

/** Entries kept for ordering a second time. */
const MEMORY = 64

/**
 * An order that nobody vouches for: now and then an entry comes a second time, long after the first, or with a bit
 * changed. What a order hands out is a proposal, and the node must take it apart by itself.
 */
export function createUnreliableOrder(order: Order, random: Random, onTrick: () => void): Order {
  const seen: Uint8Array[] = []
  const trick = (): Uint8Array => {
    onTrick()
    const entry = random.pick(seen).slice()
    if (random.chance(0.3)) entry[random.integer(entry.length)]! ^= 1 << random.integer(8)
    return entry
  }
  return {
    get queuedCount() {
      return order.queuedCount
    },
    blocks: (after) => order.blocks(after),
    get state() {
      return order.state
    },
    committed: (...block) => order.committed(...block),
    close: () => order.close(),
    async propose(entries) {
      const own = Array.from({ length: packedCount(entries) }, (_, i) => packedItem(entries, i).slice())
      const tricks = seen.length > 0 && random.chance(0.2) ? [trick()] : []
      await order.propose(pack(random.chance(0.5) ? [...tricks, ...own] : [...own, ...tricks]))
      seen.push(...own)
      if (seen.length > MEMORY) seen.splice(0, seen.length - MEMORY)
    },
  }
}
