/** Bytes that JSON's grammar gives a meaning. The first byte of a value tells its kind. */
export const QUOTE: u8 = 0x22
export const COMMA: u8 = 0x2c
export const MINUS: u8 = 0x2d
export const DOT: u8 = 0x2e
export const ZERO: u8 = 0x30
export const COLON: u8 = 0x3a
export const BRACKET_OPEN: u8 = 0x5b
export const BACKSLASH: u8 = 0x5c
export const BRACKET_CLOSE: u8 = 0x5d
export const LOWER_A: u8 = 0x61
export const LOWER_E: u8 = 0x65
export const LOWER_F: u8 = 0x66
export const BRACE_OPEN: u8 = 0x7b
export const BRACE_CLOSE: u8 = 0x7d

@inline
export function isDigit(byte: u8): bool {
  return byte - ZERO <= 9
}

@inline
export function isLowerLetter(byte: u8): bool {
  return byte - LOWER_A <= 25
}

@inline
export function isLetter(byte: u8): bool {
  // Bit 5 makes an upper-case letter lower.
  return isLowerLetter(byte | 0x20)
}

@inline
export function isLowerHex(byte: u8): bool {
  return isDigit(byte) || byte - LOWER_A <= 5
}
