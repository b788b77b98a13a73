/**
 * JSON as bodies and state values hold it: RFC 8785 (JCS), with values limited to strings, booleans, arrays, maps and
 * integers within ±(2^53-1). Written here because the general `canonicalize` takes 4.5 µs for a 360-byte state value,
 * this writer under half of it, checks included; tests hold the two to the same bytes. Not a parser: whether bytes
 * that came from outside are canonical is decided by the kernel.
 */
import { BODY_DEPTH_MAX, utf8 } from '../base/index.ts'

/** What a body can hold. */
export type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json }

const KEY = /^[a-zA-Z][a-zA-Z0-9-]{0,63}$/
/** Strings that need no escape and are ASCII: by far the most. */
const PLAIN = /^[ !#-[\]-~]*$/
const LONE_SURROGATE = /\p{Surrogate}/u

/** `text` as RFC 8785 writes it; undefined where it holds a lone surrogate. */
function writeString(text: string): string | undefined {
  if (PLAIN.test(text)) return `"${text}"`
  // JSON.stringify escapes exactly what RFC 8785 section 3.2.2.2 asks for, in the same way.
  return LONE_SURROGATE.test(text) ? undefined : JSON.stringify(text)
}

/**
 * Where the writer stands: keys and positions from the value down. One for all calls, which never overlap, because a
 * pointer made for each value would cost more than the value.
 */
const path: (string | number)[] = []

const refuse = (message: string): never => {
  throw new TypeError(`${path.length === 0 ? 'the value' : `/${path.join('/')}`} ${message}`)
}

function writeArray(items: readonly unknown[]): string {
  let text = '['
  for (let i = 0; i < items.length; i++) {
    path.push(i)
    text += `${i > 0 ? ',' : ''}${writeValue(items[i])}`
    path.pop()
  }
  return `${text}]`
}

/** Keys of `map` in order. Rules write most maps in order, so that there is nothing to sort. */
function sortedKeys(map: object): string[] {
  const keys = Object.keys(map)
  // Keys are ASCII, so UTF-16 order, which RFC 8785 asks for, is also byte order.
  for (let i = 1; i < keys.length; i++) if (keys[i]! < keys[i - 1]!) return keys.sort()
  return keys
}

function writeMap(map: { readonly [key: string]: unknown }): string {
  const prototype = Object.getPrototypeOf(map)
  if (prototype !== Object.prototype && prototype !== null) refuse('is not a plain object')
  const keys = sortedKeys(map)
  let text = '{'
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!
    path.push(key)
    if (!KEY.test(key)) refuse('has a key that does not match [a-zA-Z][a-zA-Z0-9-]{0,63}')
    text += `${i > 0 ? ',"' : '"'}${key}":${writeValue(map[key])}`
    path.pop()
  }
  return `${text}}`
}

function writeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return writeString(value) ?? refuse('holds a lone surrogate')
    case 'number':
      if (!Number.isSafeInteger(value)) refuse('is not an integer within ±(2^53-1)')
      if (Object.is(value, -0)) refuse('is -0')
      return String(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return refuse('is null')
      if (path.length === BODY_DEPTH_MAX) refuse(`is nested deeper than ${BODY_DEPTH_MAX}`)
      return Array.isArray(value) ? writeArray(value) : writeMap(value as { readonly [key: string]: unknown })
    default:
      return refuse(`is of type ${typeof value}`)
  }
}

/**
 * Keys that match and were met before: the names of fields, a few hundred. Bounded, for a stranger may invent names.
 */
const metKeys = new Set<string>()
const MET_KEYS_MAX = 4_096

function isKey(key: string): boolean {
  if (metKeys.has(key)) return true
  if (!KEY.test(key)) return false
  if (metKeys.size < MET_KEYS_MAX) metKeys.add(key)
  return true
}

/** What `inOrder` answers for a value that the writer has to look at. */
const ODD = Symbol('odd')

/**
 * `value` with the keys of every map in order, itself where they are: JSON.stringify gives its canonical text. `ODD`
 * for what is refused, and where it is not plain to see. (A key begins with a letter, so no engine moves it.)
 */
function inOrder(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return PLAIN.test(value) ? value : ODD
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? value : ODD
  if (typeof value !== 'object' || value === null) return typeof value === 'boolean' ? value : ODD
  if (depth === BODY_DEPTH_MAX) return ODD
  return Array.isArray(value)
    ? itemsInOrder(value, depth + 1)
    : mapInOrder(value as { readonly [key: string]: unknown }, depth + 1)
}

function itemsInOrder(items: readonly unknown[], depth: number): unknown {
  let copy: unknown[] | undefined
  for (let i = 0; i < items.length; i++) {
    const item = inOrder(items[i], depth)
    if (item === ODD) return ODD
    if (item !== items[i]) copy ??= items.slice()
    if (copy !== undefined) copy[i] = item
  }
  return copy ?? items
}

function mapInOrder(map: { readonly [key: string]: unknown }, depth: number): unknown {
  if (Object.getPrototypeOf(map) !== Object.prototype) return ODD
  // Most maps are written in order: then nothing is made, not even a list of the keys. Plain objects inherit none.
  let isSorted = true
  let before = ''
  for (const key in map) {
    if (!isKey(key)) return ODD
    if (key < before) isSorted = false
    before = key
  }
  let copy: { [key: string]: unknown } | undefined
  if (!isSorted) {
    copy = {}
    for (const key of sortedKeys(map)) copy[key] = map[key]
  }
  for (const key in map) {
    const item = inOrder(map[key], depth)
    if (item === ODD) return ODD
    if (item !== map[key]) copy ??= { ...map }
    if (copy !== undefined) copy[key] = item
  }
  return copy ?? map
}

/**
 * RFC 8785 text of `value`. Throws a TypeError that names the place by JSON pointer for what a body can not hold: null,
 * undefined, floats, -0, integers beyond ±(2^53-1), lone surrogates, keys that do not match, objects that are not
 * plain, nesting beyond 16 (which also ends a cycle).
 */
export function canonicalJson(value: Json): string {
  // A flat string by the platform instead of a hundred pieces by the writer, which garbage collection pays for.
  const plain = inOrder(value, 0)
  if (plain !== ODD) return JSON.stringify(plain)
  path.length = 0
  return writeValue(value)
}

/** UTF-8 bytes of `canonicalJson(value)`. */
export const canonicalBytes = (value: Json): Uint8Array => utf8(canonicalJson(value))

/** Whether a value that JSON gave is a map. */
export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
