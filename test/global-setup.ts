/**
 * Builds what tests load from disk, where it is older than its sources: the kernel's wasm (build/) and the compiled
 * sources (dist/), from which worker threads start. Type errors are printed but stop nothing as long as code comes
 * out: the type check of its own is what fails on them.
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

export default function setup(): void {
  if (run('scripts/build-wasm.mjs') !== 0) throw new Error('the wasm does not compile')
  const startMs = newestMs(join(root, 'dist'))
  if (newestMs(join(root, 'src')) <= startMs) return
  run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json')
  if (newestMs(join(root, 'dist')) === startMs) throw new Error('tsc emitted nothing')
}
