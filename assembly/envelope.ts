/**
 * The envelope of a body: `expires`, `nonce`, `payload`, optional `privateHash`, `type`, whose order is already
 * theirs by RFC 8785. The body check tells each member as it passes; this file knows what each may be.
 */
import { BRACE_OPEN, DOT, LOWER_A, MINUS, QUOTE, isDigit, isLowerHex, isLowerLetter } from './json-bytes'

const EXPIRES: u32 = 1
const NONCE: u32 = 2
const PAYLOAD: u32 = 4
const PRIVATE_HASH: u32 = 8
const TYPE: u32 = 16
/** No field of the envelope. */
export const UNKNOWN_FIELD: u32 = 0
const REQUIRED = EXPIRES | NONCE | PAYLOAD | TYPE

const EXPIRES_MAX: i64 = 0xffffffff
const NONCE_DIGITS: usize = 32
const HASH_DIGITS: usize = 64
/** Longest module and longest verb of a type. */
const TYPE_PART_BYTES_MAX: usize = 64

const NAMES = memory.data<u8>([
  0x65, 0x78, 0x70, 0x69, 0x72, 0x65, 0x73, // expires
  0x6e, 0x6f, 0x6e, 0x63, 0x65, // nonce
  0x70, 0x61, 0x79, 0x6c, 0x6f, 0x61, 0x64, // payload
  0x70, 0x72, 0x69, 0x76, 0x61, 0x74, 0x65, 0x48, 0x61, 0x73, 0x68, // privateHash
  0x74, 0x79, 0x70, 0x65, // type
])

let seen: u32 = 0
/** `expires` of the last body that had one. */
export let expires: u32 = 0

/** Starts a new body. */
export function resetEnvelope(): void {
  seen = 0
  expires = 0
}

@inline
function isName(ptr: usize, length: usize, nameAt: usize, nameLength: usize): bool {
  return length == nameLength && memory.compare(ptr, NAMES + nameAt, nameLength) == 0
}

/** Which field a key names. */
export function fieldOf(keyPtr: usize, length: usize): u32 {
  if (isName(keyPtr, length, 0, 7)) return EXPIRES
  if (isName(keyPtr, length, 7, 5)) return NONCE
  if (isName(keyPtr, length, 12, 7)) return PAYLOAD
  if (isName(keyPtr, length, 19, 11)) return PRIVATE_HASH
  if (isName(keyPtr, length, 30, 4)) return TYPE
  return UNKNOWN_FIELD
}

/** Whether `field` may have the value that begins at `ptr` and is `length` bytes long; an integer's value is given. */
export function takeField(field: u32, ptr: usize, length: usize, integer: i64): bool {
  seen |= field
  const first = load<u8>(ptr)
  if (field == EXPIRES) {
    if (!isDigit(first) || integer > EXPIRES_MAX) return false
    expires = <u32>integer
    return true
  }
  if (field == PAYLOAD) return first == BRACE_OPEN
  if (first != QUOTE) return false
  const textPtr = ptr + 1
  const textLength = length - 2
  if (field == NONCE) return isHex(textPtr, textLength, NONCE_DIGITS)
  if (field == PRIVATE_HASH) return isHex(textPtr, textLength, HASH_DIGITS)
  return isType(textPtr, textLength)
}

/** Whether every field that a body must have has been seen. */
export function isEnvelopeComplete(): bool {
  return (seen & REQUIRED) == REQUIRED
}

function isHex(ptr: usize, length: usize, digits: usize): bool {
  if (length != digits) return false
  for (let i: usize = 0; i < digits; i++) if (!isLowerHex(load<u8>(ptr + i))) return false
  return true
}

/** [a-z][a-z0-9-]*\.[a-z][a-z0-9-]*, at most 64 bytes on each side. */
function isType(ptr: usize, length: usize): bool {
  let dot: usize = 0
  while (dot < length && load<u8>(ptr + dot) != DOT) dot++
  return dot < length && isTypePart(ptr, dot) && isTypePart(ptr + dot + 1, length - dot - 1)
}

function isTypePart(ptr: usize, length: usize): bool {
  if (length == 0 || length > TYPE_PART_BYTES_MAX || !isLowerLetter(load<u8>(ptr))) return false
  for (let i: usize = 1; i < length; i++) {
    const byte = load<u8>(ptr + i)
    if (!isLowerLetter(byte) && !isDigit(byte) && byte != MINUS) return false
  }
  return true
}
