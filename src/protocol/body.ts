/**
 * The body of a transaction: what its sender signs (docs/protocol.md, Body). Written here, in canonical form; read here
 * only after the kernel's `checkBody` or `verifyEntries` found the bytes sound, because JSON.parse alone would let
 * duplicate keys, white space and rounded numbers pass.
 */
import { BODY_BYTES_MAX, decodeUtf8, EXPIRES_MAX } from '../base/index.ts'
import { isHashHex, isNonce, isType } from './identifier.ts'
import { canonicalBytes, type Json } from './json.ts'

/** What a transaction says; its shape is the schema of its type. */
export type Payload = { readonly [key: string]: Json }

export interface Body {
  /** Unix seconds after which the transaction may not enter a block; 0 to 2^32-1. */
  readonly expires: number
  /** 32 lower-case hex digits, random: two equal statements get two ids. */
  readonly nonce: string
  readonly payload: Payload
  /** Lower-case hex of the SHA-256 of the private part, where there is one. */
  readonly privateHash?: string
  /** `module.verb`. */
  readonly type: string
}

const FIELDS = ['expires', 'nonce', 'payload', 'privateHash', 'type']

function checkEnvelope(body: Body): void {
  for (const field of Object.keys(body)) {
    if (!FIELDS.includes(field)) throw new TypeError(`/${field} is not a field of a body`)
  }
  if (!Number.isInteger(body.expires) || body.expires < 0 || body.expires > EXPIRES_MAX) {
    throw new TypeError(`/expires is not an integer of 0 to ${EXPIRES_MAX}`)
  }
  if (typeof body.nonce !== 'string' || !isNonce(body.nonce)) {
    throw new TypeError('/nonce is not 32 lower-case hex digits')
  }
  if (typeof body.payload !== 'object' || body.payload === null || Array.isArray(body.payload)) {
    throw new TypeError('/payload is not a map')
  }
  if (
    body.privateHash !== undefined &&
    !(typeof body.privateHash === 'string' && isHashHex(body.privateHash))
  ) {
    throw new TypeError('/privateHash is not 64 lower-case hex digits')
  }
  if (typeof body.type !== 'string' || !isType(body.type)) {
    throw new TypeError('/type does not match module.verb')
  }
}

/**
 * Canonical bytes of `body`, which the kernel finds sound. Throws a TypeError naming the field for what a body can not
 * hold, a RangeError where the bytes are more than BODY_BYTES_MAX.
 */
export function encodeBody(body: Body): Uint8Array {
  checkEnvelope(body)
  const { privateHash, ...rest } = body
  const bytes = canonicalBytes(privateHash === undefined ? { ...rest } : { ...rest, privateHash })
  if (bytes.length > BODY_BYTES_MAX) {
    throw new RangeError(`the body is ${bytes.length} bytes long, more than ${BODY_BYTES_MAX}`)
  }
  return bytes
}

/**
 * The body in `bytes`. Only for bytes that the kernel found sound: nothing is checked here.
 */
export function parseBody(bytes: Uint8Array): Body {
  return JSON.parse(decodeUtf8(bytes)) as Body
}
