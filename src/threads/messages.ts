/**
 * What two threads say to one another: calls with numbers, replies with the same numbers. Errors travel as code and
 * details, because a structured clone of an Error loses its class.
 */
import { type Code, type ErrorDetails, LedgerError } from '../base/index.ts'

export interface Call {
  readonly call: number
  readonly method: string
  readonly args: readonly unknown[]
}

export type Reply =
  | { readonly opened: unknown }
  | { readonly openFailed: PlainError }
  | { readonly call: number; readonly answer: unknown }
  | { readonly call: number; readonly error: PlainError }

/** An error as it travels. */
export interface PlainError {
  readonly code: Code
  readonly details: ErrorDetails
  /** Text of its cause, for the node's log. */
  readonly cause: string | undefined
}

/** An error of another class than ours is a broken invariant: `node.internal`, with its text for the node's log. */
export function toPlainError(error: unknown): PlainError {
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof LedgerError))
    return { code: 'node.internal', details: { message }, cause: undefined }
  const { code, details, cause } = error
  return { code, details: cloneable(details), cause: cause instanceof Error ? cause.message : undefined }
}

/** Details hold JSON and nothing else by the time they cross. */
const cloneable = (details: ErrorDetails): ErrorDetails => JSON.parse(JSON.stringify(details)) as ErrorDetails

export const fromPlainError = ({ code, details, cause }: PlainError): LedgerError =>
  new LedgerError(code, details, cause === undefined ? undefined : new Error(cause))
