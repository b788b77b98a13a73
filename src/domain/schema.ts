/**
 * The pieces that payload schemas are made of. Every object refuses unknown fields; nothing is coerced. Free
 * text has no piece here, because it never stands in a body; a member's public name is the one exception.
 */
import Type, { type Static, type TEnum, type TProperties, type TSchema } from 'typebox'
import { AMOUNT_MAX } from '../base/index.ts'
import {
  DISPLAY_NAME_PATTERN,
  HASH_PATTERN,
  IDENTIFIER_PATTERN,
  LOCAL_ID_PATTERN,
  REFERENCE_PATTERN,
} from '../protocol/index.ts'

/** A map with exactly these fields. */
export const Fields = <Properties extends TProperties>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false })

/**
 * A JSON value that nobody changes: what the state keeps is frozen through and through, what a read answers only read.
 */
export type Frozen<Value> = Value extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : Value extends object
    ? { readonly [Name in keyof Value]: Frozen<Value[Name]> }
    : Value

/** The value of a row, or an answer, of this schema. */
export type RowOf<Schema extends TSchema> = Frozen<Static<Schema>>

/** These of an object's properties, in the order given. */
export const pick = <Properties extends TProperties, const Name extends keyof Properties & string>(
  { properties }: { readonly properties: Properties },
  ...names: readonly Name[]
): Pick<Properties, Name> =>
  Object.fromEntries(names.map((name) => [name, properties[name]])) as Pick<Properties, Name>

/** An object's properties without these. */
export const omit = <Properties extends TProperties, const Name extends keyof Properties & string>(
  { properties }: { readonly properties: Properties },
  ...names: readonly Name[]
): Omit<Properties, Name> =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name as Name))) as Omit<
    Properties,
    Name
  >

/** One of the given strings. */
export const OneOf = <const Value extends string>(values: readonly Value[]): TEnum<Value[]> =>
  Type.Enum([...values])

/** A set, written as a list without duplicates. */
export const SetOf = <Item extends TSchema>(item: Item, maxItems: number) =>
  Type.Array(item, { minItems: 1, maxItems, uniqueItems: true })

/** A member's id, or the local part of an actor's or an object's. */
export const LocalId = Type.String({ pattern: LOCAL_ID_PATTERN })

/** A member's or an actor's id. */
export const ActorId = Type.String({ pattern: IDENTIFIER_PATTERN })

/** The id of a person or device, `<member>:<local>`. */
export const PersonId = Type.String({ pattern: REFERENCE_PATTERN })

/**
 * `<owner>:<local>`, the owner being a member, or for what a patient holds itself the patient's actor id: an
 * identifier of at most 64 characters, a colon, a local id of at most 64.
 */
export const Reference = Type.String({
  pattern: '^[A-Za-z0-9._-]{1,64}(:[A-Za-z0-9._-]{1,64}){1,2}$',
  maxLength: 129,
})

/** A hash, a commitment, an Ed25519 or X25519 public key: 32 bytes in lower-case hex. */
export const Hash = Type.String({ pattern: HASH_PATTERN })

/** An Ed25519 signature in lower-case hex. */
export const Signature = Type.String({ pattern: '^[0-9a-f]{128}$' })

/** The pseudonym of a patient at one facility. */
export const Subject = Hash

/** Unix seconds; the bound is that of the four bytes in which `expires` stands. */
export const Time = Type.Integer({ minimum: 0, maximum: 2 ** 32 - 1 })

/** An integer within bounds. */
export const Count = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum })

/** An amount of money (fen) or points that is moved. */
export const Amount = Count(1, AMOUNT_MAX)

/** An amount of money (fen) or points as it stands, zero too. */
export const Fen = Count(0, AMOUNT_MAX)

/** Who did something, and when: an actor and the time of the block. */
export const actFields = { by: ActorId, at: Time }
export const Act = Fields(actFields)

/** A pack of a drug: 20 digits of the supervision code, or its GTIN, a colon, its serial number. */
export const PackCode = Type.String({ pattern: '^([0-9]{20}|[0-9]{14}:[A-Za-z0-9._-]{1,20})$' })

/** The public name of a member, as people read it: the one text in a body. */
export const DisplayName = Type.String({ pattern: DISPLAY_NAME_PATTERN })

/** A word of ours in an answer, such as a state: what we say ourselves needs no pattern. */
export const Name = Type.String()

/** A calendar month, `2024-07`. */
export const Period = Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$' })
