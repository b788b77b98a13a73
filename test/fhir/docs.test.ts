/** docs/fhir.md names every export and every identifier system, and no read that has no export. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EXPORTS } from '../../src/fhir/exports.ts'
import { SYSTEMS } from '../../src/fhir/terms.ts'

const page = readFileSync(new URL('../../docs/fhir.md', import.meta.url), 'utf8')

/** `module /path/:parameter` of each read in the table; the module stands with the first of a row. */
const onPage = [...page.matchAll(/^\| (`\/v1\/[^|]+) \| `/gm)]
  .filter(([, reads]) => !reads!.startsWith('`/v1/receipts/'))
  .flatMap(([, reads]) => {
    const paths = [...reads!.matchAll(/`([^`?]+)[^`]*`/g)].map(([, path]) => path!)
    const module = paths[0]!.split('/')[2]!
    return paths.map((path) => {
      const own = path.replace(`/v1/${module}`, '').replace(/\{([a-z]+)\}/g, ':$1')
      return `${module} ${own}`
    })
  })

describe('the page of FHIR', () => {
  it('lists the exports, each once', () => {
    expect(onPage.toSorted()).toEqual(Object.keys(EXPORTS).toSorted())
  })

  it('lists the identifier systems', () => {
    const names = Object.values(SYSTEMS).map((system) => system.slice('urn:medseal:'.length))
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })
})
