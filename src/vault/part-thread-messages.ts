/**
 * What the main thread and the vault's thread tell one another (`src/threads`). Bytes travel packed, and are given
 * away.
 */
import { type Packed, pack, packedItem } from '../base/index.ts'
import type { PartStore, PartToKeep } from './types.ts'

/** What the vault's thread is started with. */
export interface PartThreadData {
  readonly folder: string
}

/** Parts on their way: ids (n × 32) and parts in the same order. */
export interface PackedParts {
  readonly ids: Uint8Array
  readonly parts: Packed
}

/** What can be called: the store's methods, parts packed. */
export interface PartMethods extends Omit<PartStore, 'keep'> {
  keep(parts: PackedParts): Promise<void>
}

export function packParts(parts: readonly PartToKeep[]): PackedParts {
  return { ids: pack(parts.map(({ id }) => id)).bytes, parts: pack(parts.map(({ part }) => part)) }
}

/** Views into `packed`. */
export const unpackParts = ({ ids, parts }: PackedParts): PartToKeep[] =>
  Array.from({ length: ids.length / 32 }, (_, i) => ({
    id: ids.subarray(32 * i, 32 * i + 32),
    part: packedItem(parts, i),
  }))
