/**
 * Cursors of lists as readers get them: sealed, so that they say nothing. Inside, a cursor is the end of a state key,
 * which may name a row that the reader is not shown; outside it is AES-256-GCM over that, padded, for one list and one
 * reader. The key is the node's: after a restart cursors go on, at another node a list begins anew.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { CURSOR_BYTES_MAX, LedgerError } from '../base/index.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16
/** Cursors come in few lengths, so that a length does not tell an id. */
const BLOCK_BYTES = 128
const SEALED_BYTES_MAX = NONCE_BYTES + CURSOR_BYTES_MAX + BLOCK_BYTES + TAG_BYTES

/** Letters of a sealed cursor, base64url. */
export const SEALED_CURSOR_PATTERN = `^[A-Za-z0-9_-]{1,${Math.ceil((SEALED_BYTES_MAX * 4) / 3)}}$`

/** Whose cursor it is: the list, and the reader. */
export interface CursorScope {
  readonly module: string
  readonly path: string
  readonly reader: string
}

const scopeBytes = ({ module, path, reader }: CursorScope): Buffer =>
  Buffer.from(`medseal/cursor/v1\n${module}${path}\n${reader}`)

/** Seals a cursor with the node's secret, 32 bytes. */
export function sealCursor(secret: Uint8Array, cursor: string, scope: CursorScope): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(scopeBytes(scope))
  const text = Buffer.from(cursor)
  const padded = Buffer.concat([text, Buffer.alloc(BLOCK_BYTES - (text.length % BLOCK_BYTES))])
  return Buffer.concat([nonce, cipher.update(padded), cipher.final(), cipher.getAuthTag()]).toString(
    'base64url',
  )
}

/** What was sealed. LedgerError `read.cursor` where it is not of this node, this list and this reader. */
export function openCursor(secret: Uint8Array, sealed: string, scope: CursorScope): string {
  const bytes = Buffer.from(sealed, 'base64url')
  try {
    const cipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
    cipher.setAAD(scopeBytes(scope)).setAuthTag(bytes.subarray(-TAG_BYTES))
    const padded = Buffer.concat([cipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), cipher.final()])
    return padded.toString().replace(/\0+$/, '')
  } catch (cause) {
    throw new LedgerError('read.cursor', { field: '/cursor' }, cause)
  }
}
