/**
 * Typed definitions: the type of a payload, a query and an answer follows from its schema, so that the two can not
 * drift apart. A read is defined in the order in which it runs: what is found, who may see it, how it is shown.
 */
import type { Static, TSchema } from 'typebox'
import type { Json } from '../protocol/index.ts'
import type { Actor, NodeTask, Party, Read, ReadContext, RuleContext, Verb } from './contract.ts'
import { type Page, type PageQuery, readMergedPage } from './page.ts'
import { type Right, showRight } from './rights.ts'
import type { Frozen, RowOf } from './schema.ts'
import type { Source } from './table-rows.ts'

/** The rule of a verb whose payload has this schema. */
export type Rule<Schema extends TSchema> = (context: RuleContext<Static<Schema>>) => void

/** What `defineVerb` is given: a `Verb` whose payload type is that of its schema. */
export interface VerbDefinition<Schema extends TSchema> {
  readonly summary: string
  /** Who signs it, in words: `the holder`. */
  readonly signers?: string
  readonly payload: Schema
  /** Defaults to 'none'. */
  readonly privatePart?: 'none' | 'optional' | 'required'
  readonly rule: Rule<Schema>
  /** Defaults to nobody besides the signer. */
  readonly parties?: (payload: Static<Schema>, signer: Actor) => readonly Party[]
  readonly task?: NodeTask
}

export function defineVerb<const Schema extends TSchema>(definition: VerbDefinition<Schema>): Verb {
  const verb: Verb<Static<Schema>> = {
    summary: definition.summary,
    ...(definition.signers !== undefined && { signers: definition.signers }),
    payload: definition.payload,
    privatePart: definition.privatePart ?? 'none',
    rule: definition.rule,
    parties: definition.parties ?? (() => []),
    ...(definition.task && { task: definition.task }),
  }
  return verb as Verb
}

interface Asked<Query extends TSchema, Answer extends TSchema> {
  /** Under the module, such as `/records/:ref`. */
  readonly path: string
  /** What it tells; who may see it is said by the right. */
  readonly summary: string
  readonly query: Query
  readonly answer: Answer
  /** Reads of patient data are logged with reader and object. */
  readonly patientData: boolean
}

/** What a right may look at: the fields of the query, and of what was found. */
type Facts<Query extends TSchema, Found> = RowOf<Query> & Found

/** A read of one thing: `find` it, `for` whom it is, `show` it. */
export interface ReadDefinition<Query extends TSchema, Answer extends TSchema, Found>
  extends Asked<Query, Answer> {
  /** What is there; undefined for nothing. Where absent there is always something, found by nobody. */
  readonly find?: (context: ReadContext<RowOf<Query>>) => Found | undefined
  readonly for: Right<Facts<Query, Found>>
  /** The answer; undefined where what was found has none. */
  readonly show: (found: NoInfer<Found>, context: ReadContext<RowOf<Query>>) => RowOf<Answer> | undefined
}

export function defineRead<
  const Query extends TSchema,
  const Answer extends TSchema,
  Found extends object = object,
>(definition: ReadDefinition<Query, Answer, Found>): Read {
  const { path, summary, query, answer, patientData, find, show } = definition
  const right = definition.for as Right<object>
  return {
    path,
    summary,
    query,
    answer,
    list: false,
    patientData,
    rights: showRight(right),
    run(context) {
      const found = find === undefined ? {} : find(context as never)
      if (found === undefined || !right.holds(context, { ...context.query, ...found })) return undefined
      return show(found as Found, context as never) as Json | undefined
    },
  }
}

/** A list's context: what was found stands beside the query. */
export type ListContext<Query extends TSchema, Found> = ReadContext<RowOf<Query> & PageQuery> & {
  readonly found: Found
}

interface ListBase<Query extends TSchema, Answer extends TSchema, Found> extends Asked<Query, Answer> {
  /** What the list is of; undefined for nothing. Where absent the query is all there is. */
  readonly find?: (context: ReadContext<RowOf<Query>>) => Found | undefined
  readonly for: Right<Facts<Query, Found>>
}

/** A list that pages over the rows of a table, or over those that an index of it has. */
export interface ListDefinition<Query extends TSchema, Answer extends TSchema, Found, Item>
  extends ListBase<Query, Answer, Found> {
  readonly over: Source<Item>
  /** The first parts of the keys that are listed. */
  readonly under?: (context: ListContext<Query, NoInfer<Found>>) => readonly string[]
  /** Instead of `under` for several at once, in one order of what follows them. */
  readonly underEach?: (context: ListContext<Query, NoInfer<Found>>) => readonly (readonly string[])[]
  /** Who may see one item, where not everyone who may see the list; the others are left out. */
  readonly each?: Right<Facts<Query, Item>>
  /** An item of the answer; undefined for a row that is left out. `key` has the parts of the key by name. */
  readonly show: (
    item: NoInfer<Item>,
    context: ListContext<Query, NoInfer<Found>>,
    key: { readonly [part: string]: string },
  ) => RowOf<Answer> | undefined
}

/** A list that makes its pages itself. */
export interface PagedDefinition<Query extends TSchema, Answer extends TSchema, Found>
  extends ListBase<Query, Answer, Found> {
  readonly page: (context: ListContext<Query, NoInfer<Found>>) => Page<RowOf<Answer>> | undefined
}

export function defineList<
  const Query extends TSchema,
  const Answer extends TSchema,
  Item,
  Found extends object = object,
>(definition: ListDefinition<Query, Answer, Found, Item>): Read
export function defineList<
  const Query extends TSchema,
  const Answer extends TSchema,
  Found extends object = object,
>(definition: PagedDefinition<Query, Answer, Found>): Read
export function defineList(
  definition: ListDefinition<TSchema, TSchema, object, object> | PagedDefinition<TSchema, TSchema, object>,
): Read {
  const { path, summary, query, answer, patientData, find } = definition
  const right = definition.for as Right<object>
  const page = 'page' in definition ? definition.page : pageOver(definition)
  return {
    path,
    summary,
    query,
    answer,
    list: true,
    patientData,
    rights: showRight(right, 'each' in definition ? definition.each : undefined),
    run(context) {
      const found = find === undefined ? {} : find(context)
      if (found === undefined || !right.holds(context, { ...context.query, ...found })) return undefined
      return page({ ...context, found }) as Json | undefined
    },
  }
}

/** Pages over the rows of a list's table. */
function pageOver(definition: ListDefinition<TSchema, TSchema, object, object>) {
  const { over, under = () => [], underEach, show } = definition
  const each = definition.each as Right<object> | undefined
  const names = over.kind.id
  return (context: ListContext<TSchema, object>): Page<Frozen<unknown>> => {
    const prefixes = underEach === undefined ? [under(context)] : underEach(context)
    return readMergedPage(context, over, prefixes, ({ id: rest }, prefix) => {
      const id = [...prefix, ...rest]
      const item = over.at(context.state, id)
      if (each?.holds(context, { ...(context.query as object), ...item }) === false) return undefined
      return show(item, context, Object.fromEntries(names.map((name, i) => [name, id[i]!])))
    })
  }
}
