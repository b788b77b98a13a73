/** The table of rules versions: what a version has from the one before, what it changes, and what it may not. */
import { describe, expect, it } from 'vitest'
import { defineVerb } from '../../src/domain/define.ts'
import {
  createVersions,
  type DomainModule,
  RELEASED,
  type Read,
  RULES_VERSION,
  registry,
  rulesOf,
  VERSIONS,
  type Version,
} from '../../src/domain/index.ts'
import { Fields, LocalId } from '../../src/domain/schema.ts'
import { TEST_VERSION, testVersionAfter } from '../ledger/support/test-version.mjs'

const verbOf = (summary: string) => defineVerb({ summary, payload: Fields({}), rule: () => undefined })
const readOf = (path: string, summary = ''): Read => ({
  path,
  summary,
  query: Fields({ id: LocalId }),
  answer: Fields({}),
  list: false,
  patientData: false,
  rights: { words: 'Any enrolled reader.', shape: { kind: 'everyone' } },
  run: () => undefined,
})
const parameter = { default: 1, min: 0, max: 2, meaning: '' }

const thing: DomainModule = {
  name: 'thing',
  summary: '',
  verbs: { make: verbOf('first'), drop: verbOf('first') },
  reads: [readOf('/things', 'first'), readOf('/old/:id', 'first')],
  parameters: { size: parameter, gone: parameter },
  ports: {},
  needs: [],
}
const other: DomainModule = { ...thing, name: 'other' }
const first: Version = { version: 1, modules: [thing, other] }
const second: Version = {
  version: 2,
  changes: {
    thing: {
      verbs: { make: verbOf('second'), mend: verbOf('second'), drop: 'removed' },
      reads: {
        '/things': readOf('/things', 'second'),
        '/new/:id': readOf('/new/:id'),
        '/old/:id': 'removed',
      },
      parameters: { size: { ...parameter, default: 2 }, gone: 'removed', weight: parameter },
    },
  },
}

describe('a later version', () => {
  const versions = createVersions([first, second, { version: 5, modules: [{ ...thing, name: 'late' }] }])
  const [one, two, five] = [1, 2, 5].map((version) => versions.rulesOf(version)!)

  it('has what it changes in the new form and the rest from the one before', () => {
    expect(two!.types()).toEqual(['other.drop', 'other.make', 'thing.make', 'thing.mend'])
    expect(two!.verb('thing.make')?.summary).toBe('second')
    expect(two!.verb('other.make')).toBe(other.verbs['make'])
    expect(two!.reads().map(({ module, read }) => module + read.path)).toEqual([
      'thing/things',
      'thing/new/:id',
      'other/things',
      'other/old/:id',
    ])
    expect(two!.read('thing', '/things')?.summary).toBe('second')
    expect(two!.parameterDefaults).toEqual({
      'other.gone': 1,
      'other.size': 1,
      'thing.size': 2,
      'thing.weight': 1,
    })
    expect(five!.types()).toEqual(['late.drop', 'late.make', ...two!.types()])
  })

  it('leaves the one before as it was', () => {
    expect(one!.verb('thing.make')).toBe(thing.verbs['make'])
    expect(one!.types()).toEqual(['other.drop', 'other.make', 'thing.drop', 'thing.make'])
    expect(one!.parameterDefaults['thing.size']).toBe(1)
  })

  it('is found by its number, and every read and type that any of them has by its newest form', () => {
    expect(versions.known).toEqual([1, 2, 5])
    expect(versions.newest).toBe(five)
    for (const unknown of [0, 3, 6]) expect(versions.rulesOf(unknown)).toBeUndefined()
    expect([...versions.verbs.keys()]).toEqual([...five!.types(), 'thing.drop'].sort())
    expect(versions.verbs.get('thing.make')?.summary).toBe('second')
    const paths = versions.reads.map(({ module, read }) => module + read.path)
    expect(paths).toEqual(expect.arrayContaining(['thing/old/:id', 'thing/new/:id', 'late/things']))
    expect(new Set(paths).size).toBe(paths.length)
    expect(versions.reads.find(({ read }) => read.path === '/things')?.read.summary).toBe('second')
  })

  it.each<[string, Version]>([
    ['does not follow', { version: 1 }],
    ['has no whole number', { version: 1.5 }],
    ['changes a module that is not there', { version: 2, changes: { nothing: {} } }],
    ['removes a verb that is not there', { version: 2, changes: { thing: { verbs: { no: 'removed' } } } }],
    ['puts a read under another path', { version: 2, changes: { thing: { reads: { '/a': readOf('/b') } } } }],
    ['needs a port that nobody offers', { version: 2, changes: { thing: { needs: ['record.find'] } } }],
    ['brings a module twice', { version: 2, modules: [thing] }],
    [
      'brings a module that writes at genesis',
      { version: 2, modules: [{ ...thing, name: 'late', genesis: () => undefined }] },
    ],
  ])('is refused where it %s', (_what, version) => {
    expect(() => createVersions([first, version])).toThrow(/broken invariant/)
  })

  it('comes after version 1', () => {
    expect(() => createVersions([second])).toThrow(/broken invariant/)
  })
})

describe('the versions of this build', () => {
  it('end with the newest, and know no number that is kept for tests', () => {
    expect(VERSIONS.known.at(-1)).toBe(RULES_VERSION)
    expect(rulesOf(RULES_VERSION)).toBe(registry)
    expect(RULES_VERSION).toBeLessThan(TEST_VERSION)
    for (const unknown of [RULES_VERSION + 1, TEST_VERSION]) expect(rulesOf(unknown)).toBeUndefined()
  })

  it('stay as they are beside a later one', () => {
    const versions = createVersions([...RELEASED, testVersionAfter(RELEASED)])
    expect(versions.known).toEqual([...VERSIONS.known, TEST_VERSION])
    expect(versions.newest.types()).toContain('record.stamp')
    expect(versions.rulesOf(1)?.verb('record.anchor')).toBe(rulesOf(1)?.verb('record.anchor'))
    expect(versions.newest.verb('record.anchor')).not.toBe(rulesOf(1)?.verb('record.anchor'))
  })
})
