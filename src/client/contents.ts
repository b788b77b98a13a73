/**
 * Contents off the ledger: encrypted once on the writer's side, in chunks, streamed; opened the same way.
 *
 * A content is `salt (32) ‖ bytes`, so that its hash, which stands in the log for ever, says nothing about what few
 * bytes it may hold. It is cut into chunks of 64 KiB, each sealed by AES-256-GCM under a key made for this content
 * alone, with nonce `chunk number (11, big-endian) ‖ last (1)`: chunks can not be reordered, dropped or cut off (the
 * STREAM construction, Hoang, Reyhanitabar, Rogaway and Vizár 2015). The content is addressed by the SHA-256 of
 * its ciphertext; its key travels in a small JWE for each reader (RFC 7516, ECDH-ES+A256KW over X25519, RFC 8037).
 * Granting wraps the key again and changes neither ciphertext nor address.
 */
import { base64urlnopad } from '@scure/base'
import { CompactEncrypt, compactDecrypt, importJWK } from 'jose'
import { CONTENT_BYTES_MAX, CONTENT_WRAP_BYTES_MAX, concatBytes, LedgerError, toHex } from '../base/index.ts'
import { createSha256 } from './sha256.ts'

const CHUNK_BYTES = 65_536
const TAG_BYTES = 16
const SALT_BYTES = 32

/** A stream of byte chunks of any sizes. */
export type ByteStream = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** What is known of a content once its last byte has been sealed. */
export interface SealedContent {
  /** SHA-256 of salt ‖ bytes, hex: `contentHash` of a record. */
  readonly contentHash: string
  /** SHA-256 of the ciphertext, hex: `vaultHash` of a record, the content's address. */
  readonly vaultHash: string
  /** Bytes of ciphertext. */
  readonly length: number
}

/** The content key, fresh for each content: 32 bytes. */
export const newContentKey = (): Uint8Array => globalThis.crypto.getRandomValues(new Uint8Array(32))

/**
 * Encrypts `bytes` under `contentKey`. Iterate `ciphertext` to its end, then await `sealed`. Memory is a few chunks
 * whatever the length. `salt` is random unless a test gives it.
 */
export function sealContent(
  bytes: ByteStream,
  contentKey: Uint8Array,
  salt: Uint8Array = globalThis.crypto.getRandomValues(new Uint8Array(SALT_BYTES)),
): { ciphertext: AsyncIterable<Uint8Array>; sealed: Promise<SealedContent> } {
  const plainHash = createSha256()
  const cipherHash = createSha256()
  let length = 0
  let settle: (content: SealedContent) => void
  let fail: (error: unknown) => void
  const sealed = new Promise<SealedContent>((resolve, reject) => {
    settle = resolve
    fail = reject
  })
  // A reader that only iterates sees the error there; the promise must not bring the process down.
  sealed.catch(() => undefined)

  async function* seal(): AsyncGenerator<Uint8Array> {
    try {
      const plain = tapped(salted(salt, bytes), (part) => plainHash.update(part))
      for await (const box of encryptChunks(plain, contentKey)) {
        cipherHash.update(box)
        length += box.length
        yield box
      }
      settle({ contentHash: toHex(plainHash.digest()), vaultHash: toHex(cipherHash.digest()), length })
    } catch (error) {
      fail(error)
      throw error
    }
  }
  return { ciphertext: seal(), sealed }
}

/** The ciphertext alone, of a content that was sealed before with the same key and salt: the same bytes again. */
export const encryptContent = (
  bytes: ByteStream,
  contentKey: Uint8Array,
  salt: Uint8Array,
): AsyncIterable<Uint8Array> => encryptChunks(salted(salt, bytes), contentKey)

async function* encryptChunks(plain: ByteStream, contentKey: Uint8Array): AsyncGenerator<Uint8Array> {
  const key = await importContentKey(contentKey, 'encrypt')
  let [number, length] = [0, 0]
  for await (const { chunk, last } of cut(plain, CHUNK_BYTES)) {
    const algorithm = { name: 'AES-GCM', iv: nonce(number++, last) }
    const box = new Uint8Array(await globalThis.crypto.subtle.encrypt(algorithm, key, ownBytes(chunk)))
    length += box.length
    if (length > CONTENT_BYTES_MAX) throw new LedgerError('form.too-large', { field: '/content' })
    yield box
  }
}

/**
 * Decrypts a ciphertext and checks it as it goes. Bytes are yielded chunk by chunk, each authentic; the stream ends
 * with an error where the ciphertext was cut, altered or does not hash to `contentHash`, so use what came before only
 * once it has ended well.
 */
export async function* openContent(
  ciphertext: ByteStream,
  contentKey: Uint8Array,
  contentHash?: string,
): AsyncGenerator<Uint8Array> {
  const key = await importContentKey(contentKey, 'decrypt')
  const plainHash = createSha256()
  let number = 0
  for await (const { chunk, last } of cut(ciphertext, CHUNK_BYTES + TAG_BYTES)) {
    const algorithm = { name: 'AES-GCM', iv: nonce(number, last) }
    let plain: Uint8Array
    try {
      plain = new Uint8Array(await globalThis.crypto.subtle.decrypt(algorithm, key, ownBytes(chunk)))
    } catch (cause) {
      throw new LedgerError('content.altered', { message: `Chunk ${number} does not open.` }, cause)
    }
    plainHash.update(plain)
    if (number++ === 0 && plain.length < SALT_BYTES) throw new LedgerError('content.altered')
    const part = number === 1 ? plain.subarray(SALT_BYTES) : plain
    if (part.length > 0) yield part
  }
  if (contentHash !== undefined && toHex(plainHash.digest()) !== contentHash) {
    throw new LedgerError('content.altered', {
      message: 'The content does not hash to what the ledger says.',
    })
  }
}

/** Wraps a content key for a reader's X25519 public key (32 bytes): a compact JWE. */
export async function wrapContentKey(contentKey: Uint8Array, readerKey: Uint8Array): Promise<string> {
  const jwk = { kty: 'OKP', crv: 'X25519', x: base64urlnopad.encode(readerKey) }
  return new CompactEncrypt(contentKey)
    .setProtectedHeader({ alg: 'ECDH-ES+A256KW', enc: 'A256GCM' })
    .encrypt(await importJWK(jwk, 'ECDH-ES+A256KW'))
}

/**
 * Opens a wrap with the reader's X25519 secret and public key (32 bytes each). Not ours or altered: `content.altered`.
 */
export async function unwrapContentKey(
  wrap: string,
  secretKey: Uint8Array,
  publicKey: Uint8Array,
): Promise<Uint8Array> {
  if (wrap.length > CONTENT_WRAP_BYTES_MAX) throw new LedgerError('form.too-large', { field: '/wrap' })
  const jwk = {
    kty: 'OKP',
    crv: 'X25519',
    x: base64urlnopad.encode(publicKey),
    d: base64urlnopad.encode(secretKey),
  }
  try {
    const { plaintext } = await compactDecrypt(wrap, await importJWK(jwk, 'ECDH-ES+A256KW'), {
      keyManagementAlgorithms: ['ECDH-ES+A256KW'],
      contentEncryptionAlgorithms: ['A256GCM'],
    })
    if (plaintext.length !== 32) throw new RangeError('a content key has 32 bytes')
    return plaintext
  } catch (cause) {
    throw new LedgerError('content.altered', { message: 'The wrapped key does not open.' }, cause)
  }
}

/** WebCrypto wants bytes over an ArrayBuffer; only views on shared memory are copied. */
const ownBytes = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes)

function importContentKey(key: Uint8Array, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  if (key.length !== 32) throw new RangeError('a content key has 32 bytes')
  return globalThis.crypto.subtle.importKey('raw', ownBytes(key), 'AES-GCM', false, [use])
}

function nonce(number: number, last: boolean): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12)
  // CONTENT_BYTES_MAX keeps the number below 2^32.
  new DataView(bytes.buffer).setUint32(7, number)
  bytes[11] = last ? 1 : 0
  return bytes
}

async function* salted(salt: Uint8Array, bytes: ByteStream): AsyncGenerator<Uint8Array> {
  yield salt
  yield* bytes
}

/** The same stream, each part shown to `see` as it passes. */
async function* tapped(stream: ByteStream, see: (part: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  for await (const part of stream) {
    see(part)
    yield part
  }
}

/** Cuts a stream into chunks of `size`; the last, which may be empty where the stream is, is marked. */
async function* cut(stream: ByteStream, size: number): AsyncGenerator<{ chunk: Uint8Array; last: boolean }> {
  let held: Uint8Array[] = []
  let heldBytes = 0
  for await (const part of stream) {
    let rest = part
    // A full chunk is let go only when a further byte shows that it is not the last.
    while (heldBytes + rest.length > size) {
      const taken = size - heldBytes
      yield { chunk: concatBytes(...held, rest.subarray(0, taken)), last: false }
      held = []
      heldBytes = 0
      rest = rest.subarray(taken)
    }
    if (rest.length > 0) held.push(rest)
    heldBytes += rest.length
  }
  yield { chunk: concatBytes(...held), last: true }
}
