/**
 * Whom a check on the start page trusts: a genesis file that the reader has, and then no node; else the keys that this
 * node names. What a node answers is JSON of which nothing is believed beyond that.
 */
import type { NodeInfo } from '../../answers/index.ts'
import { LedgerError, toHex } from '../../base/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import {
  followTrust,
  ledgerIdOf,
  parseCheckpoint,
  parseGenesis,
  parseNote,
  parseTrustChain,
  succeedTrust,
  type Trust,
  type TrustChain,
  termsOf,
  trustOf,
} from '../../protocol/index.ts'
import { type LedgerInfo, trustOfNow } from '../ledger-info.ts'

export type StartInfo = LedgerInfo & Pick<NodeInfo, 'node' | 'rulesVersion' | 'displayNames'>

/** What the node said last: `/v1/info`, `/trust.json`, `/checkpoint`. */
export interface NodeWord {
  readonly info: StartInfo
  readonly chain: unknown
  readonly checkpoint: string
}

/** Display names by member. */
export type Names = { readonly [member: string]: string }

/** What a receipt is checked against, and where that is from. */
export interface Trusted {
  readonly from: 'genesis' | 'node'
  readonly trust: Trust
  readonly names: Names
}

/** A chain of trust as the node gave it; none where it has no form. */
function chainOf(word: NodeWord | undefined): TrustChain {
  try {
    return parseTrustChain(word?.chain)
  } catch (error) {
    if (error instanceof LedgerError) return { steps: [] }
    throw error
  }
}

/**
 * The keys of now and, by the node's chain, those before them. Those of genesis are in no chain: under them nothing is
 * found valid here.
 */
export function trustNode(kernel: Kernel, word: NodeWord): Trusted {
  const names = word.info.displayNames ?? {}
  const now = trustOfNow(kernel, word.info)
  const [first, ...steps] = chainOf(word).steps
  if (first === undefined) return { from: 'node', trust: now, names }
  const unknown: Trust = { ...now, logKeys: [], cosigners: [] }
  const { size } = parseCheckpoint(parseNote(first.checkpoint).text)
  const trust = followTrust(kernel, succeedTrust(kernel, unknown, size, first), { steps })
  // A chain that ends elsewhere than at the keys of now says nothing of when they took over.
  const isSame = JSON.stringify(termsOf(trust)) === JSON.stringify(termsOf(now))
  return { from: 'node', trust: isSame ? trust : now, names }
}

/**
 * What the bytes of a genesis file make trustworthy and, where this node is of that ledger, what its chain proves of
 * later keys. LedgerError `genesis.invalid`.
 */
export function trustGenesisFile(kernel: Kernel, bytes: Uint8Array, word: NodeWord | undefined): Trusted {
  const genesis = parseGenesis(kernel, bytes)
  const founded = trustOf(kernel, genesis, ledgerIdOf(kernel, bytes))
  const names = Object.fromEntries(
    genesis.members.flatMap(({ id, displayName }) => (displayName === undefined ? [] : [[id, displayName]])),
  )
  const isOurs = word?.info.ledgerId === toHex(founded.ledgerId)
  try {
    const trust = isOurs ? followTrust(kernel, founded, chainOf(word)) : founded
    return { from: 'genesis', trust, names }
  } catch (error) {
    // A node whose chain proves nothing takes nothing from what the file says.
    if (error instanceof LedgerError) return { from: 'genesis', trust: founded, names }
    throw error
  }
}
