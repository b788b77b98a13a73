/**
 * Errors as `application/problem+json` (RFC 9457): a stable code, the field at fault, and nothing of what a 5xx met
 * inside.
 */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Problem } from '../answers/index.ts'
import { CODES, type Code, LedgerError, RETRY_AFTER_SECONDS_DEFAULT } from '../base/index.ts'
import { errorFields, type Logger } from '../host/index.ts'

/** Codes of Fastify's own refusals. Others of 4xx are `form.request`. */
const FASTIFY_CODES: { readonly [code: string]: Code } = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'form.too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'form.media-type',
  FST_ERR_CTP_INVALID_TYPE: 'form.media-type',
}

/** Names that a problem document gives a meaning of its own. */
const RESERVED = new Set(['type', 'title', 'status', 'detail', 'instance', 'code', 'message'])

/** The LedgerError that `error` is, or stands for; `node.internal` for what is nobody's fault but ours. */
export function asLedgerError(error: unknown): LedgerError {
  if (error instanceof LedgerError) return error
  const { code, statusCode } = (error ?? {}) as Partial<FastifyError>
  const known = code === undefined ? undefined : FASTIFY_CODES[code]
  if (known !== undefined) return new LedgerError(known)
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new LedgerError('form.request')
  return new LedgerError('node.internal', {}, error)
}

/** Trouble that was logged when it began, or that comes with a stop or with load: not once more for each request. */
const EXPECTED: ReadonlySet<Code> = new Set([
  'node.catching-up',
  'engine.closed',
  'engine.overloaded',
  'ledger.halted',
  'node.closing',
])

/** Codes of 5xx that say why the node takes nothing: clients and operators need the reason. */
const TOLD: ReadonlySet<Code> = new Set(['node.disk-low', 'node.held'])

/**
 * Whether a code tells of trouble of our own. What was met inside stays inside: it is in the log, not in the answer.
 */
const isInternal = (code: Code): boolean =>
  CODES[code].status >= 500 && !code.startsWith('overload.') && !TOLD.has(code)

export function toProblem({ code, details, message }: LedgerError): Problem {
  const { status, meaning } = CODES[code]
  const base = { type: `urn:medseal:code:${code}`, title: meaning, status, code }
  if (isInternal(code)) return base
  const extra = Object.fromEntries(Object.entries(details).filter(([name]) => !RESERVED.has(name)))
  return { ...base, ...(message !== meaning && { detail: message }), ...extra }
}

/** Answers with a problem, with the headers that its status asks for. */
export function sendProblem(reply: FastifyReply, error: LedgerError): FastifyReply {
  const problem = toProblem(error)
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer')
  if (problem.status === 429 || problem.status === 503) {
    reply.header('retry-after', error.details.retryAfterSeconds ?? RETRY_AFTER_SECONDS_DEFAULT)
  }
  return reply
    .status(problem.status)
    .header('content-type', 'application/problem+json')
    .header('cache-control', 'no-store')
    .serializer(JSON.stringify)
    .send(problem)
}

/** Codes of what Node's HTTP parser refuses before there is a request. Others are `form.request`. */
const PARSER_CODES: { readonly [code: string]: Code } = {
  ERR_HTTP_REQUEST_TIMEOUT: 'form.request-timeout',
  HPE_HEADER_OVERFLOW: 'form.headers',
}

/** Answers what never became a request, and hangs up. */
export function refuseConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return
  const problem = toProblem(new LedgerError(PARSER_CODES[error.code ?? ''] ?? 'form.request'))
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/** Every error of `app` becomes a problem; those of our own making are logged. */
export function registerProblems(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const coded = asLedgerError(error)
    if (isInternal(coded.code) && !EXPECTED.has(coded.code)) {
      const fields = errorFields(coded.cause ?? coded)
      logger.error('request failed', { ...fields, code: coded.code, route: request.routeOptions.url })
    }
    return sendProblem(reply, coded)
  })
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, new LedgerError('read.no-endpoint')))
}

/**
 * Answers 405 with `Allow` at every path of `app` for the methods it does not have. Called after all routes; `paths`
 * holds the methods of each.
 */
export function refuseOtherMethods(
  app: FastifyInstance,
  paths: ReadonlyMap<string, ReadonlySet<string>>,
): void {
  for (const [url, methods] of paths) {
    const others = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'].filter(
      (method) => !methods.has(method),
    )
    app.route({
      method: others,
      url,
      schema: { hide: true },
      // Refused before a body is read: what the client sends along does not matter.
      onRequest: async (_request, reply) =>
        sendProblem(reply.header('allow', [...methods].join(', ')), new LedgerError('form.method')),
      handler: () => undefined,
    })
  }
}
