/**
 * Rebuilds a damaged ledger: state, id memory, tiles and indexes follow from the bundles, whatever else was damaged.
 */
import { equalBytes, LedgerError, TILE_WIDTH, toHex } from '../base/index.ts'
import { decodeBundle } from '../protocol/index.ts'
import { createCheckedStore } from './checked-store.ts'
import { readHead } from './head.ts'
import { type ReplayOptions, replayLeaves } from './replay.ts'
import { integerKey, type Store } from './store.ts'
import type { LedgerHead } from './types.ts'

/** What `rebuildLedger` is given. Both stores are bare: checksums are laid over them here. */
export interface RebuildOptions extends Omit<ReplayOptions, 'store' | 'leavesFrom'> {
  /** Only its bundles are read, and its head where that can be read. */
  readonly from: Store
  /** Empty, or what an interrupted rebuild left. */
  readonly into: Store
}

/**
 * Rebuilds a damaged ledger from its bundles. LedgerError `ledger.corrupt` names a bundle that is damaged itself, which
 * only another node or a backup can replace; `ledger.diverged` where the leaves do not come to the head.
 */
export async function rebuildLedger({ from, into, ...options }: RebuildOptions): Promise<LedgerHead> {
  const damaged = createCheckedStore(from)
  const leavesFrom = (index: number) => iterateBundles(damaged, index)
  const rebuilt = await replayLeaves({ ...options, store: createCheckedStore(into), leavesFrom })
  const head = readHeadIfSound(damaged)
  if (head !== undefined && !(head.size === rebuilt.size && equalBytes(head.root, rebuilt.root))) {
    throw new LedgerError('ledger.diverged', {
      message: `The bundles come to ${describe(rebuilt)}, the head says ${describe(head)}.`,
    })
  }
  return rebuilt
}

const describe = ({ size, root }: LedgerHead): string => `size ${size} with root ${toHex(root)}`

function readHeadIfSound(store: Store): LedgerHead | undefined {
  try {
    return readHead(store)
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}

/** Leaves from `from` on, bundle by bundle until one is missing: for a store whose head can not be trusted. */
function* iterateBundles(store: Store, from: number): Generator<Uint8Array, void> {
  const first = Math.floor(from / TILE_WIDTH)
  for (let index = first; ; index++) {
    const bundle = store.get('bundles', integerKey(index))
    if (bundle === undefined) return
    yield* decodeBundle(bundle).slice(index === first ? from % TILE_WIDTH : 0)
  }
}
