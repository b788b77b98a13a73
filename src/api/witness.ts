/**
 * C2SP tlog-witness: `<node>/witness` is the prefix for those who submit checkpoints, and for those who watch what was
 * cosigned.
 */
import Type from 'typebox'
import { LedgerError, WITNESS_REQUEST_BYTES_MAX, WITNESS_REQUESTS_PER_MINUTE_MAX } from '../base/index.ts'
import { Fields, Hash } from '../domain/index.ts'
import { PUBLIC } from './cross-origin.ts'
import { type Door, typed } from './door.ts'
import { problems } from './schemas.ts'
import { sendTagged } from './tagged.ts'
import { takeAnyBody, textOf } from './text-bodies.ts'

const LogParams = Fields({ originHash: Hash })

const text = (type: string) => Type.Unsafe({ content: { [type]: { schema: { type: 'string' } } } })

export async function registerWitness({ app, node }: Door): Promise<void> {
  const { witness } = node
  if (witness === undefined) return
  await app.register(async (scope) => {
    takeAnyBody(scope)
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
        const answer = witness.addCheckpoint(textOf(request, 'witness.form'))
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
