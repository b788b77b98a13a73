/**
 * Mutual aid on the member's side: a collector makes a cohort of commitments and gives each person its opening; a
 * person computes from the statements of rounds, each proved by a receipt, what it pays.
 */
import { compareBytes, concatBytes, fromHex, toHex } from '../base/index.ts'
import { type AidPerson, aidCommitmentInput, aidPaymentOf } from '../domain/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { encodeBase64, inclusionProof, type ReadNode } from '../protocol/index.ts'
import { randomBytes } from './keys.ts'

/** A person that joins: born on `YYYY-MM-DD`, and the commitment that social security attests for it (hex). */
export interface AidJoiner {
  readonly bornOn: string
  readonly insured: string
  /** 64 hex digits; a fresh one where none is given. */
  readonly salt?: string
}

/** What a person keeps to show that it is a member; `path` is the inclusion proof of its commitment. */
export interface AidOpening {
  readonly index: number
  readonly bornOn: string
  readonly salt: string
  readonly commitment: string
  readonly path: readonly string[]
}

export interface AidCohort {
  /** For the field `members` of `aid.join`. */
  readonly members: string
  /** Root that the ledger keeps, hex. */
  readonly root: string
  /** In the order in which the people were given. */
  readonly openings: readonly AidOpening[]
}

/**
 * Commits 1 to 1,000 people to a plan (`<sponsor>:<plan>`). Their commitments stand in ascending order, so nobody can
 * tell who came first.
 */
export function makeAidCohort(kernel: Kernel, plan: string, people: readonly AidJoiner[]): AidCohort {
  const committed = people.map(({ bornOn, insured, salt = toHex(randomBytes(32)) }, order) => {
    const person: AidPerson = { plan, bornOn, salt, insured }
    return { order, bornOn, salt, bytes: kernel.sha256(aidCommitmentInput(person)) }
  })
  const sorted = committed.sort((a, b) => compareBytes(a.bytes, b.bytes))
  const commitments = sorted.map(({ bytes }) => bytes)
  const readNode = makeNodeReader(kernel, commitments)
  const openings = new Array<AidOpening>(people.length)
  for (const [index, { order, bornOn, salt, bytes }] of sorted.entries()) {
    const path = inclusionProof(kernel, index, commitments.length, readNode).map(toHex)
    openings[order] = { index, bornOn, salt, commitment: toHex(bytes), path }
  }
  return {
    members: encodeBase64(concatBytes(...commitments)),
    root: toHex(kernel.merkleRoot(commitments)),
    openings,
  }
}

/** Complete subtrees of a small tree, each hashed once. */
function makeNodeReader(kernel: Kernel, entries: readonly Uint8Array[]): ReadNode {
  const levels = [entries.map((entry) => kernel.leafHash(entry))]
  for (let below = levels[0]!; below.length > 1; below = levels.at(-1)!) {
    const count = below.length >> 1
    levels.push(Array.from({ length: count }, (_, i) => kernel.nodeHash(below[2 * i]!, below[2 * i + 1]!)))
  }
  return (level, index) => levels[level]![index]!
}

/** Whether a commitment is leaf `index` of a cohort of `count` under `root`. */
export function isInAidCohort(
  kernel: Kernel,
  { index, commitment, path }: Pick<AidOpening, 'index' | 'commitment' | 'path'>,
  { count, root }: { readonly count: number; readonly root: string },
): boolean {
  const [leaf, rootBytes] = [fromHex(commitment, 32), fromHex(root, 32)]
  const hashes = fromHex(path.join(''))
  if (leaf === undefined || rootBytes === undefined || hashes === undefined) return false
  return kernel.verifyInclusion(index, count, kernel.leafHash(leaf), hashes, rootBytes)
}

/** What a round's `aid.share` states and a payment follows from. */
export interface AidRoundShare {
  /** Date of publication. */
  readonly round: string
  readonly year: string
  /** Sum of the year's shares before this round. */
  readonly sumBefore: number
  readonly share: number
  readonly cap: number
}

/**
 * Payments of somebody covered from `start` on (`YYYY-MM-DD`) and still a member, of rounds given oldest first: in a
 * year the payments add up to the shares, but never to more than the cap.
 */
export function computeAidPayments(
  start: string,
  rounds: readonly AidRoundShare[],
): readonly { readonly round: string; readonly payment: number }[] {
  const mine = rounds.filter(({ round }) => start <= round)
  const first = mine[0]
  return mine.map((round) => {
    const base = first !== undefined && first.year === round.year ? first.sumBefore : 0
    return { round: round.round, payment: aidPaymentOf(round, base) }
  })
}
