/** docs/what-operators-see.md has every field of a body that stands beside a subject or names a person, no other. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { registry } from '../../src/domain/index.ts'
import { ActorId, PersonId } from '../../src/domain/schema.ts'
import type { Body } from '../../src/protocol/index.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/what-operators-see.md'), 'utf8')

const ENVELOPE: Record<keyof Body, true> = {
  expires: true,
  nonce: true,
  payload: true,
  privateHash: true,
  type: true,
}

interface Schema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly items?: Schema
  readonly properties?: { readonly [name: string]: Schema }
}

/** `[path, schema]` of each value in what a schema describes: `lines[].line`. */
function valuesOf(schema: Schema, path = ''): readonly (readonly [string, Schema])[] {
  if (schema.items !== undefined) return valuesOf(schema.items, `${path}[]`)
  if (schema.properties !== undefined) {
    return Object.entries(schema.properties).flatMap(([name, inner]) =>
      valuesOf(inner, path === '' ? name : `${path}.${name}`),
    )
  }
  const isValue = schema.enum !== undefined || /^(string|integer|boolean)$/.test(schema.type ?? '')
  if (!isValue) throw new Error(`${path} has a schema that this test can not walk`)
  return [[path, schema]]
}

const verbs = new Map(
  registry.modules.flatMap(({ name, verbs }) =>
    Object.entries(verbs).map(
      ([verb, { payload }]) => [`${name}.${verb}`, valuesOf(payload as Schema)] as const,
    ),
  ),
)

const PERSONS = [ActorId, PersonId].map((schema: Schema) => schema.pattern)

const isPersonal = ([path, { pattern }]: readonly [string, Schema]) =>
  (pattern !== undefined && PERSONS.includes(pattern)) || /(^|\.)(subject|insured|bornOn)$/.test(path)

/** The cells of the rows of a section's table; heading and rule are left out. */
function rowsOf(text: string, heading: string): readonly (readonly string[])[] {
  const section = text.split(/^## /m).find((one) => one.startsWith(`${heading}\n`)) ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('| '))
  return rows.slice(1).map((row) =>
    row
      .slice(1, -1)
      .split(' | ')
      .map((cell) => cell.trim()),
  )
}

const namesIn = (cell: string | undefined) =>
  [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name!)

/** What a page lacks, and what it names that is not there or that it names twice. */
function faultsOf(text: string) {
  const nobody = rowsOf(text, 'Beside nobody').flatMap(([names]) => namesIn(names))
  const told = registry.modules.flatMap(({ name }) =>
    rowsOf(text, name).flatMap(([fields, inVerbs, tells]) =>
      namesIn(inVerbs).flatMap((verb) =>
        namesIn(fields).map((field) => `${name}.${verb} ${field}${tells ? '' : ' (tells nothing)'}`),
      ),
    ),
  )
  const listed = [...told, ...nobody]
  const wanted = [...verbs].flatMap(([verb, values]) =>
    nobody.includes(verb) && !values.some(isPersonal) ? [verb] : values.map(([path]) => `${verb} ${path}`),
  )
  return {
    missing: wanted.filter((one) => !listed.includes(one)),
    gone: listed.filter((one, i) => !wanted.includes(one) || listed.indexOf(one) !== i),
  }
}

it('tells of every field, and of none that is gone', () => {
  expect(faultsOf(page)).toEqual({ missing: [], gone: [] })
})

it('tells of every field around a payload', () => {
  const rows = rowsOf(page, 'Every transaction')
  expect(rows.flatMap(([field]) => namesIn(field)).sort()).toEqual(Object.keys(ENVELOPE))
  expect(rows.every(([, tells]) => tells)).toBe(true)
})

it('names what is there in its first table', () => {
  const fields = [...verbs].flatMap(([verb, values]) => [verb, ...values.map(([path]) => path)])
  const names = rowsOf(page, 'The worst of it').flatMap(([, from]) => namesIn(from))
  expect(names.length).toBeGreaterThan(0)
  expect(names.filter((name) => !fields.includes(name))).toEqual([])
})

it.each([
  ['a row that is missing', /^\| `disqualifying`.*\n/m, '', ['certificate.record-exam disqualifying'], []],
  ['a verb that is missing', '`restore`, `revoke-key`', '`revoke-key`', ['identity.restore actor'], []],
  ['a field that is gone', '| `basis` |', '| `basis`, `cause` |', [], ['prescription.issue cause']],
  ['a verb that is gone', '`settlement.retire` |', '`settlement.retire`, `a.b` |', [], ['a.b']],
  [
    'a person among what is beside nobody',
    '`settlement.retire` |',
    '`settlement.retire`, `credential.lapse` |',
    [],
    ['credential.lapse'],
  ],
  [
    'a pair told twice',
    '| `approved` | `review` |',
    '| `approved` | `review`, `review` |',
    [],
    ['prescription.review approved'],
  ],
  [
    'a field without a meaning',
    /(\| `met` \| `attest-outcome` \|)[^|]*\|/,
    '$1  |',
    ['care.attest-outcome met'],
    ['care.attest-outcome met (tells nothing)'],
  ],
])('sees %s', (_, from, to, missing, gone) => {
  const changed = page.replace(from, to)
  expect(changed).not.toBe(page)
  expect(faultsOf(changed)).toEqual({ missing, gone })
})
