/** What can be decided: the fields of each kind of change. What a kind asks for and does: `changes.ts`. */
import Type, { type TSchema } from 'typebox'
import { AMOUNT_MAX, CHANGE_HEIGHT_MAX } from '../../base/index.ts'
import { MEMBER_ROLES } from '../../protocol/index.ts'
import { CURRENCIES } from '../ports.ts'
import { Count, DisplayName, Fields, Hash, LocalId, OneOf, type RowOf, SetOf, Signature } from '../schema.ts'

const keyWithStatement = { publicKey: Hash, statement: Signature }

export const RulesVersion = Count(1, 2 ** 32 - 1)

/** Fields of every kind of change. */
const FIELDS = {
  admit: Fields({
    member: LocalId,
    displayName: Type.Optional(DisplayName),
    roles: SetOf(OneOf(MEMBER_ROLES), MEMBER_ROLES.length),
    ...keyWithStatement,
    founding: Type.Boolean(),
  }),
  suspend: Fields({ member: LocalId }),
  restore: Fields({ member: LocalId }),
  expel: Fields({ member: LocalId }),
  rename: Fields({ member: LocalId, displayName: DisplayName }),
  rekey: Fields({ member: LocalId, ...keyWithStatement }),
  node: Fields({
    member: LocalId,
    logKey: Hash,
    cosignerKey: Hash,
    order: Type.Optional(Fields(keyWithStatement)),
  }),
  retireNode: Fields({ member: LocalId }),
  parameter: Fields({
    name: Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}\\.[a-zA-Z][a-zA-Z0-9-]{0,63}$' }),
    value: Count(-(2 ** 53) + 1, 2 ** 53 - 1),
  }),
  quorum: Fields({ quorum: Count(1, 1_000) }),
  issuer: Fields({ member: LocalId, currency: OneOf(CURRENCIES), ceiling: Count(0, AMOUNT_MAX) }),
  rulesVersion: Fields({ version: RulesVersion, height: Count(1, CHANGE_HEIGHT_MAX) }),
} as const satisfies { readonly [kind: string]: TSchema }

export type Kind = keyof typeof FIELDS
export type ChangeOf<Name extends Kind> = RowOf<(typeof FIELDS)[Name]>
/** A change: a map with exactly one of the kinds. */
export type Change = { readonly [Name in Kind]?: ChangeOf<Name> }

const optional = Object.fromEntries(
  Object.entries(FIELDS).map(([kind, fields]) => [kind, Type.Optional(fields)]),
)
export const ChangeSchema = Type.Unsafe<Change>(
  Type.Object(optional, { additionalProperties: false, minProperties: 1, maxProperties: 1 }),
)
