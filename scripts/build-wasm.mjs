/**
 * Compiles the targets of asconfig.json to build/ and prints the SHA-256 of each. Does nothing where the sources and
 * the compiler are those of the last build. `node scripts/build-wasm.mjs [target …]`; without names, all targets.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

/** The entry file of each target: a build that needs another instruction set needs an entry of its own. */
const ENTRIES = {
  scalar: 'assembly/serial/index.ts',
  simd: 'assembly/simd/index.ts',
  fused: 'assembly/simd/index.ts',
  test: 'assembly/serial/test-exports.ts',
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

/** The source files that `path` imports, and those that they import. */
function collectSources(path, found = new Set()) {
  if (found.has(path)) return found
  found.add(path)
  const text = readFileSync(path, 'utf8')
  for (const [, name] of text.matchAll(/from '(\.[^']*)'/g))
    collectSources(join(dirname(path), `${name}.ts`), found)
  return found
}

/** Hash of everything that a target's wasm is made from. */
function hashSources(target) {
  const hash = createHash('sha256').update(asc.version)
  for (const path of [join(root, 'asconfig.json'), ...collectSources(join(root, ENTRIES[target]))]) {
    hash.update(`${sha256(readFileSync(path))}\n`)
  }
  return hash.digest('hex')
}

/** Compiles beside the old file, which is then replaced in one step: others may be reading it. */
async function compile(target, outFile) {
  const temporaryFile = `${outFile}.${process.pid}`
  const config = ['--config', 'asconfig.json', '--target', target, '--baseDir', root]
  const { error, stderr } = await asc.main([ENTRIES[target], ...config, '--outFile', temporaryFile])
  if (error) throw new Error(`${target} does not compile: ${error.message}\n${stderr.toString()}`)
  renameSync(join(root, temporaryFile), join(root, outFile))
}

/** Writes the generated sources of the SIMD build, before their imports are followed. */
await import('../assembly/simd/generate.mjs')

const { targets } = JSON.parse(readFileSync(join(root, 'asconfig.json'), 'utf8'))
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(targets)
for (const name of names) {
  const sources = hashSources(name)
  const wasmPath = join(root, targets[name].outFile)
  mkdirSync(dirname(wasmPath), { recursive: true })
  const stampPath = `${wasmPath}.built`
  const stamp = () => `${sources} ${sha256(readFileSync(wasmPath))}\n`
  const isFresh = existsSync(wasmPath) && existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp()
  if (!isFresh) {
    await compile(name, targets[name].outFile)
    writeFileSync(stampPath, stamp())
  }
  const wasm = readFileSync(wasmPath)
  console.log(
    `${targets[name].outFile} ${wasm.length} bytes, sha256 ${sha256(wasm)}${isFresh ? '' : ' (built)'}`,
  )
}
