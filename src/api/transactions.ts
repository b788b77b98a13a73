/** `/v1/transactions`: submitting, what became of one, and its private part. */
import type { FastifyRequest } from 'fastify'
import type { Static } from 'typebox'
import Type from 'typebox'
import {
  concatBytes,
  fromHex,
  JSON_REQUEST_BYTES_MAX,
  LedgerError,
  REQUEST_BYTES_MAX,
} from '../base/index.ts'
import { isSettled, type Submission } from '../intake/index.ts'
import { type AnyJson, decodeBase64, decodeBatch, LEAF, parseStrictJson } from '../protocol/index.ts'
import { readerOf } from './auth.ts'
import { abortOnClose } from './connection.ts'
import { type Door, typed } from './door.ts'
import { sendProblem } from './problems.ts'
import { IdParams, problems, refer, SubmitQuery, TransactionRequest } from './schemas.ts'

const MSGPACK = 'application/vnd.msgpack'

/** Reads the JSON of a request; a key that stands twice is refused, which JSON.parse would let pass. */
function parseRequest(bytes: Uint8Array): AnyJson {
  const parsed = parseStrictJson(bytes, { integersOnly: false })
  if (!parsed.ok) throw new LedgerError('form.request', { message: parsed.message })
  return parsed.value
}

function submissionOf(request: Static<typeof TransactionRequest>): Submission {
  const head = Uint8Array.of(LEAF.transaction)
  const entry = concatBytes(
    head,
    fromHex(request.publicKey)!,
    fromHex(request.signature)!,
    bytesOf('body', request.body),
  )
  return request.private === undefined
    ? { entry }
    : { entry, privatePart: bytesOf('private', request.private) }
}

function bytesOf(field: string, text: string): Uint8Array {
  const bytes = decodeBase64(text)
  if (bytes === undefined) {
    throw new LedgerError('form.request', { field: `/${field}`, message: `/${field} is not padded base64.` })
  }
  return bytes
}

/** Bodies are read as they come: no content coding. */
export function refuseEncodings(request: FastifyRequest): void {
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    throw new LedgerError('form.media-type', { message: `Content-Encoding ${encoding} is not read here.` })
  }
}

export function registerTransactions({ app, node, requireReader }: Door): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: JSON_REQUEST_BYTES_MAX },
    async (_request: FastifyRequest, bytes: string | Buffer) => parseRequest(bytes as Buffer),
  )
  app.addContentTypeParser(
    MSGPACK,
    { parseAs: 'buffer', bodyLimit: REQUEST_BYTES_MAX },
    async (_request: FastifyRequest, bytes: string | Buffer) => decodeBatch(bytes as Buffer),
  )

  typed(app).post(
    '/v1/transactions',
    {
      onRequest: async (request) => refuseEncodings(request),
      schema: {
        operationId: 'submitTransactions',
        tags: ['transactions'],
        summary: 'Submit one signed transaction as JSON, or up to 4,096 as MessagePack',
        description:
          'Anyone may: the signature speaks. Answers one item for each transaction, in order; `wait` ' +
          'holds the answer, at most 30 s, until all are committed or final. A MessagePack batch is an ' +
          'array of `[entry bin, private bin or nil]`, at most 16 MiB.',
        querystring: SubmitQuery,
        body: {
          content: {
            'application/json': { schema: TransactionRequest },
            [MSGPACK]: { schema: Type.Unsafe({ description: 'array of [entry bin, private bin or nil]' }) },
          },
        },
        response: {
          200: Type.Array(refer('SubmissionResult')),
          202: Type.Array(refer('SubmissionResult')),
          ...problems(400, 413, 415, 503),
        },
      },
    },
    async (request, reply) => {
      const body = request.body as Submission[] | Static<typeof TransactionRequest>
      const submissions = Array.isArray(body) ? body : [submissionOf(body)]
      const { wait } = request.query
      const results = await node.submit(submissions, wait ?? 'none', abortOnClose(reply))
      const settled = wait !== undefined && results.every((result) => isSettled(result, wait))
      return reply.status(settled ? 200 : 202).send(results)
    },
  )

  typed(app).get(
    '/v1/transactions/:id',
    {
      onRequest: requireReader,
      schema: {
        operationId: 'getTransaction',
        tags: ['transactions'],
        summary: 'What became of a transaction: for signer, parties, operator and auditors',
        description: 'Who may not see it gets the same 404 as for an id that was never seen.',
        params: IdParams,
        response: { 200: refer('TransactionAnswer'), ...problems(400, 401, 404) },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const transaction = await node.transaction(id, readerOf(request))
      if (transaction.status !== 'unknown') return transaction
      return sendProblem(reply, new LedgerError('read.not-found', { transaction }))
    },
  )

  typed(app).get(
    '/v1/transactions/:id/private',
    {
      onRequest: requireReader,
      schema: {
        operationId: 'getPrivatePart',
        tags: ['transactions'],
        summary:
          'The private part of an accepted transaction: salt (32 bytes) and JSON, for its signer and its parties',
        params: IdParams,
        response: {
          200: Type.Unsafe({ content: { 'application/octet-stream': { schema: {} } } }),
          ...problems(400, 401, 404),
        },
      },
    },
    async (request, reply) => {
      const part = await node.privatePart(request.params.id, readerOf(request))
      return reply.header('content-type', 'application/octet-stream').send(Buffer.from(part))
    },
  )
}
