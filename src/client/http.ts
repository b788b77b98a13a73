/**
 * Requests to one node, tried again where that is safe. Everything this client sends may be sent twice: reads change
 * nothing, a transaction's id makes its second arrival return the first one's result, a content has one address, and a
 * release that was spent is refused. So a lost connection, an
 * overload or a node that restarts is retried with the same bytes, up to a bound; any other answer is the caller's.
 */
import {
  baseUrlOf,
  CLIENT_REQUEST_MS_MAX,
  CLIENT_RETRY_AFTER_SECONDS_MAX,
  CLIENT_RETRY_MS_MAX,
  CLIENT_RETRY_MS_MIN,
  CLIENT_TRIES_MAX,
  type Clock,
  CODES,
  type Code,
  type ErrorDetails,
  LedgerError,
} from '../base/index.ts'

export interface TransportOptions {
  /** The node's address, such as `http://127.0.0.1:8080`. */
  readonly url: string
  readonly fetch: typeof fetch
  readonly clock: Clock
  /** Tries of one request. */
  readonly triesMax?: number | undefined
  /** 0 to 1, spreads retries of many clients. */
  readonly random: () => number
}

export interface TransportRequest {
  readonly method?: 'DELETE' | 'GET' | 'POST' | 'PUT'
  /** Begins with `/`; includes the query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Bytes, or what makes a stream of them anew for each try. */
  readonly body?: Uint8Array | (() => ReadableStream<Uint8Array>)
  readonly signal?: AbortSignal | undefined
  /** The whole request with its answer; 0 for an answer that never ends. */
  readonly timeoutMs?: number
}

/** Sends a request; resolves with any 2xx answer, rejects with a LedgerError for every other outcome. */
export type Transport = (request: TransportRequest) => Promise<Response>

/** HTTP statuses after which the same request may succeed: too early, too many, or a node that is not there now. */
const RETRY_STATUSES = new Set([408, 425, 429, 502, 503, 504])

const codeOfStatus = (status: number): Code => {
  if (status === 401) return 'token.invalid'
  if (status === 403) return 'token.forbidden'
  if (status === 404) return 'read.not-found'
  if (status === 413) return 'form.too-large'
  if (status === 429) return 'overload.rate'
  return status === 503 ? 'client.unreachable' : 'client.answer'
}

/** Seconds of a Retry-After header (RFC 9110 10.2.3); dates are not used by nodes and read as absent. */
function retryAfterOf(response: Response): number | undefined {
  const text = response.headers.get('retry-after')
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) : undefined
}

/** The problem of a refused request (RFC 9457) as a LedgerError with the server's own code. */
async function problemOf(response: Response): Promise<LedgerError> {
  let problem: Record<string, unknown> = {}
  try {
    const value: unknown = await response.json()
    if (typeof value === 'object' && value !== null) problem = value as Record<string, unknown>
  } catch {
    // Not a problem document: a proxy's page, or nothing. The status speaks.
  }
  const serverCode = typeof problem.code === 'string' ? problem.code : undefined
  const code =
    serverCode !== undefined && Object.hasOwn(CODES, serverCode)
      ? (serverCode as Code)
      : codeOfStatus(response.status)
  const { code: _code, type: _type, title: _title, status: _status, detail, ...rest } = problem
  const retryAfterSeconds = retryAfterOf(response)
  const details: ErrorDetails = {
    ...rest,
    httpStatus: response.status,
    ...(typeof detail === 'string' && { message: detail }),
    ...(serverCode !== undefined && serverCode !== code && { serverCode }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  }
  return new LedgerError(code, details)
}

const isRetryable = (error: LedgerError): boolean =>
  error.code === 'client.unreachable' || RETRY_STATUSES.has(Number(error.details.httpStatus))

/** Milliseconds before try `tried + 1`; undefined where the node asks for more patience than the client has. */
export function retryDelayMs(error: LedgerError, tried: number, random: () => number): number | undefined {
  const asked = error.details.retryAfterSeconds
  if (asked !== undefined && asked > CLIENT_RETRY_AFTER_SECONDS_MAX) return undefined
  const doubled = Math.min(CLIENT_RETRY_MS_MAX, CLIENT_RETRY_MS_MIN * 2 ** (tried - 1))
  // Half fixed, half random: clients that failed together do not come back together.
  return Math.max((asked ?? 0) * 1000, doubled / 2 + (doubled / 2) * random())
}

function baseOf(url: string): string {
  const base = baseUrlOf(url)
  if (base === undefined) throw new TypeError(`url must be http or https, not ${url}`)
  return base
}

/** The same response with its body in memory. */
async function readWhole(response: Response): Promise<Response> {
  const { status, headers } = response
  const isEmpty = [101, 204, 205, 304].includes(status)
  return new Response(isEmpty ? null : await response.arrayBuffer(), { status, headers })
}

/** A transport for one node. TypeError where `url` is not one. */
export function createTransport(options: TransportOptions): Transport {
  const base = baseOf(options.url)

  async function sendOnce(request: TransportRequest): Promise<Response> {
    const timeoutMs = request.timeoutMs ?? CLIENT_REQUEST_MS_MAX
    const signals = [request.signal, timeoutMs > 0 ? AbortSignal.timeout(timeoutMs) : undefined]
    const { body } = request
    const init: RequestInit & { duplex?: 'half' } = {
      method: request.method ?? 'GET',
      headers: { ...request.headers },
      signal: AbortSignal.any(signals.filter((signal) => signal !== undefined)),
    }
    if (typeof body === 'function') {
      init.body = body()
      // The request is sent whole before the answer is read: what `fetch` asks to be told for streams.
      init.duplex = 'half'
      // A fetch that might follow a redirect, or ask its window for credentials, keeps a copy of all it sends.
      init.redirect = 'error'
      init.window = null
    } else if (body) init.body = body as Uint8Array<ArrayBuffer>
    let response: Response
    try {
      response = await options.fetch(`${base}${request.path}`, init)
      // Read here, so that a connection lost halfway through the answer is tried again like one lost before it.
      if (timeoutMs > 0) response = await readWhole(response)
    } catch (cause) {
      request.signal?.throwIfAborted()
      const reason =
        cause instanceof Error && cause.name === 'TimeoutError' ? 'did not answer in time' : 'is not there'
      throw new LedgerError('client.unreachable', { message: `The node at ${base} ${reason}.` }, cause)
    }
    if (response.ok) return response
    throw await problemOf(response)
  }

  return async (request) => {
    const triesMax = options.triesMax ?? CLIENT_TRIES_MAX
    for (let tried = 1; ; tried++) {
      try {
        return await sendOnce(request)
      } catch (error) {
        if (!(error instanceof LedgerError) || !isRetryable(error) || tried >= triesMax) throw error
        const delayMs = retryDelayMs(error, tried, options.random)
        if (delayMs === undefined) throw error
        await options.clock.sleep(delayMs, request.signal)
      }
    }
  }
}

/** The JSON of an answer, checked by `accept`; LedgerError `client.answer` where it is not what was asked for. */
export async function readJson<Value>(
  response: Response,
  accept: (value: unknown) => value is Value,
): Promise<Value> {
  let value: unknown
  try {
    value = await response.json()
  } catch (cause) {
    throw new LedgerError('client.answer', { message: 'The node did not answer with JSON.' }, cause)
  }
  if (!accept(value)) throw new LedgerError('client.answer', { message: 'The answer has another shape.' })
  return value
}
