/** Typed definitions: a payload's type follows from its schema, so that the two can not drift apart. */
import type { Static, TSchema } from 'typebox'
import type { Actor, NodeTask, Party, Read, RuleContext, Verb } from './contract.ts'

/** The rule of a verb whose payload has this schema. */
export type Rule<Schema extends TSchema> = (context: RuleContext<Static<Schema>>) => void

/** What `defineVerb` is given: a `Verb` whose payload type is that of its schema. */
export interface VerbDefinition<Schema extends TSchema> {
  readonly summary: string
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
    payload: definition.payload,
    privatePart: definition.privatePart ?? 'none',
    rule: definition.rule,
    parties: definition.parties ?? (() => []),
    ...(definition.task && { task: definition.task }),
  }
  return verb as Verb
}

/** Checks a read's shape at the place where it is written. */
export const defineRead = (read: Read): Read => read
