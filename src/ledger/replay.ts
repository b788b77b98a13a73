/**
 * Rebuilds a ledger from its leaves alone: every transaction is checked and executed again by the commit's own code,
 * every header compared byte for byte. What comes out holds state, id memory, tiles and indexes; what the leaves do
 * not hold (who signed a refused transaction, what a rule said besides its code) stays behind.
 */
import { equalBytes, LedgerError, type Packed, pack } from '../base/index.ts'
import type { EntryVerdicts } from '../kernel/index.ts'
import { decodeLeaf, type Leaf, type Refusal } from '../protocol/index.ts'
import { type Chain, type ChainOptions, createChain, openChain } from './chain.ts'
import { readHead } from './head.ts'
import type { LedgerHead, RecordedBlock } from './types.ts'

export interface ReplayOptions extends Omit<ChainOptions, 'genesisBytes'> {
  /** Leaves of the log from `index` on, ending in a header: from a store, an exported folder, another node. */
  readonly leavesFrom: (index: number) => Iterable<Uint8Array> | AsyncIterable<Uint8Array>
  /** Checks a block's entries; the kernel on this thread by default. An engine's pool is faster. */
  readonly verify?: (entries: Packed, ledgerId: Uint8Array) => EntryVerdicts | Promise<EntryVerdicts>
  /** Told after each block. */
  readonly onBlock?: (head: LedgerHead) => void
}

/** One block as its leaves hold it. */
export interface LeafBlock extends RecordedBlock {
  readonly time: number
  /** Accepted transactions, in order. */
  readonly entries: readonly Uint8Array[]
}

const diverge = (message: string): never => {
  throw new LedgerError('ledger.diverged', { message })
}

type LeafIterator = Iterator<Uint8Array> | AsyncIterator<Uint8Array>

const iteratorOf = (leaves: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): LeafIterator =>
  Symbol.asyncIterator in leaves ? leaves[Symbol.asyncIterator]() : leaves[Symbol.iterator]()

/**
 * Replays leaves into `store`, and returns where that ends. A store that holds the beginning of the same log already is
 * gone on with: what was replayed before is not replayed again. LedgerError `ledger.diverged` names the first block
 * that does not come out as the log holds it; `form.leaf` a leaf that is none. The blocks before it stay in the store.
 */
export async function replayLeaves(options: ReplayOptions): Promise<LedgerHead> {
  const { kernel, onBlock, verify = (entries, ledgerId) => kernel.verifyEntries(entries, ledgerId) } = options
  const chain = await openReplay(options)
  onBlock?.(chain.head)
  for await (const block of blocksOf(options.leavesFrom(chain.head.size))) {
    const entries = pack(block.entries)
    const verdicts = await verify(entries, chain.ledgerId)
    chain.commit({ time: block.time, entries, verdicts, recorded: block })
    onBlock?.(chain.head)
  }
  return chain.head
}

/**
 * The blocks that leaves make up, from behind a header to the last header. LedgerError `ledger.diverged` where they are
 * in no order that a log can have, `form.leaf` for a leaf that is none.
 */
export async function* blocksOf(
  leaves: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): AsyncGenerator<LeafBlock, void> {
  const iterator = iteratorOf(leaves)
  for (let block = await nextBlock(iterator); block !== undefined; block = await nextBlock(iterator)) {
    yield block
  }
}

/** The chain to go on with: the one in the store where it is of the same genesis, else a new one. */
async function openReplay(options: ReplayOptions): Promise<Chain> {
  const leaves = iteratorOf(options.leavesFrom(0))
  const [first, header] = [await nextLeaf(leaves), await nextLeaf(leaves)]
  await leaves.return?.()
  if (first?.decoded.kind !== 'genesis') return diverge('Leaf 0 is not a genesis leaf.')
  const chainOptions = { ...options, genesisBytes: first.decoded.genesis }
  const isNew = readHead(options.store) === undefined
  const chain = isNew ? createChain(chainOptions) : openChain(chainOptions)
  if (header === undefined || !equalBytes(header.leaf, chain.log.leaf(1)!)) {
    diverge('Leaf 1 is not the header that the genesis comes to.')
  }
  return chain
}

async function nextLeaf(leaves: LeafIterator): Promise<{ leaf: Uint8Array; decoded: Leaf } | undefined> {
  const { done, value } = await leaves.next()
  return done === true ? undefined : { leaf: value, decoded: decodeLeaf(value) }
}

/** The leaves of the next block; undefined at the end of the log. */
async function nextBlock(leaves: LeafIterator): Promise<LeafBlock | undefined> {
  const entries: Uint8Array[] = []
  const refusals: Refusal[] = []
  for (;;) {
    const next = await nextLeaf(leaves)
    if (next === undefined) {
      return entries.length + refusals.length === 0 ? undefined : diverge('The last leaf is not a header.')
    }
    const { leaf, decoded } = next
    switch (decoded.kind) {
      case 'transaction':
        if (refusals.length > 0) diverge('A transaction follows the refusals of its block.')
        entries.push(leaf)
        break
      case 'refusals':
        refusals.push(...decoded.refusals)
        break
      case 'header':
        return { time: decoded.header.time, headerLeaf: leaf, entries, refusals }
      default:
        diverge('A genesis leaf follows leaf 0.')
    }
  }
}
