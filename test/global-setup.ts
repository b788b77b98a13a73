/**
 * Builds what tests load from disk, where it is older than its sources: the kernel's wasm (build/), the compiled
 * sources (dist/), from which worker threads start, and the pages (dist/explorer). Type errors are printed but stop
 * nothing as long as code comes out: the type check of its own is what fails on them.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs a script of Node's from the root; its exit code. Output goes to the terminal. */
function run(...command: readonly string[]): number {
  return (
    spawnSync(process.execPath, command, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status ?? 1
  )
}

/** Newest modification time below `folder`, in milliseconds; 0 where there is no file. */
function newestMs(folder: string): number {
  if (!existsSync(folder)) return 0
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return Math.max(0, ...files.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs))
}

/** The compiled sources, but for the pages. */
function buildSources(): void {
  // Every run of tsc writes all of them, so that one folder tells.
  const startMs = newestMs(join(root, 'dist/base'))
  if (newestMs(join(root, 'src')) <= startMs) return
  run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json')
  if (newestMs(join(root, 'dist/base')) === startMs) throw new Error('tsc emitted nothing')
  if (run('scripts/write-types.mjs') !== 0) throw new Error('the declarations are not written')
}

/** What the pages are made of: their own sources, and those that they share with the rest. */
const PAGE_SOURCES = ['src/explorer', 'src/w3c', 'src/protocol', 'src/kernel', 'src/base', 'build']

function buildPages(): void {
  const sourcesMs = Math.max(...PAGE_SOURCES.map((folder) => newestMs(join(root, folder))))
  if (sourcesMs <= newestMs(join(root, 'dist/explorer'))) return
  if (run('node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn') !== 0) {
    throw new Error('the pages do not build')
  }
}

/** The package for browsers. */
function buildBrowser(): void {
  if (
    Math.max(newestMs(join(root, 'src')), newestMs(join(root, 'build'))) <=
    newestMs(join(root, 'dist/browser'))
  )
    return
  const flags = ['build', '--logLevel', 'warn', '-c', 'vite.browser.config.ts']
  if (run('node_modules/vite/bin/vite.js', ...flags) !== 0)
    throw new Error('the files for browsers do not build')
}

export default function setup(): void {
  if (run('scripts/build-wasm.mjs') !== 0) throw new Error('the wasm does not compile')
  buildSources()
  buildPages()
  buildBrowser()
}
