/** Answers that a client need not fetch twice. */
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Answers with an ETag, or 304 where the client has these bytes already (RFC 9110 13.1.2). */
export function sendTagged(request: FastifyRequest, reply: FastifyReply, content: Buffer): FastifyReply {
  const tag = `"${createHash('sha256').update(content).digest('base64url')}"`
  reply.header('etag', tag)
  const known = request.headers['if-none-match']?.split(',').map((text) => text.trim().replace(/^W\//, ''))
  if (known?.includes(tag) || known?.includes('*')) return reply.status(304).send()
  return reply.send(content)
}
