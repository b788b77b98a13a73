/**
 * docs/reads.md promises one call for each question of a party. Here each is asked, in a world in which there is
 * something to answer, and what it reads of the state is watched: rows of one prefix at most, never a table of
 * everybody's.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PAGE_COUNT_DEFAULT } from '../../src/base/index.ts'
import { registry } from '../../src/domain/index.ts'
import { busyWorld } from './support/busy-world.ts'
import { hashOf } from './support/keys.ts'
import type { World } from './support/world.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/reads.md'), 'utf8')

/** `module /path/:parameter`, as the registry has it. */
const onPage = [...page.matchAll(/^\|[^|]+\| `\/v1\/([a-z]+)([^?`]*)[^`]*` \|/gm)].map(
  ([, module, path]) => `${module} ${path!.replace(/\{([a-z]+)\}/g, ':$1')}`,
)

const ann = hashOf('ann at H1')

/** Who asks in the busy world, and for what. */
const ASKED: {
  readonly [read: string]: readonly [reader: string, query: { [name: string]: string | number }]
} = {
  'access /all-accesses': ['H1:ann', { subject: ann }],
  'record /quotas/:owner': ['H1:ann', { owner: 'H1:ann' }],
  'claim /case-files/:ref': ['INS', { ref: 'H2:r1' }],
  'claim /checks': ['SS', { subject: hashOf('ann at H2'), visit: 'H2:r1' }],
  'access /recent': ['H2:doc', { subject: ann, kind: 'Observation' }],
  'certificate /staff': ['CO:boss', {}],
  'certificate /to-inspect': ['FD:inspector', { enterprise: 'CO' }],
  'waste /balances': ['BUREAU', { hospital: 'H1' }],
  'waste /overdue': ['BUREAU', {}],
  'supply /recalled': ['FD', { gtin: '06901234567892', lot: 'r2' }],
  'record /reports': ['HC', { period: '2024-01' }],
  'aid /payments/:cohort': ['PL', { cohort: 'PL:r1', index: 0 }],
  'aid /members/:cohort': ['PL', { cohort: 'PL:r1', index: 0 }],
  'feedback /datasets/:ref/rows': ['PL', { ref: 'PL:r1' }],
  'credential /practitioners/:practitioner': ['PH:pharm', { practitioner: 'H1:doc' }],
}

/** Who may practise is for every enrolled reader. */
const FOR_EVERYONE = ['credential /practitioners/:practitioner']
/** Any staff may ask these, of what its own member holds or was sent. */
const OWN_ONLY = ['supply /recalled', 'record /reports']

/** In order of what it is asked for, so that a page from the front is the answer. */
const ORDERED = ['waste/due/']

/** Every prefix that the state is listed by from now on, with the limit. */
function watchLists(world: World): { readonly prefix: string; readonly limit: number }[] {
  const lists: { prefix: string; limit: number }[] = []
  const { state } = world
  world.state = {
    ...state,
    list: (prefix, options) => {
      lists.push({ prefix, limit: options.limit })
      return state.list(prefix, options)
    },
  }
  return lists
}

describe('what parties come for', () => {
  it('stands on the page, and is a read of the rules', () => {
    expect(onPage.toSorted()).toEqual(Object.keys(ASKED).toSorted())
    const known = registry.reads().map(({ module, read }) => `${module} ${read.path}`)
    expect(onPage.filter((read) => !known.includes(read))).toEqual([])
  })

  it.each(Object.entries(ASKED))('%s answers in one call, from an index', (name, [reader, query]) => {
    const { world } = busyWorld()
    const [module = '', path = ''] = name.split(' ')
    // Waste is overdue once its deadlines have passed.
    if (name === 'waste /overdue') world.pass(30 * 86_400)
    const lists = watchLists(world)
    const answer = world.read(reader, module, path, query)
    expect(answer).toBeDefined()
    const isPayments = name === 'aid /payments/:cohort'
    // Nothing was shared in the busy world: a member pays nothing yet.
    if (registry.read(module, path)!.list && !isPayments) {
      expect((answer as { items: unknown[] }).items.length).toBeGreaterThan(0)
    }
    for (const { prefix, limit } of lists) {
      const isOfOne = /^[a-z]+\/[a-z-]+\/[^/]+\//.test(prefix)
      expect(isOfOne || ORDERED.includes(prefix), prefix).toBe(true)
      expect(limit).toBeLessThanOrEqual(2_500)
    }
    if (ORDERED.includes(lists[0]?.prefix ?? '')) expect(lists[0]!.limit).toBe(PAGE_COUNT_DEFAULT + 1)
  })

  it.each(Object.entries(ASKED).filter(([name]) => !FOR_EVERYONE.includes(name)))(
    '%s is not answered to a stranger',
    (name, [, query]) => {
      const { world } = busyWorld()
      const [module = '', path = ''] = name.split(' ')
      const answer = world.read(name === 'certificate /staff' ? 'H1:ann' : 'CO', module, path, query)
      expect(answer).toEqual(OWN_ONLY.includes(name) ? { items: [] } : undefined)
    },
  )
})
