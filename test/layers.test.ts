/**
 * Who may import whom: the table of docs/architecture.md, held against every import of `src/`. A folder is imported
 * through its `index.ts` alone, and a folder that the table does not name may import nothing.
 */
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { expect, it } from 'vitest'

const root = new URL('../', import.meta.url).pathname

/** The rows of the table: a folder of `src/`, and those that it may import. */
function parseTable(page: string): ReadonlyMap<string, ReadonlySet<string>> {
  const rows = [...page.matchAll(/^\| `src\/([a-z0-9/]+)` \|([^|]*)\|/gm)]
  return new Map(
    rows.map(([, folder, allowed]) => [
      folder!,
      new Set([...allowed!.matchAll(/[a-z0-9/]+/g)].map(([name]) => name)),
    ]),
  )
}

/** Paths that a source file imports, types too, from the root of `src/`. */
const importsOf = (path: string, text: string): readonly string[] =>
  [...text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']*)'/g)].map(([, name]) =>
    normalize(join(dirname(path), name!)),
  )

interface Import {
  readonly path: string
  readonly imported: string
}

async function readImports(): Promise<readonly Import[]> {
  const paths = (await readdir(join(root, 'src'), { recursive: true })).filter((path) => path.endsWith('.ts'))
  const found = await Promise.all(
    paths.map(async (path) =>
      importsOf(path, await readFile(join(root, 'src', path), 'utf8')).map((imported) => ({
        path,
        imported,
      })),
    ),
  )
  return found.flat()
}

/** What is wrong with an import; undefined where nothing is. */
function findFault(rows: ReadonlyMap<string, ReadonlySet<string>>, { path, imported }: Import) {
  /** The longest row that a path lies under: a folder within a folder is one of its own where the table says so. */
  const roomOf = (file: string) =>
    [...rows.keys()].filter((folder) => file.startsWith(`${folder}/`)).sort((a, b) => b.length - a.length)[0]
  if (imported === '../package.json') return undefined
  const [from, to] = [roomOf(path), roomOf(imported)]
  if (!path.includes('/') || from === to) return undefined
  if (from === undefined || to === undefined) return `${path} imports ${imported}: no row of the table`
  if (!rows.get(from)!.has(to)) return `${path} imports ${imported}: ${from} may not import ${to}`
  return imported === `${to}/index.ts` ? undefined : `${path} imports ${imported}: past the face of ${to}`
}

it('imports run one way, through the faces of folders', async () => {
  const rows = parseTable(await readFile(join(root, 'docs/architecture.md'), 'utf8'))
  expect(rows.size).toBeGreaterThan(15)
  const imports = await readImports()
  expect(imports.length).toBeGreaterThan(1_000)
  expect(imports.map((one) => findFault(rows, one)).filter((fault) => fault !== undefined)).toEqual([])
})

it('the table has no circle and names no folder that is not there', async () => {
  const rows = parseTable(await readFile(join(root, 'docs/architecture.md'), 'utf8'))
  const entries = await readdir(join(root, 'src'), { recursive: true, withFileTypes: true })
  const folders = new Set(
    entries.filter((entry) => entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name)),
  )
  expect([...rows.keys()].filter((folder) => !folders.has(join(root, 'src', folder)))).toEqual([])
  // A row may import only rows above it: then there is no circle.
  const order = [...rows.keys()]
  const upward = [...rows].flatMap(([folder, allowed]) =>
    [...allowed]
      .filter((name) => !(order.indexOf(name) < order.indexOf(folder) && rows.has(name)))
      .map((name) => `${folder} imports ${name}, which is not above it`),
  )
  expect(upward).toEqual([])
})

it('a fault is found', () => {
  const rows = parseTable('| `src/base` | |\n| `src/kernel` | base |\n')
  expect(findFault(rows, { path: 'kernel/load.ts', imported: 'base/index.ts' })).toBeUndefined()
  expect(findFault(rows, { path: 'kernel/load.ts', imported: 'base/bytes.ts' })).toContain('past the face')
  expect(findFault(rows, { path: 'base/bytes.ts', imported: 'kernel/index.ts' })).toContain('may not import')
  expect(findFault(rows, { path: 'base/bytes.ts', imported: 'new/index.ts' })).toContain('no row')
})
