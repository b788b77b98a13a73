/**
 * Schemas of what the API takes. Those of answers are in `answers`, those of transactions and reads in the domain's
 * modules.
 */
import Type, { type TSchema } from 'typebox'
import { type AnswerName, SETTLEMENTS } from '../answers/index.ts'
import { PAGE_COUNT_DEFAULT, PAGE_COUNT_MAX, PRIVATE_PART_BYTES_MAX } from '../base/index.ts'
import { Fields, Hash, OneOf } from '../domain/index.ts'
import { SEALED_CURSOR_PATTERN } from './cursors.ts'

const Base64 = (lengthMax: number) =>
  Type.String({
    maxLength: lengthMax,
    pattern: '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
    contentEncoding: 'base64',
  })
const base64Length = (byteLength: number): number => 4 * Math.ceil(byteLength / 3)

/** Longer bodies and parts come through, within the size of a request, to be refused with a code of their own. */
const TEXT_LENGTH_MAX = base64Length(2 * PRIVATE_PART_BYTES_MAX)

/** The schema of what a transaction's body says, in the OpenAPI document. */
export const BODY_SCHEMA = 'TransactionBody'

/** One transaction as JSON. */
export const TransactionRequest = Fields({
  publicKey: Hash,
  signature: Type.String({ pattern: '^[0-9a-f]{128}$' }),
  body: {
    ...Base64(TEXT_LENGTH_MAX),
    contentMediaType: 'application/json',
    contentSchema: { $ref: `${BODY_SCHEMA}#` },
  },
  private: Type.Optional(Base64(TEXT_LENGTH_MAX)),
})

const Index = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Size = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })

export const SubmitQuery = Fields({ wait: Type.Optional(OneOf(SETTLEMENTS)) })
export const IdParams = Fields({ id: Hash })
export const InclusionQuery = Fields({ index: Index, size: Size })
export const ConsistencyQuery = Fields({ from: Size, to: Size })
export const EventsQuery = Fields({ from: Type.Optional(Index) })

/** What lists accept beside their own query. */
export const PageQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: PAGE_COUNT_MAX, description: `${PAGE_COUNT_DEFAULT} where absent` }),
  ),
  cursor: Type.Optional(
    Type.String({
      pattern: SEALED_CURSOR_PATTERN,
      description: '`next` of the page before, for the same list and reader at the same node',
    }),
  ),
}

/** An answer, as a schema of the OpenAPI components. */
export const refer = (name: AnswerName): TSchema => Type.Unsafe({ $ref: `${name}#` })

/** Problems that an endpoint may answer with, by status, for the OpenAPI document. */
export const problems = (...statuses: readonly number[]): { readonly [status: string]: TSchema } =>
  Object.fromEntries(
    statuses.map((status) => [
      status,
      Type.Unsafe({
        description: 'A problem with a stable code.',
        content: { 'application/problem+json': { schema: refer('Problem') } },
      }),
    ]),
  )
