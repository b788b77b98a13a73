/**
 * Numbers by which the kernel says what is wrong with an entry. `assembly/faults.ts` holds the same numbers; a test
 * compares them. Each is a stable code of the error table (`form.*`).
 */
export const FAULT = {
  none: 0,
  /** The entry is shorter than its head, longer than a leaf, or its tag is not 0x01. */
  entry: 1,
  /** Empty body, or one longer than BODY_BYTES_MAX. */
  length: 2,
  /** A byte that the grammar does not allow here: white space, null, a BOM, trailing bytes, a stray character. */
  syntax: 3,
  /** Not an integer in shortest form: 1.0, 1e2, -0, 01. */
  number: 4,
  /** An integer outside ±(2^53-1). */
  range: 5,
  /** A string not escaped as RFC 8785 does it, a lone surrogate or an unescaped control character. */
  string: 6,
  /** Invalid UTF-8. */
  utf8: 7,
  /** A key that does not match [a-zA-Z][a-zA-Z0-9-]{0,63}. */
  key: 8,
  /** Keys out of order. */
  order: 9,
  /** A key twice. */
  duplicate: 10,
  /** Nested deeper than BODY_DEPTH_MAX. */
  depth: 11,
  /** A field of the envelope is missing, unknown or of the wrong kind (expires, nonce, payload, privateHash, type). */
  envelope: 12,
  /** Sound in form, but the signature does not verify. */
  signature: 13,
} as const
