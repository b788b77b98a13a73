/**
 * The long tests, `*.long.test.ts`, and the draw of some of them for a run that has no time for all: one of each folder
 * of `test/`, which is to say of each kind. The same seed draws the same.
 */
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const TESTS = fileURLToPath(new URL('..', import.meta.url))

/** Paths of all long tests, from the root. */
export const longTests = (): string[] =>
  readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.long.test.ts'))
    .map((path) => `test/${path}`)
    .sort()

/** One path of each folder of `test/`: the one whose hash with the seed is the smallest. */
export function drawLongTests(seed: number, paths: readonly string[] = longTests()): string[] {
  const rank = (path: string): string => createHash('sha256').update(`${seed} ${path}`).digest('hex')
  const drawn = new Map<string, string>()
  for (const path of paths) {
    const folder = path.split('/')[1]!
    const before = drawn.get(folder)
    if (before === undefined || rank(path) < rank(before)) drawn.set(folder, path)
  }
  return [...drawn.values()]
}
