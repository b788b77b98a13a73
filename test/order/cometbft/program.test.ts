/** Which program is the engine: found, of the pinned version, and what is said where it is none. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { COMETBFT_VERSION, findProgram } from '../../../src/order/cometbft/program.ts'
import { COMETBFT, itWith, NEEDS_COMETBFT } from '../../support/needs.ts'

const folder = mkdtempSync(join(tmpdir(), 'medseal-program-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A program whose build information names this version. */
function makeProgram(name: string, version: string | undefined): string {
  const path = join(folder, name)
  const module = 'github.com/cometbft/cometbft'
  const info =
    version === undefined ? '' : `path\t${module}/cmd/cometbft\nmod\t${module}\t${version}\th1:x=\n`
  writeFileSync(path, `#!/bin/sh\n\0\0${info}\0`)
  chmodSync(path, 0o755)
  return path
}

describe('the program of the engine', () => {
  it('is the one that is named, or the first on the path', () => {
    const named = makeProgram('named', COMETBFT_VERSION)
    expect(findProgram(named)).toEqual({ path: named, version: COMETBFT_VERSION })
    const onPath = makeProgram('cometbft', COMETBFT_VERSION)
    expect(findProgram('', `/nowhere:${folder}`).path).toBe(onPath)
  })

  it('may be another patch of the same minor, which promises to read the chain', () => {
    expect(findProgram(makeProgram('patch', 'v0.40.7')).version).toBe('v0.40.7')
  })

  it.each([
    ['an older minor', 'v0.39.4'],
    ['a newer minor', 'v0.41.0'],
    ['a longer number', 'v0.40.0.1'],
    ['a candidate', 'v0.40.0-rc1'],
    ['built from a checkout', '(devel)'],
    ['one that says nothing', undefined],
  ])('is not %s, and what to install is said', (name, version) => {
    const path = makeProgram(name.replaceAll(' ', '-'), version)
    const says = expect.stringContaining(
      `go install github.com/cometbft/cometbft/cmd/cometbft@${COMETBFT_VERSION}`,
    )
    expect(() => findProgram(path)).toThrow(
      expect.objectContaining({ code: 'order.engine-version', message: says }),
    )
  })

  it('has to be there', () => {
    expect(() => findProgram('', folder.slice(1))).toThrow(/no cometbft on the path/)
    expect(() => findProgram(join(folder, 'missing'))).toThrow(/is no program/)
  })

  itWith([NEEDS_COMETBFT], 'that is installed is taken', () => {
    expect(findProgram(COMETBFT!).version).toBe(COMETBFT_VERSION)
  })
})
