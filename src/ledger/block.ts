/**
 * Seals a decided block into the bytes of the log and the writes of its commit: leaves in their order (accepted
 * transactions, refusals, header), bundles and tiles, changed state, spent ids, the header's place and the new head.
 * A replayed block and a new one are sealed by the same code.
 */
import { concatBytes, pack, REFUSALS_PER_LEAF_MAX } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { encodeHeaderLeaf, encodeRefusalsLeaves } from '../protocol/index.ts'
import { type Decisions, OUTCOME, type RefusedTransaction } from './executor.ts'
import { encodeHead, HEAD_KEY } from './head.ts'
import { encodeAcceptedIds, encodeRefusedId, findId } from './ids.ts'
import type { Log, LogEdge } from './log.ts'
import { type PartyName, partyWrites } from './parties.ts'
import type { BlockState, SealedState } from './state.ts'
import { createStatusList, setStatus } from './statuses.ts'
import { integerKey, type Store, type Write } from './store.ts'
import type { LedgerHead, PackedStatuses } from './types.ts'

/** What a block is made of besides its decisions. */
export interface BlockParts {
  readonly height: number
  readonly time: number
  readonly rulesVersion: number
  readonly previousHeaderHash: Uint8Array
  /** Leaves that go before the refusals: accepted transactions in order, or the genesis leaf. */
  readonly leaves: readonly Uint8Array[]
  /** Their leaf hashes, n × 32. */
  readonly leafHashes: Uint8Array
  /** Ids of the accepted transactions, a leaf each; none for the genesis leaf. */
  readonly acceptedIds: readonly Uint8Array[]
  /** Under which names each of them is found. */
  readonly names: readonly ReadonlySet<PartyName>[]
  readonly refusals: readonly RefusedTransaction[]
}

/** A block ready to be committed. */
export interface SealedBlock {
  readonly writes: readonly Write[]
  readonly head: LedgerHead
  readonly edge: LogEdge
  readonly state: SealedState
  readonly headerLeaf: Uint8Array
}

/** On what a block is sealed. */
export interface SealBase {
  readonly kernel: Kernel
  readonly log: Log
  readonly store: Store
}

/** Seals a block on top of a log. Nothing is changed. */
export function sealBlock(
  { kernel, log, store }: SealBase,
  state: BlockState,
  parts: BlockParts,
): SealedBlock {
  const sealedState = state.seal()
  const headerLeaf = encodeHeaderLeaf({
    height: parts.height,
    time: parts.time,
    rulesVersion: parts.rulesVersion,
    accepted: parts.acceptedIds.length,
    refused: parts.refusals.length,
    previousHeaderHash: parts.previousHeaderHash,
    stateDigest: sealedState.digest,
  })
  const headerHash = kernel.leafHash(headerLeaf)
  const refusalsLeaves = encodeRefusalsLeaves(parts.refusals)
  const leaves = pack([...parts.leaves, ...refusalsLeaves, headerLeaf])
  const refusalsHashes = refusalsLeaves.map((leaf) => kernel.leafHash(leaf))
  const prepared = log.prepare(leaves, concatBytes(parts.leafHashes, ...refusalsHashes, headerHash))
  const head: LedgerHead = {
    height: parts.height,
    size: prepared.edge.size,
    root: prepared.root,
    time: parts.time,
    headerHash,
    rulesVersion: parts.rulesVersion,
  }
  const writes: Write[] = [
    ...prepared.writes,
    ...sealedState.writes,
    ...idWrites(log.size, parts),
    ...partyWrites(store, log.size, parts.names),
    { table: 'headers', key: integerKey(parts.height), value: integerKey(prepared.edge.size - 1) },
    { table: 'meta', key: HEAD_KEY, value: encodeHead(head) },
  ]
  return { writes, head, edge: prepared.edge, state: sealedState, headerLeaf }
}

/** Index of the leaf that holds refusal `position` of a block whose refusals leaves begin at `firstIndex`. */
const refusalIndex = (firstIndex: number, position: number): number =>
  firstIndex + Math.floor(position / REFUSALS_PER_LEAF_MAX)

function idWrites(sizeBefore: number, { height, leaves, acceptedIds, refusals }: BlockParts): Write[] {
  const records = encodeAcceptedIds(acceptedIds.length, sizeBefore, height)
  const accepted = acceptedIds.map((key, i): Write => ({ table: 'ids', key, value: records[i] }))
  const refused = refusals.map(({ id, code, extra }, i): Write => {
    const index = refusalIndex(sizeBefore + leaves.length, i)
    return { table: 'ids', key: id, value: encodeRefusedId(index, height, code, extra) }
  })
  return [...accepted, ...refused]
}

/**
 * What the id of each entry of a block stands for once the block is committed at `height` behind `sizeBefore` leaves.
 */
export function listStatuses(
  decisions: Decisions,
  ids: Uint8Array,
  sizeBefore: number,
  height: number,
  store: Store,
): PackedStatuses {
  const count = decisions.outcomes.length
  const list = createStatusList(count)
  const [acceptedEnd, refusals] = [sizeBefore + decisions.acceptedCount, decisions.refusals]
  let [acceptedPosition, refusedPosition] = [0, 0]
  for (let i = 0; i < count; i++) {
    const outcome = decisions.outcomes[i]
    if (outcome === OUTCOME.accepted) {
      setStatus(list, i, { status: 'accepted', index: sizeBefore + acceptedPosition++, height })
    } else if (outcome === OUTCOME.refused) {
      const index = refusalIndex(acceptedEnd, refusedPosition)
      const { code, extra } = refusals[refusedPosition++]!
      const details = extra?.details === undefined ? {} : { details: extra.details }
      setStatus(list, i, { status: 'refused', code, index, height, ...details })
    } else {
      // Dropped, repeated or spent: the id memory says what the id stands for by now, if for anything.
      const found = findId(store, ids.subarray(32 * i, 32 * (i + 1)))
      if (found !== undefined) setStatus(list, i, found.status)
    }
  }
  return list
}
