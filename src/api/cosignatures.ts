/** `/v1/order/cosignatures`: where the other members' nodes bring their signed checkpoints, and find ours. */
import Type from 'typebox'
import { NOTE_BYTES_MAX } from '../base/index.ts'
import type { Door } from './door.ts'
import { problems } from './schemas.ts'
import { takeAnyBody, textOf } from './text-bodies.ts'

export async function registerCosignatures({ app, node }: Door): Promise<void> {
  await app.register(async (scope) => {
    takeAnyBody(scope)
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
        const note = await node.takeNote(textOf(request, 'form.note'))
        if (note === undefined) return reply.status(202).send()
        return reply.type('text/plain; charset=utf-8').send(note)
      },
    )
  })
}
