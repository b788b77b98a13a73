import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CODES } from '../../src/base/index.ts'
import { registry } from '../../src/domain/index.ts'
import { busyWorld } from './support/busy-world.ts'

const root = join(import.meta.dirname, '../../docs/domain')
const pageOf = (module: string) => readFileSync(join(root, `${module}.md`), 'utf8')

it('has every table in step with the rules', () => {
  const script = join(import.meta.dirname, '../../scripts/write-domain-pages.mjs')
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
})

describe.each(registry.modules.map(({ name }) => name))('the page of %s', (name) => {
  const module = registry.modules.find((candidate) => candidate.name === name)!

  it('is linked and names every verb, code, parameter, read and port', () => {
    expect(existsSync(join(root, `${name}.md`))).toBe(true)
    expect(pageOf('README')).toContain(`[${name}](${name}.md)`)
    const names = [
      ...Object.keys(module.verbs).map((verb) => `${name}.${verb}`),
      ...Object.keys(CODES).filter((code) => code.startsWith(`${name}.`)),
      ...Object.keys(module.parameters).map((parameter) => `${name}.${parameter}`),
      ...Object.keys(module.ports),
      ...module.reads.map((read) => read.path),
    ]
    const page = pageOf(name)
    for (const term of names) expect(page.includes(`\`${term}`), term).toBe(true)
  })

  it('gives the default of every parameter', () => {
    for (const [parameter, { default: value }] of Object.entries(module.parameters)) {
      const row = `| \`${name}.${parameter}\` | ${value.toLocaleString('en-US')} |`
      expect(pageOf(name)).toContain(row)
    }
  })

  it('lists every kind of state key', () => {
    const kinds = new Set(
      busyWorld()
        .world.state.entries()
        .map(([key]) => key.split('/').slice(0, 2).join('/'))
        .filter((kind) => kind.startsWith(`${name}/`)),
    )
    expect(kinds.size).toBeGreaterThan(0)
    for (const kind of kinds) expect(pageOf(name)).toContain(`\`${kind}/`)
  })
})
