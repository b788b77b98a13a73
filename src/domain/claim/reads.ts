/**
 * What may be asked of claims: provider and payer their own, by state; the patient all of its own; each of them one
 * claim with its history. `case-file.ts` has what a payer sees of a case, `asks-reads.ts` questions and rules.
 */
import { defineList, defineRead } from '../define.ts'
import { actsFor, anyOf, staff, staffOf } from '../rights.ts'
import { Fields, OneOf, Reference, Subject } from '../schema.ts'
import { ClaimAnswer, showClaim } from './answers.ts'
import { askReads } from './asks-reads.ts'
import { caseFile, check } from './case-file.ts'
import { CLAIM_STATES, CLAIMS } from './state.ts'

/** The two sides of a claim, and its patient. */
const concerned = anyOf(staffOf('provider'), staffOf('payer'), actsFor('subject'))

const base = { answer: ClaimAnswer, patientData: true } as const
const byState = Fields({ state: OneOf(CLAIM_STATES) })

const claim = defineRead({
  ...base,
  path: '/claims/:ref',
  summary: 'One claim with its whole history.',
  query: Fields({ ref: Reference }),
  find: ({ state, query }) => CLAIMS.find(state, query.ref),
  for: concerned,
  show: (found, context) => showClaim(found, context),
})

const response = defineRead({
  ...base,
  path: '/responses/:ref',
  summary: "The same once the payer has done something with it: as FHIR, the payer's ClaimResponse.",
  query: Fields({ ref: Reference }),
  find({ state, query }) {
    const found = CLAIMS.find(state, query.ref)
    const hasAnswered = found?.history.some(({ verb }) => !['submit', 'withdraw'].includes(verb))
    return hasAnswered ? found : undefined
  },
  for: concerned,
  show: (found, context) => showClaim(found, context),
})

const explanation = defineRead({
  ...base,
  path: '/explanations/:ref',
  summary: 'The same: as FHIR, the ExplanationOfBenefit for the patient.',
  query: Fields({ ref: Reference }),
  find: ({ state, query }) => CLAIMS.find(state, query.ref),
  for: concerned,
  show: (found, context) => showClaim(found, context),
})

const claims = defineList({
  ...base,
  path: '/claims',
  summary: 'Claims about a subject and all that are joined to it, by time.',
  query: Fields({ subject: Subject }),
  for: actsFor('subject'),
  over: CLAIMS.indexes.ofSubject,
  underEach: ({ port, query }) => port('identity.joinedSubjects')(query.subject).map((joined) => [joined]),
  show: showClaim,
})

const received = defineList({
  ...base,
  path: '/received',
  summary: "Claims to the reader's member in a state, the one longest in it first.",
  query: byState,
  for: staff,
  over: CLAIMS.indexes.ofPayer,
  under: ({ reader, query }) => [reader.member, query.state],
  show: showClaim,
})

const sent = defineList({
  ...base,
  path: '/sent',
  summary: "Claims of the reader's member in a state, the one longest in it first.",
  query: byState,
  for: staff,
  over: CLAIMS.indexes.ofProvider,
  under: ({ reader, query }) => [reader.member, query.state],
  show: showClaim,
})

export const reads = [claim, response, explanation, claims, received, sent, caseFile, check, ...askReads]
