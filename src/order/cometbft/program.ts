/**
 * The engine's program: where it is, and whether it is the version that this build is made for. Only patch versions
 * promise to read an older chain, and what a program says of its own version may be wrong (v0.40.0 says 0.39.0), so the
 * module version that the Go compiler writes into the file counts (`go version -m`).
 */
import { accessSync, constants, readFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { LedgerError } from '../../base/index.ts'

/** The version that is pinned. `scripts/install-cometbft.mjs` installs it. */
export const COMETBFT_VERSION = 'v0.40.0'

const MODULE = 'github.com/cometbft/cometbft'
const BUILD_INFO = Buffer.from(`path\t${MODULE}/cmd/cometbft\nmod\t${MODULE}\t`)
const VERSION_BYTES_MAX = 128

const HOW = `Install it with: go install ${MODULE}/cmd/cometbft@${COMETBFT_VERSION}`

const refuse = (message: string): never => {
  throw new LedgerError('order.engine-version', { message: `${message} ${HOW}` })
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Whether a version is a patch of the pinned one's minor. */
const isPatchOfPinned = (version: string): boolean => {
  const minor = COMETBFT_VERSION.slice(0, COMETBFT_VERSION.lastIndexOf('.') + 1)
  return version.startsWith(minor) && /^[0-9]{1,4}$/.test(version.slice(minor.length))
}

/**
 * The program at `path`, or on the search path where that is empty, with its version. LedgerError `order.engine-
 * version` says what to install where there is none, or it is another version.
 */
export function findProgram(
  path: string,
  searchPath: string = process.env['PATH'] ?? '',
): { readonly path: string; readonly version: string } {
  const places =
    path === ''
      ? searchPath
          .split(delimiter)
          .filter((folder) => folder !== '')
          .map((folder) => join(folder, 'cometbft'))
      : [path]
  const found = places.find(isProgram)
  if (found === undefined)
    return refuse(path === '' ? 'There is no cometbft on the path.' : `${path} is no program.`)
  const bytes = readFileSync(found)
  const at = bytes.indexOf(BUILD_INFO)
  const text =
    at < 0 ? '' : bytes.toString('latin1', at + BUILD_INFO.length, at + BUILD_INFO.length + VERSION_BYTES_MAX)
  const version = /^v[0-9A-Za-z.+-]{1,100}/.exec(text)?.[0]
  if (version === undefined) return refuse(`${found} does not say which version of CometBFT it is.`)
  if (!isPatchOfPinned(version)) return refuse(`${found} is CometBFT ${version}, not ${COMETBFT_VERSION}.`)
  return { path: resolve(found), version }
}
