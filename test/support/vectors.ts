/**
 * Facts of others' test vectors, carried in `test/vectors` (its README names sources and licences): tables of text, one
 * case a line, columns parted by a space, `-` for an empty cell, comments after `#`, the columns' names first.
 */
import { readFileSync } from 'node:fs'
import { fromHex } from '../../src/base/index.ts'

type Row<Column extends string> = Readonly<Record<Column, string>>

/** Every case of the table `name`, in order. Throws where it has none, or lacks one of `columns`. */
export function readVectors<Column extends string>(name: string, ...columns: Column[]): Row<Column>[] {
  const text = readFileSync(new URL(`../vectors/${name}.txt`, import.meta.url), 'utf8')
  const [names = [], ...rows] = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(' '))
  const isWhole = rows.length > 0 && rows.every((cells) => cells.length === names.length)
  if (!isWhole || columns.some((column) => !names.includes(column))) {
    throw new Error(`${name}.txt is no table with ${columns.join(', ')}`)
  }
  return rows.map(
    (cells) =>
      Object.fromEntries(cells.map((cell, i) => [names[i], cell === '-' ? '' : cell])) as Row<Column>,
  )
}

/** Bytes of a cell in hex. */
export function bytesOf(cell: string): Uint8Array {
  const bytes = fromHex(cell)
  if (bytes === undefined) throw new Error(`${cell} is not hex`)
  return bytes
}
