/**
 * Where a follower gets a log from: files by their C2SP tlog-tiles paths, from a node over HTTP, a static file server,
 * or a plain folder. Nothing that comes from here is believed: `verified-tree.ts` holds it against a signed checkpoint.
 */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  BUNDLE_BYTES_MAX,
  LedgerError,
  NOTE_BYTES_MAX,
  SOURCE_REQUEST_SECONDS_MAX,
  TRUST_BYTES_MAX,
} from '../../base/index.ts'

/** A log's files. */
export interface LogSource {
  /** How an operator knows it, without secrets. */
  readonly name: string
  /** The latest signed checkpoint, a note. LedgerError `source.unreachable`, `source.answer`. */
  checkpoint(signal: AbortSignal): Promise<string>
  /** The chain of trust, JSON as `/trust.json` has it; undefined where the source has none. LedgerError as above. */
  trustChain(signal: AbortSignal): Promise<unknown>
  /** A tile or bundle by its path; undefined where the source has none. LedgerError as above. */
  file(path: string, signal: AbortSignal): Promise<Uint8Array | undefined>
}

export interface HttpSourceOptions {
  /** http or https; what follows is appended behind a slash. */
  readonly url: string
  /** Makes the bearer token with which entries are read; absent for a server that asks for none. */
  readonly token?: (signal: AbortSignal) => Promise<string>
  readonly fetch?: typeof fetch
}

/** A node, or a static file server that offers an exported log. */
export function createHttpSource({ url, token, fetch: send = fetch }: HttpSourceOptions): LogSource {
  const base = url.replace(/\/+$/, '')

  async function get(path: string, bytesMax: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const isSecret = path.startsWith('tile/entries/')
    const limit = AbortSignal.any([signal, AbortSignal.timeout(1000 * SOURCE_REQUEST_SECONDS_MAX)])
    const headers: Record<string, string> = { 'accept-encoding': 'br, gzip, identity' }
    if (isSecret && token !== undefined) headers.authorization = `Bearer ${await token(signal)}`
    try {
      // A redirect could carry the token elsewhere.
      const response = await send(`${base}/${path}`, { headers, redirect: 'error', signal: limit })
      if (response.status === 404) return undefined
      if (!response.ok) throw refusal(path, response.status)
      return await readAtMost(response, bytesMax, path)
    } catch (error) {
      if (error instanceof LedgerError) throw error
      signal.throwIfAborted()
      throw new LedgerError('source.unreachable', { message: `${base} could not be read.` }, error)
    }
  }

  const refusal = (path: string, status: number): LedgerError =>
    new LedgerError(status >= 500 || status === 429 ? 'source.unreachable' : 'source.answer', {
      message:
        status === 401 || status === 403
          ? `${base} does not let this reader see ${path}: entries are for operators and auditors.`
          : `${base} answered ${status} for ${path}.`,
    })

  return {
    name: base,
    async checkpoint(signal) {
      const bytes = await get('checkpoint', NOTE_BYTES_MAX, signal)
      if (bytes === undefined) throw refusal('checkpoint', 404)
      return new TextDecoder().decode(bytes)
    },
    async trustChain(signal) {
      return readJson('trust.json', await get('trust.json', TRUST_BYTES_MAX, signal))
    },
    file: (path, signal) => get(path, BUNDLE_BYTES_MAX, signal),
  }
}

function readJson(path: string, bytes: Uint8Array | undefined): unknown {
  try {
    return bytes && JSON.parse(new TextDecoder().decode(bytes))
  } catch (error) {
    throw new LedgerError('source.answer', { message: `${path} is not JSON.` }, error)
  }
}

async function readAtMost(response: Response, bytesMax: number, path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.length
    if (length > bytesMax) {
      throw new LedgerError('source.answer', { message: `${path} is larger than ${bytesMax} bytes.` })
    }
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks, length))
}

/** A folder as `medseal export` writes it. */
export function createFolderSource(dir: string): LogSource {
  async function read(path: string, bytesMax: number): Promise<Uint8Array | undefined> {
    const file = join(dir, path)
    try {
      if ((await stat(file)).size > bytesMax) {
        throw new LedgerError('source.answer', { message: `${file} is larger than ${bytesMax} bytes.` })
      }
      return new Uint8Array(await readFile(file))
    } catch (error) {
      if (error instanceof LedgerError) throw error
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw new LedgerError('source.unreachable', { message: `${file} could not be read.` }, error)
    }
  }
  return {
    name: dir,
    async checkpoint() {
      const bytes = await read('checkpoint', NOTE_BYTES_MAX)
      if (bytes === undefined) {
        throw new LedgerError('source.unreachable', { message: `${dir} has no checkpoint.` })
      }
      return new TextDecoder().decode(bytes)
    },
    trustChain: async () => readJson('trust.json', await read('trust.json', TRUST_BYTES_MAX)),
    file: (path) => read(path, BUNDLE_BYTES_MAX),
  }
}
