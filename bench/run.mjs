/** Runs every benchmark in this folder, one after another: `npm run bench -- [--smoke]`. */
import { readdirSync } from 'node:fs'
import { readOptions } from './harness.mjs'

const files = readdirSync(new URL('.', import.meta.url)).filter(
  (name) => name.endsWith('.mjs') && !['run.mjs', 'harness.mjs'].includes(name),
)
for (const file of files.sort()) {
  const { default: run } = await import(new URL(file, import.meta.url).href)
  await run(readOptions())
}
