/**
 * Who may see something, as a value: it guards a read, says itself in plain English for docs and OpenAPI, and can be
 * shown as data, so that a page may tell a reader beforehand. A right names the facts that it looks at, fields of the
 * query and of what was found, and can not be given to a read that has no such facts.
 */
import type { ReadContext } from './contract.ts'
import { hasMemberRole, isDesk, isDeskOf, isStaff, isStaffOf, MEMBER } from './roles.ts'

/** A right as data. `of` names the fact whose value decides; where there is none, who the reader is decides alone. */
export type RightShape =
  | { readonly kind: 'everyone' | 'staff' | 'desk' }
  | { readonly kind: 'actsFor' | 'self' | 'staffOf' | 'staffOfFacility' | 'deskOf'; readonly of: string }
  /** Staff, or the desk, of a member with one of the roles; or a person with one. */
  | { readonly kind: 'authority' | 'deskWith' | 'role'; readonly roles: readonly string[] }
  | { readonly kind: 'only'; readonly words: string }
  | { readonly kind: 'anyOf' | 'allOf'; readonly rights: readonly RightShape[] }

export interface Right<Facts> {
  /** In plain English, without a full stop: `those who act for the subject`. */
  readonly words: string
  readonly shape: RightShape
  readonly holds: (context: ReadContext<unknown>, facts: Facts) => boolean
}

/**
 * The rights of a read as it tells them; `each` are those to an item of a list, where not every item is for every
 * reader.
 */
export interface RightShown {
  /** `Those who act for the subject; staff of the facility.` */
  readonly words: string
  readonly shape: RightShape
  readonly each?: RightShape
}

type Named<Field extends string, Value> = { readonly [Name in Field]: Value }

/** `caseRef` is said `case ref`. */
const say = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

/** `a hospital, an exam-institution or social-security`: roles by the names that they have everywhere. */
function sayAny(roles: readonly string[]): string {
  const words = roles.map((role) => {
    if (role === MEMBER) return "a member's own key"
    if (role === 'social-security') return role
    return `${/^[aeiou]/.test(role) ? 'an' : 'a'} ${role}`
  })
  const last = words.pop() ?? 'nobody'
  return words.length === 0 ? last : `${words.join(', ')} or ${last}`
}

/** Whoever is enrolled. */
export const everyone: Right<unknown> = {
  words: 'any enrolled reader',
  shape: { kind: 'everyone' },
  holds: () => true,
}

/** Staff of any member: lists of what is the reader's own member's. */
export const staff: Right<unknown> = {
  words: 'staff, each of its own member',
  shape: { kind: 'staff' },
  holds: ({ reader }) => isStaff(reader),
}

/** The same for a member's own key and its employees. */
export const desk: Right<unknown> = {
  words: 'key and employees, each of their own member',
  shape: { kind: 'desk' },
  holds: ({ reader }) => isDesk(reader),
}

/** Those who act for the subject that a fact names: the patient, a guardian. */
export function actsFor<const Field extends string>(field: Field): Right<Named<Field, string>> {
  return {
    words: `those who act for the ${say(field)}`,
    shape: { kind: 'actsFor', of: field },
    holds: ({ port, reader }, facts) => port('identity.actsFor')(reader, facts[field]),
  }
}

/** Staff of the facility that made the subject that a fact names. */
export function staffOfFacility<const Field extends string>(field: Field): Right<Named<Field, string>> {
  return {
    words: `staff of the facility of the ${say(field)}`,
    shape: { kind: 'staffOfFacility', of: field },
    holds({ port, reader }, facts) {
      const facility = port('identity.facilityOf')(facts[field])
      return facility !== undefined && isStaffOf(reader, facility)
    },
  }
}

/** Staff of the member that a fact names; said by another word than the fact's where `word` is given. */
export const staffOf = <const Field extends string>(
  field: Field,
  word = say(field),
): Right<Named<Field, string>> => staffOfFound(word, (facts) => facts[field])

/** Staff of the member that `memberOf` finds, where it lies deeper than the facts, or is not always there. */
export function staffOfFound<Facts>(
  word: string,
  memberOf: (facts: Facts) => string | undefined,
): Right<Facts> {
  return {
    words: `staff of the ${word}`,
    shape: { kind: 'staffOf', of: word },
    holds({ reader }, facts) {
      const member = memberOf(facts)
      return member !== undefined && isStaffOf(reader, member)
    },
  }
}

/** Key and employees of the member that a fact names. */
export function deskOf<const Field extends string>(
  field: Field,
  word = say(field),
): Right<Named<Field, string>> {
  return {
    words: `key and employees of the ${word}`,
    shape: { kind: 'deskOf', of: field },
    holds: ({ reader }, facts) => isDeskOf(reader, facts[field]),
  }
}

/** Staff of each of the members that a fact lists. */
export function staffOfEach<const Field extends string>(
  field: Field,
): Right<Named<Field, readonly string[]>> {
  return {
    words: `staff of the ${say(field)}`,
    shape: { kind: 'staffOf', of: field },
    holds: ({ reader }, facts) => facts[field].some((member) => isStaffOf(reader, member)),
  }
}

/** The actor or member itself that a fact names; said by another word than the fact's where `word` is given. */
export function self<const Field extends string>(
  field: Field,
  word = say(field),
): Right<Named<Field, string>> {
  return {
    words: `the ${word}`,
    shape: { kind: 'self', of: field },
    holds: ({ reader }, facts) => reader.actor === facts[field],
  }
}

/** The actor that a fact names, or staff of the member that it names. */
export function partyTo<const Field extends string>(
  field: Field,
  word = say(field),
): Right<Named<Field, string>> {
  return { ...anyOf(self(field, word), staffOf(field, word)), words: `the ${word} or its staff` }
}

/** Staff of a member with one of these roles. */
export function authority(...roles: readonly string[]): Right<unknown> {
  return {
    words: `staff of ${sayAny(roles)}`,
    shape: { kind: 'authority', roles },
    holds: ({ reader }) => isStaff(reader) && hasMemberRole(reader.memberRoles, roles),
  }
}

/** Key and employees of a member with one of these roles. */
export function deskWith(...roles: readonly string[]): Right<unknown> {
  return {
    words: `key and employees of ${sayAny(roles)}`,
    shape: { kind: 'deskWith', roles },
    holds: ({ reader }) => isDesk(reader) && hasMemberRole(reader.memberRoles, roles),
  }
}

/** A reader with one of these roles of people; `MEMBER` is a member's own key. */
export function hasRole(...roles: readonly string[]): Right<unknown> {
  return {
    words: sayAny(roles),
    shape: { kind: 'role', roles },
    holds: ({ reader }) => roles.includes(reader.role),
  }
}

/** A right that one module alone has, in its words: what no other right here says. */
export function only<Facts = unknown>(
  words: string,
  holds: (context: ReadContext<unknown>, facts: Facts) => boolean,
): Right<Facts> {
  return { words, shape: { kind: 'only', words }, holds }
}

/** What all of these look at. */
type FactsOf<Rights extends readonly Right<never>[]> = [Rights[number]] extends [Right<infer Facts>]
  ? Facts
  : never

/** Holds where one of the rights does. */
export function anyOf<const Rights extends readonly Right<never>[]>(
  ...rights: Rights
): Right<FactsOf<Rights>> {
  return {
    words: rights.map(({ words }) => words).join('; '),
    shape: { kind: 'anyOf', rights: rights.map(({ shape }) => shape) },
    holds: (context, facts) => rights.some(({ holds }) => holds(context, facts as never)),
  }
}

/** Holds where every one of the rights does. */
export function allOf<const Rights extends readonly Right<never>[]>(
  ...rights: Rights
): Right<FactsOf<Rights>> {
  return {
    words: rights.map(({ words }) => words.replaceAll('; ', ' or ')).join(', '),
    shape: { kind: 'allOf', rights: rights.map(({ shape }) => shape) },
    holds: (context, facts) => rights.every(({ holds }) => holds(context, facts as never)),
  }
}

/** A right as its read tells it. */
export function showRight(
  right: Pick<Right<never>, 'words' | 'shape'>,
  each?: Pick<Right<never>, 'words' | 'shape'>,
): RightShown {
  const sentence = `${right.words.charAt(0).toUpperCase()}${right.words.slice(1)}.`
  if (each === undefined) return { words: sentence, shape: right.shape }
  return { words: `${sentence} Each item: ${each.words}.`, shape: right.shape, each: each.shape }
}
