/**
 * Every list of every module, page by page, as every reader of a busy world: pages are full, they leave nothing out and
 * say nothing twice, and nothing of a row that is hidden from a reader stands in what it is shown, cursors included.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ModuleRead, registry } from '../../src/domain/index.ts'
import { canonicalJson, type Json } from '../../src/protocol/index.ts'
import { busyWorld } from './support/busy-world.ts'
import { fitting } from './support/payloads.ts'
import type { World } from './support/world.ts'

const SEED = 20_240_713
const QUERIES = 24
const WHOLE = 1_000

type Query = { readonly [name: string]: string | number }
type Page = { readonly items: readonly Json[]; readonly next?: string }

const { world, known, signers } = busyWorld()
const lists = registry.reads().filter(({ read }) => read.list)

/** Every string of at least eight letters that a value holds: ids, references, hashes. */
function stringsOf(value: Json, into = new Set<string>()): Set<string> {
  if (typeof value === 'string') for (const part of value.split(/[/:]/)) if (part.length >= 8) into.add(part)
  if (typeof value === 'object' && value !== null)
    for (const one of Object.values(value)) stringsOf(one, into)
  return into
}

const pageOf = (asked: World, reader: string, { module, read }: ModuleRead, query: Query): Page | undefined =>
  asked.read(reader, module, read.path, query) as Page | undefined

/** The pages of a list, one after another. */
function pagesOf(reader: string, list: ModuleRead, query: Query, limit: number): Page[] {
  const pages: Page[] = []
  for (let cursor: string | undefined; ; ) {
    const page = pageOf(world, reader, list, { ...query, limit, ...(cursor !== undefined && { cursor }) })!
    pages.push(page)
    if (page.next === undefined) return pages
    expect(page.next).not.toBe(cursor)
    cursor = page.next
  }
}

describe.each(lists.map((list) => [`${list.module} ${list.read.path}`, list] as const))(
  '%s',
  (_name, list) => {
    const queries = [
      ...new Set(
        fc
          .sample(fitting(list.read.query, known), { seed: SEED, numRuns: QUERIES })
          .map((query) => JSON.stringify(query)),
      ),
    ]
    const asked = queries.map((text) => JSON.parse(text) as Query)

    it('comes in full pages that together are the whole', () => {
      for (const query of asked) {
        for (const reader of signers) {
          const whole = pageOf(world, reader, list, { ...query, limit: WHOLE })
          if (whole === undefined) continue
          expect(whole.next).toBe(undefined)
          for (let limit = 1; limit <= Math.min(4, whole.items.length + 1); limit++) {
            const pages = pagesOf(reader, list, query, limit)
            expect(pages.flatMap(({ items }) => items)).toEqual(whole.items)
            expect(pages.slice(0, -1).map(({ items }) => items.length)).toEqual(
              pages.slice(1).map(() => limit),
            )
            expect(pages.length === 1 || pages.at(-1)!.items.length > 0).toBe(true)
          }
        }
      }
    })

    it('tells a reader nothing of what it is not shown', () => {
      for (const query of asked) {
        const answers = signers.map((reader) => ({
          reader,
          page: pageOf(world, reader, list, { ...query, limit: WHOLE }),
        }))
        const rows = new Map(
          answers.flatMap(({ page }) => (page?.items ?? []).map((item) => [canonicalJson(item), item])),
        )
        for (const { reader, page } of answers) {
          if (page === undefined) continue
          const shown = new Set(page.items.map((item) => canonicalJson(item)))
          const shownStrings = stringsOf([query as Json, ...page.items])
          const hidden = [...rows]
            .filter(([text]) => !shown.has(text))
            .flatMap(([, item]) => [...stringsOf(item)])
          const secret = new Set(hidden.filter((text) => !shownStrings.has(text)))
          if (secret.size === 0) continue
          for (const { next } of pagesOf(reader, list, query, 1)) {
            const told = [...stringsOf(next ?? '')].filter((text) => secret.has(text))
            expect(told).toEqual([])
          }
        }
      }
    })
  },
)
