/**
 * The short names that bodies, state keys and file formats are made of. Patterns are exported as text, so that JSON
 * Schemas and this code hold the same one.
 */

/** Any identifier: of a member, an actor, an object, a reference. */
export const IDENTIFIER_PATTERN = '^[A-Za-z0-9._:-]{1,64}$'
/** A member id, or the local part of an actor id or reference: an identifier without `:`. */
export const LOCAL_ID_PATTERN = '^[A-Za-z0-9._-]{1,64}$'
/** `<member>:<local>`: an actor id, or a reference to a member's object. Its length is that of an identifier. */
export const REFERENCE_PATTERN = '^(?=.{3,64}$)[A-Za-z0-9._-]+:[A-Za-z0-9._-]+$'
/** `module.verb`. */
export const TYPE_PATTERN = '^[a-z][a-z0-9-]*\\.[a-z][a-z0-9-]*$'
/** A name of genesis `parameters`, `module.parameter`. */
export const PARAMETER_PATTERN = '^[a-z][a-z0-9-]*\\.[a-zA-Z][a-zA-Z0-9-]*$'
/** A hash, a public key or a transaction id: 32 bytes in lower-case hex. */
export const HASH_PATTERN = '^[0-9a-f]{64}$'
/** A nonce: 16 random bytes in lower-case hex. */
export const NONCE_PATTERN = '^[0-9a-f]{32}$'

const compile = (pattern: string): ((text: string) => boolean) => {
  const expression = new RegExp(pattern)
  return (text) => expression.test(text)
}

export const isIdentifier = compile(IDENTIFIER_PATTERN)
export const isLocalId = compile(LOCAL_ID_PATTERN)
export const isReference = compile(REFERENCE_PATTERN)
export const isType = compile(TYPE_PATTERN)
export const isParameterName = compile(PARAMETER_PATTERN)
export const isHashHex = compile(HASH_PATTERN)
export const isNonce = compile(NONCE_PATTERN)

/** The member in an id: of `<member>:<local>` the member, of a member's own id that id. */
export const memberOf = (id: string): string => id.split(':', 1)[0]!

/** Owner and local id of `<owner>:<local>`; undefined where `text` is not of that form. */
export function parseReference(text: string): { readonly owner: string; readonly local: string } | undefined {
  if (!isReference(text)) return undefined
  const colon = text.indexOf(':')
  return { owner: text.slice(0, colon), local: text.slice(colon + 1) }
}
