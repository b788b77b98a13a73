/**
 * Private parts: what a transaction says to its parties only. Salt (32 bytes) ‖ RFC 8785 JSON, bound to the body by its
 * hash. Unlike a body it may hold any JSON value, because it carries documents such as FHIR resources.
 */
import canonicalize from 'canonicalize'
import { concatBytes, PRIVATE_PART_BYTES_MAX, toHex, utf8 } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { type AnyJson, parseStrictJson } from './strict-json.ts'

export const SALT_BYTES = 32

/** A private part. `salt` is random, so that nobody can guess a value from its hash. */
export interface PrivatePart {
  readonly salt: Uint8Array
  readonly value: AnyJson
}

/** `privateHash` of a body: SHA-256 of the private part's bytes, hex. */
export const privateHash = (kernel: Kernel, part: Uint8Array): string => toHex(kernel.sha256(part))

/**
 * Bytes of a private part. RangeError for a salt that is not 32 bytes or over PRIVATE_PART_BYTES_MAX; TypeError for no
 * JSON.
 */
export function encodePrivatePart(salt: Uint8Array, value: AnyJson): Uint8Array {
  if (salt.length !== SALT_BYTES)
    throw new RangeError(`the salt is ${salt.length} bytes long, not ${SALT_BYTES}`)
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('the value is not JSON')
  const part = concatBytes(salt, utf8(text))
  if (part.length > PRIVATE_PART_BYTES_MAX) {
    throw new RangeError(`the private part is ${part.length} bytes long, more than ${PRIVATE_PART_BYTES_MAX}`)
  }
  return part
}

/**
 * The private part in `bytes`; undefined where it is over the limit or not salt and canonical JSON. The salt is a view.
 */
export function parsePrivatePart(bytes: Uint8Array): PrivatePart | undefined {
  if (bytes.length > PRIVATE_PART_BYTES_MAX) return undefined
  const parsed = parseStrictJson(bytes.subarray(SALT_BYTES), { integersOnly: false })
  if (!parsed.ok || !isCanonical(parsed.value, parsed.text)) return undefined
  return { salt: bytes.subarray(0, SALT_BYTES), value: parsed.value }
}

function isCanonical(value: AnyJson, text: string): boolean {
  try {
    return canonicalize(value) === text
  } catch {
    // Lone surrogates (as escapes) and numbers beyond a double are JSON, but have no canonical form.
    return false
  }
}
