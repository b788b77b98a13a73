/**
 * What the main thread and the ledger thread say to one another: calls with numbers, replies with the same numbers.
 * Errors travel as code and details, because a structured clone of an Error loses its class.
 */
import { type Code, type ErrorDetails, LedgerError } from '../base/index.ts'
import type { Genesis } from '../protocol/index.ts'
import type { Ledger } from './types.ts'

/** What can be called: every method of a ledger. */
export type LedgerMethods = Omit<Ledger, 'genesis' | 'ledgerId' | 'origin' | 'halted'>

/** What a ledger thread is started with. */
export interface ThreadData {
  readonly dir: string
  readonly genesisBytes: Uint8Array
  readonly create: boolean
  readonly kernelModule: WebAssembly.Module | undefined
}

export interface CallMessage {
  readonly call: number
  readonly method: keyof LedgerMethods
  readonly args: readonly unknown[]
}

export type ThreadMessage =
  | { readonly opened: { readonly genesis: Genesis; readonly ledgerId: Uint8Array; readonly origin: string } }
  | { readonly openFailed: PlainError }
  | { readonly call: number; readonly answer: unknown }
  | { readonly call: number; readonly error: PlainError }

/** An error as it travels. */
export interface PlainError {
  readonly code: Code
  readonly details: ErrorDetails
}

/** An error of another class than ours is a broken invariant: `node.internal`, with its text for the node's log. */
export function toPlainError(error: unknown): PlainError {
  if (error instanceof LedgerError) return { code: error.code, details: cloneable(error.details) }
  return {
    code: 'node.internal',
    details: { message: error instanceof Error ? error.message : String(error) },
  }
}

/** Details hold JSON and nothing else by the time they cross. */
const cloneable = (details: ErrorDetails): ErrorDetails => JSON.parse(JSON.stringify(details)) as ErrorDetails

export const fromPlainError = ({ code, details }: PlainError): LedgerError => new LedgerError(code, details)

/** `bytes` as they should be posted: a view of a larger buffer would drag all of it along, so it is copied out. */
export const compact = <Bytes extends Uint8Array | Uint32Array>(bytes: Bytes): Bytes =>
  fillsItsBuffer(bytes) ? bytes : (bytes.slice() as Bytes)

/** Buffers that a post may take away from this thread: those that one of `arrays` fills, and that are not shared. */
export const transferable = (arrays: readonly (Uint8Array | Uint32Array)[]): ArrayBuffer[] => [
  ...new Set(
    arrays.filter(fillsItsBuffer).flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : [])),
  ),
]

const fillsItsBuffer = (bytes: Uint8Array | Uint32Array): boolean =>
  bytes.byteLength === bytes.buffer.byteLength
