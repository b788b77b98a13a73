/**
 * Builds what stands in build/ and dist/: the kernel's wasm, the compiled sources, the pages. A part is built where the
 * hash of its inputs, or of what came out, is not that of the last build; its stamp is build/<part>.built. Progress
 * goes to stderr. `--despite-type-errors` goes on where code came out all the same: tests want that, whose type check
 * is one of its own.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const despiteTypeErrors = process.argv.includes('--despite-type-errors')

const PARTS = [
  {
    name: 'kernel',
    inputs: ['assembly', 'asconfig.json', 'scripts/build-wasm.mjs'],
    // Written by the build itself.
    ignored: ['assembly/simd/generated'],
    outputs: ['build'],
    isOutput: (path) => path.endsWith('.wasm'),
    commands: [['scripts/build-wasm.mjs']],
  },
  {
    name: 'sources',
    inputs: ['src', 'tsconfig.json', 'tsconfig.build.json', 'scripts/write-types.mjs'],
    ignored: ['src/explorer'],
    outputs: ['dist'],
    isOutput: (path) => !/^dist\/(?:explorer|browser)\//.test(path),
    // The second writes declarations of the first anew.
    commands: [['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], ['scripts/write-types.mjs']],
    mayFail: despiteTypeErrors,
    // What tsc remembers of its last run.
    memory: 'build/sources.tsbuildinfo',
  },
  {
    name: 'pages',
    inputs: ['src', 'vite.config.ts', 'build'],
    isInput: (path) => !path.startsWith('build/') || path.endsWith('.wasm'),
    outputs: ['dist/explorer'],
    commands: ['certificate', 'start'].map((page) => [
      ...['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error', '--mode', page],
    ]),
  },
  {
    name: 'files for browsers',
    inputs: ['src', 'vite.browser.config.ts', 'build'],
    isInput: (path) => !path.startsWith('build/') || path.endsWith('.wasm'),
    outputs: ['dist/browser'],
    commands: [
      ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error', '-c', 'vite.browser.config.ts'],
    ],
  },
]

/** Files at or below `path`, from the root, in order. */
function filesAt(path) {
  if (!existsSync(join(root, path))) return []
  if (statSync(join(root, path)).isFile()) return [path]
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => filesAt(`${path}/${name}`))
}

/** Hash of the names and bytes of files. */
function hashFiles(paths) {
  const hash = createHash('sha256')
  for (const path of paths) {
    const bytes = readFileSync(join(root, path))
    hash.update(`${path} ${bytes.length}\n`).update(bytes)
  }
  return hash.digest('hex')
}

/** Tools and libraries are those of the lockfile. */
function hashInputs({ inputs, ignored = [], isInput = () => true }) {
  const paths = ['package-lock.json', 'scripts/build.mjs', ...inputs.flatMap(filesAt)]
  return hashFiles(
    paths.filter((path) => isInput(path) && !ignored.some((folder) => path.startsWith(folder))),
  )
}

const hashOutputs = ({ outputs, isOutput = () => true }) =>
  hashFiles(outputs.flatMap(filesAt).filter(isOutput))

/** Builds one part where it is not built; whether it did. Ends the process where it can not. */
function build(part) {
  const stampPath = join(root, `build/${part.name.replaceAll(' ', '-')}.built`)
  const stampBefore = existsSync(stampPath) ? readFileSync(stampPath, 'utf8') : ''
  const inputs = hashInputs(part)
  const stamp = () => `${inputs} ${hashOutputs(part)}\n`
  const stampNow = stamp()
  if (stampBefore === stampNow) return false
  // It writes no file whose sources it has seen, though the file be gone or another.
  if (part.memory && stampBefore.split(' ')[1] !== stampNow.split(' ')[1])
    rmSync(join(root, part.memory), { force: true })

  const startMs = performance.now()
  process.stderr.write(`building the ${part.name} … `)
  rmSync(stampPath, { force: true })
  const runs = part.commands.map((command) =>
    spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' }),
  )
  process.stderr.write(`${((performance.now() - startMs) / 1000).toFixed(1)} s\n`)
  const failed = runs.filter(({ status }) => status !== 0)
  for (const { stdout, stderr } of failed) process.stderr.write(`${stdout}${stderr}`)
  if (failed.length > 0 && !part.mayFail) process.exit(1)
  if (failed.length === 0) {
    mkdirSync(join(root, 'build'), { recursive: true })
    writeFileSync(stampPath, stamp())
  }
  return true
}

if (PARTS.map(build).every((built) => !built)) process.stderr.write('built already: no source has changed\n')
