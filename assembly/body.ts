/**
 * Whether a transaction's body is sound: canonical JSON (RFC 8785) with the values limited to strings, booleans,
 * arrays, maps and integers within ±(2^53-1), nested at most 16 deep, under the envelope of `envelope.ts`. One pass
 * over the bytes, no recursion, a stack of fixed depth.
 *
 * Keys are ASCII, so RFC 8785's order of UTF-16 units is the order of bytes. What a payload means is checked by the
 * schemas above the kernel.
 */
import { UNKNOWN_FIELD, fieldOf, isEnvelopeComplete, resetEnvelope, takeField } from './envelope'
import {
  FAULT_DEPTH,
  FAULT_DUPLICATE,
  FAULT_ENVELOPE,
  FAULT_KEY,
  FAULT_LENGTH,
  FAULT_NONE,
  FAULT_NUMBER,
  FAULT_ORDER,
  FAULT_RANGE,
  FAULT_SYNTAX,
} from './faults'
import {
  BRACE_CLOSE,
  BRACE_OPEN,
  BRACKET_CLOSE,
  BRACKET_OPEN,
  COLON,
  COMMA,
  DOT,
  LOWER_E,
  MINUS,
  QUOTE,
  ZERO,
  isDigit,
  isLetter,
} from './json-bytes'
import { BODY_STACK } from './memory-map'
import { scanString, stringEndPtr } from './text'

/** As in src/base/limits.ts; a test compares them. */
const BODY_BYTES_MAX: usize = 65438
const DEPTH_MAX: u32 = 16
const KEY_BYTES_MAX: usize = 64
const INTEGER_MAX: u64 = (1 << 53) - 1

/** "true" and "fals" as the bytes of a word, lowest first. */
const WORD_TRUE: u32 = 0x65757274
const WORD_FALS: u32 = 0x736c6166

let bodyPtr: usize = 0
let endPtr: usize = 0
/** Where the scan stands. */
let at: usize = 0
let depth: u32 = 0
let faultPtr: usize = 0
/** Value of the integer scanned last. */
let integer: i64 = 0

/** Offset in the body of the fault that `checkBody` returned. */
export function bodyFaultOffset(): u32 {
  return <u32>(faultPtr - bodyPtr)
}

@inline
function fail(fault: u32, ptr: usize): u32 {
  faultPtr = ptr
  return fault
}

/** The byte at the scan; at the end 0, which the grammar allows nowhere. */
@inline
function peek(): u8 {
  return at < endPtr ? load<u8>(at) : 0
}

// A frame of the stack, 16 bytes: kind (u8), whether it has a member (u8), pointer and length of its last key (u32).
@inline
function framePtr(): usize {
  return BODY_STACK + 16 * <usize>(depth - 1)
}

/** FAULT_NONE, or what is wrong with the `length` bytes at `ptr`. */
export function checkBody(ptr: usize, length: usize): u32 {
  bodyPtr = ptr
  endPtr = ptr + length
  at = ptr
  depth = 0
  faultPtr = ptr
  resetEnvelope()
  if (length == 0 || length > BODY_BYTES_MAX) return FAULT_LENGTH
  if (peek() != BRACE_OPEN) return FAULT_SYNTAX
  open(BRACE_OPEN)
  do {
    const fault = scanNext()
    if (fault != FAULT_NONE) return fault
  } while (depth > 0)
  return at == endPtr ? FAULT_NONE : fail(FAULT_SYNTAX, at)
}

/** Enters a map or array. */
function open(kind: u8): u32 {
  if (depth == DEPTH_MAX) return fail(FAULT_DEPTH, at)
  at++
  depth++
  store<u8>(framePtr(), kind)
  store<u8>(framePtr(), 0, 1)
  store<u32>(framePtr(), 0, 8)
  return FAULT_NONE
}

/** Leaves the innermost map or array; the outermost must then hold a whole envelope. */
function close(): u32 {
  if (depth == 1 && !isEnvelopeComplete()) return fail(FAULT_ENVELOPE, at)
  at++
  depth--
  return FAULT_NONE
}

/** Takes one member or element of the innermost map or array, of a nested one only its opening; or a closing. */
function scanNext(): u32 {
  const isMap = load<u8>(framePtr()) == BRACE_OPEN
  const byte = peek()
  if (byte == (isMap ? BRACE_CLOSE : BRACKET_CLOSE)) return close()
  if (load<u8>(framePtr(), 1) != 0) {
    if (byte != COMMA) return fail(FAULT_SYNTAX, at)
    at++
  }
  store<u8>(framePtr(), 1, 1)
  return isMap ? scanMember() : scanValue()
}

/** Takes `"key":value`. */
function scanMember(): u32 {
  const fault = scanKey()
  if (fault != FAULT_NONE || depth > 1) return fault != FAULT_NONE ? fault : scanValue()
  const keyPtr = load<u32>(framePtr(), 4)
  const field = fieldOf(keyPtr, load<u32>(framePtr(), 8))
  if (field == UNKNOWN_FIELD) return fail(FAULT_ENVELOPE, keyPtr)
  const valuePtr = at
  const valueFault = scanValue()
  if (valueFault != FAULT_NONE) return valueFault
  return takeField(field, valuePtr, at - valuePtr, integer) ? FAULT_NONE : fail(FAULT_ENVELOPE, valuePtr)
}

/** Takes `"key":`, compares the key with the one before it and puts it in the frame. */
function scanKey(): u32 {
  if (peek() != QUOTE) return fail(FAULT_SYNTAX, at)
  const keyPtr = ++at
  if (!isLetter(peek())) return fail(FAULT_KEY, at)
  while (isLetter(peek()) || isDigit(peek()) || peek() == MINUS) at++
  const length = at - keyPtr
  if (length > KEY_BYTES_MAX) return fail(FAULT_KEY, keyPtr + KEY_BYTES_MAX)
  if (at == endPtr) return fail(FAULT_SYNTAX, at)
  if (peek() != QUOTE) return fail(FAULT_KEY, at)
  at++
  const lastLength = load<u32>(framePtr(), 8)
  const order = compareKeys(load<u32>(framePtr(), 4), lastLength, keyPtr, length)
  if (lastLength != 0 && order >= 0) return fail(order == 0 ? FAULT_DUPLICATE : FAULT_ORDER, keyPtr)
  store<u32>(framePtr(), <u32>keyPtr, 4)
  store<u32>(framePtr(), <u32>length, 8)
  if (peek() != COLON) return fail(FAULT_SYNTAX, at)
  at++
  return FAULT_NONE
}

/** Negative, 0 or positive as key a stands before, is, or stands behind key b. */
function compareKeys(aPtr: usize, aLength: usize, bPtr: usize, bLength: usize): i32 {
  const order = memory.compare(aPtr, bPtr, min(aLength, bLength))
  return order != 0 ? order : <i32>aLength - <i32>bLength
}

/** Takes a value, of a map or array only its opening. */
function scanValue(): u32 {
  const byte = peek()
  if (byte == QUOTE) {
    const fault = scanString(at, endPtr)
    at = stringEndPtr
    return fault == FAULT_NONE ? FAULT_NONE : fail(fault, at)
  }
  if (byte == BRACE_OPEN || byte == BRACKET_OPEN) return open(byte)
  if (byte == MINUS || isDigit(byte)) return scanInteger()
  return scanBoolean()
}

function scanBoolean(): u32 {
  const left = endPtr - at
  if (left >= 4 && load<u32>(at) == WORD_TRUE) at += 4
  else if (left >= 5 && load<u32>(at) == WORD_FALS && load<u8>(at, 4) == LOWER_E) at += 5
  else return fail(FAULT_SYNTAX, at)
  return FAULT_NONE
}

/** Takes an integer; a fault is seen at its first byte. */
function scanInteger(): u32 {
  const startPtr = at
  const isNegative = peek() == MINUS
  if (isNegative) at++
  const digitsPtr = at
  let magnitude: u64 = 0
  for (; isDigit(peek()); at++) {
    // Stays above the limit once there, and far from overflowing.
    if (magnitude <= INTEGER_MAX) magnitude = 10 * magnitude + (peek() - ZERO)
  }
  const digits = at - digitsPtr
  const next = peek()
  const hasLeadingZero = digits > 1 && load<u8>(digitsPtr) == ZERO
  const isNegativeZero = isNegative && magnitude == 0
  if (digits == 0 || hasLeadingZero || isNegativeZero || next == DOT || (next | 0x20) == LOWER_E) {
    return fail(FAULT_NUMBER, startPtr)
  }
  if (magnitude > INTEGER_MAX) return fail(FAULT_RANGE, startPtr)
  integer = isNegative ? -(<i64>magnitude) : <i64>magnitude
  return FAULT_NONE
}
