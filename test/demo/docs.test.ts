/**
 * docs/demo.md names whom the demo founds, what its genesis sets, and every story in the order in which they are
 * played.
 */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { DEMO_PLAN } from '../../src/demo/consortium.ts'
import { SCENARIOS } from '../../src/demo/scenarios/index.ts'

const page = readFileSync(new URL('../../docs/demo.md', import.meta.url), 'utf8')

it('lists the members with their roles', () => {
  expect(page).toContain(`a consortium of ${DEMO_PLAN.members.length} members`)
  for (const { id, roles } of DEMO_PLAN.members) expect(page).toContain(`| \`${id}\` | ${roles.join(', ')} |`)
})

it('says which parameters the genesis sets', () => {
  const unfolded = page.replaceAll('\n', ' ')
  for (const [name, value] of Object.entries(DEMO_PLAN.parameters ?? {})) {
    expect(unfolded).toContain(`\`${name}\` ${value}`)
  }
})

it('lists the stories in their order', () => {
  const [, section = ''] = page.split('## What is played')
  const titles = [...section.split('\n## ')[0]!.matchAll(/^\| (?!story|---)([^|]+) \|/gm)].map(
    ([, title]) => title,
  )
  expect(titles).toEqual(SCENARIOS.map(({ title }) => title))
})
