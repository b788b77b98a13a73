/** Bodies that are text whatever their media type says: specifications of notes name none, and clients send several. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Code, decodeUtf8, LedgerError } from '../base/index.ts'
import { refuseEncodings } from './transactions.ts'

/** Lets the routes of `scope` take a body of any media type, as bytes. */
export function takeAnyBody(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (request: FastifyRequest, body, done) => {
    try {
      refuseEncodings(request)
      done(null, body)
    } catch (error) {
      done(error as Error)
    }
  })
}

/** The text of such a body; empty where none came. LedgerError `code` where it is not UTF-8. */
export function textOf({ body }: Pick<FastifyRequest, 'body'>, code: Code): string {
  try {
    return decodeUtf8((body as Buffer | undefined) ?? new Uint8Array(0))
  } catch (cause) {
    throw new LedgerError(code, { message: 'The request is not valid UTF-8.' }, cause)
  }
}
