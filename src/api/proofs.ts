/** `/v1/proofs`: inclusion and consistency (RFC 9162), as JSON, or as C2SP tlog-proof text. */
import type { FastifyRequest } from 'fastify'
import type { Hashes } from '../answers/index.ts'
import { encodeBase64 } from '../protocol/index.ts'
import { PUBLIC } from './cross-origin.ts'
import { type Door, typed } from './door.ts'
import { ConsistencyQuery, InclusionQuery, problems, refer } from './schemas.ts'

/** Whether the first media type that the client names is plain text. */
const wantsText = ({ headers }: FastifyRequest): boolean => /^\s*text\/plain\b/.test(headers.accept ?? '')

const toAnswer = (hashes: readonly Uint8Array[]): Hashes => ({ hashes: hashes.map(encodeBase64) })

export function registerProofs({ app, node }: Door): void {
  typed(app).get(
    '/v1/proofs/inclusion',
    {
      config: PUBLIC,
      schema: {
        operationId: 'getInclusionProof',
        tags: ['proofs'],
        summary: 'That leaf `index` stands in the log of `size`',
        description:
          'With `Accept: text/plain` a tlog-proof with its signed checkpoint, at a size that ends a block.',
        querystring: InclusionQuery,
        response: { 200: refer('Hashes'), ...problems(400) },
      },
    },
    async (request, reply) => {
      const { index, size } = request.query
      reply.header('vary', 'accept')
      if (!wantsText(request)) return toAnswer(await node.log.inclusionProof(index, size))
      const text = await node.inclusionProofText(index, size)
      return reply.type('text/plain; charset=utf-8').send(text)
    },
  )

  typed(app).get(
    '/v1/proofs/consistency',
    {
      config: PUBLIC,
      schema: {
        operationId: 'getConsistencyProof',
        tags: ['proofs'],
        summary: 'That the log of size `from` is the beginning of the log of size `to`',
        querystring: ConsistencyQuery,
        response: { 200: refer('Hashes'), ...problems(400) },
      },
    },
    async (request) => {
      const { from, to } = request.query
      return toAnswer(await node.log.consistencyProof(from, to))
    },
  )
}
