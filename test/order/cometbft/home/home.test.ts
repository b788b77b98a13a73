/** What is derived for the engine: the same bytes for all, kept votes, and that the engine takes them. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { utf8 } from '../../../../src/base/index.ts'
import {
  chainIdOf,
  deriveGenesis,
  deriveHome,
  type EpochStart,
  type HomeOptions,
  nodeIdOf,
  writeHome,
} from '../../../../src/order/cometbft/home/index.ts'
import { makeSigningKey } from '../../../../src/protocol/index.ts'
import { kernel } from '../../../ledger/support/consortium.ts'
import { COMETBFT, itWith, NEEDS_COMETBFT } from '../../../support/needs.ts'

const seedOf = (name: string) => kernel.sha256(utf8(`seed of ${name}`))
const publicKeyOf = (name: string) => makeSigningKey(seedOf(name)).publicKey

const start: EpochStart = {
  ledgerId: new Uint8Array(32).fill(0xab),
  epoch: 0,
  head: { time: 1_767_225_600, headerHash: new Uint8Array(32).fill(0xcd) },
  voters: ['hospital', 'insurer'].map((member) => ({ member, orderKey: publicKeyOf(`${member} order`) })),
}
const options: HomeOptions = {
  start,
  settings: {
    member: 'hospital',
    p2pAddress: '0.0.0.0:26656',
    peers: [
      {
        member: 'insurer',
        nodeId: nodeIdOf(kernel, publicKeyOf('insurer p2p')),
        address: 'insurer.example:26656',
      },
    ],
    isPrivateNetwork: false,
  },
  orderSeed: seedOf('hospital order'),
  p2pSeed: seedOf('hospital p2p'),
}

/** Keys and values of the settings, without their reasons. */
const valuesOf = (toml: string) => toml.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

describe('what is derived', () => {
  it('is this, to the byte: every member must come to the same genesis', () => {
    const files = deriveHome(kernel, options)
    const shown = Object.fromEntries(files.map(({ path, text }) => [path, text]))
    expect(shown['config/genesis.json']).toMatchSnapshot('genesis.json')
    expect(valuesOf(shown['config/config.toml']!)).toMatchSnapshot('values of config.toml')
    expect(shown['config/node_key.json']).toMatchSnapshot('node_key.json')
    expect(shown['config/priv_validator_key.json']).toMatchSnapshot('priv_validator_key.json')
    expect(files.map(({ mode }) => mode)).toEqual([0o600, 0o600, 0o600, 0o600])
  })

  it('names its reason above each setting', () => {
    const toml = deriveHome(kernel, options).find(({ path }) => path.endsWith('.toml'))!.text
    const lines = toml.split('\n')
    const bare = lines.filter(
      (line, i) => line.includes(' = ') && !line.startsWith('#') && !lines[i - 1]!.startsWith('# '),
    )
    expect(bare).toEqual([])
  })

  it('is another chain for another ledger, epoch, header or set of voters', () => {
    const texts = [
      start,
      { ...start, ledgerId: new Uint8Array(32).fill(1) },
      { ...start, epoch: 1 },
      { ...start, head: { ...start.head, time: start.head.time + 1 } },
      { ...start, head: { ...start.head, headerHash: new Uint8Array(32) } },
      { ...start, voters: start.voters.slice(1) },
    ].map(deriveGenesis)
    expect(new Set(texts).size).toBe(texts.length)
    // The engine takes 50 characters.
    expect(chainIdOf(start.ledgerId, { epoch: 2 ** 53 - 1 }).length).toBeLessThanOrEqual(50)
    expect(() => deriveGenesis({ ...start, voters: [] })).toThrow(RangeError)
  })
})

describe('a home', () => {
  let folder: string
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'medseal-home-')), '0')
  })
  afterEach(() => rmSync(join(folder, '..'), { recursive: true }))
  const write = (hasRun = false) => writeHome(folder, deriveHome(kernel, options), hasRun)
  const votes = () => join(folder, 'data/priv_validator_state.json')

  it('is open to its owner alone, keeps what was voted, and loses a socket that was left', () => {
    write()
    for (const path of ['', 'config', 'data']) expect(statSync(join(folder, path)).mode & 0o077).toBe(0)
    for (const { path } of deriveHome(kernel, options))
      expect(statSync(join(folder, path)).mode & 0o077).toBe(0)
    writeFileSync(votes(), '{"height":"7"}')
    writeFileSync(join(folder, 'rpc.sock'), '')
    writeFileSync(join(folder, 'config/config.toml'), 'changed by hand')
    write()
    expect(readFileSync(votes(), 'utf8')).toBe('{"height":"7"}')
    expect(readFileSync(join(folder, 'config/config.toml'), 'utf8')).toContain('proxy_app')
    expect(existsSync(join(folder, 'rpc.sock'))).toBe(false)
  })

  it('whose record of votes is gone is not made to look new', () => {
    write()
    writeFileSync(join(folder, 'data/blockstore'), '')
    rmSync(votes())
    expect(() => write()).toThrow(expect.objectContaining({ code: 'order.votes-lost' }))
    expect(existsSync(votes())).toBe(false)
  })

  it('that is empty although the ledger has blocks of its chain is not begun anew', () => {
    expect(() => write(true)).toThrow(expect.objectContaining({ code: 'order.votes-lost' }))
    expect(existsSync(folder)).toBe(false)
    write()
    write(true)
  })

  itWith([NEEDS_COMETBFT], 'is one that the engine takes, under the names that are derived here', () => {
    write()
    const run = (...words: string[]) =>
      spawnSync(COMETBFT!, [...words, '--home', folder])
        .stdout.toString()
        .trim()
    expect(run('show-node-id')).toBe(nodeIdOf(kernel, publicKeyOf('hospital p2p')))
    const shown = JSON.parse(run('show-validator')) as { value: string }
    expect(shown.value).toBe(Buffer.from(publicKeyOf('hospital order')).toString('base64'))
  })
})
