/**
 * Structured logs: one JSON object a line. A field is a scalar or a list of strings, never bytes or objects, so that no
 * body, private part, key or token can slip in whole. Channels: `http`, `audit` (reads of patient data), `ledger`,
 * `node`.
 */
import type { Clock } from '../base/index.ts'
import { LedgerError } from '../base/index.ts'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LogFields {
  readonly [name: string]: string | number | boolean | readonly string[] | undefined
}

export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** The same log with `fields` on every line. */
  child(fields: LogFields): Logger
}

export interface LoggerOptions {
  readonly level: LogLevel
  readonly clock: Pick<Clock, 'nowSeconds'>
  /** Takes one line, with its newline. */
  readonly write: (line: string) => void
}

/** A logger that writes lines of `level` and above. */
export function createLogger({ level, clock, write }: LoggerOptions, bound: LogFields = {}): Logger {
  const line = (lineLevel: LogLevel, message: string, fields: LogFields = {}): void => {
    if (LOG_LEVELS.indexOf(lineLevel) < LOG_LEVELS.indexOf(level)) return
    const time = new Date(clock.nowSeconds() * 1000).toISOString()
    write(`${JSON.stringify({ time, level: lineLevel, message, ...bound, ...fields })}\n`)
  }
  return {
    debug: (message, fields) => line('debug', message, fields),
    info: (message, fields) => line('info', message, fields),
    warn: (message, fields) => line('warn', message, fields),
    error: (message, fields) => line('error', message, fields),
    child: (fields) => createLogger({ level, clock, write }, { ...bound, ...fields }),
  }
}

/** Longest error text in a log: ours are one sentence, a library's may quote what it was given. */
const ERROR_TEXT_LENGTH_MAX = 200

/** What a log may say of an error: its code or class, its text cut short, where it arose. */
export function errorFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { error: typeof error }
  const stack = (error.stack ?? '').split('\n').filter((text) => text.startsWith('    at '))
  const cause = error.cause instanceof Error ? error.cause.message.slice(0, ERROR_TEXT_LENGTH_MAX) : undefined
  return {
    error: error instanceof LedgerError ? error.code : error.name,
    errorText: error.message.slice(0, ERROR_TEXT_LENGTH_MAX),
    cause,
    stack: stack.slice(0, 6).map((text) => text.trim()),
  }
}
