/**
 * A strict reading of JSON (RFC 8259) that need not be canonical, such as a genesis file that people edit: JSON.parse
 * does the parsing, a scan finds what it lets pass (duplicate keys, deep nesting, numbers that are not plain
 * integers). Bodies never come here: the kernel decides about them.
 */
import { decodeUtf8, JSON_DEPTH_MAX } from '../base/index.ts'

/** Any JSON value, as private parts may hold it (FHIR has null, fractions and keys such as `_birthDate`). */
export type AnyJson =
  | null
  | string
  | number
  | boolean
  | readonly AnyJson[]
  | { readonly [key: string]: AnyJson }

export type ParsedJson =
  | { readonly ok: true; readonly value: AnyJson; readonly text: string }
  | { readonly ok: false; readonly message: string }

const INTEGER = /^(?:0|-?[1-9][0-9]*)$/
const isExactInteger = (token: string): boolean => INTEGER.test(token) && Number.isSafeInteger(Number(token))

const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const BACKSLASH = 0x5c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_MAP = 0x7b
const CLOSE_MAP = 0x7d

/** Where the string that begins at `start` ends: its closing quote, before which stand backslashes in pairs or none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let before = end - 1
    while (text.charCodeAt(before) === BACKSLASH) before -= 1
    if ((end - before) % 2 === 1) return end
  }
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
/** Whether a number may go on with `code`: a digit, or one of `.eE+-`. */
const isOfNumber = (code: number): boolean =>
  isDigit(code) || code === 0x2e || (code | 0x20) === 0x65 || code === 0x2b || code === MINUS

function endOfNumber(text: string, start: number): number {
  let end = start + 1
  while (isOfNumber(text.charCodeAt(end))) end += 1
  return end
}

/** The key in `text` from its opening quote at `start` to its closing quote at `end`. */
function keyBetween(text: string, start: number, end: number): string {
  const key = text.slice(start + 1, end)
  return key.includes('\\') ? (JSON.parse(text.slice(start, end + 1)) as string) : key
}

/**
 * What is wrong with sound JSON `text` beyond its grammar; undefined where nothing is. Looks at strings, numbers and the marks
 * that open, close and separate. No regular expression: one that repeats a group fails on strings of several MiB.
 */
function scan(text: string, integersOnly: boolean): string | undefined {
  // One set of keys for each open map, undefined for each open array.
  const open: (Set<string> | undefined)[] = []
  let keyNext = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = endOfString(text, at)
      if (keyNext) {
        const key = keyBetween(text, at, end)
        const keys = open.at(-1)!
        if (keys.has(key)) return `The key "${key}" stands twice in one map.`
        keys.add(key)
        keyNext = false
      }
      at = end
    } else if (code === OPEN_MAP || code === OPEN_ARRAY) {
      if (open.push(code === OPEN_MAP ? new Set() : undefined) > JSON_DEPTH_MAX) {
        return `The JSON is nested deeper than ${JSON_DEPTH_MAX}.`
      }
      keyNext = code === OPEN_MAP
    } else if (code === CLOSE_MAP || code === CLOSE_ARRAY) {
      open.pop()
      keyNext = false
    } else if (code === COMMA) {
      keyNext = open.at(-1) !== undefined
    } else if (code === MINUS || isDigit(code)) {
      const end = endOfNumber(text, at)
      const token = text.slice(at, end)
      if (integersOnly && !isExactInteger(token)) {
        return `The number ${token.slice(0, 32)} is not a plain integer within ±(2^53-1).`
      }
      at = end - 1
    }
  }
  return undefined
}

/**
 * Reads UTF-8 JSON. Not ok for invalid UTF-8, a BOM, bad grammar, duplicate keys, nesting beyond JSON_DEPTH_MAX and,
 * with `integersOnly`, numbers other than plain integers within ±(2^53-1).
 */
export function parseStrictJson(bytes: Uint8Array, options: { readonly integersOnly: boolean }): ParsedJson {
  let text: string
  let value: AnyJson
  try {
    text = decodeUtf8(bytes)
  } catch {
    return { ok: false, message: 'The bytes are not valid UTF-8.' }
  }
  try {
    value = JSON.parse(text) as AnyJson
  } catch {
    return { ok: false, message: 'The text is not JSON.' }
  }
  const fault = scan(text, options.integersOnly)
  return fault === undefined ? { ok: true, value, text } : { ok: false, message: fault }
}
