/**
 * What some tests need and not every machine has: tools, the right to mount, larger documents of others. Where
 * something is missing the tests are skipped, and the title says what was missing, so that the run's last lines can
 * name it (`last-lines.ts`). Nothing of the kernel and the protocol may need anything.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'

/** `name` is what the last lines say was missing. */
interface Need {
  readonly name: string
  readonly isThere: () => boolean
}

/** Debian's Chromium, which playwright drives. */
export const CHROMIUM = '/usr/bin/chromium'
export const NEEDS_CHROMIUM: Need = { name: CHROMIUM, isThere: () => existsSync(CHROMIUM) }

const runs = (command: string, ...flags: string[]): boolean => spawnSync(command, flags).status === 0

/** A tool's file on the path; undefined where it is none. */
function whereIs(name: string): string | undefined {
  const found = spawnSync('sh', ['-c', `command -v ${name}`])
    .stdout.toString()
    .trim()
  return found === '' ? undefined : found
}

/** Tools on the path. */
export const needsTools = (...names: readonly string[]): Need[] =>
  names.map((name) => ({ name, isThere: () => runs('sh', '-c', `command -v ${name}`) }))

const INSTALLED = fileURLToPath(new URL('../../build/bin/cometbft', import.meta.url))
/**
 * The engine of an order of several nodes: `COMETBFT` names it, else `scripts/install-cometbft.mjs` put it into build/bin,
 * else the path has it.
 */
export const COMETBFT = process.env['COMETBFT'] ?? (existsSync(INSTALLED) ? INSTALLED : whereIs('cometbft'))
export const NEEDS_COMETBFT: Need = {
  name: 'cometbft',
  isThere: () => COMETBFT !== undefined && runs(COMETBFT, 'version'),
}

/** An openssl that signs with Ed25519 from files (-rawin). */
export const NEEDS_OPENSSL: Need = {
  name: 'openssl 3',
  isThere: () => / [3-9]\./.test(spawnSync('openssl', ['version']).stdout?.toString() ?? ''),
}

/** Python with the package that signs and verifies with Ed25519. */
export const NEEDS_CRYPTOGRAPHY: Need = {
  name: 'python3 with cryptography',
  isThere: () => runs('python3', '-c', 'import cryptography, sys; assert sys.version_info >= (3, 9)'),
}

/** A Go whose standard library knows X25519. */
export const NEEDS_GO: Need = {
  name: 'go 1.20',
  isThere: () => runs('go', 'doc', 'crypto/ecdh.X25519'),
}

/** The platform of which npm ships every version of Node that `engines` names. */
export const NEEDS_LINUX_X64: Need = {
  name: 'linux on x64',
  isThere: () => process.platform === 'linux' && process.arch === 'x64',
}

/** A file or folder. */
export const needsFile = (name: string, path: string): Need => ({ name, isThere: () => existsSync(path) })

/** The right to mount a file system, which root of a container may lack. */
export const NEEDS_MOUNT: Need = {
  name: 'the right to mount',
  isThere() {
    const folder = mkdtempSync(join(tmpdir(), 'medseal-mount-'))
    const mounted = process.getuid?.() === 0 && runs('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder)
    if (mounted) spawnSync('umount', [folder])
    rmSync(folder, { recursive: true })
    return mounted
  },
}

const SHARED = fileURLToPath(new URL('../../../shared/', import.meta.url))
/**
 * Patients of Synthea and the EPCIS schema of GS1: larger documents of others, read where they stand beside the
 * project.
 */
export const SYNTHEA = join(SHARED, 'data/synthea')
export const EPCIS_SCHEMA = join(SHARED, 'vectors/epcis/EPCIS-JSON-Schema.json')

export const NEEDS_SYNTHEA = needsFile('the patients of Synthea', SYNTHEA)
export const NEEDS_EPCIS_SCHEMA = needsFile('the EPCIS schema of GS1', EPCIS_SCHEMA)

const missing = (needs: readonly Need[]): string | undefined => needs.find(({ isThere }) => !isThere())?.name

/** The title of what is skipped: `last-lines.ts` reads it. */
const titleWithout = (title: string, name: string): string => `${title} [missing: ${name}]`

/** `describe`, where everything that the tests need is there. */
export function describeWith(needs: readonly Need[], title: string, body: () => void): void {
  const name = missing(needs)
  if (name === undefined) describe(title, body)
  else describe.skip(titleWithout(title, name), body)
}

/** `it`, where everything that the test needs is there. */
export function itWith(needs: readonly Need[], title: string, body: () => Promise<void> | void): void {
  const name = missing(needs)
  if (name === undefined) it(title, body)
  else it.skip(titleWithout(title, name), body)
}
