/**
 * Writes declarations of the last build anew, as plain interfaces made from the schemas of the rules and of the
 * answers: dist/client/rules.d.ts and dist/answers/schemas.d.ts. So a compiler that checks the package's declarations
 * knows every payload, query and answer. It reads no TypeBox, which costs more than all else: what of it is left in
 * the declarations of an entry becomes names without contents. Run by `npm run build`, after tsc.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ANSWERS } from '../dist/answers/index.js'
import { RECORD_KINDS, VERSIONS } from '../dist/domain/index.js'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))

const union = (types) => [...new Set(types)].join(' | ')
const literals = (values) => union(values.map((value) => JSON.stringify(value)))
const nameOf = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name))
const comment = (text) => (text ? `/** ${text.replaceAll('*/', '* /')} */ ` : '')

/** Long lists of words that stand in many schemas, by the names that they are given here. */
const WORDS = new Map([[literals(RECORD_KINDS), 'RecordKind']])
const wordsOf = (values) => WORDS.get(literals(values)) ?? literals(values)

/** The fields of an object's schema, one a line, and what may stand beside them. */
function fieldsOf({ properties = {}, required = [], additionalProperties, patternProperties }) {
  const fields = Object.entries(properties).map(
    ([name, schema]) =>
      `${comment(schema.description)}readonly ${nameOf(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema)}`,
  )
  if (additionalProperties === true) fields.push('readonly [name: string]: unknown')
  for (const schema of Object.values(patternProperties ?? {}))
    fields.push(`readonly [name: string]: ${typeOf(schema)}`)
  return fields.length === 0 ? 'Record<string, never>' : `{ ${fields.join('; ')} }`
}

/** The TypeScript type of a JSON schema. Throws for what no schema of ours has. */
function typeOf(schema) {
  if (schema.title === 'Code') return 'AnyCode'
  if (schema.$ref !== undefined) return schema.$ref.replace(/#$/, '')
  if (schema.enum !== undefined) return wordsOf(schema.enum)
  if (schema.const !== undefined) return literals([schema.const])
  const variants = schema.anyOf ?? schema.oneOf
  if (variants !== undefined) return union(variants.map(typeOf))
  switch (schema.type) {
    case 'integer':
    case 'number':
      return 'number'
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type
    case 'array':
      return `readonly (${typeOf(schema.items)})[]`
    case 'object':
      return fieldsOf(schema)
    default:
      if (Object.keys(schema).every((keyword) => keyword === 'description')) return 'unknown'
      throw new Error(`no type for ${JSON.stringify(schema)}`)
  }
}

const PRIVATE_PARTS = { none: 'undefined', optional: 'AnyJson', required: 'AnyJson' }

function statementOf([type, { summary, signers, payload, privatePart }]) {
  const sign = privatePart === 'required' ? '' : '?'
  const said = signers === undefined ? summary : `${summary} Signed by ${signers}.`
  return `  ${comment(said)}
  readonly '${type}': {
    readonly payload: ${typeOf(payload)}
    readonly privatePart${sign}: ${PRIVATE_PARTS[privatePart]}
  }`
}

/** What lists accept beside their own query. */
const PAGE = {
  limit: { type: 'integer', description: 'items of a page, at most' },
  cursor: { type: 'string', description: '`next` of the page before' },
}

function readOf({ module, read: { path, summary, query, answer, list, rights } }) {
  return `  ${comment(rights ? `${summary} ${rights.words}` : summary)}
  readonly '${module}${path}': {
    readonly query: ${typeOf(list ? { ...query, properties: { ...query.properties, ...PAGE } } : query)}
    readonly ${list ? 'item' : 'answer'}: ${typeOf(answer)}
  }`
}

const reads = VERSIONS.reads.filter(({ read }) => !read.list)
const lists = VERSIONS.reads.filter(({ read }) => read.list)

const interfaceOf = (name, about, members) =>
  `/** ${about} */\nexport interface ${name} {\n${members.join('\n')}\n}\n`

const rules = [
  '/** Transaction types and reads by name, made from the schemas of the rules. */',
  "import type { AnyJson } from '../protocol/index.ts'\n",
  ...[...WORDS].map(([words, name]) => `export type ${name} = ${words}\n`),
  interfaceOf(
    'Statements',
    'What is said by each transaction type: its payload, and its private part where it takes one.',
    [...VERSIONS.verbs].map(statementOf),
  ),
  interfaceOf(
    'Reads',
    'Reads of one thing, by module and path. The query has what stands in the path too.',
    reads.map(readOf),
  ),
  interfaceOf('Lists', 'Reads that list, likewise.', lists.map(readOf)),
  '/** Values of a query by name. */',
  'export type ReadValues = Readonly<Record<string, string | number | undefined>>\n',
]

const answers = [
  '/** The answers of the HTTP API, made from their schemas. */',
  "import type { AnyCode } from '../base/index.ts'\n",
  ...Object.entries(ANSWERS).map(
    ([name, schema]) => `export interface ${name} ${typeOf(schema)}\nexport declare const ${name}: object\n`,
  ),
  '/** The same as a client may find it: a node of an older build says nothing of `rules`. */',
  "export type AnyNodeInfo = Omit<NodeInfo, 'rules'> & Partial<Pick<NodeInfo, 'rules'>>\n",
  '/** One page of a list. */',
  'export interface Page { readonly items: readonly unknown[]; readonly next?: string }',
  'export declare const pageOf: (item: object) => object\n',
  `export type AnswerName = ${literals(Object.keys(ANSWERS))}`,
  'export declare const ANSWERS: Readonly<Record<AnswerName, object>>\n',
]

writeFileSync(join(dist, 'client/rules.d.ts'), rules.join('\n'))
writeFileSync(join(dist, 'answers/schemas.d.ts'), answers.join('\n'))

/** What stands for TypeBox where the rules' own declarations speak of schemas, which no user of the package writes. */
const LIBRARY = `export interface TSchema { readonly type?: unknown }
export interface TString extends TSchema {}
export interface TInteger extends TSchema {}
export interface TEnum<Values = unknown> extends TSchema { readonly enum: Values }
export interface TArray<Item = unknown> extends TSchema { readonly items: Item }
export interface TOptional<Item = unknown> extends TSchema { readonly optional: Item }
export interface TObject<Properties = unknown> extends TSchema { readonly properties: Properties }
export type TProperties = Record<string, TSchema>
export type Static<_Schema> = never
export interface Validator {}
export * as default from './schema-library.js'
`

/** Declarations that `path` imports, and those that they import. */
function reach(path, found = new Set()) {
  if (found.has(path)) return found
  found.add(path)
  for (const [, from] of readFileSync(path, 'utf8').matchAll(/from '(\.[^']+)'/g))
    reach(join(dirname(path), from.replace(/\.[jt]s$/, '.d.ts')), found)
  return found
}

const library = join(dist, 'schema-library')
writeFileSync(`${library}.d.ts`, LIBRARY)
for (const path of reach(join(dist, 'index.d.ts'))) {
  const text = readFileSync(path, 'utf8')
  const from = `${relative(dirname(path), library)}.js`
  const plain = text.replaceAll(/ from 'typebox(?:\/schema)?'/g, ` from '${from}'`)
  if (plain !== text) writeFileSync(path, plain)
}
