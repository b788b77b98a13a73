/**
 * How a call becomes jobs: enough that every worker is busy, each as large as it can be, because a check costs less
 * in a larger batch.
 */
import type { JobKind } from './job.ts'

/** What the jobs of a kind may be. Work is counted in bytes: those of an item and `itemBytes` for the item itself. */
interface JobSize {
  /** What an item costs besides its bytes, as bytes that would be hashed in the same time. */
  readonly itemBytes: number
  /** A call is not split into jobs with less work than this. */
  readonly workMin: number
  /** A job has no more work than this, unless it is one item. */
  readonly workMax: number
}

const VERIFY: JobSize = { itemBytes: 8_000, workMin: 64 * 8_000, workMax: 4_096 * 10_000 }
const HASH: JobSize = { itemBytes: 64, workMin: 256 * 1024, workMax: 16 * 1024 * 1024 }

const SIZES: { readonly [Kind in JobKind]: JobSize } = {
  verifyEntries: VERIFY,
  verifyPacked: VERIFY,
  hashLeaves: HASH,
  merkleRoot: HASH,
  foldRoots: HASH,
}

/** Jobs begin at multiples of 8 items, so that their bit sets are joined byte by byte. */
const ALIGNMENT = 8

/**
 * Where to cut the items at `offsets` for `threads` workers: the first item of each job in order, and the number of
 * items at the end. A call of nothing is one empty job.
 */
export function cutJobs(kind: JobKind, offsets: Uint32Array, threads: number): number[] {
  const count = offsets.length - 1
  const size = SIZES[kind]
  const workBefore = (item: number) => offsets[item]! + item * size.itemBytes
  const jobs = jobCount(workBefore(count), size, threads)
  if (kind === 'merkleRoot') return cutSubtrees(count, jobs)
  const cuts = [0]
  for (let job = 1; job < jobs; job++) {
    const target = (workBefore(count) * job) / jobs
    const item = roundUp(firstAtLeast(workBefore, count, target))
    if (item > cuts[cuts.length - 1]! && item < count) cuts.push(item)
  }
  return [...cuts, count]
}

/** As many jobs as threads where each has enough to do, or as many as keep each below the largest. */
function jobCount(work: number, size: JobSize, threads: number): number {
  const most = Math.max(1, Math.floor(work / size.workMin))
  const fewest = Math.ceil(work / (size.workMax * threads)) * threads
  return Math.min(most, Math.max(threads, fewest))
}

/**
 * Cuts a tree into complete subtrees of one width, a power of two, and a rest: by RFC 6962's rule the root of their
 * roots is the root of the whole. Two to four times as many as `jobs`, so that a short rest keeps no worker waiting.
 */
function cutSubtrees(count: number, jobs: number): number[] {
  if (jobs === 1) return [0, count]
  let width = 1
  while (4 * width * jobs <= count) width *= 2
  const cuts: number[] = []
  for (let at = 0; at < count; at += width) cuts.push(at)
  return [...cuts, count]
}

/** The first item at or behind which at least `target` work lies, `work` being monotonic. */
function firstAtLeast(work: (item: number) => number, count: number, target: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (work(middle) < target) low = middle + 1
    else high = middle
  }
  return low
}

const roundUp = (item: number) => Math.ceil(item / ALIGNMENT) * ALIGNMENT
