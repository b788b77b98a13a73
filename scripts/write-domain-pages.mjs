/**
 * Writes the tables of docs/domain/*.md from the rules of the last build (dist/domain): verbs, refusals, parameters,
 * reads with their rights, state keys. What stands between the tables is written by hand. Run this after `npm run
 * build` when the rules changed; with `--check`, as a test does, it writes nothing and fails where a page is behind.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { CODES } from '../dist/base/codes.js'
import { registry } from '../dist/domain/index.js'

const PRIVATE_PARTS = {
  none: '',
  optional: ' A private part may come with it.',
  required: ' A private part must come with it.',
}

const rowOf = (cells) => `| ${cells.join(' | ')} |`
const table = (head, rows) => [rowOf(head), `|${'---|'.repeat(head.length)}`, ...rows.map(rowOf)].join('\n')

const lowerFirst = (text) => text.charAt(0).toLowerCase() + text.slice(1)

const verbsOf = ({ name, verbs }) =>
  table(
    ['verb', 'who signs', 'what it does'],
    Object.entries(verbs).map(([verb, { signers = '', summary, privatePart }]) => [
      `\`${name}.${verb}\``,
      signers,
      `${summary}${PRIVATE_PARTS[privatePart]}`,
    ]),
  )

const refusalsOf = ({ name }) =>
  table(
    ['code', 'HTTP', 'meaning'],
    Object.entries(CODES)
      .filter(([code]) => code.startsWith(`${name}.`))
      .map(([code, { status, meaning }]) => [`\`${code}\``, status, meaning]),
  )

const number = (value) => value.toLocaleString('en-US')

const parametersOf = ({ name, parameters }) =>
  table(
    ['parameter', 'default', 'bounds', 'meaning'],
    Object.entries(parameters).map(([parameter, { default: value, min, max, meaning }]) => [
      `\`${name}.${parameter}\``,
      number(value),
      `${number(min)} to ${number(max)}`,
      meaning,
    ]),
  )

/** `/records?subject=`: what does not stand in the path is asked in the query. */
function addressOf({ path, query }) {
  const inPath = path.match(/:[a-zA-Z-]+/g) ?? []
  const asked = Object.keys(query.properties ?? {}).filter((name) => !inPath.includes(`:${name}`))
  return asked.length === 0 ? path : `${path}?${asked.map((name) => `${name}=`).join('&')}`
}

const readsOf = ({ reads }) =>
  table(
    ['read', 'who', 'what'],
    reads.map((read) => [`\`${addressOf(read)}\``, lowerFirst(read.rights.words.slice(0, -1)), read.summary]),
  )

const isOptions = ({ properties, required }) =>
  properties !== undefined && required === undefined && Object.keys(properties).length > 4

/**
 * `{at, by, cells: [{cell, count}], note?}`: names in order, as state values have them. A long object of options is
 * named only.
 */
function shapeOf(schema) {
  if (schema.type === 'array') {
    const items = shapeOf(schema.items)
    return items === '' ? '' : `[${items}]`
  }
  const { properties, required = [] } = schema
  if (properties === undefined) return ''
  const fields = Object.keys(properties)
    .sort()
    .map((name) => {
      const inner = isOptions(properties[name]) ? '' : shapeOf(properties[name])
      return `${name}${required.includes(name) ? '' : '?'}${inner === '' ? '' : `: ${inner}`}`
    })
  return `{${fields.join(', ')}}`
}

const keyOf = ({ name, id }) => `${name}/${id.map((part) => `<${part}>`).join('/')}`

/** Two tables may share an index: a kind of key stands once. */
function stateOf({ tables }) {
  const kinds = tables.flatMap(({ kind, indexes = {} }) => [
    kind,
    ...Object.values(indexes).map((index) => index.kind),
  ])
  const byKey = new Map(kinds.map((kind) => [keyOf(kind), kind]))
  const rows = [...byKey].map(([key, { row, meaning }]) => [
    `\`${key}\``,
    `\`${shapeOf(row) || '{}'}\``,
    meaning,
  ])
  return table(['key', 'value', 'what it is'], rows)
}

const TABLES = {
  verbs: verbsOf,
  refusals: refusalsOf,
  parameters: parametersOf,
  reads: readsOf,
  state: stateOf,
}

/** A page with its tables as they are to be. */
function renew(page, module) {
  for (const [name, make] of Object.entries(TABLES)) {
    const [before, rest] = page.split(`<!-- ${name} -->\n`)
    if (rest === undefined) throw new Error(`the page of ${module.name} has no place for its ${name}`)
    const after = rest.slice(rest.indexOf(`<!-- end of ${name} -->`))
    page = `${before}<!-- ${name} -->\n${make(module)}\n${after}`
  }
  return page
}

const behind = []
for (const module of registry.modules) {
  const path = new URL(`../docs/domain/${module.name}.md`, import.meta.url)
  const page = readFileSync(path, 'utf8')
  const renewed = renew(page, module)
  if (renewed === page) continue
  behind.push(`docs/domain/${module.name}.md`)
  if (!process.argv.includes('--check')) writeFileSync(path, renewed)
}
if (process.argv.includes('--check') && behind.length > 0) {
  process.stderr.write(`Behind the rules: ${behind.join(', ')}. Run scripts/write-domain-pages.mjs.\n`)
  process.exitCode = 1
}
