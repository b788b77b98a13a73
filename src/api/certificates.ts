/**
 * `/v1/certificate/files` and `/v1/certificate/status-lists`: what the check of a health certificate needs, for whoever
 * has its link. No account: knowing the credential's hash, which covers a random id, is the right to its file
 * (docs/certificates.md).
 */
import Type from 'typebox'
import { CERTIFICATE_FILES_PER_MINUTE_MAX, CREDENTIAL_BYTES_MAX, LedgerError } from '../base/index.ts'
import { Fields, Hash, OneOf } from '../domain/index.ts'
import { LOCAL_ID_PATTERN } from '../protocol/index.ts'
import { type JsonDocument, STATUS_PURPOSES } from '../w3c/index.ts'
import { readerOf } from './auth.ts'
import { PUBLIC } from './cross-origin.ts'
import { type Door, typed } from './door.ts'
import { problems, refer } from './schemas.ts'
import { sendTagged } from './tagged.ts'
import { refuseEncodings } from './transactions.ts'

const FileParams = Fields({ hash: Hash })
const ListParams = Fields({
  institution: Type.String({ pattern: LOCAL_ID_PATTERN }),
  purpose: OneOf(STATUS_PURPOSES),
})
/** A signed document: what stands in it, its signature covers and its check looks at. */
const Document = Type.Unsafe<JsonDocument>({ type: 'object' })
const FileRequest = Fields({ credential: Document, transaction: Hash })
const ListRequest = Fields({ list: Document, transaction: Hash })

const JSON_UTF8 = 'application/json; charset=utf-8'
const RATE = { rateLimit: { max: CERTIFICATE_FILES_PER_MINUTE_MAX, timeWindow: 60_000 } }
const kept = Type.Unsafe({ description: 'kept' })

function registerFiles({ app, node, requireReader }: Door): void {
  const path = '/v1/certificate/files/:hash'
  typed(app).get(
    path,
    {
      config: RATE,
      schema: {
        operationId: 'getCertificateFile',
        tags: ['certificate'],
        summary: "A certificate, its receipt and its institution's status lists: anyone who has its link",
        params: FileParams,
        response: { 200: refer('CertificateFile'), ...problems(400, 404) },
      },
    },
    async (request, reply) => {
      const file = await node.certificates.file(request.params.hash)
      if (file === undefined) throw new LedgerError('read.not-found')
      // Shared caches keep no names, and a receipt ages with the log.
      return reply.header('cache-control', 'no-store').send(file)
    },
  )

  typed(app).put(
    path,
    {
      bodyLimit: CREDENTIAL_BYTES_MAX,
      onRequest: [async (request) => refuseEncodings(request), requireReader],
      schema: {
        operationId: 'putCertificateFile',
        tags: ['certificate'],
        summary: 'Put a certificate up for its link: the institution that issued it, by its own key',
        description:
          `\`transaction\` is the id of the accepted certificate.issue or certificate.renew. The request ` +
          `is at most ${CREDENTIAL_BYTES_MAX} bytes.`,
        params: FileParams,
        body: FileRequest,
        response: { 204: kept, ...problems(400, 401, 403, 413, 415, 422, 503, 507) },
      },
    },
    async (request, reply) => {
      await node.certificates.putFile(request.params.hash, request.body, readerOf(request))
      return reply.status(204).send()
    },
  )

  typed(app).delete(
    path,
    {
      onRequest: requireReader,
      schema: {
        operationId: 'withdrawCertificateFile',
        tags: ['certificate'],
        summary: 'Remove a certificate from its link: the institution that issued it, by its own key',
        description: 'The certificate stays on the ledger and its state with it; only the file is gone.',
        params: FileParams,
        response: { 204: Type.Unsafe({ description: 'gone' }), ...problems(400, 401, 404) },
      },
    },
    async (request, reply) => {
      await node.certificates.withdrawFile(request.params.hash, readerOf(request))
      return reply.status(204).send()
    },
  )
}

function registerStatusLists({ app, node, requireReader }: Door): void {
  const path = '/v1/certificate/status-lists/:institution/:purpose'
  typed(app).get(
    path,
    {
      config: { ...RATE, ...PUBLIC },
      schema: {
        operationId: 'getStatusList',
        tags: ['certificate'],
        summary: "An institution's current BitstringStatusListCredential: anyone",
        params: ListParams,
        response: { 200: Document, ...problems(400, 404) },
      },
    },
    async (request, reply) => {
      const { institution, purpose } = request.params
      const list = await node.certificates.statusList(institution, purpose)
      if (list === undefined) throw new LedgerError('read.not-found')
      reply.type(JSON_UTF8).header('cache-control', 'no-cache')
      return sendTagged(request, reply, Buffer.from(JSON.stringify(list)))
    },
  )

  typed(app).put(
    path,
    {
      onRequest: [async (request) => refuseEncodings(request), requireReader],
      schema: {
        operationId: 'putStatusList',
        tags: ['certificate'],
        summary: 'Publish a status list newer than the one kept: the institution, by its own key',
        description:
          '`transaction` is the id of the accepted certificate.publish-lists that names the hash of the list.',
        params: ListParams,
        body: ListRequest,
        response: { 204: kept, ...problems(400, 401, 403, 409, 413, 415, 422, 503, 507) },
      },
    },
    async (request, reply) => {
      const { institution, purpose } = request.params
      await node.certificates.putStatusList({ institution, purpose }, request.body, readerOf(request))
      return reply.status(204).send()
    },
  )
}

export function registerCertificates(door: Door): void {
  registerFiles(door)
  registerStatusLists(door)
}
