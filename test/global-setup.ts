/**
 * Builds what tests load from disk, where its sources have changed: the kernel's wasm (build/), the compiled sources
 * (dist/), from which worker threads start, and the pages (dist/explorer).
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export default function setup(): void {
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs', '--despite-type-errors'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) throw new Error('the build failed')
}
