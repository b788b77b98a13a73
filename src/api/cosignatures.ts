/** `/v1/order/cosignatures`: where the other members' nodes bring their signed checkpoints, and find ours. */
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { decodeUtf8, LedgerError, NOTE_BYTES_MAX } from '../base/index.ts'
import type { Door } from './door.ts'
import { problems } from './schemas.ts'
import { refuseEncodings } from './transactions.ts'

function textOf(body: unknown): string {
  try {
    return decodeUtf8(body as Buffer)
  } catch (cause) {
    throw new LedgerError('form.note', { message: 'The note is not valid UTF-8.' }, cause)
  }
}

export async function registerCosignatures({ app, node }: Door): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (request: FastifyRequest, body, done) => {
      try {
        refuseEncodings(request)
        done(null, body)
      } catch (error) {
        done(error as Error)
      }
    })
    const text = Type.Unsafe({ content: { 'text/plain': { schema: { type: 'string' } } } })
    scope.post(
      '/v1/order/cosignatures',
      {
        bodyLimit: NOTE_BYTES_MAX,
        schema: {
          operationId: 'exchangeCosignatures',
          tags: ['log'],
          summary: "Takes another member's signed checkpoint, and answers with ours of the same size",
          description: 'The body is the note. 202: this node has none of its size, or not yet.',
          response: { 200: text, 202: Type.Null(), ...problems(400, 404, 409, 413, 429) },
        },
      },
      async (request, reply) => {
        const note = await node.takeNote(textOf(request.body ?? Buffer.alloc(0)))
        if (note === undefined) return reply.status(202).send()
        return reply.type('text/plain; charset=utf-8').send(note)
      },
    )
  })
}
