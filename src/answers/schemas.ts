/**
 * The answers of the HTTP API that are not reads of a module: each has one schema, from which its type is made. The
 * names are those of the OpenAPI document. Codes are text: a newer node may know some that this build does not.
 */
import Type, { type Static, type TSchema } from 'typebox'
import { Fields, Hash, OneOf, Reference } from '../domain/index.ts'
import {
  CONTENT_STATES,
  MISBEHAVIORS,
  ORDER_KINDS,
  ORDER_STATES,
  SETTLEMENTS,
  SUBMISSION_STATUSES,
  TRANSACTION_STATUSES,
  UPCOMING_STATES,
} from './words.ts'

type Frozen<Value> = Value extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : Value extends object
    ? { readonly [Name in keyof Value]: Frozen<Value[Name]> }
    : Value

/** What a schema describes, as it is handed on: nobody changes an answer. */
type Answer<Schema extends TSchema> = Frozen<Static<Schema>>

const Text = Type.String()
/** Of a leaf, or height of a block. */
const Index = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Size = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
/** Its title tells the build to write it as the union of the codes (scripts/write-types.mjs). */
const Code = Type.String({ title: 'Code', description: 'a code of `/v1/info`' })
/** What a code leaves open; nothing of it is promised but that it is a map. */
const Details = Type.Unsafe<Readonly<Record<string, unknown>>>(
  Type.Object({}, { additionalProperties: true, description: 'the field at fault and what was found' }),
)
/** A signed document: its check looks at what stands in it. */
const Document = (description: string) =>
  Type.Unsafe<Readonly<Record<string, unknown>>>(Type.Object({}, { additionalProperties: true, description }))

/** A schema of the OpenAPI components. */
const refer = (name: string): TSchema => Type.Unsafe({ $ref: `${name}#` })

/** Leaf index and height, once it is in a block. */
const place = { index: Type.Optional(Index), height: Type.Optional(Index) }

/** Why a request was not answered (RFC 9457); details of the error are further members. */
export const Problem = Type.Object(
  {
    type: Text,
    title: Text,
    status: Type.Integer(),
    code: Code,
    detail: Type.Optional(Text),
    field: Type.Optional(Type.String({ description: 'JSON pointer' })),
    item: Type.Optional(Type.Integer({ description: 'position in a batch' })),
  },
  { additionalProperties: true },
)
export type Problem = Answer<typeof Problem>

/** What became of one submitted transaction. */
export const SubmissionResult = Fields({
  /** Hex; null where the entry's form is unsound. */
  id: Type.Union([Hash, Type.Null()]),
  status: OneOf(SUBMISSION_STATUSES),
  code: Type.Optional(Code),
  details: Type.Optional(Details),
  ...place,
  /** How far it is, where `wait` was asked. */
  settled: Type.Optional(OneOf(SETTLEMENTS)),
})
export type SubmissionResult = Answer<typeof SubmissionResult>

/** What is known of a transaction by its id. */
export const TransactionAnswer = Fields({
  id: Hash,
  status: OneOf(TRANSACTION_STATUSES),
  type: Type.Optional(Text),
  code: Type.Optional(Code),
  details: Type.Optional(Details),
  ...place,
})
export type TransactionAnswer = Answer<typeof TransactionAnswer>

/** A receipt as JSON. Its type is the protocol's: whoever checks one offline knows no node. */
const Receipt = Fields({ proof: Text, entry: Text, header: Text, headerProof: Text })

/** An inclusion or consistency proof. */
export const Hashes = Fields({ hashes: Type.Array(Type.String({ contentEncoding: 'base64' })) })
export type Hashes = Answer<typeof Hashes>

/** How keys and quorum came about. Its type is the protocol's: whoever follows it offline knows no node. */
const TrustChain = Fields({
  steps: Type.Array(
    Fields({
      checkpoint: Text,
      quorum: Type.Integer({ minimum: 1 }),
      nodes: Type.Array(Fields({ member: Text, logKey: Hash, cosignerKey: Hash })),
    }),
  ),
})

/** What a node says of itself and its ledger. */
export const NodeInfo = Fields({
  origin: Text,
  ledgerId: Hash,
  /** The node's name: with the origin before it, the `aud` of tokens. */
  node: Text,
  /** Latest cosigned size. */
  size: Size,
  vkeys: Fields({ logs: Type.Array(Text), cosigners: Type.Array(Text), witnesses: Type.Array(Text) }),
  quorum: Type.Integer(),
  displayNames: Type.Optional(
    Type.Record(Text, Text, {
      description: 'public names of the members that run nodes, by id; not of those that have none',
    }),
  ),
  /** Of the latest cosigned block. */
  rulesVersion: Type.Integer(),
  rules: Fields({
    known: Type.Array(Type.Integer(), { description: 'versions that this build executes' }),
    /** Those that are proposed or adopted for a height ahead. */
    upcoming: Type.Array(
      Fields({
        version: Type.Integer(),
        height: Index,
        state: OneOf(UPCOMING_STATES),
        proposal: Type.Optional(Reference),
        known: Type.Boolean(),
        /** Of the active members with nodes, how many have said that theirs can execute it. */
        ready: Type.Integer(),
        nodes: Type.Integer(),
      }),
    ),
  }),
  formats: Type.Record(Text, Text),
  limits: Type.Record(Text, Type.Integer()),
  codes: Type.Array(Fields({ number: Type.Integer(), code: Text, status: Type.Integer(), meaning: Text })),
})
export type NodeInfo = Answer<typeof NodeInfo>
/** The same as a client may find it: a node of an older build says nothing of `rules`. */
export type AnyNodeInfo = Omit<NodeInfo, 'rules'> & Partial<Pick<NodeInfo, 'rules'>>

/** An accepted transaction, as event streams tell of it. */
const LedgerEvent = Fields({
  index: Index,
  height: Index,
  time: Type.Integer({ description: 'of its block, unix seconds' }),
  id: Hash,
  type: Text,
  signer: Type.String({ description: 'actor that signed' }),
  parties: Type.Array(
    Type.Union([Fields({ actor: Text }), Fields({ member: Text }), Fields({ subject: Text })]),
  ),
})
export type LedgerEvent = Answer<typeof LedgerEvent>

/** How the order of a node's ledger stands. */
export const OrderStatus = Fields({
  kind: OneOf(ORDER_KINDS),
  state: OneOf(ORDER_STATES),
  /** Why it is not working, in words for an operator. */
  reason: Type.Optional(Text),
  /** Of the height that was committed last here; heights count within an epoch, those that leave no leaf too. */
  epoch: Index,
  height: Index,
  /** The program that orders; absent where something else starts it and it has said nothing. */
  engine: Type.Optional(Fields({ name: Text, version: Text })),
  /** Who votes on blocks. */
  voters: Type.Array(Fields({ member: Text, orderKey: Hash })),
  /** The members' nodes that this one is told of, and whether their engines are connected. */
  peers: Type.Array(Fields({ member: Text, connected: Type.Boolean() })),
  /** The latest, since the node started; the member where its key still votes. */
  misbehavior: Type.Array(
    Fields({ member: Type.Optional(Text), address: Text, height: Index, kind: OneOf(MISBEHAVIORS) }),
  ),
})
export type OrderStatus = Answer<typeof OrderStatus>

/** What a vault has at an address. */
export const Content = Fields({
  vaultHash: Hash,
  length: Index,
  state: OneOf(CONTENT_STATES),
  /** Id of the transaction that erased it: its receipt is the proof. */
  erasedBy: Type.Optional(Hash),
})
export type Content = Answer<typeof Content>

/** What the check of a certificate needs. Its type is that of `w3c`, which checks it offline too. */
const CertificateFile = Fields({
  credential: Document('W3C VC 2.0, eddsa-jcs-2022'),
  receipt: refer('Receipt'),
  statusLists: Type.Array(
    Fields({
      list: Document('BitstringStatusListCredential'),
      receipt: refer('Receipt'),
    }),
  ),
  institutionName: Type.Optional(Text),
})

/** A wrapped content key: a compact JWE for the X25519 key of whoever it is given to. */
export const Wrap = Fields({ vaultHash: Hash, wrap: Text })
export type Wrap = Answer<typeof Wrap>

/** Whether the process answers. */
const Liveness = Fields({ alive: Type.Boolean() })

/** Whether transactions are taken, what stands in the way, and what will unless the operator acts before. */
export const Readiness = Fields({
  ready: Type.Boolean(),
  reasons: Type.Array(Text),
  warnings: Type.Array(Text),
})
export type Readiness = Answer<typeof Readiness>

/** One page of a list. */
export const pageOf = <Item extends TSchema>(item: Item) =>
  Fields({ items: Type.Array(item), next: Type.Optional(Text) })
export type Page = Answer<ReturnType<typeof pageOf<Type.TUnknown>>>

/** All of them, by the names they have in the OpenAPI document. */
export const ANSWERS = {
  Problem,
  SubmissionResult,
  TransactionAnswer,
  Receipt,
  Hashes,
  TrustChain,
  NodeInfo,
  LedgerEvent,
  OrderStatus,
  Content,
  CertificateFile,
  Wrap,
  Liveness,
  Readiness,
} as const
export type AnswerName = keyof typeof ANSWERS
