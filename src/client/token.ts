/**
 * Reader's tokens: a JWT (RFC 7519) signed with the reader's own key, alg EdDSA (RFC 8037). It says who reads at one
 * node of one ledger, asked at one address, for at most five minutes; it never says what is valid. The address is what
 * the reader knows by itself: a node that takes another's name gets tokens that the other does not take.
 */
import { base64urlnopad } from '@scure/base'
import { baseUrlOf, type Clock, systemClock, TOKEN_SECONDS_MAX, toHex, utf8 } from '../base/index.ts'
import type { Signer } from './keys.ts'

export interface TokenRequest {
  /** Actor id of the key, `<member>:<local>`, or the member's id for a member key. */
  readonly actor: string
  /** The ledger's origin and the node's name, as `/v1/info` says them. */
  readonly origin: string
  readonly node: string
  /** The node's address to which the token is sent: at no other is it taken, whatever a node says its name is. */
  readonly url: string
  /** Life in seconds; five minutes, the most there is, where absent. */
  readonly seconds?: number
  readonly clock?: Clock
}

const encodePart = (value: object): string => base64urlnopad.encode(utf8(JSON.stringify(value)))

/** A token in compact form, for `Authorization: Bearer`. RangeError for `seconds` not of 1 to 300, or a bad `url`. */
export async function signToken(signer: Signer, request: TokenRequest): Promise<string> {
  const seconds = request.seconds ?? TOKEN_SECONDS_MAX
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > TOKEN_SECONDS_MAX) {
    throw new RangeError(`seconds must be 1 to ${TOKEN_SECONDS_MAX}, not ${seconds}`)
  }
  const url = baseUrlOf(request.url)
  if (url === undefined) throw new RangeError(`${request.url} is not the address of a node`)
  const now = (request.clock ?? systemClock).nowSeconds()
  const head = encodePart({ alg: 'EdDSA', kid: toHex(signer.publicKey), typ: 'JWT' })
  const aud = `${request.origin}/${request.node}`
  const claims = encodePart({ sub: request.actor, aud, url, iat: now, exp: now + seconds })
  const signature = await signer.sign(utf8(`${head}.${claims}`))
  return `${head}.${claims}.${base64urlnopad.encode(signature)}`
}
