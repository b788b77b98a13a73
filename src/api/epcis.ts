/**
 * `GET /v1/epcis/events`: what happened to waste and packs, as EPCIS 2.0. Rights are those of the modules' own reads.
 */
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { makeToken, parseQuery, queryDocument, type ReadEvents, readEventPage } from '../epcis/index.ts'
import { readerOf } from './auth.ts'
import type { Door } from './door.ts'
import { problems } from './schemas.ts'

const DESCRIPTION = `Parameters of EPCIS 2.0: eventType, GE_eventTime, LT_eventTime, GE_recordTime, LT_recordTime,
EQ_action, EQ_bizStep, EQ_disposition, MATCH_epc, MATCH_anyEPC, perPage, nextPageToken. Others are refused.`

/** Path and query of the page that follows. */
function nextLink(request: FastifyRequest, token: string): string {
  const url = new URL(request.url, 'http://node')
  url.searchParams.set('nextPageToken', token)
  return `<${url.pathname}${url.search}>; rel="next"`
}

export function registerEpcis({ app, node, clock, requireReader }: Door): void {
  app.get(
    '/v1/epcis/events',
    {
      onRequest: requireReader,
      schema: {
        operationId: 'queryEpcisEvents',
        tags: ['epcis'],
        summary:
          'Events of waste and supply in EPCIS 2.0 JSON-LD: authorities all, staff of a member its own.',
        description: DESCRIPTION,
        response: {
          200: Type.Object({}, { additionalProperties: true, description: 'An EPCISQueryDocument.' }),
          ...problems(400, 401),
        },
      },
    },
    async (request, reply) => {
      const query = parseQuery(new URL(request.url, 'http://node').searchParams)
      const reader = readerOf(request)
      const read: ReadEvents = async (module, given) =>
        (await node.read(module, '/events', given, reader)) as Awaited<ReturnType<ReadEvents>>
      const { events, next } = await readEventPage(query, read)
      if (next !== undefined) reply.header('link', nextLink(request, makeToken(next)))
      reply.header('gs1-epcis-version', '2.0.0').header('gs1-cbv-version', '2.0.0')
      return reply.type('application/ld+json; charset=utf-8').send(queryDocument(events, clock.nowSeconds()))
    },
  )
}
