/** What the main thread and the vault's thread say to one another. Bytes travel packed, and are given away. */
import { type Code, type ErrorDetails, LedgerError, type Packed, pack, packedItem } from '../base/index.ts'
import type { PartStore, PartToKeep } from './types.ts'

/** Parts on their way: ids (n × 32) and parts in the same order. */
export interface PackedParts {
  readonly ids: Uint8Array
  readonly parts: Packed
}

export interface PartCall {
  readonly call: number
  readonly method: keyof PartStore
  readonly args: readonly unknown[]
}

/** An answer, an error as code and details (a clone of an Error loses its class), or that the store is open. */
export type PartReply =
  | { readonly opened: true }
  | { readonly call: number; readonly answer: unknown }
  | { readonly call: number; readonly code: Code; readonly details: ErrorDetails }

export function packParts(parts: readonly PartToKeep[]): PackedParts {
  return { ids: pack(parts.map(({ id }) => id)).bytes, parts: pack(parts.map(({ part }) => part)) }
}

/** Views into `packed`. */
export const unpackParts = ({ ids, parts }: PackedParts): PartToKeep[] =>
  Array.from({ length: ids.length / 32 }, (_, i) => ({
    id: ids.subarray(32 * i, 32 * i + 32),
    part: packedItem(parts, i),
  }))

/** The reply for a call that failed. Errors of other classes are `node.internal`, with their text for the log. */
export function failureOf(call: number, error: unknown): PartReply {
  if (error instanceof LedgerError) {
    const { code, details, cause } = error
    return { call, code, details: cause instanceof Error ? { ...details, cause: cause.message } : details }
  }
  return { call, code: 'node.internal', details: { message: String(error) } }
}
