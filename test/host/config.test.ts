/** Configuration: precedence, and every mistake at once. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { LedgerError } from '../../src/base/index.ts'
import { createLogger, errorFields, loadConfig } from '../../src/host/index.ts'

function writeConfig(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'medseal-config-')), 'node.json')
  writeFileSync(path, text)
  return path
}

function mistakesOf(load: () => unknown): string[] {
  try {
    load()
  } catch (error) {
    expect((error as LedgerError).code).toBe('config.invalid')
    return (error as LedgerError).details.mistakes as string[]
  }
  return []
}

describe('configuration', () => {
  it('has defaults for everything', () => {
    expect(loadConfig({})).toMatchObject({
      data: 'medseal-data',
      host: '127.0.0.1',
      port: 8080,
      logLevel: 'info',
    })
  })

  it('takes what was given over file over defaults', () => {
    const config = writeConfig('{"data":"from-file","port":1}')
    expect(loadConfig({ flags: { config, port: '3' } })).toMatchObject({
      data: 'from-file',
      host: '127.0.0.1',
      port: 3,
    })
  })

  it('names every mistake at once', () => {
    const config = writeConfig('{"data":"","prot":1,"host":["a"],"threads":0}')
    const mistakes = mistakesOf(() =>
      loadConfig({
        flags: { config, port: '65536', logLevel: 'loud', requestsPerMinute: '1e3' },
        places: { logLevel: 'MEDSEAL_LOG_LEVEL' },
        mistakes: ['MEDSEAL_PROT is not a setting'],
      }),
    )
    for (const part of [
      'prot is not',
      'host is neither',
      'data in',
      'threads in',
      '--port',
      'MEDSEAL_LOG_LEVEL is "loud"',
      'MEDSEAL_PROT',
      '1e3',
    ]) {
      expect(
        mistakes.filter((mistake) => mistake.includes(part)),
        part,
      ).toHaveLength(1)
    }
    expect(mistakes).toHaveLength(8)
  })

  it('takes proxies as addresses and networks', () => {
    const proxies = (text: string) => loadConfig({ flags: { trustedProxies: text } }).trustedProxies
    expect(loadConfig({}).trustedProxies).toEqual([])
    expect(proxies('10.0.0.1, 10.1.0.0/16,::1,fd00::/8')).toEqual([
      '10.0.0.1',
      '10.1.0.0/16',
      '::1',
      'fd00::/8',
    ])
    for (const bad of [
      'proxy',
      '10.0.0.1/33',
      '10.0.0.1/',
      '10.0.0.1,',
      '10.0.0.1/1/2',
      '::1/129',
      '10.0.0.1/08',
    ]) {
      expect(
        mistakesOf(() => proxies(bad)),
        bad,
      ).toHaveLength(1)
    }
  })

  it('refuses files that are missing or no JSON object', () => {
    expect(mistakesOf(() => loadConfig({ flags: { config: '/nowhere/at/all.json' } }))[0]).toContain(
      '/nowhere',
    )
    for (const text of ['', '[]', 'null', '"a"', '{']) {
      expect(mistakesOf(() => loadConfig({ flags: { config: writeConfig(text) } }))[0], text).toContain(
        'JSON object',
      )
    }
  })
})

describe('the logger', () => {
  it('writes one JSON object a line, of its level and above', () => {
    const lines: string[] = []
    const logger = createLogger({
      level: 'warn',
      clock: { nowSeconds: () => 0 },
      write: (line) => lines.push(line),
    }).child({ channel: 'a' })
    logger.info('quiet')
    logger.warn('heard', { count: 1, absent: undefined })
    logger.error('a "quoted"\nline')
    expect(lines).toHaveLength(2)
    expect(JSON.parse(lines[0]!)).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      level: 'warn',
      message: 'heard',
      channel: 'a',
      count: 1,
    })
    expect(lines.every((line) => line.endsWith('\n') && line.indexOf('\n') === line.length - 1)).toBe(true)
  })

  it('cuts the text of errors short', () => {
    const fields = errorFields(new SyntaxError('x'.repeat(10_000)))
    expect(String(fields.errorText).length).toBeLessThanOrEqual(200)
    expect(errorFields('text')).toEqual({ error: 'string' })
  })

  it('reads the other members of an order, each with its engine and its door', () => {
    const id = 'ab'.repeat(20)
    const peers = (text: string) => loadConfig({ flags: { peers: text } }).peers
    expect(peers('')).toEqual([])
    expect(peers(`lab=${id}@lab.example:26656,https://lab.example  hub=${id}@[::1]:1`)).toEqual([
      { member: 'lab', nodeId: id, address: 'lab.example:26656', url: 'https://lab.example' },
      { member: 'hub', nodeId: id, address: '[::1]:1', url: undefined },
    ])
    for (const text of [
      'lab',
      `lab=${id}`,
      `lab=${id}@lab.example`,
      `lab=${id}@lab.example:0`,
      `lab=${id}@lab.example:65536`,
      `lab=${id.slice(2)}@lab.example:1`,
      `la:b=${id}@lab.example:1`,
      `=${id}@lab.example:1`,
      `lab=${id}@lab example:1`,
      `lab=${id}@lab.example:1,ftp://lab.example`,
      `lab=${id}@lab.example:1,https://a.example,https://b.example`,
    ]) {
      expect(mistakesOf(() => peers(text))[0], text).toContain('not member=nodeid@host:port')
    }
  })

  it('takes yes and no for switches, the embedded order where none is named, and no other words', () => {
    expect(loadConfig({})).toMatchObject({ order: 'embedded', orderExternal: false, privateNetwork: false })
    const flags = { order: 'cometbft', orderExternal: 'yes', p2pAddress: '10.0.0.1:26656' }
    expect(loadConfig({ flags })).toMatchObject({ order: 'cometbft', orderExternal: true })
    const wrong = { order: 'raft', orderExternal: 'true', p2pAddress: 'here' }
    expect(mistakesOf(() => loadConfig({ flags: wrong }))).toHaveLength(3)
  })
})
