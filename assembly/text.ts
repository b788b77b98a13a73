/**
 * Strings as RFC 8785 writes them (section 3.2.2.2): `\"`, `\\`, `\b`, `\t`, `\n`, `\f`, `\r`, `\u00` and two
 * lower-case hex digits for the other controls, and every other character as itself, in UTF-8 (RFC 3629).
 */
import { FAULT_NONE, FAULT_STRING, FAULT_SYNTAX, FAULT_UTF8 } from './faults'
import { BACKSLASH, LOWER_F, QUOTE, ZERO, isLowerHex } from './json-bytes'

/** Where `scanString` stopped: behind the closing quote, or at the byte at fault. */
export let stringEndPtr: usize = 0

@inline
function stop(fault: u32, ptr: usize): u32 {
  stringEndPtr = ptr
  return fault
}

/** Takes the string whose opening quote is at `ptr`; sets `stringEndPtr`. */
export function scanString(ptr: usize, endPtr: usize): u32 {
  ptr++
  while (ptr < endPtr) {
    const byte = load<u8>(ptr)
    if (byte == QUOTE) return stop(FAULT_NONE, ptr + 1)
    if (byte < 0x20) return stop(FAULT_STRING, ptr)
    if (byte == BACKSLASH) {
      const length = escapeLength(ptr, endPtr)
      if (length == 0) return stop(FAULT_STRING, ptr)
      ptr += length
    } else if (byte < 0x80) {
      ptr++
    } else {
      const length = sequenceLength(ptr, endPtr)
      if (length == 0) return stop(FAULT_UTF8, ptr)
      ptr += length
    }
  }
  return stop(FAULT_SYNTAX, endPtr)
}

/** Length of the escape at `ptr`; 0 where RFC 8785 would not write it. */
function escapeLength(ptr: usize, endPtr: usize): usize {
  if (endPtr - ptr < 2) return 0
  const letter = load<u8>(ptr, 1)
  if (letter == QUOTE || letter == BACKSLASH || isShortEscape(letter)) return 2
  if (endPtr - ptr < 6 || letter != 0x75) return 0
  if (load<u8>(ptr, 2) != ZERO || load<u8>(ptr, 3) != ZERO) return 0
  const high = load<u8>(ptr, 4)
  const low = load<u8>(ptr, 5)
  if ((high != ZERO && high != ZERO + 1) || !isLowerHex(low)) return 0
  // Controls that have a letter of their own: 08 b, 09 t, 0a n, 0c f, 0d r.
  const isShort =
    high == ZERO && (low == 0x38 || low == 0x39 || low == 0x61 || low == 0x63 || low == 0x64)
  return isShort ? 0 : 6
}

/** b, f, n, r, t. */
@inline
function isShortEscape(letter: u8): bool {
  return letter == 0x62 || letter == LOWER_F || letter == 0x6e || letter == 0x72 || letter == 0x74
}

@inline
function isContinuation(ptr: usize): bool {
  return (load<u8>(ptr) & 0xc0) == 0x80
}

/** Length of the UTF-8 sequence of a character above U+007F at `ptr`; 0 where RFC 3629 section 4 has none such. */
function sequenceLength(ptr: usize, endPtr: usize): usize {
  const lead = load<u8>(ptr)
  const left = endPtr - ptr
  // c0 and c1 would be overlong.
  if (lead < 0xc2) return 0
  if (lead < 0xe0) return left >= 2 && isContinuation(ptr + 1) ? 2 : 0
  if (lead < 0xf0) {
    if (left < 3 || !isContinuation(ptr + 1) || !isContinuation(ptr + 2)) return 0
    const second = load<u8>(ptr, 1)
    const isOverlong = lead == 0xe0 && second < 0xa0
    const isSurrogate = lead == 0xed && second >= 0xa0
    return isOverlong || isSurrogate ? 0 : 3
  }
  // f5 and up would be above U+10FFFF.
  if (lead > 0xf4 || left < 4) return 0
  if (!isContinuation(ptr + 1) || !isContinuation(ptr + 2) || !isContinuation(ptr + 3)) return 0
  const second = load<u8>(ptr, 1)
  const isOverlong = lead == 0xf0 && second < 0x90
  const isTooHigh = lead == 0xf4 && second >= 0x90
  return isOverlong || isTooHigh ? 0 : 4
}
