/** Habits of the house that a linter does not know (CONTRIBUTING.md). */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = new URL('../', import.meta.url).pathname

const LINE_LENGTH_MAX = 120
/** Generated sources, and texts of several lines whose lines are data. */
const LONG_LINES = [
  'assembly/simd/generated',
  'test/protocol/note.test.ts',
  'test/protocol/witness-request.test.ts',
  'test/protocol/worked-example.test.ts',
]

/** A line without what stands in its literals: a sentence or a value stays whole, so that it can be found. */
function cutLiterals(line: string): string {
  let [cut, quote] = ['', '']
  for (const letter of line) {
    if (quote === '') cut += letter
    if (letter === quote) quote = ''
    else if (quote === '' && (letter === "'" || letter === '"' || letter === '`')) quote = letter
  }
  return cut
}

async function filesUnder(folder: string, endings: readonly string[]): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes('node_modules'))
    .sort()
}

/** Ways to leave out tests. Those that need something of their machine are left out by `test/support/needs.ts`. */
const SKIPPING = [
  /\.(skip|skipIf|runIf|only|todo|fails)\b\(/,
  /\b(xit|xtest|xdescribe|fit|fdescribe)\(/,
  /\b(skip|only|todo|fails): true\b/,
]

describe('the front page in Chinese', async () => {
  const [english, chinese] = await Promise.all(
    ['README.md', 'README.zh-CN.md'].map((name) => readFile(join(root, name), 'utf8')),
  )
  const blocksOf = (text: string) => [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block)
  const linksOf = (text: string) => [...text.matchAll(/\]\(([^)#]+)/g)].map(([, link]) => link!)

  it('has the commands of the English one, and links to nothing that this does not name', () => {
    const commands = blocksOf(chinese!)
    expect(commands).toEqual(blocksOf(english!).slice(0, commands.length))
    expect(commands).toHaveLength(2)
    const known = new Set([...linksOf(english!), 'README.md'])
    expect(linksOf(chinese!).filter((link) => !known.has(link))).toEqual([])
    expect(linksOf(english!)).toContain('README.zh-CN.md')
  })
})

describe('the source is tidy', async () => {
  const sources = await filesUnder('src', ['.ts'])
  const code = [
    ...sources,
    ...(await filesUnder('assembly', ['.ts', '.mjs'])),
    ...(await filesUnder('test', ['.ts'])),
    ...(await filesUnder('bench', ['.ts', '.mjs'])),
    ...(await filesUnder('scripts', ['.mjs'])),
  ]
  const texts = new Map(
    await Promise.all(code.map(async (path) => [path, await readFile(join(root, path), 'utf8')] as const)),
  )

  it('names files in kebab-case', () => {
    const odd = code.filter(
      (path) => !/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*$/.test(path),
    )
    expect(odd).toEqual([])
  })

  it('opens every source file with a comment that says what it is for', () => {
    const bare = sources.filter(
      (path) => !path.endsWith('index.ts') && !/^(#!.*\n)?\/\*\*/.test(texts.get(path)!),
    )
    expect(bare).toEqual([])
  })

  it('keeps source files readable at one sitting', () => {
    // Tables that are one by intent: a reader looks a line up, and reads no further.
    const tables = new Set(['src/base/codes.ts', 'src/base/limits.ts'])
    const long = sources.filter((path) => !tables.has(path) && texts.get(path)!.split('\n').length > 420)
    expect(long).toEqual([])
  })

  it('ends lines at column 120', () => {
    const isHeld = (path: string) => !LONG_LINES.some((start) => path.startsWith(start))
    const long = code.filter(isHeld).flatMap((path) =>
      texts
        .get(path)!
        .split('\n')
        .flatMap((line, i) => (cutLiterals(line).length > LINE_LENGTH_MAX ? [`${path}:${i + 1}`] : [])),
    )
    expect(long).toEqual([])
  })

  it('leaves no loose ends', () => {
    const marks = [
      'TO' + 'DO',
      'FIX' + 'ME',
      'X' + 'XX',
      '@ts-' + 'ignore',
      '@ts-' + 'nocheck',
      'biome-' + 'ignore',
    ]
    const loose = code.flatMap((path) =>
      marks
        .filter((mark) => new RegExp(`\\b${mark}\\b|${mark}`).test(texts.get(path)!))
        .map((mark) => `${path}: ${mark}`),
    )
    expect(loose).toEqual([])
  })

  it('prints only from the command line', () => {
    const loud = sources.filter(
      (path) => !/^src\/(cli|demo)\//.test(path) && /\bconsole\./.test(texts.get(path)!),
    )
    expect(loud).toEqual([])
  })

  it('skips no test by hand, and none but for a need that is declared', () => {
    const tests = code.filter((path) => path.startsWith('test/') && path !== 'test/support/needs.ts')
    const skipped = tests.filter((path) => SKIPPING.some((pattern) => pattern.test(texts.get(path)!)))
    expect(tests.length).toBeGreaterThan(200)
    expect(skipped).toEqual([])
  })

  it.each([
    'it.sk' + 'ip(',
    'describe.sk' + 'ipIf(x)(',
    'x' + 'it(',
    'context.sk' + 'ip()',
    'test.on' + 'ly(',
  ])('sees %s', (text) => {
    expect(SKIPPING.some((pattern) => pattern.test(`  ${text}'a test'`))).toBe(true)
  })
})

describe('the pages', async () => {
  const pages = [
    'README.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    ...(await filesUnder('docs', ['.md'])),
  ]
  const texts = new Map(
    await Promise.all(pages.map(async (path) => [path, await readFile(join(root, path), 'utf8')] as const)),
  )
  /** Anchors of a page's headings, as hosts of repositories make them. */
  const anchorsOf = (page: string): readonly string[] =>
    [
      ...texts
        .get(page)!
        .replace(/^```[\s\S]*?^```/gm, '')
        .matchAll(/^#+ (.+)$/gm),
    ].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    )

  it.each(pages)('%s links only to what is there', (page) => {
    const links = [...texts.get(page)!.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!)
    for (const link of links.filter((one) => !/^[a-z]+:/.test(one))) {
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : join(dirname(page), path)
      expect(existsSync(join(root, target)), link).toBe(true)
      if (anchor !== undefined && texts.has(target)) expect(anchorsOf(target), link).toContain(anchor)
    }
  })

  it('names every folder of src among the folders', async () => {
    const folders = (await readdir(join(root, 'src'), { withFileTypes: true })).filter((one) =>
      one.isDirectory(),
    )
    const page = texts.get('docs/architecture.md')!
    expect(folders.map(({ name }) => name).filter((name) => !page.includes(`\nsrc/${name}/ `))).toEqual([])
  })

  it('lists no row of a table twice', () => {
    for (const [page, text] of texts) {
      for (const table of text.match(/(?:^\|.*\n)+/gm) ?? []) {
        const rows = table.trimEnd().split('\n')
        expect(new Set(rows).size, `${page}: ${rows[0]}`).toBe(rows.length)
      }
    }
  })
})

describe('the repository', () => {
  it('pins exact versions', async () => {
    const { dependencies, devDependencies } = JSON.parse(
      await readFile(join(root, 'package.json'), 'utf8'),
    ) as Record<string, Record<string, string>>
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/)
    }
  })

  it('names no registry in its lockfile', async () => {
    expect(await readFile(join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved"')
  })
})
