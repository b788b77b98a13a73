/**
 * Which nodes of an RFC 6962 tree make up a root, an inclusion proof or a consistency proof (RFC 9162 sections 2.1.1,
 * 2.1.3.1 and 2.1.4.1). Arithmetic on numbers only, nothing is hashed. Sizes go up to 2^53 - 1, so halving is done by
 * division: bit operators end at 2^31.
 */

/** The root of a complete subtree: leaves `index` × 2^`level` up to the next multiple. Level 0 holds leaf hashes. */
export interface TreeNode {
  readonly level: number
  readonly index: number
}

/**
 * A hash that stands for a range of leaves: its complete subtrees, left to right, each smaller than the one before it.
 * One node is the hash itself; several are hashed together from the right.
 */
export type TreeRange = readonly TreeNode[]

/** The largest power of two below `count`, where RFC 6962 splits `count` > 1 leaves. */
function splitPoint(count: number): number {
  let split = 1
  while (split * 2 < count) split *= 2
  return split
}

/** Complete subtrees of the leaves `start` to `end` (not included); `start` is where a subtree of that many begins. */
function rangeNodes(start: number, end: number): TreeRange {
  const nodes: TreeNode[] = []
  while (start < end) {
    let [level, width] = [0, 1]
    while (width * 2 <= end - start) {
      width *= 2
      level += 1
    }
    nodes.push({ level, index: start / width })
    start += width
  }
  return nodes
}

const requireCount = (name: string, value: number): void => {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name} ${value} is out of range`)
}

/** Complete subtrees of a tree of `size` leaves, the largest first; none for the empty tree. */
export function treeNodes(size: number): TreeRange {
  requireCount('the size', size)
  return rangeNodes(0, size)
}

/** One range a proof hash, the leaf's sibling first: RFC 9162 PATH. RangeError unless 0 <= index < size. */
export function inclusionRanges(index: number, size: number): TreeRange[] {
  requireCount('the size', size)
  requireCount('the index', index)
  if (index >= size) throw new RangeError(`the tree of ${size} leaves has no leaf ${index}`)
  const ranges: TreeRange[] = []
  let [start, end] = [0, size]
  while (end - start > 1) {
    const middle = start + splitPoint(end - start)
    if (index < middle) {
      ranges.push(rangeNodes(middle, end))
      end = middle
    } else {
      ranges.push(rangeNodes(start, middle))
      start = middle
    }
  }
  return ranges.reverse()
}

/** One range a proof hash: RFC 9162 PROOF. None where the sizes are equal. RangeError unless 1 <= from <= to. */
export function consistencyRanges(from: number, to: number): TreeRange[] {
  requireCount('the later size', to)
  requireCount('the earlier size', from)
  if (from < 1 || from > to) throw new RangeError(`sizes ${from} and ${to} are not in order from 1`)
  const ranges: TreeRange[] = []
  let [start, end] = [0, to]
  while (from < end) {
    const middle = start + splitPoint(end - start)
    if (from <= middle) {
      ranges.push(rangeNodes(middle, end))
      end = middle
    } else {
      ranges.push(rangeNodes(start, middle))
      start = middle
    }
  }
  // What is left is the right end of the earlier tree. From 0 it is that tree, whose root the verifier knows.
  if (start > 0) ranges.push(rangeNodes(start, end))
  return ranges.reverse()
}
