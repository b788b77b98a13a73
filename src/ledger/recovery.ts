/**
 * Rebuilds a ledger from its leaves alone: every transaction is checked and executed again by the commit's own code,
 * every header compared byte for byte. What comes out holds state, id memory, tiles and indexes; what the leaves do
 * not hold (who signed a refused transaction, what a rule said besides its code) stays behind.
 */
import { equalBytes, LedgerError, type Packed, pack } from '../base/index.ts'
import type { EntryVerdicts } from '../kernel/index.ts'
import { decodeLeaf, type Leaf, type Refusal } from '../protocol/index.ts'
import { type Chain, type ChainOptions, createChain } from './chain.ts'
import type { LedgerHead } from './types.ts'

export interface ReplayOptions extends Omit<ChainOptions, 'genesisBytes'> {
  /** Leaves of the log from leaf 0 on, ending in a header. */
  readonly leaves: Iterable<Uint8Array>
  /** Checks a block's entries; the kernel on this thread by default. An engine's pool is faster. */
  readonly verify?: (entries: Packed, ledgerId: Uint8Array) => EntryVerdicts | Promise<EntryVerdicts>
  /** Told after each block. */
  readonly onBlock?: (head: LedgerHead) => void
}

/** One block as its leaves hold it. */
interface LeafBlock {
  readonly time: number
  readonly headerLeaf: Uint8Array
  readonly entries: readonly Uint8Array[]
  readonly refusals: readonly Refusal[]
}

const diverge = (message: string): never => {
  throw new LedgerError('ledger.diverged', { message })
}

/**
 * Replays leaves into `store`, which is empty, and returns where that ends. LedgerError `ledger.diverged` names the
 * first block that does not come out as the log holds it; `form.leaf` a leaf that is none.
 */
export async function replayLeaves(options: ReplayOptions): Promise<LedgerHead> {
  const { kernel, onBlock, verify = (entries, ledgerId) => kernel.verifyEntries(entries, ledgerId) } = options
  const leaves = options.leaves[Symbol.iterator]()
  const chain = replayGenesis(options, leaves)
  onBlock?.(chain.head)
  for (let block = nextBlock(leaves); block !== undefined; block = nextBlock(leaves)) {
    const entries = pack(block.entries)
    const verdicts = await verify(entries, chain.ledgerId)
    chain.commit({ time: block.time, entries, verdicts }, block)
    onBlock?.(chain.head)
  }
  return chain.head
}

function replayGenesis(options: ReplayOptions, leaves: Iterator<Uint8Array>): Chain {
  const first = nextLeaf(leaves)
  if (first?.decoded.kind !== 'genesis') return diverge('Leaf 0 is not a genesis leaf.')
  const chain = createChain({ ...options, genesisBytes: first.decoded.genesis })
  const header = nextLeaf(leaves)
  if (header === undefined || !equalBytes(header.leaf, chain.log.leaf(1)!)) {
    diverge('Leaf 1 is not the header that the genesis comes to.')
  }
  return chain
}

function nextLeaf(leaves: Iterator<Uint8Array>): { leaf: Uint8Array; decoded: Leaf } | undefined {
  const { done, value } = leaves.next()
  return done === true ? undefined : { leaf: value, decoded: decodeLeaf(value) }
}

/** The leaves of the next block; undefined at the end of the log. */
function nextBlock(leaves: Iterator<Uint8Array>): LeafBlock | undefined {
  const entries: Uint8Array[] = []
  const refusals: Refusal[] = []
  for (;;) {
    const next = nextLeaf(leaves)
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
