/**
 * The growing edge of an RFC 6962 tree: the roots of its complete subtrees, one for each 1 in the size's binary form.
 * Enough to append leaves and give the root; a log keeps nothing else in memory.
 */
import { assert } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { foldHashes, type ReadNode } from './proof.ts'
import { treeNodes } from './tree.ts'

/** Complete subtrees of one level that an append made: `hashes` is n × 32, of the nodes `firstIndex` onward. */
export interface AppendedNodes {
  readonly level: number
  readonly firstIndex: number
  readonly hashes: Uint8Array
}

export class MerkleFrontier {
  readonly #kernel: Kernel
  /** Root of the complete subtree of each level that has one now, by level. */
  #roots: (Uint8Array | undefined)[]
  #size: number

  private constructor(kernel: Kernel, size: number, roots: (Uint8Array | undefined)[]) {
    this.#kernel = kernel
    this.#size = size
    this.#roots = roots
  }

  /** The frontier of the empty tree. */
  static empty(kernel: Kernel): MerkleFrontier {
    return new MerkleFrontier(kernel, 0, [])
  }

  /** The frontier of a stored tree of `size` leaves; reads at most 53 nodes. */
  static fromNodes(kernel: Kernel, size: number, readNode: ReadNode): MerkleFrontier {
    const roots: (Uint8Array | undefined)[] = []
    for (const { level, index } of treeNodes(size)) roots[level] = readNode(level, index)
    return new MerkleFrontier(kernel, size, roots)
  }

  /** Leaves so far. */
  get size(): number {
    return this.#size
  }

  /** Root of the tree; of none, SHA-256 of nothing. */
  root(): Uint8Array {
    const roots = this.#roots.filter((root) => root !== undefined).reverse()
    return roots.length === 0 ? this.#kernel.sha256(new Uint8Array(0)) : foldHashes(this.#kernel, roots)
  }

  /** A frontier that grows on its own; this one stays as it is. */
  clone(): MerkleFrontier {
    return new MerkleFrontier(this.#kernel, this.#size, [...this.#roots])
  }

  /**
   * Appends leaf hashes, n × 32, and returns the complete subtrees that came to be, level 0 (the leaves themselves)
   * first. Those of levels 0, 8, 16… are the new hashes of tiles. One kernel call a level.
   */
  append(leafHashes: Uint8Array): AppendedNodes[] {
    assert(leafHashes.length % 32 === 0, 'leaf hashes come in 32 bytes')
    const size = this.#size + leafHashes.length / 32
    assert(Number.isSafeInteger(size), 'a log has at most 2^53 - 1 leaves')
    const appended: AppendedNodes[] = []
    let created = leafHashes
    for (let level = 0; created.length > 0; level++) {
      const firstIndex = Math.floor(this.#size / 2 ** level)
      appended.push({ level, firstIndex, hashes: created })
      created = this.#carry(level, created)
    }
    this.#size = size
    return appended
  }

  /**
   * Puts new nodes of a level behind the one that waits there; returns the parents of the pairs, keeps what is left
   * over.
   */
  #carry(level: number, created: Uint8Array): Uint8Array {
    const waiting = this.#roots[level]
    let nodes = created
    if (waiting !== undefined) {
      nodes = new Uint8Array(32 + created.length)
      nodes.set(waiting)
      nodes.set(created, 32)
    }
    const pairedLength = nodes.length - (nodes.length % 64)
    this.#roots[level] = pairedLength < nodes.length ? nodes.slice(pairedLength) : undefined
    return pairedLength === 0 ? new Uint8Array(0) : this.#kernel.hashNodes(nodes.subarray(0, pairedLength))
  }
}
