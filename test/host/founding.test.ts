/** Founding by several: keys that stay where they were made, one genesis for all, and folders that start. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toHex } from '../../src/base/index.ts'
import { adoptGenesis, makeMemberKeys, openData } from '../../src/host/index.ts'
import { loadKernel } from '../../src/kernel/index.ts'
import { type Founder, foundConsortium } from '../../src/node/index.ts'
import { soundQuorum } from '../../src/node/new-consortium.ts'
import { parseGenesis } from '../../src/protocol/index.ts'

const kernel = await loadKernel()
const terms = { name: 'several.example', time: 1_767_225_600 }
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'medseal-founding-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function makeFounder(member: string): Founder {
  const keys = makeMemberKeys(join(folder, member), member)
  return {
    member,
    roles: ['hospital'],
    key: toHex(keys.key),
    logKey: toHex(keys.logKey),
    cosignerKey: toHex(keys.cosignerKey),
    orderKey: toHex(keys.orderKey),
    nodeId: 'ab'.repeat(20),
  }
}

describe('a founder', () => {
  it('makes five keys that only it may read, in a folder that was free', () => {
    makeFounder('a')
    const keys = join(folder, 'a/keys')
    expect(readdirSync(keys).sort()).toEqual(['a.pem', 'cosigner.pem', 'log.pem', 'order.pem', 'p2p.pem'])
    for (const name of readdirSync(keys)) expect(statSync(join(keys, name)).mode & 0o077).toBe(0)
    expect(statSync(keys).mode & 0o077).toBe(0)
    const before = readFileSync(join(keys, 'log.pem'), 'utf8')
    expect(() => makeFounder('a')).toThrow(expect.objectContaining({ code: 'data.exists' }))
    expect(readFileSync(join(keys, 'log.pem'), 'utf8')).toBe(before)
    expect(() => makeFounder('log')).toThrow(expect.objectContaining({ code: 'genesis.invalid' }))
  })

  it('puts the genesis beside its own keys, once, and beside no others', () => {
    const founders = ['a', 'b', 'c', 'd'].map(makeFounder)
    const genesis = foundConsortium(kernel, founders, terms)
    expect(adoptGenesis(kernel, join(folder, 'b'), genesis)).toBe('b')
    const data = openData(kernel, join(folder, 'b'))
    expect([data.member, existsSync(data.newMark)]).toEqual(['b', true])
    expect(() => adoptGenesis(kernel, join(folder, 'b'), genesis)).toThrow(
      expect.objectContaining({ code: 'data.exists' }),
    )
    makeFounder('e')
    expect(() => adoptGenesis(kernel, join(folder, 'e'), genesis)).toThrow(
      expect.objectContaining({ code: 'data.key' }),
    )
    // An order key of somebody else.
    writeFileSync(join(folder, 'a/keys/order.pem'), readFileSync(join(folder, 'e/keys/order.pem')), {
      mode: 0o600,
    })
    expect(() => adoptGenesis(kernel, join(folder, 'a'), genesis)).toThrow(
      expect.objectContaining({ code: 'data.key' }),
    )
    expect(() => adoptGenesis(kernel, join(folder, 'c'), genesis.subarray(1))).toThrow(
      expect.objectContaining({ code: 'genesis.invalid' }),
    )
    expect(existsSync(join(folder, 'c/genesis.json'))).toBe(false)
  })
})

describe('the genesis of several', () => {
  it('is the same whatever the order of the founders, and each votes and cosigns', () => {
    const founders = ['a', 'b', 'c', 'd'].map(makeFounder)
    const genesis = foundConsortium(kernel, founders, terms)
    expect(foundConsortium(kernel, [...founders].reverse(), terms)).toEqual(genesis)
    const { members, quorum } = parseGenesis(kernel, genesis)
    expect(quorum).toBe(3)
    expect(members.map(({ id, orderKey }) => [id, orderKey])).toEqual(
      founders.map(({ member, orderKey }) => [member, orderKey]),
    )
  })

  it('has a quorum that two checkpoints of one size can not both have', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 10].map(soundQuorum)).toEqual([1, 2, 3, 3, 4, 5, 5, 7])
    const founders = ['a', 'b', 'c', 'd'].map(makeFounder)
    expect(() => foundConsortium(kernel, founders, { ...terms, quorum: 2 })).toThrow(
      expect.objectContaining({ code: 'genesis.invalid' }),
    )
    const all = foundConsortium(kernel, founders, { ...terms, quorum: 4 })
    expect(parseGenesis(kernel, all).quorum).toBe(4)
    expect(() => foundConsortium(kernel, founders, { ...terms, quorum: 5 })).toThrow(
      expect.objectContaining({ code: 'genesis.invalid' }),
    )
  })
})
