/**
 * Transaction types and reads by name. To the sources here each is any; the build writes the declarations of this file
 * anew from the schemas of the rules (scripts/write-types.mjs), so that whoever uses the package is told by the
 * compiler what a payload lacks and what an answer has.
 */
import type { AnyJson, Payload } from '../protocol/index.ts'

/** What is said by each transaction type: its payload, and its private part where it takes one. */
export interface Statements {
  readonly [type: string]: { readonly payload: Payload; readonly privatePart?: AnyJson }
}

/** Reads of one thing, by module and path such as `record/records/:ref`. The query has what stands in the path too. */
export interface Reads {
  readonly [name: string]: { readonly query: ReadValues; readonly answer: unknown }
}

/** Reads that list, likewise. */
export interface Lists {
  readonly [name: string]: { readonly query: ReadValues; readonly item: unknown }
}

/** Values of a query by name. */
export type ReadValues = Readonly<Record<string, string | number | undefined>>
