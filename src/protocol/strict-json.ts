/**
 * A strict reading of JSON (RFC 8259) that need not be canonical, such as a genesis file that people edit: JSON.parse
 * does the parsing, a scan finds what it lets pass (duplicate keys, deep nesting, numbers that are not plain
 * integers). Bodies never come here: the kernel decides about them.
 */
import { decodeUtf8, JSON_DEPTH_MAX } from '../base/index.ts'
import { JSON_MARK, scanJson, stringBetween } from './json-scan.ts'

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

/** What is wrong with sound JSON `text` beyond its grammar; undefined where nothing is. */
function findFault(text: string, integersOnly: boolean): string | undefined {
  // One set of keys for each open map, undefined for each open array.
  const open: (Set<string> | undefined)[] = []
  let keyNext = false
  return scanJson(text, (code, start, end) => {
    if (code === JSON_MARK.quote) {
      if (!keyNext) return undefined
      keyNext = false
      const keys = open.at(-1)!
      const key = stringBetween(text, start, end)
      if (keys.has(key)) return `The key "${key}" stands twice in one map.`
      keys.add(key)
    } else if (code === JSON_MARK.openMap || code === JSON_MARK.openArray) {
      keyNext = code === JSON_MARK.openMap
      const depth = open.push(keyNext ? new Set() : undefined)
      if (depth > JSON_DEPTH_MAX) return `The JSON is nested deeper than ${JSON_DEPTH_MAX}.`
    } else if (code === JSON_MARK.closeMap || code === JSON_MARK.closeArray) {
      open.pop()
      keyNext = false
    } else if (code === JSON_MARK.comma) {
      keyNext = open.at(-1) !== undefined
    } else if (integersOnly) {
      const token = text.slice(start, end)
      if (!isExactInteger(token)) {
        return `The number ${token.slice(0, 32)} is not a plain integer within ±(2^53-1).`
      }
    }
    return undefined
  })
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
  const fault = findFault(text, options.integersOnly)
  return fault === undefined ? { ok: true, value, text } : { ok: false, message: fault }
}
