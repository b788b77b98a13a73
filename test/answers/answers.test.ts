/**
 * Answers are declared once: nowhere else in the sources is there a type like one, and what a schema takes the client's
 * checks take.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  ANSWERS,
  type AnswerName,
  isLedgerEvent,
  isNodeInfo,
  isPage,
  isReceipt,
  isSubmissionResult,
  isTransactionAnswer,
  isWrap,
  type LedgerEvent,
  pageOf,
} from '../../src/answers/index.ts'
import type { LedgerEvent as LedgerEventOfLedger } from '../../src/ledger/index.ts'
import type { Receipt } from '../../src/protocol/index.ts'

const sources = new URL('../../src/', import.meta.url).pathname

/** Checked offline by those who know no node, or made below the node: their types are of the folders that do so. */
const OWNED: { readonly [Name in AnswerName]?: string } = {
  Receipt: 'protocol/receipt.ts',
  CertificateFile: 'w3c/health-certificate.ts',
  TrustChain: 'protocol/trust-chain.ts',
  LedgerEvent: 'ledger/types.ts',
}

interface Declaration {
  readonly path: string
  readonly name: string
  /** Names of its fields, sorted, one text. */
  readonly fields: string
}

const listNames = (names: readonly string[]): string => [...names].sort().join(' ')

/** Map types that a source file declares, by the layout that the formatter gives them. */
function declarationsOf(path: string, text: string): Declaration[] {
  const found = [...text.matchAll(/^(?:export )?(?:interface|type) (\w+)[^\n]*\{\n([\s\S]*?)^\}/gm)]
  return found.map(([, name, body]) => {
    const fields = [...body!.matchAll(/^ {2}(?:readonly )?(\w+)\??:/gm)].map(([, field]) => field!)
    return { path, name: name!, fields: listNames(fields) }
  })
}

async function readDeclarations(): Promise<Declaration[]> {
  const paths = (await readdir(sources, { recursive: true })).filter((path) => path.endsWith('.ts'))
  const found = await Promise.all(
    paths.map(async (path) => declarationsOf(path, await readFile(join(sources, path), 'utf8'))),
  )
  return found.flat()
}

const fieldsOf = (schema: TSchema): string =>
  listNames(Object.keys((schema as unknown as { readonly properties: object }).properties))

describe('an answer', async () => {
  const declarations = await readDeclarations()

  it.each(Object.entries(ANSWERS))('%s is declared once', (name, schema) => {
    expect(declarations.length).toBeGreaterThan(500)
    const fields = fieldsOf(schema)
    // The rules have words of their own, and may call something else by the same name.
    const named = (one: Declaration) => one.name === name && !one.path.startsWith('domain/')
    const like = declarations.filter((one) => named(one) || one.fields === fields)
    const owner = OWNED[name as AnswerName]
    expect(like.map(({ path }) => path)).toEqual(owner === undefined ? [] : [owner])
  })

  it('that is declared a second time is found', () => {
    const text = 'interface Key {\n  readonly vaultHash: string\n  readonly wrap: string\n}\n'
    expect(declarationsOf('x.ts', text)).toEqual([
      { path: 'x.ts', name: 'Key', fields: fieldsOf(ANSWERS.Wrap) },
    ])
  })

  it('that is of another folder has its type', () => {
    expectTypeOf<Static<typeof ANSWERS.Receipt>>().toExtend<Receipt>()
    expectTypeOf<Receipt>().toExtend<Static<typeof ANSWERS.Receipt>>()
    expectTypeOf<LedgerEvent>().toExtend<LedgerEventOfLedger>()
    expectTypeOf<LedgerEventOfLedger>().toExtend<LedgerEvent>()
    // Of a certificate's file the check takes any documents; its fields were compared above.
  })
})

const ID = 'ab'.repeat(32)
const INFO = {
  origin: 'example.org/ledger',
  ledgerId: ID,
  node: 'a',
  size: 1,
  vkeys: { logs: [], cosigners: [], witnesses: [] },
  quorum: 1,
  rulesVersion: 1,
  rules: { known: [1], upcoming: [] },
  formats: {},
  limits: {},
  codes: [],
}

const EVENT = { index: 3, height: 1, time: 7, id: ID, type: 'record.anchor', signer: 'a:b', parties: [] }

interface Guarded {
  readonly name: string
  readonly schema: TSchema
  readonly guard: (value: unknown) => boolean
  readonly good: readonly object[]
  readonly bad: readonly object[]
}

const GUARDED: readonly Guarded[] = [
  {
    name: 'SubmissionResult',
    schema: ANSWERS.SubmissionResult,
    guard: isSubmissionResult,
    good: [
      ...['rejected', 'pending', 'accepted', 'refused'].map((status) => ({ id: ID, status })),
      { id: null, status: 'rejected', code: 'form.entry', details: { field: '/body' } },
      { id: ID, status: 'accepted', index: 3, height: 1, settled: 'final' },
    ],
    bad: [{ id: ID, status: 'unknown' }, { id: 7, status: 'accepted' }, { status: 'accepted' }],
  },
  {
    name: 'TransactionAnswer',
    schema: ANSWERS.TransactionAnswer,
    guard: isTransactionAnswer,
    good: ['unknown', 'pending', 'accepted', 'refused'].map((status) => ({ id: ID, status })),
    bad: [{ id: ID, status: 'rejected' }, { id: null, status: 'accepted' }, { id: ID }],
  },
  {
    name: 'NodeInfo',
    schema: ANSWERS.NodeInfo,
    guard: isNodeInfo,
    good: [INFO],
    bad: [
      { ...INFO, ledgerId: 'x' },
      { ...INFO, vkeys: [] },
      { ...INFO, node: 7 },
    ],
  },
  {
    name: 'LedgerEvent',
    schema: ANSWERS.LedgerEvent,
    guard: isLedgerEvent,
    good: [EVENT, { ...EVENT, parties: [{ actor: 'a:b' }, { member: 'a' }, { subject: ID }] }],
    bad: [
      { ...EVENT, index: '3' },
      { ...EVENT, signer: undefined },
    ],
  },
  {
    name: 'Receipt',
    schema: ANSWERS.Receipt,
    guard: isReceipt,
    good: [{ proof: '', entry: '', header: '', headerProof: '' }],
    bad: [{ proof: '', entry: '', header: '' }],
  },
  {
    name: 'Wrap',
    schema: ANSWERS.Wrap,
    guard: isWrap,
    good: [{ vaultHash: ID, wrap: 'a.b.c.d.e' }],
    bad: [{ vaultHash: ID }, { vaultHash: 7, wrap: '' }],
  },
  {
    name: 'a page',
    schema: pageOf({}),
    guard: isPage,
    good: [{ items: [] }, { items: [7], next: 'x' }],
    bad: [{ items: [], next: 7 }, { items: {} }],
  },
]

describe("a client's check", () => {
  it.each(GUARDED)('takes $name as its schema describes it, and no other', ({ schema, guard, good, bad }) => {
    const validator = Compile(schema)
    for (const value of good) {
      expect(validator.Check(value), JSON.stringify(value)).toBe(true)
      expect(guard(value), JSON.stringify(value)).toBe(true)
    }
    for (const value of [undefined, null, 7, 'x', [], {}, ...bad]) {
      expect(validator.Check(value), JSON.stringify(value)).toBe(false)
      expect(guard(value), JSON.stringify(value)).toBe(false)
    }
  })

  it('takes what a newer node says besides, and what an older one leaves out', () => {
    expect(isNodeInfo({ ...INFO, more: 1 })).toBe(true)
    const { rules: _, ...older } = INFO
    expect(isNodeInfo(older)).toBe(true)
    expect(isSubmissionResult({ id: ID, status: 'accepted', more: 1 })).toBe(true)
  })
})
