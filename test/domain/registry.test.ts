import Type from 'typebox'
import { describe, expect, it } from 'vitest'
import { defineRead, defineVerb } from '../../src/domain/define.ts'
import {
  createReadContext,
  createRegistry,
  createRuleContext,
  type DomainModule,
  executeRule,
  Refusal,
  registry,
  type StateValue,
} from '../../src/domain/index.ts'
import { everyone } from '../../src/domain/rights.ts'
import { Fields } from '../../src/domain/schema.ts'
import { testCrypto } from './support/keys.ts'
import { createMemoryState } from './support/memory-state.ts'

const empty = { summary: '', verbs: {}, reads: [], parameters: {}, ports: {}, needs: [] }
const verb = defineVerb({ summary: '', payload: Fields({}), rule: () => undefined })
const read = defineRead({
  path: '/things',
  summary: '',
  query: Fields({}),
  answer: Type.Object({}),
  patientData: false,
  for: everyone,
  show: () => undefined,
})
const signer = { key: '', actor: 'M', member: 'M', role: 'member', memberRoles: [] }

/** A module whose one verb does `rule`. */
const moduleWith = (rule: Parameters<typeof defineVerb>[0]['rule'], more: Partial<DomainModule> = {}) =>
  ({
    ...empty,
    name: 'm',
    verbs: { do: defineVerb({ summary: '', payload: Fields({}), rule }) },
    ...more,
  }) as DomainModule

function run(module: DomainModule, payload: unknown = {}, height = 1) {
  const state = createMemoryState()
  const scene = { state, crypto: testCrypto, time: 0, height }
  const input = { type: 'm.do', payload, signer, privateHash: undefined }
  return { state, refusal: executeRule(createRegistry([module]), scene, input) }
}

describe('a number that the state can not hold exactly', () => {
  it.each([2 ** 53, -(2 ** 53), 0.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses what writes %d',
    (number) => {
      for (const value of [
        { sum: number },
        { lines: [{ sum: number }] },
        { lines: [number] },
      ] as StateValue[]) {
        const { refusal } = run(moduleWith(({ state }) => state.put('m/sum', value)))
        expect(refusal).toMatchObject({ code: 'rule.inexact' })
      }
    },
  )

  it('is told from the greatest that it can', () => {
    const { refusal, state } = run(moduleWith(({ state }) => state.put('m/sum', { sum: 2 ** 53 - 1 })))
    expect(refusal).toBeUndefined()
    expect(state.get('m/sum')).toEqual({ sum: 2 ** 53 - 1 })
  })
})

describe('a registry', () => {
  it.each([
    [
      'a module stands twice',
      [
        { ...empty, name: 'm' },
        { ...empty, name: 'm' },
      ],
    ],
    ['a module name is unsound', [{ ...empty, name: 'M/' }]],
    ['a verb name is unsound', [{ ...empty, name: 'm', verbs: { 'Do it': verb } }]],
    ['a read stands twice', [{ ...empty, name: 'm', reads: [read, read] }]],
    ['a read path is unsound', [{ ...empty, name: 'm', reads: [{ ...read, path: 'things' }] }]],
    ['a needed port is missing', [{ ...empty, name: 'm', needs: ['record.find' as const] }]],
    [
      "a port carries another module's name",
      [{ ...empty, name: 'm', ports: { 'record.find': () => () => undefined } }],
    ],
    [
      'a default lies beyond its bounds',
      [{ ...empty, name: 'm', parameters: { days: { default: 3, min: 4, max: 5, meaning: '' } } }],
    ],
  ])('is refused where %s', (_what, modules) => {
    expect(() => createRegistry(modules)).toThrow(/broken invariant/)
  })

  it('knows its verbs, reads and parameters, and no inherited name', () => {
    expect(registry.types()).toContain('identity.enrol')
    expect(registry.verb('identity.enrol')?.privatePart).toBe('none')
    for (const type of ['identity.constructor', 'constructor', '__proto__.toString', 'identity']) {
      expect(registry.verb(type), type).toBeUndefined()
    }
    expect(registry.read('identity', '/me')?.list).toBe(false)
    expect(registry.read('identity', '/nothing')).toBeUndefined()
    expect(registry.parameters.get('record.constructor')).toBeUndefined()
    expect(registry.parameterDefaults['record.lateAfterSeconds']).toBe(604_800)
  })

  it('says something of every verb, read and parameter', () => {
    for (const module of registry.modules) {
      for (const [name, { summary }] of Object.entries(module.verbs))
        expect(summary, name).toMatch(/^[A-Z].*\.$/)
      for (const { path, summary } of module.reads) expect(summary, path).toMatch(/^[A-Z].*\.$/)
      for (const [name, { meaning }] of Object.entries(module.parameters))
        expect(meaning, name).toMatch(/^[A-Z].*\.$/)
    }
  })
})

describe('a rule', () => {
  it('reaches only the state of its own module', () => {
    for (const key of ['identity/key/x', 'm', 'mm/x', '']) {
      expect(() => run(moduleWith(({ state }) => state.put(key, {}))), key).toThrow(/broken invariant/)
      expect(() => run(moduleWith(({ state }) => void state.get(key))), key).toThrow(/broken invariant/)
      expect(() => run(moduleWith(({ state }) => state.delete(key))), key).toThrow(/broken invariant/)
      expect(() => run(moduleWith(({ state }) => void state.list(key, { limit: 1 }))), key).toThrow(
        /broken invariant/,
      )
    }
  })

  it('leaves frozen values, and gets a frozen payload', () => {
    const value = { list: [{ a: 1 }] }
    const { state } = run(moduleWith((context) => context.state.put('m/x', value)))
    expect(state.get('m/x')).toEqual(value)
    expect(() => Object.assign(value.list[0]!, { a: 2 })).toThrow(TypeError)
    const payload = { inner: { a: 1 } }
    run(
      moduleWith(() => undefined),
      payload,
    )
    expect(() => Object.assign(payload.inner, { a: 2 })).toThrow(TypeError)
  })

  it('ends in a refusal by refuse alone; any other error is ours', () => {
    const refused = run(moduleWith(({ refuse }) => refuse('identity.role', { field: '/payload' })))
    expect(refused.refusal).toBeInstanceOf(Refusal)
    expect(refused.refusal).toMatchObject({ code: 'identity.role', details: { field: '/payload' } })
    const fails = () => {
      throw new TypeError('a mistake')
    }
    expect(() => run(moduleWith(fails))).toThrow(TypeError)
  })

  it('reads a parameter as its default until it is set, and a change from its height on', () => {
    const parameters = { days: { default: 3, min: 0, max: 9, meaning: '' } }
    const seen: number[] = []
    const module = moduleWith(({ parameter }) => void seen.push(parameter('days')), { parameters })
    const modules = createRegistry([module])
    const state = createMemoryState()
    const runAt = (height: number) =>
      executeRule(
        modules,
        { state, crypto: testCrypto, time: 0, height },
        { type: 'm.do', payload: {}, signer, privateHash: undefined },
      )
    runAt(1)
    state.put('governance/parameter/m/days', { value: 5 })
    runAt(1)
    state.put('governance/parameter/m/days', { value: 5, next: { value: 7, fromHeight: 3 } })
    for (const height of [2, 3, 4]) runAt(height)
    expect(seen).toEqual([3, 5, 5, 7, 7])
    expect(() => run(moduleWith(({ parameter }) => void parameter('unknown')))).toThrow(/broken invariant/)
  })
})

describe('a read', () => {
  it('can not write', () => {
    const modules = createRegistry([moduleWith(() => undefined)])
    const { get, list } = createMemoryState()
    const scene = { state: { get, list }, crypto: testCrypto, time: 0, height: 1 }
    const context = createReadContext(modules, scene, { module: 'm', reader: signer, query: {} })
    const rule = createRuleContext(modules, scene, {
      module: 'm',
      payload: {},
      signer,
      privateHash: undefined,
    })
    expect(() => rule.state.put('m/x', {})).toThrow(/a read writes nothing/)
    expect(() => rule.state.delete('m/x')).toThrow(/a read writes nothing/)
    expect(context.state.get('m/x')).toBeUndefined()
  })
})
