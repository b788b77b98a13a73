/**
 * Installs the CometBFT that this build is made for, from the Go module proxy: `node scripts/install-cometbft.mjs [dir]`,
 * into build/bin where no folder is named. Needs Go >= 1.25. The tests find it there.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const source = readFileSync(join(root, 'src/order/cometbft/program.ts'), 'utf8')
const version = /COMETBFT_VERSION = '(v[0-9.]+)'/.exec(source)[1]
const folder = resolve(process.argv[2] ?? join(root, 'build/bin'))

mkdirSync(folder, { recursive: true })
const target = `github.com/cometbft/cometbft/cmd/cometbft@${version}`
console.log(`go install ${target}, into ${folder}`)
const { status, error } = spawnSync('go', ['install', target], {
  env: { ...process.env, GOBIN: folder, CGO_ENABLED: '0' },
  stdio: 'inherit',
})
if (error !== undefined) console.error(`go can not be run: ${error.message}`)
process.exitCode = status ?? 1
