/** What a sound body is, said a second time: by JSON.parse, `canonicalize` and plain recursion. */
import canonicalize from 'canonicalize'
import { BODY_BYTES_MAX, BODY_DEPTH_MAX, decodeUtf8, EXPIRES_MAX, utf8 } from '../../../src/base/index.ts'

/** Bytes of the canonical form of `value`. */
export const canonicalBytes = (value: unknown): Uint8Array => utf8(canonicalize(value) ?? '')

/** A sound body's fields. */
export const ENVELOPE = {
  expires: 1_700_000_000,
  nonce: '00112233445566778899aabbccddeeff',
  payload: {},
  type: 'record.anchor',
}

const KEY = /^[a-zA-Z][a-zA-Z0-9-]{0,63}$/
const TYPE = /^[a-z][a-z0-9-]{0,63}\.[a-z][a-z0-9-]{0,63}$/

function isValue(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return !/\p{Surrogate}/u.test(value)
  if (typeof value === 'number') return Number.isSafeInteger(value)
  if (typeof value === 'boolean') return true
  if (typeof value !== 'object' || value === null || depth > BODY_DEPTH_MAX) return false
  if (Array.isArray(value)) return value.every((element) => isValue(element, depth + 1))
  return Object.entries(value).every(([key, member]) => KEY.test(key) && isValue(member, depth + 1))
}

function isEnvelope(body: Record<string, unknown>): boolean {
  const { expires, nonce, payload, privateHash, type, ...unknown } = body
  return (
    Object.keys(unknown).length === 0 &&
    typeof expires === 'number' &&
    expires >= 0 &&
    expires <= EXPIRES_MAX &&
    typeof nonce === 'string' &&
    /^[0-9a-f]{32}$/.test(nonce) &&
    typeof payload === 'object' &&
    !Array.isArray(payload) &&
    (!('privateHash' in body) || (typeof privateHash === 'string' && /^[0-9a-f]{64}$/.test(privateHash))) &&
    typeof type === 'string' &&
    TYPE.test(type)
  )
}

/** Whether `bytes` are a sound body. */
export function isSoundBody(bytes: Uint8Array): boolean {
  if (bytes.length === 0 || bytes.length > BODY_BYTES_MAX) return false
  try {
    const text = decodeUtf8(bytes)
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    return canonicalize(value) === text && isValue(value, 1) && isEnvelope(value as Record<string, unknown>)
  } catch {
    return false
  }
}
