/**
 * A data folder that is there and can not be read is not called missing, and one that holds nothing is not called full.
 */
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LedgerError, systemClock } from '../../src/base/index.ts'
import { initData, openLedgerData } from '../../src/host/index.ts'
import { planConsortium } from '../../src/node/index.ts'
import { kernel } from '../ledger/support/consortium.ts'
import { itWith } from '../support/needs.ts'

const NEEDS_USER = { name: 'a user who is not root', isThere: () => process.getuid?.() !== 0 }

const plan = planConsortium(
  { name: 'test.example', node: 'ward', members: [{ id: 'ward', roles: ['hospital'] }], actors: [] },
  systemClock,
)
const root = mkdtempSync(join(tmpdir(), 'medseal-data-'))
writeFileSync(join(root, 'file'), '')
mkdirSync(join(root, 'odd', 'genesis.json'), { recursive: true })
symlinkSync('loop', join(root, 'loop'))

function errorOf(act: () => unknown): { code: string; message: string } {
  try {
    act()
  } catch (error) {
    if (error instanceof LedgerError) return error
    throw error
  }
  return { code: 'none', message: '' }
}
const opening = (path: string) => errorOf(() => openLedgerData(kernel, path))
const making = (path: string) => errorOf(() => initData(kernel, path, plan))

describe('a data folder', () => {
  it('that is not there is missing', () => {
    expect(opening(join(root, 'none')).code).toBe('data.missing')
  })

  it('behind a file, or in a circle, can be neither read nor made, and both say why', () => {
    for (const [path, code] of [
      [join(root, 'file', 'data'), 'ENOTDIR'],
      [join(root, 'loop', 'data'), 'ELOOP'],
    ] as const) {
      for (const failed of [opening(path), making(path)]) {
        expect(failed.code).toBe('data.unreadable')
        expect(failed.message).toContain(`(${code})`)
      }
    }
  })

  it('whose genesis is a folder says so', () => {
    const failed = opening(join(root, 'odd'))
    expect(failed.code).toBe('data.unreadable')
    expect(failed.message).toContain('EISDIR')
    expect(making(join(root, 'odd')).code).toBe('data.exists')
  })

  itWith([NEEDS_USER], 'that this user may not read says so', () => {
    const path = join(root, 'shut')
    mkdirSync(path)
    chmodSync(path, 0)
    for (const failed of [opening(path), making(path)]) {
      expect(failed.code).toBe('data.unreadable')
      expect(failed.message).toContain('this user may not read it (EACCES)')
    }
    chmodSync(path, 0o700)
  })
})
