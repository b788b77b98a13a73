/** Compressed answers (RFC 9110 12.5.3): Brotli or gzip, where the client takes them; off the main thread. */
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Of equal worth to a client, the first is taken. Brotli's quality 4 of 11 takes about the time of gzip. */
const ENCODERS = {
  br: (content: Buffer) =>
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: (content: Buffer) => promisify(gzip)(content),
} as const
type Encoding = keyof typeof ENCODERS

/** How much a client likes each coding that it names, 0 to 1; what is malformed counts as not named. */
function weightsOf(accepted: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>()
  for (const item of accepted.toLowerCase().split(',')) {
    const [name = '', weight] = item.split(';').map((text) => text.trim())
    const value = weight === undefined ? 1 : Number(/^q=([01](?:\.[0-9]{0,3})?)$/.exec(weight)?.[1] ?? 0)
    weights.set(name, value)
  }
  return weights
}

/** The coding that suits the client best; undefined for none. */
function encodingFor(accepted: string | undefined): Encoding | undefined {
  const weights = weightsOf(accepted ?? '')
  const weightOf = (name: Encoding) => weights.get(name) ?? weights.get('*') ?? 0
  const best = (Object.keys(ENCODERS) as Encoding[]).reduce((a, b) => (weightOf(b) > weightOf(a) ? b : a))
  return weightOf(best) > 0 ? best : undefined
}

/** Answers with these bytes, compressed where the client takes that. */
export async function sendEncoded(
  request: FastifyRequest,
  reply: FastifyReply,
  content: Buffer,
): Promise<FastifyReply> {
  reply.header('vary', 'accept-encoding')
  const encoding = encodingFor(request.headers['accept-encoding'])
  if (encoding === undefined) return reply.send(content)
  return reply.header('content-encoding', encoding).send(await ENCODERS[encoding](content))
}
