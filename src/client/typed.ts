/** The types of drafts and reads, made from those of each transaction type and read (`rules.ts`). */
import type { AnyJson, Payload } from '../protocol/index.ts'
import type { Lists, Reads, ReadValues, Statements } from './rules.ts'

/** A transaction type, `module.verb`. */
export type TransactionType = keyof Statements & string
/** The payload of a transaction type. */
export type PayloadOf<Type extends TransactionType> = Statements[Type]['payload']

/** What a type says; of a type that is known only when the program runs, any payload. */
type Said<Type extends string> = Type extends keyof Statements
  ? Statements[Type]
  : { readonly payload: Payload; readonly privatePart?: AnyJson }

/** The type itself where there is one of that name, or where it is known only when the program runs. */
type Known<Type extends string> = string extends Type
  ? string
  : Type extends keyof Statements
    ? Type
    : TransactionType

/** What someone wants to sign. */
export type Draft<Type extends string = string> = Said<Type> & {
  /** `module.verb`. */
  readonly type: Known<Type>
  /** 32 bytes in front of the private part; random where absent. Give one where a party must make the same hash. */
  readonly salt?: Uint8Array
  /** Life in seconds from now by the clock; ten minutes where absent. */
  readonly expiresInSeconds?: number
}

/** A read of one thing, such as `record/records/:ref`. */
export type ReadName = keyof Reads & string
/** A read that lists. */
export type ListName = keyof Lists & string
/** A path of the node, for what has no name here. */
export type ReadPath = `/${string}`

/** What a read is asked: the values of its path and of its query. */
export type ReadQuery<Name extends string> = Name extends keyof Reads
  ? Reads[Name]['query']
  : Name extends keyof Lists
    ? Lists[Name]['query']
    : ReadValues

/** What it answers: a list one page. */
export type ReadAnswer<Name extends string> = Name extends keyof Reads
  ? Reads[Name]['answer']
  : Name extends keyof Lists
    ? { readonly items: readonly Lists[Name]['item'][]; readonly next?: string }
    : unknown

/** An item of a list. */
export type ItemOf<Name extends string> = Name extends keyof Lists ? Lists[Name]['item'] : unknown

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined
}

/** Query and options; the query may be left out where nothing must be asked. */
export type Asked<Name extends string> =
  Record<never, never> extends ReadQuery<Name>
    ? [query?: ReadQuery<Name>, options?: ReadOptions]
    : [query: ReadQuery<Name>, options?: ReadOptions]
