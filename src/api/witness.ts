/**
 * C2SP tlog-witness: `<node>/witness` is the prefix for those who submit checkpoints, and for those who watch what was
 * cosigned.
 */
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import {
  decodeUtf8,
  LedgerError,
  WITNESS_REQUEST_BYTES_MAX,
  WITNESS_REQUESTS_PER_MINUTE_MAX,
} from '../base/index.ts'
import { Fields, Hash } from '../domain/index.ts'
import { PUBLIC } from './cross-origin.ts'
import { type Door, typed } from './door.ts'
import { problems } from './schemas.ts'
import { sendTagged } from './tagged.ts'
import { refuseEncodings } from './transactions.ts'

const LogParams = Fields({ originHash: Hash })

const text = (type: string) => Type.Unsafe({ content: { [type]: { schema: { type: 'string' } } } })

function textOf(body: unknown): string {
  try {
    return decodeUtf8(body as Buffer)
  } catch (cause) {
    throw new LedgerError('witness.form', { message: 'The request is not valid UTF-8.' }, cause)
  }
}

export async function registerWitness({ app, node }: Door): Promise<void> {
  const { witness } = node
  if (witness === undefined) return
  await app.register(async (scope) => {
    // The specification names no media type, and clients send several: the body is text whatever it is called.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (request: FastifyRequest, body, done) => {
      try {
        refuseEncodings(request)
        done(null, body)
      } catch (error) {
        done(error as Error)
      }
    })
    scope.post(
      '/witness/add-checkpoint',
      {
        bodyLimit: WITNESS_REQUEST_BYTES_MAX,
        config: {
          rateLimit: { max: WITNESS_REQUESTS_PER_MINUTE_MAX, timeWindow: 60_000 },
          documented: { body: text('text/plain') },
        },
        schema: {
          operationId: 'addCheckpoint',
          tags: ['log'],
          summary: "Cosigns another log's checkpoint (C2SP tlog-witness)",
          description:
            'The body is `old <size>`, a consistency proof, an empty line and the signed checkpoint.',
          response: {
            200: text('text/plain'),
            409: text('text/x.tlog.size'),
            ...problems(400, 403, 404, 413, 422),
          },
        },
      },
      async (request, reply) => {
        const answer = witness.addCheckpoint(textOf(request.body ?? Buffer.alloc(0)))
        if ('cosignature' in answer) return reply.type('text/plain; charset=utf-8').send(answer.cosignature)
        return reply.status(409).type('text/x.tlog.size').send(`${answer.conflict}\n`)
      },
    )
    typed(scope).get(
      '/witness/:originHash/checkpoint',
      {
        config: PUBLIC,
        schema: {
          operationId: 'getWitnessedCheckpoint',
          tags: ['log'],
          summary: 'The checkpoint that the witness cosigned last, of the log whose origin has this SHA-256',
          params: LogParams,
          response: { 200: text('text/plain'), ...problems(400, 404) },
        },
      },
      async (request, reply) => {
        const note = witness.latest(request.params.originHash)
        if (note === undefined) throw new LedgerError('read.not-found')
        reply.type('text/plain; charset=utf-8').header('cache-control', 'no-cache')
        return sendTagged(request, reply, Buffer.from(note))
      },
    )
  })
}
