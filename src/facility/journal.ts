/**
 * Journals of the data folder: what a member notes down line by line, so that work that was stopped goes on where it
 * was.
 */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Lines of JSON that are only ever added to. A line cut off by a crash is as if never written. */
export interface Journal<Row> {
  readonly rows: readonly Row[]
  add(row: Row): void
  close(): void
}

/** Opens the journal at `path`, which is made with its folder where it does not exist. */
export function openJournal<Row>(path: string): Journal<Row> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
  const rows = lines.flatMap((line): Row[] => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Row]
    } catch {
      return []
    }
  })
  const file = openSync(path, 'a', 0o600)
  // Ends a line that was cut off, so that the next one stands by itself.
  if (lines.at(-1)) writeSync(file, '\n')
  return {
    rows,
    add: (row) => void writeSync(file, `${JSON.stringify(row)}\n`),
    close: () => closeSync(file),
  }
}
