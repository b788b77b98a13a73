/**
 * Fills the kernel's input arena with items and their offsets, as many as fit. What does not fit into the empty arena
 * is left to the caller, who streams it.
 */
import { type Packed, packedItem } from '../base/index.ts'
import type { Wasm } from './wasm.ts'

export class InputArena {
  readonly #input: Uint8Array
  readonly #offsets: Uint32Array
  readonly #itemsMax: number
  #count = 0

  constructor(wasm: Wasm) {
    this.#input = wasm.arenas.input
    this.#offsets = wasm.arenas.offsets
    this.#itemsMax = wasm.itemsMax
    this.#offsets[0] = 0
  }

  /** Items in the arena. */
  get count(): number {
    return this.#count
  }

  clear(): void {
    this.#count = 0
  }

  /** Adds one item made of `parts`; false, and nothing added, where there is no room for it. */
  add(...parts: readonly Uint8Array[]): boolean {
    let end = this.#offsets[this.#count]!
    let length = 0
    for (const part of parts) length += part.length
    if (this.#count === this.#itemsMax || length > this.#input.length - end) return false
    for (const part of parts) {
      this.#input.set(part, end)
      end += part.length
    }
    this.#offsets[++this.#count] = end
    return true
  }

  /** Clears the arena, then puts in items of `packed` from `first` up to `end`; how many is `count` then. */
  fill(packed: Packed, first: number, end: number): void {
    const start = packed.offsets[first]!
    let count = 0
    while (count < this.#itemsMax && first + count < end) {
      const itemEnd = packed.offsets[first + count + 1]! - start
      if (itemEnd > this.#input.length) break
      this.#offsets[++count] = itemEnd
    }
    this.#input.set(packed.bytes.subarray(start, start + this.#offsets[count]!))
    this.#count = count
  }
}

/** Calls `take` for pieces of `bytes` that fit into the arena, each copied to its start. */
export function streamThrough(
  wasm: Wasm,
  bytes: Uint8Array,
  take: (ptr: number, length: number) => void,
): void {
  const { input } = wasm.arenas
  for (let at = 0; at < bytes.length; at += input.length) {
    const piece = bytes.subarray(at, at + input.length)
    input.set(piece)
    take(wasm.inputPtr, piece.length)
  }
}

/**
 * Goes through items [first, end) of `packed`: `takeArena` for each filling of the arena, told the number of its first
 * item, and `takeLarge` for an item that alone does not fit.
 */
export function forEachFilling(
  arena: InputArena,
  packed: Packed,
  first: number,
  end: number,
  takeArena: (first: number) => void,
  takeLarge: (item: Uint8Array, index: number) => void,
): void {
  for (let i = first; i < end; ) {
    arena.fill(packed, i, end)
    if (arena.count > 0) {
      takeArena(i)
      i += arena.count
    } else {
      takeLarge(packedItem(packed, i), i)
      i++
    }
  }
}
