/**
 * The log as C2SP tlog-tiles serves it: `/checkpoint`, `/tile/<L>/<N>`, `/tile/entries/<N>`, and beside it `/trust.json`.
 * A tile of one width never changes; checkpoint and chain of trust have an ETag. Entries are for operators and auditors
 * alone, and no cache may keep them. Tiles and bundles come whole, not in ranges: a tile is 8 KiB at most, and a bundle
 * is compressed.
 */
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { LedgerError } from '../base/index.ts'
import { Fields } from '../domain/index.ts'
import { parseTilePath, TILE_LEVEL_MAX, type TilePath } from '../protocol/index.ts'
import { readerOf } from './auth.ts'
import { PUBLIC } from './cross-origin.ts'
import type { Door } from './door.ts'
import { sendEncoded } from './encodings.ts'
import { problems, refer } from './schemas.ts'
import { sendTagged } from './tagged.ts'

const IMMUTABLE = 'public, max-age=31536000, immutable'

function pathOf(request: FastifyRequest): TilePath {
  // The raw path: a tile has one right spelling, and an escaped slash is none of it.
  const path = request.raw.url!.split('?', 1)[0]!.slice(1)
  const parsed = parseTilePath(path)
  if (parsed === undefined) throw new LedgerError('read.not-found')
  return parsed
}

/** A path of tiles has a slash in its index from the 1,000th tile of a level on; OpenAPI knows no such parameter. */
const Index = Type.String({
  description:
    'groups of three digits, `x001/234`, whose slashes stand as they are; then `.p/<W>` for a part',
})
const Level = Type.Integer({ minimum: 0, maximum: TILE_LEVEL_MAX })

const binary = Type.Unsafe({ content: { 'application/octet-stream': { schema: {} } } })

export function registerTiles({ app, node, requireReader }: Door): void {
  app.get(
    '/checkpoint',
    {
      config: PUBLIC,
      schema: {
        operationId: 'getCheckpoint',
        tags: ['log'],
        summary: 'The latest checkpoint, a signed note',
        response: { 200: Type.Unsafe({ content: { 'text/plain': { schema: { type: 'string' } } } }) },
      },
    },
    async (request, reply) => {
      reply.type('text/plain; charset=utf-8').header('cache-control', 'no-cache')
      return sendTagged(request, reply, Buffer.from(await node.checkpoint()))
    },
  )

  app.get(
    '/trust.json',
    {
      config: PUBLIC,
      schema: {
        operationId: 'getTrustChain',
        tags: ['log'],
        summary: 'How the keys and quorum of genesis became those that hold now, each change proven',
        response: { 200: refer('TrustChain') },
      },
    },
    async (request, reply) => {
      reply.type('application/json; charset=utf-8').header('cache-control', 'no-cache')
      return sendTagged(request, reply, Buffer.from(JSON.stringify(node.trustChain())))
    },
  )

  app.get(
    '/tile/entries/*',
    {
      config: { documented: { url: '/tile/entries/:index', params: Fields({ index: Index }) } },
      onRequest: requireReader,
      schema: {
        operationId: 'getEntries',
        tags: ['log'],
        summary: 'An entry bundle `<N>` or `<N>.p/<W>`: operators and auditors',
        response: { 200: binary, ...problems(401, 404) },
      },
    },
    async (request, reply) => {
      const { index, width } = pathOf(request)
      const bundle = await node.entryBundle(index, width, readerOf(request))
      if (bundle === undefined) throw new LedgerError('read.not-found')
      reply.type('application/octet-stream').header('accept-ranges', 'none')
      return sendEncoded(request, reply, Buffer.from(bundle))
    },
  )

  app.get(
    '/tile/*',
    {
      config: {
        ...PUBLIC,
        documented: { url: '/tile/:level/:index', params: Fields({ level: Level, index: Index }) },
      },
      schema: {
        operationId: 'getTile',
        tags: ['log'],
        summary: 'A tile `<L>/<N>` or `<L>/<N>.p/<W>` of hashes',
        response: { 200: binary, ...problems(404) },
      },
    },
    async (request, reply) => {
      const path = pathOf(request)
      if (path.kind !== 'tile') throw new LedgerError('read.not-found')
      const tile = await node.log.tile(path.level, path.index, path.width)
      if (tile === undefined) throw new LedgerError('read.not-found')
      reply.headers({ 'cache-control': IMMUTABLE, 'accept-ranges': 'none' })
      return reply.type('application/octet-stream').send(Buffer.from(tile))
    },
  )
}
