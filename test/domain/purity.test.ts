import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { busyWorld } from './support/busy-world.ts'

const root = join(import.meta.dirname, '../../src/domain')
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

/** What answers differently on another machine, at another time, or in another order. */
const IMPURE = [
  /\bDate\b/,
  /\bMath\.random\b/,
  /\bcrypto\.(getRandomValues|randomUUID|subtle)\b/,
  /\bprocess\b\./,
  /\bIntl\b/,
  /\btoLocale\w+\(/,
  /\blocaleCompare\(/,
  /\bsetTimeout\b/,
  /\bBuffer\b/,
  /\bparseFloat\b/,
  /from 'node:/,
]

describe('the rules are pure', () => {
  it.each(files)('%s uses nothing of the machine it runs on', (file) => {
    const code = readFileSync(join(root, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    for (const pattern of IMPURE) expect(code).not.toMatch(pattern)
  })

  it('give the same state in any time zone and locale', () => {
    const zone = process.env.TZ
    const dumps = ['UTC', 'Asia/Shanghai', 'America/St_Johns'].map((TZ) => {
      process.env.TZ = TZ
      return busyWorld().world.dump()
    })
    if (zone === undefined) delete process.env.TZ
    else process.env.TZ = zone
    expect(new Set(dumps).size).toBe(1)
  })
})
