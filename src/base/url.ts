/** Addresses of nodes. */

/**
 * The one spelling of an http or https address to which paths are appended: no slash at its end, no default port.
 * Undefined where `text` is none, or holds a query, a fragment or credentials.
 */
export function baseUrlOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, origin, pathname, search, hash, username, password } = new URL(text)
  const isPlain = `${search}${hash}${username}${password}` === ''
  if (!isPlain || (protocol !== 'http:' && protocol !== 'https:')) return undefined
  return `${origin}${pathname.endsWith('/') ? pathname.slice(0, -1) : pathname}`
}
