/**
 * `/v1/vault`: encrypted contents, streamed in and out, and their wrapped keys. Ciphertext only: encrypting, wrapping
 * and opening are the client's. Who may do what, the node decides (docs/vault.md).
 */
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Static } from 'typebox'
import Type from 'typebox'
import {
  type Clock,
  CONTENT_BYTES_MAX,
  CONTENT_STALL_SECONDS_MAX,
  CONTENT_WRAP_BYTES_MAX,
  LedgerError,
} from '../base/index.ts'
import { Fields, Hash, Reference } from '../domain/index.ts'
import type { ContentRelease } from '../services/index.ts'
import { readerOf } from './auth.ts'
import type { Door } from './door.ts'
import { problems, refer } from './schemas.ts'
import { refuseEncodings } from './transactions.ts'

const BYTES = 'application/octet-stream'
/** The only endpoint that takes bytes as they come. */
export const CONTENT_PATH = '/v1/vault/contents/:vaultHash'

const ContentParams = Fields({ vaultHash: Hash })
const WrapParams = Fields({ vaultHash: Hash, readerKey: Hash })
const WrapRequest = Fields({
  wrap: Type.String({
    maxLength: CONTENT_WRAP_BYTES_MAX,
    pattern: '^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+){4}$',
    description: 'the content key as a compact JWE (ECDH-ES+A256KW, A256GCM) for readerKey',
  }),
})
const ReleaseRequest = Fields({ open: Hash })
const RecordParams = Fields({ ref: Reference })

const binary = Type.Unsafe({ content: { [BYTES]: { schema: {} } } })

function requireBytes(request: FastifyRequest): void {
  refuseEncodings(request)
  if (request.headers['content-type'] !== BYTES) {
    throw new LedgerError('form.media-type', { message: `A content is sent as ${BYTES}.` })
  }
}

/** Bytes that the sender announces; undefined where it does not say. */
function lengthOf({ headers }: FastifyRequest): number | undefined {
  const length = headers['content-length']
  return length === undefined ? undefined : Number(length)
}

/** The bytes of an upload, as long as they keep coming. */
async function* untilStalled(stream: Readable, clock: Clock): AsyncGenerator<Uint8Array> {
  let moved = true
  const ended = new AbortController()
  const watch = async () => {
    while (moved) {
      moved = false
      await clock.sleep(1000 * CONTENT_STALL_SECONDS_MAX, ended.signal)
    }
    stream.destroy(new LedgerError('form.request', { message: 'The upload stalled.' }))
  }
  watch().catch(() => {})
  try {
    for await (const part of stream) {
      moved = true
      yield part as Uint8Array
    }
  } finally {
    ended.abort()
  }
}

function sendContent(reply: FastifyReply, { vaultHash, length, wrap, bytes }: ContentRelease): FastifyReply {
  reply.headers({
    'content-type': BYTES,
    'content-length': length,
    'medseal-vault-hash': vaultHash,
    'medseal-wrap': wrap,
  })
  return reply.send(Readable.from(bytes, { objectMode: false }))
}

function registerUploads({ app, node, clock, requireReader }: Door): void {
  app.addContentTypeParser(BYTES, async (request: FastifyRequest, stream: unknown) => {
    if (request.routeOptions.url !== CONTENT_PATH) throw new LedgerError('form.media-type')
    return stream
  })

  app.put(
    CONTENT_PATH,
    {
      config: { documented: { body: binary } },
      onRequest: [async (request) => requireBytes(request), requireReader],
      schema: {
        operationId: 'putContent',
        tags: ['vault'],
        summary: 'Keep a ciphertext at the address that its SHA-256 is: any active actor',
        description:
          `Streamed, at most ${CONTENT_BYTES_MAX} bytes; counts against the quota of the sender's ` +
          'member. Sending what is kept already changes nothing.',
        params: ContentParams,
        response: { 200: refer('Content'), ...problems(400, 401, 403, 410, 413, 415, 503, 507) },
      },
    },
    async (request, reply) => {
      const { vaultHash } = request.params as Static<typeof ContentParams>
      const stream = untilStalled(request.body as Readable, clock)
      // What is refused midway is not read to its end: the connection goes.
      reply.header('connection', 'close')
      const upload = { vaultHash, stream, lengthExpected: lengthOf(request) }
      const content = await node.vault.put(upload, readerOf(request))
      reply.removeHeader('connection')
      return content
    },
  )

  app.put(
    `${CONTENT_PATH}/wraps/:readerKey`,
    {
      onRequest: requireReader,
      schema: {
        operationId: 'putWrap',
        tags: ['vault'],
        summary: 'Keep the wrapped content key for one more reader: the owner, or whoever has a wrap',
        description:
          "The first reader of a hospital's content is its break-glass key. A wrap is for the encryption " +
          'key of an active actor. One that stands is replaced by the owner, who placed it, or the reader itself.',
        params: WrapParams,
        body: { content: { 'application/json': { schema: WrapRequest } } },
        response: {
          204: Type.Unsafe({ description: 'kept' }),
          ...problems(400, 401, 403, 404, 409, 413, 415, 503),
        },
      },
    },
    async (request, reply) => {
      const { vaultHash, readerKey } = request.params as Static<typeof WrapParams>
      const { wrap } = request.body as Static<typeof WrapRequest>
      await node.vault.putWrap(vaultHash, readerKey, wrap, readerOf(request))
      return reply.status(204).send()
    },
  )

  app.delete(
    `${CONTENT_PATH}/wraps/:readerKey`,
    {
      onRequest: requireReader,
      schema: {
        operationId: 'removeWrap',
        tags: ['vault'],
        summary: 'Take a wrapped content key away: the owner, who placed it, or the reader whose it is',
        description:
          'What the reader has opened already it keeps; from here on nothing is released to it. The ' +
          'break-glass key stays.',
        params: WrapParams,
        response: { 204: Type.Unsafe({ description: 'removed' }), ...problems(400, 401, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { vaultHash, readerKey } = request.params as Static<typeof WrapParams>
      await node.vault.removeWrap(vaultHash, readerKey, readerOf(request))
      return reply.status(204).send()
    },
  )

  app.get(
    CONTENT_PATH,
    {
      onRequest: requireReader,
      schema: {
        operationId: 'getContentState',
        tags: ['vault'],
        summary: 'Whether a content is kept, and what erased it: its owner',
        params: ContentParams,
        response: { 200: refer('Content'), ...problems(400, 401, 404) },
      },
    },
    async (request) => {
      const { vaultHash } = request.params as Static<typeof ContentParams>
      const content = await node.vault.describe(vaultHash, readerOf(request))
      if (content === undefined) throw new LedgerError('read.not-found')
      return content
    },
  )
}

function registerReleases({ app, node, requireReader }: Door): void {
  app.post(
    '/v1/vault/releases',
    {
      onRequest: requireReader,
      schema: {
        operationId: 'releaseContent',
        tags: ['vault'],
        summary: 'Fetch what a final access.open or access.break-glass opens: the key that signed it, once',
        description:
          'The ciphertext as bytes; the wrapped content key in the header `medseal-wrap`, the address ' +
          'in `medseal-vault-hash`. At most five minutes after the access was committed. The access is ' +
          'spent before the first byte.',
        body: { content: { 'application/json': { schema: ReleaseRequest } } },
        response: { 200: binary, ...problems(400, 401, 403, 409, 415) },
      },
    },
    async (request, reply) => {
      const { open } = request.body as Static<typeof ReleaseRequest>
      return sendContent(reply, await node.vault.release(open, readerOf(request)))
    },
  )

  app.get(
    '/v1/vault/records/:ref/content',
    {
      exposeHeadRoute: false,
      onRequest: requireReader,
      schema: {
        operationId: 'getOwnContent',
        tags: ['vault'],
        summary: 'The content of a record: those who act for its subject, and who brought it',
        params: RecordParams,
        response: { 200: binary, ...problems(400, 401, 404) },
      },
    },
    async (request, reply) => {
      const { ref } = request.params as Static<typeof RecordParams>
      return sendContent(reply, await node.vault.retrieve(ref, readerOf(request)))
    },
  )

  app.get(
    '/v1/vault/records/:ref/wrap',
    {
      onRequest: requireReader,
      schema: {
        operationId: 'getOwnWrap',
        tags: ['vault'],
        summary: 'The wrapped content key of a record, to grant it on: those who may fetch its content',
        params: RecordParams,
        response: { 200: refer('Wrap'), ...problems(400, 401, 404) },
      },
    },
    async (request) => {
      const { ref } = request.params as Static<typeof RecordParams>
      return node.vault.wrapOf(ref, readerOf(request))
    },
  )
}

export function registerContents(door: Door): void {
  registerUploads(door)
  registerReleases(door)
}
