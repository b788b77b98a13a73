/**
 * Compiles the targets of asconfig.json to build/ and prints the SHA-256 of each. Does nothing where the sources and
 * the compiler are those of the last build. `node scripts/build-wasm.mjs [target …]`; without names, all targets.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

/** The entry file of each target: a build that needs another instruction set needs an entry of its own. */
const ENTRIES = {
  scalar: 'assembly/index.ts',
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

/** Hash of everything that a wasm is made from. */
function hashSources() {
  const folder = join(root, 'assembly')
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.ts'))
  const hash = createHash('sha256').update(asc.version)
  for (const name of ['../asconfig.json', ...files.sort()]) {
    hash.update(`${name}\n${sha256(readFileSync(join(folder, name)))}\n`)
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

const { targets } = JSON.parse(readFileSync(join(root, 'asconfig.json'), 'utf8'))
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(targets)
const sources = hashSources()
mkdirSync(join(root, 'build'), { recursive: true })
for (const name of names) {
  const wasmPath = join(root, targets[name].outFile)
  const stampPath = `${wasmPath}.built`
  const stamp = () => `${sources} ${sha256(readFileSync(wasmPath))}\n`
  const isFresh = existsSync(wasmPath) && existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp()
  if (!isFresh) {
    await compile(name, targets[name].outFile)
    writeFileSync(stampPath, stamp())
  }
  const wasm = readFileSync(wasmPath)
  console.log(`${targets[name].outFile} ${wasm.length} bytes, sha256 ${sha256(wasm)}${isFresh ? '' : ' (built)'}`)
}
