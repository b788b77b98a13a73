/** What commands print on stdout: lines for people, or one JSON document with `--json`. */
import { showHidden } from '../base/index.ts'

/** Prints lines for people. */
export function printLines(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Prints one JSON document. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
}

/**
 * Rows of name and value as aligned lines, two spaces in. Values may be others' words: what is hidden in them is
 * written out.
 */
export function formatTable(rows: readonly (readonly [name: string, value: string])[]): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${showHidden(value)}`)
}

/** UTC date and time of unix seconds. */
export const formatTime = (seconds: number): string =>
  `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`

/** 1234567 as 1,234,567, whatever the machine's language. */
export const formatCount = (count: number): string =>
  String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',')
