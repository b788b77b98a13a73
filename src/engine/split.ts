/**
 * How a call becomes jobs: enough that every worker is busy, each as large as it can be, because a check costs less
 * in a larger batch.
 */
import type { JobKind } from './job.ts'

/** How large the jobs of a kind are. Work is counted in bytes: those of the items, and `itemBytes` for each item. */
interface JobSize {
  /** What an item costs besides its bytes, as bytes that are hashed in the same time. */
  readonly itemBytes: number
  /** A call is not split into jobs with less work than this. */
  readonly workMin: number
  /** A call is split until its jobs have about this many items and bytes at most. */
  readonly itemsMax: number
  readonly bytesMax: number
}

/*
 * Measured on one core, 200-byte messages, 32 signers, µs of processor time a check in a batch of
 *            64    128    256    512   1,024   2,048   4,096
 *   fused   17.7   13.7   11.3   10.2     9.5     9.1     8.7
 *   simd    20.8   15.8   13.3   11.8    11.2    10.7    10.4
 *   scalar  39.8   33.4   26.3   23.5    21.7    20.5    19.5
 * Halving a call of 512 makes it 1.8 times as fast on two cores for 11% more work; halving one of 256 would cost 21%.
 * Above 4,096 the kernel settles piece by piece: nothing is gained. SHA-512 takes 2.2 ns a byte (scalar: 3.2), so a
 * check is worth about 4,000 bytes.
 */
const CHECK_BYTES = 4_000
const VERIFY: JobSize = {
  itemBytes: CHECK_BYTES,
  workMin: 256 * CHECK_BYTES,
  itemsMax: 4_096,
  bytesMax: 16 * 1024 * 1024,
}

/* A leaf takes 0.3 µs and 4.6 ns a byte, so 256 KiB are 1.2 ms: ten times the trip to a worker. */
const HASH: JobSize = {
  itemBytes: 64,
  workMin: 256 * 1024,
  itemsMax: 65_536,
  bytesMax: 16 * 1024 * 1024,
}

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
  const jobs = jobCount(offsets, workBefore(count), size, threads)
  if (kind === 'merkleRoot') return cutSubtrees(count, jobs)
  const cuts = [0]
  for (let job = 1; job < jobs; job++) {
    const target = (workBefore(count) * job) / jobs
    const item = roundUp(firstAtLeast(workBefore, count, target))
    if (item > cuts[cuts.length - 1]! && item < count) cuts.push(item)
  }
  return [...cuts, count]
}

/**
 * As many jobs as threads where each has enough to do; more, as many for each thread, where they would be too large.
 */
function jobCount(offsets: Uint32Array, work: number, size: JobSize, threads: number): number {
  const count = offsets.length - 1
  const most = Math.max(1, Math.floor(work / size.workMin))
  const fewest = Math.max(count / size.itemsMax, offsets[count]! / size.bytesMax)
  return Math.min(most, Math.max(1, Math.ceil(fewest / threads)) * threads)
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
