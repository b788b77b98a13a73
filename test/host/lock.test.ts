/** One process at a time holds a data folder, also where many find a lock that another left. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lockData } from '../../src/host/index.ts'
import { codeOf } from '../protocol/code-of.ts'
import { race } from './support/lock-race.ts'

const GONE = '4194304 1'
const makeFolder = () => mkdtempSync(join(tmpdir(), 'medseal-lock-'))

describe('the lock of a data folder', () => {
  it('names its process, and is gone when it is given back', () => {
    const folder = makeFolder()
    const release = lockData(folder)
    expect(readFileSync(join(folder, 'lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} [0-9]*$`))
    expect(codeOf(() => lockData(folder))).toBe('data.locked')
    release()
    expect(readdirSync(folder)).toEqual([])
    lockData(folder)()
  })

  it.each([
    ['of a process that is gone', ['lock']],
    ['of one that was just taking it over', ['lock', 'lock.over']],
    ['of one that was taking over the taking over', ['lock', 'lock.over', 'lock.over.over']],
  ])('%s is taken over', (_what, names) => {
    const folder = makeFolder()
    for (const name of names) writeFileSync(join(folder, name), GONE)
    lockData(folder)()
    expect(readdirSync(folder)).toEqual([])
  })

  it('of a running process is not, nor while one that runs takes it over', () => {
    const folder = makeFolder()
    writeFileSync(join(folder, 'lock'), `${process.ppid} `)
    expect(codeOf(() => lockData(folder))).toBe('data.locked')
    writeFileSync(join(folder, 'lock'), GONE)
    writeFileSync(join(folder, 'lock.over'), `${process.ppid} `)
    expect(codeOf(() => lockData(folder))).toBe('data.locked')
    expect(readFileSync(join(folder, 'lock'), 'utf8')).toBe(GONE)
  })

  it('fails as the system says where the folder can not be written', () => {
    const folder = join(makeFolder(), 'none')
    expect(() => lockData(folder)).toThrow('ENOENT')
    mkdirSync(folder)
    lockData(folder)()
  })

  it('goes to one of three processes that find it left', async () => {
    const outcomes = await race(3, 200, ['lock'])
    expect(outcomes).toHaveLength(200)
    for (const outcome of outcomes)
      expect(outcome.toSorted()).toEqual(['data.locked', 'data.locked', 'taken'])
  })
})
