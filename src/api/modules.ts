/**
 * `/v1/<module>/…`: the reads of every module, made from their definitions. What a reader may see, the module decides.
 * A read has its path as soon as the node's build knows a rules version with it; where the version that holds has none,
 * it is not found.
 */

import type { TProperties, TSchema } from 'typebox'
import Type from 'typebox'
import { pageOf } from '../answers/index.ts'
import { LedgerError } from '../base/index.ts'
import type { ModuleRead } from '../domain/index.ts'
import type { Json } from '../protocol/index.ts'
import { readerOf } from './auth.ts'
import { type CursorScope, openCursor, sealCursor } from './cursors.ts'
import type { Door } from './door.ts'
import { sendExport, wantsFhir } from './fhir.ts'
import { PageQuery, problems } from './schemas.ts'

const pathNames = (path: string): string[] => [...path.matchAll(/:([a-zA-Z-]+)/g)].map(([, name]) => name!)

/** Splits a read's one schema into that of its path and that of its query. */
function splitQuery({ read }: ModuleRead): { readonly params: TSchema; readonly querystring: TSchema } {
  const { properties } = read.query as TSchema & { readonly properties: TProperties }
  const names = pathNames(read.path)
  const pick = (inPath: boolean): TProperties =>
    Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name) === inPath))
  const strict = { additionalProperties: false } as const
  return {
    params: Type.Object(pick(true), strict),
    querystring: Type.Object({ ...pick(false), ...(read.list && PageQuery) }, strict),
  }
}

/** `identity` and `/actors/:actor` make `readIdentityActorsActor`. */
function operationIdOf({ module, read }: ModuleRead): string {
  const words = `${module}${read.path}`.split(/[^a-zA-Z0-9]+/).filter((word) => word !== '')
  return `read${words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')}`
}

/** Who may see the answer: in words, and as data for a page that tells its reader beforehand. */
const describeRights = ({ read: { rights } }: ModuleRead) =>
  rights && {
    description: rights.words,
    'x-rights': { to: rights.shape, ...(rights.each && { each: rights.each }) },
  }

type Query = Readonly<Record<string, string | number | undefined>>
type ListPage = { readonly items: readonly Json[]; readonly next?: string }

const sealNext = (secret: Uint8Array, { items, next }: ListPage, scope: CursorScope): ListPage =>
  next === undefined ? { items } : { items, next: sealCursor(secret, next, scope) }

function registerRead({ app, node, requireReader }: Door, moduleRead: ModuleRead): void {
  const { module, read } = moduleRead
  app.get(
    `/v1/${module}${read.path}`,
    {
      onRequest: requireReader,
      schema: {
        operationId: operationIdOf(moduleRead),
        tags: [module],
        summary: read.summary,
        ...describeRights(moduleRead),
        ...splitQuery(moduleRead),
        response: { 200: read.list ? pageOf(read.answer) : read.answer, ...problems(400, 401, 404) },
      },
    },
    async (request, reply) => {
      const reader = readerOf(request)
      const scope = { module, path: read.path, reader: reader.actor }
      const { cursor, ...asked } = { ...(request.query as Query), ...(request.params as Query) }
      const opened =
        cursor === undefined ? {} : { cursor: openCursor(node.cursorSecret, String(cursor), scope) }
      const found = await node.read(module, read.path, { ...asked, ...opened }, reader)
      if (found === undefined) throw new LedgerError('read.not-found')
      const answer = read.list ? sealNext(node.cursorSecret, found as ListPage, scope) : found
      return wantsFhir(request) ? sendExport(request, reply, { module, path: read.path, answer }) : answer
    },
  )
}

export function registerModules(door: Door): void {
  for (const moduleRead of door.versions.reads) registerRead(door, moduleRead)
}
