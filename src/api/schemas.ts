/** Schemas of what the API takes and answers. Those of transactions and reads come from the domain's modules. */
import Type, { type TSchema } from 'typebox'
import { PAGE_COUNT_DEFAULT, PAGE_COUNT_MAX, PRIVATE_PART_BYTES_MAX } from '../base/index.ts'
import { HASH_PATTERN } from '../protocol/index.ts'

const Strict = { additionalProperties: false } as const

export const Hash = Type.String({ pattern: HASH_PATTERN })
/** `<owner>:<local>`, the owner being a member or a patient's actor id. */
export const Reference = Type.String({
  pattern: '^[A-Za-z0-9._-]{1,64}(:[A-Za-z0-9._-]{1,64}){1,2}$',
  maxLength: 129,
})
const Base64 = (lengthMax: number) =>
  Type.String({
    maxLength: lengthMax,
    pattern: '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
    contentEncoding: 'base64',
  })
const base64Length = (byteLength: number): number => 4 * Math.ceil(byteLength / 3)

/** Longer bodies and parts come through, within the size of a request, to be refused with a code of their own. */
const TEXT_LENGTH_MAX = base64Length(2 * PRIVATE_PART_BYTES_MAX)

/** One transaction as JSON. */
export const TransactionRequest = Type.Object(
  {
    publicKey: Hash,
    signature: Type.String({ pattern: '^[0-9a-f]{128}$' }),
    body: Base64(TEXT_LENGTH_MAX),
    private: Type.Optional(Base64(TEXT_LENGTH_MAX)),
  },
  Strict,
)

const Index = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Size = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })

export const SubmitQuery = Type.Object({ wait: Type.Optional(Type.Enum(['committed', 'final'])) }, Strict)
export const IdParams = Type.Object({ id: Hash }, Strict)
export const InclusionQuery = Type.Object({ index: Index, size: Size }, Strict)
export const ConsistencyQuery = Type.Object({ from: Size, to: Size }, Strict)
export const EventsQuery = Type.Object({ from: Type.Optional(Index) }, Strict)

/** What lists accept beside their own query. */
export const PageQuery = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: PAGE_COUNT_MAX, description: `${PAGE_COUNT_DEFAULT} where absent` }),
  ),
  cursor: Type.Optional(
    Type.String({ minLength: 1, maxLength: 512, description: '`next` of the page before' }),
  ),
}

/** A schema of the OpenAPI components, by name. */
export const refer = (name: string): TSchema => Type.Unsafe({ $ref: `${name}#` })

const Details = Type.Object(
  {},
  { additionalProperties: true, description: 'the field at fault and what was found' },
)
const Code = Type.String({ description: 'a code of `/v1/info`' })
const Place = { index: Type.Optional(Index), height: Type.Optional(Index) }

/** Answers, by the names they have in the OpenAPI document. */
export const ANSWERS: { readonly [name: string]: TSchema } = {
  Problem: Type.Object(
    {
      type: Type.String(),
      title: Type.String(),
      status: Type.Integer(),
      code: Code,
      detail: Type.Optional(Type.String()),
      field: Type.Optional(Type.String({ description: 'JSON pointer' })),
      item: Type.Optional(Type.Integer({ description: 'position in a batch' })),
    },
    { additionalProperties: true },
  ),
  SubmissionResult: Type.Object(
    {
      id: Type.Union([Hash, Type.Null()]),
      status: Type.Enum(['rejected', 'pending', 'accepted', 'refused']),
      code: Type.Optional(Code),
      details: Type.Optional(Details),
      ...Place,
      settled: Type.Optional(Type.Enum(['committed', 'final'])),
    },
    Strict,
  ),
  TransactionAnswer: Type.Object(
    {
      id: Hash,
      status: Type.Enum(['unknown', 'pending', 'accepted', 'refused']),
      type: Type.Optional(Type.String()),
      code: Type.Optional(Code),
      details: Type.Optional(Details),
      ...Place,
    },
    Strict,
  ),
  Receipt: Type.Object(
    { proof: Type.String(), entry: Type.String(), header: Type.String(), headerProof: Type.String() },
    Strict,
  ),
  Hashes: Type.Object({ hashes: Type.Array(Type.String({ contentEncoding: 'base64' })) }, Strict),
  NodeInfo: Type.Object(
    {
      origin: Type.String(),
      ledgerId: Hash,
      node: Type.String(),
      size: Size,
      vkeys: Type.Object(
        {
          logs: Type.Array(Type.String()),
          cosigners: Type.Array(Type.String()),
          witnesses: Type.Array(Type.String()),
        },
        Strict,
      ),
      quorum: Type.Integer(),
      rulesVersion: Type.Integer(),
      rules: Type.Object(
        {
          known: Type.Array(Type.Integer(), { description: 'versions that this build executes' }),
          upcoming: Type.Array(
            Type.Object(
              {
                version: Type.Integer(),
                height: Index,
                state: Type.Enum(['adopted', 'proposed']),
                proposal: Type.Optional(Reference),
                known: Type.Boolean(),
              },
              Strict,
            ),
          ),
        },
        Strict,
      ),
      formats: Type.Record(Type.String(), Type.String()),
      limits: Type.Record(Type.String(), Type.Integer()),
      codes: Type.Array(
        Type.Object(
          { number: Type.Integer(), code: Type.String(), status: Type.Integer(), meaning: Type.String() },
          Strict,
        ),
      ),
    },
    Strict,
  ),
  Content: Type.Object(
    {
      vaultHash: Hash,
      length: Index,
      state: Type.Enum(['kept', 'erasing', 'erased']),
      erasedBy: Type.Optional(Hash),
    },
    Strict,
  ),
  CertificateFile: Type.Object(
    {
      credential: Type.Object({}, { additionalProperties: true, description: 'W3C VC 2.0, eddsa-jcs-2022' }),
      receipt: Type.Unsafe({ $ref: 'Receipt#' }),
      statusLists: Type.Array(
        Type.Object({}, { additionalProperties: true, description: 'BitstringStatusListCredential' }),
      ),
    },
    Strict,
  ),
  Wrap: Type.Object({ vaultHash: Hash, wrap: Type.String() }, Strict),
  Readiness: Type.Object(
    { ready: Type.Boolean(), reasons: Type.Array(Type.String()), warnings: Type.Array(Type.String()) },
    Strict,
  ),
}

/** A page of a list. */
export const pageOf = (item: TSchema): TSchema =>
  Type.Object({ items: Type.Array(item), next: Type.Optional(Type.String()) }, Strict)

/** Problems that an endpoint may answer with, by status, for the OpenAPI document. */
export const problems = (...statuses: readonly number[]): { readonly [status: string]: TSchema } =>
  Object.fromEntries(
    statuses.map((status) => [
      status,
      Type.Unsafe({
        description: 'A problem with a stable code.',
        content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
      }),
    ]),
  )
