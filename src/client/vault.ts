/**
 * Contents in a node's vault, as their readers handle them: encrypted here, wrapped here, opened here. The node gets
 * ciphertext and wrapped keys, and gives them out on a final access (docs/vault.md). Memory stays at a few chunks
 * whatever the length of a content.
 */
import { isWrap } from '../answers/index.ts'
import { fromHex, LedgerError, toHex, utf8 } from '../base/index.ts'
import type { Client } from './client.ts'
import {
  type ByteStream,
  encryptContent,
  newContentKey,
  openContent,
  type SealedContent,
  sealContent,
  unwrapContentKey,
  wrapContentKey,
} from './contents.ts'
import { type EncryptionKey, randomBytes } from './keys.ts'

const SALT_BYTES = 32

export interface StoreOptions {
  readonly signal?: AbortSignal
}

export interface OpenOptions {
  /** What the ledger says of the record: the stream ends with `content.altered` where the content is another. */
  readonly contentHash?: string
  /** The key that opens it, where it is not this client's: a hospital's break-glass key. */
  readonly key?: EncryptionKey
  readonly signal?: AbortSignal
}

/** A content on its way to its reader. */
export interface OpenedContent {
  readonly vaultHash: string
  /**
   * The content in clear. It ends with `content.altered` where the ciphertext was cut or altered: use what came before
   * only once it has ended well.
   */
  readonly bytes: AsyncIterable<Uint8Array>
}

const encryptionKeyIn = (row: unknown): Uint8Array | undefined => {
  const text = (row as { readonly encryptionKey?: unknown } | null)?.encryptionKey
  return typeof text === 'string' ? fromHex(text, 32) : undefined
}

/** The vault of one node for one reader. */
export class Vault {
  readonly #client: Client
  readonly #key: EncryptionKey | undefined
  #breakGlass: Promise<Uint8Array | undefined> | undefined

  /**
   * `key` is the X25519 key that was enrolled for the client's actor; a member's own key has none, and opens nothing.
   */
  constructor(client: Client, key?: EncryptionKey) {
    this.#client = client
    this.#key = key
  }

  /**
   * Encrypts a content, stores it, and wraps its key for this client, for `readers` (X25519 public keys) and, at a
   * hospital, for its break-glass key. `source` is read twice, first to learn the address, and must give the same bytes
   * again. The result is what a `record.anchor` or `record.import` names.
   */
  async storeContent(
    source: () => ByteStream,
    readers: readonly Uint8Array[],
    options: StoreOptions = {},
  ): Promise<SealedContent> {
    const [contentKey, salt] = [newContentKey(), randomBytes(SALT_BYTES)]
    const draft = sealContent(source(), contentKey, salt)
    for await (const _ of draft.ciphertext) options.signal?.throwIfAborted()
    const sealed = await draft.sealed
    const { vaultHash, length } = sealed
    await this.#client.request({
      method: 'PUT',
      path: `/v1/vault/contents/${vaultHash}`,
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(length) },
      body: () => streamOf(encryptContent(source(), contentKey, salt)),
      signal: options.signal,
      timeoutMs: 0,
    })
    this.#breakGlass ??= this.#findBreakGlass()
    const breakGlass = await this.#breakGlass.catch((error: unknown) => {
      this.#breakGlass = undefined
      throw error
    })
    const all = [breakGlass, this.#key?.publicKey, ...readers].filter((reader) => reader !== undefined)
    const wrapped = new Map(all.map((reader) => [toHex(reader), reader]))
    // One after another: the break-glass wrap stands before any other is taken.
    for (const reader of wrapped.values()) await this.#putWrap(vaultHash, contentKey, reader)
    return sealed
  }

  /**
   * Lets another X25519 key open the content of a record that this client may fetch itself: unwraps and wraps again,
   * here.
   */
  async grant(record: string, readerKey: Uint8Array): Promise<void> {
    const answer: unknown = await this.#client.read(`/v1/vault/records/${encodeURIComponent(record)}/wrap`)
    if (!isWrap(answer)) throw new LedgerError('client.answer')
    const key = this.#requireKey()
    const contentKey = await unwrapContentKey(answer.wrap, key.secretKey, key.publicKey)
    await this.#putWrap(answer.vaultHash, contentKey, readerKey)
  }

  /**
   * Takes from an X25519 key the wrapped key of a content that this client owns, or that it granted itself. What was
   * opened before stays open.
   */
  async revoke(vaultHash: string, readerKey: Uint8Array): Promise<void> {
    await this.#client.request({
      method: 'DELETE',
      path: `/v1/vault/contents/${encodeURIComponent(vaultHash)}/wraps/${toHex(readerKey)}`,
    })
  }

  /** Fetches what a final `access.open` or `access.break-glass` of this client's key opens. It works once. */
  async openContent(openId: string, options: OpenOptions = {}): Promise<OpenedContent> {
    const response = await this.#client.request({
      method: 'POST',
      path: '/v1/vault/releases',
      headers: { 'content-type': 'application/json' },
      body: utf8(JSON.stringify({ open: openId })),
      signal: options.signal,
      timeoutMs: 0,
    })
    return this.#open(response, options)
  }

  /** Fetches the content of a record about this client's own subject, or one that it brought itself. */
  async retrieveContent(record: string, options: OpenOptions = {}): Promise<OpenedContent> {
    const path = `/v1/vault/records/${encodeURIComponent(record)}/content`
    const response = await this.#client.request({ path, signal: options.signal, timeoutMs: 0 })
    return this.#open(response, options)
  }

  async #open(
    response: Response,
    { contentHash, key = this.#requireKey() }: OpenOptions,
  ): Promise<OpenedContent> {
    const [vaultHash, wrap] = ['medseal-vault-hash', 'medseal-wrap'].map((name) => response.headers.get(name))
    if (!vaultHash || !wrap || !response.body) throw new LedgerError('client.answer')
    try {
      const contentKey = await unwrapContentKey(wrap, key.secretKey, key.publicKey)
      return { vaultHash, bytes: openContent(bytesOf(response.body), contentKey, contentHash) }
    } catch (error) {
      await response.body.cancel()
      throw error
    }
  }

  #requireKey(): EncryptionKey {
    if (this.#key === undefined) throw new TypeError('opening contents needs an encryption key')
    return this.#key
  }

  async #putWrap(vaultHash: string, contentKey: Uint8Array, reader: Uint8Array): Promise<void> {
    await this.#client.request({
      method: 'PUT',
      path: `/v1/vault/contents/${vaultHash}/wraps/${toHex(reader)}`,
      headers: { 'content-type': 'application/json' },
      body: utf8(JSON.stringify({ wrap: await wrapContentKey(contentKey, reader) })),
    })
  }

  /** The key that the member of this client keeps for emergencies; undefined where it has enrolled none. */
  async #findBreakGlass(): Promise<Uint8Array | undefined> {
    const { member } = (await this.#client.read('/v1/identity/me')) as { readonly member: string }
    try {
      return encryptionKeyIn(await this.#client.read(`/v1/identity/actors/${member}:break-glass`))
    } catch (error) {
      if (error instanceof LedgerError && error.code === 'read.not-found') return undefined
      throw error
    }
  }
}

/** A byte stream that asks for the next chunk when the connection has taken the one before. */
function streamOf(chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}

async function* bytesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
