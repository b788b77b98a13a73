/**
 * What comes in a path or a query and ends in a state key: whatever it is, the edge refuses it or the ledger answers
 * it. No 500, and nothing in the log that wakes an operator.
 */
import fc from 'fast-check'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { afterAll, describe, expect, it } from 'vitest'
import { CURSOR_BYTES_MAX } from '../../src/base/index.ts'
import type { ModuleRead } from '../../src/domain/index.ts'
import { checkAsyncProperty } from '../support/property.ts'
import { openDoor, problemOf } from './support/door.ts'

const door = await openDoor()
afterAll(() => door.node.close())

/** Values of which one fits each schema of a path or query. */
const SOUND = [
  'hospital',
  'hospital:r1',
  'ab'.repeat(32),
  '2026-01',
  '2026-01-01',
  '1'.repeat(20),
  '1'.repeat(14),
]

function soundValue(
  schema: TSchema & { readonly enum?: readonly string[]; readonly minimum?: number },
): string {
  if (schema.enum !== undefined) return schema.enum[0]!
  if (schema.minimum !== undefined) return String(schema.minimum)
  const check = Compile(schema)
  return SOUND.find((value) => check.Check(value))!
}

const propertiesOf = ({ read }: ModuleRead): [name: string, schema: TSchema][] =>
  Object.entries((read.query as TSchema & { properties: { [name: string]: TSchema } }).properties)

/** The URL of a read, sound where `values` says nothing else. */
function urlOf(moduleRead: ModuleRead, values: { readonly [name: string]: string }): string {
  const { module, read } = moduleRead
  let path = `/v1/${module}${read.path}`
  const query = new URLSearchParams()
  const required = new Set((read.query as { required?: readonly string[] }).required ?? [])
  for (const [name, schema] of propertiesOf(moduleRead)) {
    const value = values[name] ?? soundValue(schema)
    if (read.path.includes(`:${name}`)) path = path.replace(`:${name}`, encodeURIComponent(value))
    else if (required.has(name) || name in values) query.set(name, value)
  }
  if (values['cursor'] !== undefined) query.set('cursor', values['cursor'])
  return `${path}?${query}`
}

const READS = [...door.versions.reads]
const LISTS = READS.filter(({ read }) => read.list)
const READERS = ['hospital', 'hospital:dr-li', 'hospital:patient', 'auditor']

const ask = (url: string, i: number) => door.get(url, READERS[i % READERS.length]!)

describe('a cursor', () => {
  const BROKEN = [
    'é',
    '\u0000',
    ' ',
    'a b',
    '病',
    '~',
    'a/b',
    'a\u202eb',
    '"',
    '',
    'a'.repeat(2 * CURSOR_BYTES_MAX),
  ]

  it('that can not be one is refused by its name, in every list', async () => {
    expect(LISTS.length).toBeGreaterThan(20)
    for (const [i, list] of LISTS.entries()) {
      for (const cursor of BROKEN) {
        const response = await ask(urlOf(list, { cursor }), i)
        expect(response.statusCode, urlOf(list, { cursor })).toBe(400)
        expect(problemOf(response)).toMatchObject({ code: 'form.request', field: '/cursor' })
      }
    }
  })

  it('that no node gave is refused, in every list', async () => {
    const LIKELY = ['a', 'AAAA', '-', '_'.repeat(38), 'a'.repeat(200), 'A'.repeat(CURSOR_BYTES_MAX)]
    for (const list of LISTS) {
      for (const cursor of LIKELY) {
        for (const i of READERS.keys()) {
          const response = await ask(urlOf(list, { cursor }), i)
          expect(problemOf(response), urlOf(list, { cursor })).toMatchObject({
            code: 'read.cursor',
            field: '/cursor',
          })
        }
      }
    }
  })

  it('of pages of EPCIS is held to its form too', async () => {
    for (const token of [
      'é',
      '-!é',
      '0000000001/a/b/000001',
      `${'1'.repeat(10)}/${'a'.repeat(65)}/b/000001!-`,
    ]) {
      const response = await ask(`/v1/epcis/events?nextPageToken=${encodeURIComponent(token)}`, 0)
      expect(problemOf(response).code).toBe('form.request')
    }
  })
})

describe('any text in any place of any read', () => {
  it('gets an answer', async () => {
    await checkAsyncProperty(
      fc.asyncProperty(
        fc.nat(READS.length - 1),
        fc.nat(READERS.length - 1),
        fc.array(fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ maxLength: 600 })), {
          minLength: 1,
          maxLength: 4,
        }),
        async (at, reader, texts) => {
          const read = READS[at]!
          const names = [...propertiesOf(read).map(([name]) => name), ...(read.read.list ? ['cursor'] : [])]
          const values = Object.fromEntries(
            texts.map((text, i) => [names[i % names.length] ?? 'cursor', text]),
          )
          const response = await ask(urlOf(read, values), reader)
          expect(response.statusCode, urlOf(read, values)).toBeLessThan(500)
        },
      ),
      500,
    )
  })

  it('wakes nobody', () => {
    expect(door.logLines.filter((line) => line.includes('"level":"error"'))).toEqual([])
  })
})
