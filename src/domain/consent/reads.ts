/** What may be asked of consents: those who act for the subject see all of its consents, a grantee its own. */
import type { Context } from '../contract.ts'
import { defineList, defineRead } from '../define.ts'
import { actsFor, anyOf, partyTo } from '../rights.ts'
import { ActorId, Fields, OneOf, Reference, type RowOf, Subject } from '../schema.ts'
import type { Entry } from '../table.ts'
import { CONSENT_STATES, CONSENTS, ConsentRow, stateOf } from './state.ts'

const ConsentAnswer = Fields({ ref: Reference, ...ConsentRow.properties, state: OneOf(CONSENT_STATES) })

const showConsent = (
  { owner, consentId, ...row }: Entry<['owner', 'consentId'], ConsentRow>,
  { time }: Context,
): RowOf<typeof ConsentAnswer> => ({ ref: `${owner}:${consentId}`, ...row, state: stateOf(row, time) })

const base = { answer: ConsentAnswer, patientData: true } as const

const consents = defineList({
  ...base,
  path: '/consents',
  summary: 'Consents of a subject with their state.',
  query: Fields({ subject: Subject }),
  for: actsFor('subject'),
  over: CONSENTS.indexes.ofSubject,
  under: ({ query }) => [query.subject],
  show: showConsent,
})

const consent = defineRead({
  ...base,
  path: '/consents/:ref',
  summary: 'One consent.',
  query: Fields({ ref: Reference }),
  find: ({ state, query }) => CONSENTS.find(state, query.ref),
  for: anyOf(actsFor('subject'), partyTo('grantee')),
  show: (found, context) => showConsent(found, context),
})

const granted = defineList({
  ...base,
  path: '/granted',
  summary: 'Consents granted to the reader, or to the member whose staff it is.',
  query: Fields({ grantee: ActorId }),
  for: partyTo('grantee'),
  over: CONSENTS.indexes.ofGrantee,
  under: ({ query }) => [query.grantee],
  show: showConsent,
})

export const reads = [consents, consent, granted]
