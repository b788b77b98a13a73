/**
 * Writes the table of docs/errors.md from the codes of the last build (dist/base/codes.js). A test compares the two:
 * run this after `npm run build` when a code was added.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { CODES } from '../dist/base/codes.js'

const path = new URL('../docs/errors.md', import.meta.url)
const [before, rest] = readFileSync(path, 'utf8').split('<!-- codes -->\n')
const after = rest.split('<!-- end of codes -->\n')[1]
const rows = Object.entries(CODES)
  .sort(([, a], [, b]) => a.number - b.number)
  .map(([code, { number, status, meaning }]) => `| ${number} | \`${code}\` | ${status} | ${meaning} |`)
const table = ['| number | code | HTTP | meaning |', '|---|---|---|---|', ...rows].join('\n')
writeFileSync(path, `${before}<!-- codes -->\n${table}\n<!-- end of codes -->\n${after}`)
