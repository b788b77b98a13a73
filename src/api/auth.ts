/**
 * Who reads (docs/http.md, Tokens): a JWT (RFC 7519) that the reader's own key signed, alg exactly EdDSA (RFC 8037),
 * for this node of this ledger, for an address of it, and at most 300 seconds. The address is what the reader knows of
 * whom it asks: a token that another node was given says another, and reads nothing here. The platform's crypto checks
 * it: a token decides who reads here, never what is valid. Whether the key may still read is asked of the ledger.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { importJWK, type JWTHeaderParameters, type JWTPayload, jwtVerify } from 'jose'
import { type Clock, fromHex, LedgerError, TOKEN_SECONDS_MAX, TOKEN_SKEW_SECONDS } from '../base/index.ts'
import type { Actor } from '../domain/index.ts'
import type { Node } from '../node/index.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `requireReader`; null where the endpoint asks for no token. */
    reader: Actor | null
  }
}

const refuse = (message: string, cause?: unknown): never => {
  throw new LedgerError('token.invalid', { message }, cause)
}

/** `Authorization: Bearer` with a compact JWS; a token anywhere else is not looked at. */
const BEARER = /^Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/

async function keyOf({ kid }: JWTHeaderParameters): Promise<CryptoKey> {
  const bytes = typeof kid === 'string' ? fromHex(kid, 32) : undefined
  if (bytes === undefined) return refuse('The kid of the token is not a public key in lower-case hex.')
  const x = Buffer.from(bytes).toString('base64url')
  return (await importJWK({ kty: 'OKP', crv: 'Ed25519', x }, 'EdDSA')) as CryptoKey
}

function checkTimes({ iat, exp }: JWTPayload, now: number): void {
  if (!Number.isSafeInteger(iat) || !Number.isSafeInteger(exp))
    refuse('iat and exp of the token are integers.')
  if (exp! <= iat! || exp! - iat! > TOKEN_SECONDS_MAX) {
    refuse(`The token lives longer than ${TOKEN_SECONDS_MAX} seconds, or not at all.`)
  }
  if (iat! > now + TOKEN_SKEW_SECONDS) {
    refuse(`The token was issued in the future: at ${iat}, and here it is ${now}. Look at the clocks.`)
  }
}

/** What a token is held against. */
export interface TokenCheck {
  readonly node: Node
  readonly clock: Pick<Clock, 'nowSeconds'>
  /** The node's addresses, as its readers know them. */
  readonly publicUrls: () => readonly string[]
}

function checkAudience({ aud, url }: JWTPayload, { node, publicUrls }: TokenCheck): void {
  if (aud !== node.audience) refuse(`The token is not for ${node.audience}, which is this node.`)
  const urls = publicUrls()
  if (typeof url !== 'string' || !urls.includes(url)) {
    refuse(`The url of the token is not one of this node: ${urls.join(', ')} (its --public-url).`)
  }
}

/** The reader whose token `authorization` holds. LedgerError `token.missing` or `token.invalid`. */
export async function authenticate(check: TokenCheck, authorization: string | undefined): Promise<Actor> {
  const { node, clock } = check
  if (authorization === undefined) throw new LedgerError('token.missing')
  const token = BEARER.exec(authorization)?.[1] ?? refuse('The Authorization header is not Bearer and a JWT.')
  const now = clock.nowSeconds()
  const { payload, protectedHeader } = await jwtVerify(token, keyOf, {
    algorithms: ['EdDSA'],
    clockTolerance: TOKEN_SKEW_SECONDS,
    currentDate: new Date(now * 1000),
    requiredClaims: ['sub', 'aud', 'iat', 'exp'],
  }).catch((cause: unknown) => {
    if (cause instanceof LedgerError) throw cause
    // What jose found wrong, in its words: they name a claim, never its value.
    return refuse(`The token is not valid: ${(cause as Error).message}. Here it is ${now}.`, cause)
  })
  checkTimes(payload, now)
  checkAudience(payload, check)
  const signer = await node.signer(protectedHeader.kid!)
  if (signer?.active !== true) return refuse('The key of the token is not active on this ledger.')
  if (signer.actor.actor !== payload.sub) refuse('The sub of the token is not the actor of its key.')
  return signer.actor
}

/** An `onRequest` hook that lets only readers pass; they stand in `request.reader`. */
export const makeReaderCheck =
  (check: TokenCheck) =>
  async (request: FastifyRequest): Promise<void> => {
    request.reader = await authenticate(check, request.headers.authorization)
  }

export function registerReaders(app: FastifyInstance): void {
  app.decorateRequest('reader', null)
}

/** The reader of a request that has passed the check. */
export function readerOf(request: FastifyRequest): Actor {
  if (request.reader === null) throw new LedgerError('token.missing')
  return request.reader
}
