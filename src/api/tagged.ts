/** Answers that a client need not fetch twice. */
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** The ETag of these bytes. */
export const tagOf = (content: Uint8Array): string =>
  `"${createHash('sha256').update(content).digest('base64url')}"`

/** Whether the client has what `tag` stands for (RFC 9110 13.1.2). */
export function isKnown(request: FastifyRequest, tag: string): boolean {
  const known = request.headers['if-none-match']?.split(',').map((text) => text.trim().replace(/^W\//, ''))
  return known !== undefined && (known.includes(tag) || known.includes('*'))
}

/** Answers with an ETag, or 304 where the client has these bytes already. `tag` where it is known. */
export function sendTagged(
  request: FastifyRequest,
  reply: FastifyReply,
  content: Buffer,
  tag = tagOf(content),
): FastifyReply {
  reply.header('etag', tag)
  return isKnown(request, tag) ? reply.status(304).send() : reply.send(content)
}
