/**
 * What may be asked of pathways: those who act for the subject, staff of the provider, and whoever is named in one, as
 * payer, assessor or arbiter, in person or as staff of a member that is.
 */
import Type from 'typebox'
import type { Context } from '../contract.ts'
import { defineList, defineRead } from '../define.ts'
import { actsFor, anyOf, partyTo } from '../rights.ts'
import { ActorId, Fields, LocalId, OneOf, omit, Reference, type RowOf, Subject } from '../schema.ts'
import type { Entry } from '../table.ts'
import { timesOf } from './pathways.ts'
import {
  Attestation,
  attestationOf,
  isComplete,
  PATHWAY_STATES,
  PATHWAYS,
  PathwayRow,
  pathwayState,
} from './state.ts'

const PathwayAnswer = Fields({
  ref: Reference,
  provider: LocalId,
  ...omit(PathwayRow, 'steps', 'attestations'),
  steps: Type.Array(
    Fields({
      step: LocalId,
      mandatory: Type.Boolean(),
      attestation: Type.Optional(Fields({ ...omit(Attestation, 'step'), late: Type.Boolean() })),
    }),
  ),
  complete: Type.Boolean(),
  overdue: Type.Boolean(),
  state: OneOf(PATHWAY_STATES),
})

function showPathway(
  row: Entry<['provider', 'pathwayId'], PathwayRow>,
  context: Context,
): RowOf<typeof PathwayAnswer> {
  const { pathwayId, steps, attestations: _, ...rest } = row
  const state = pathwayState(row, context.time, timesOf(context))
  const complete = isComplete(row)
  return {
    ...rest,
    ref: `${row.provider}:${pathwayId}`,
    steps: steps.map(({ step, mandatory }) => {
      const found = attestationOf(row, step)
      if (found === undefined) return { step, mandatory }
      const { step: _, ...attestation } = found
      return { step, mandatory, attestation: { ...attestation, late: found.at > row.dueBy } }
    }),
    complete,
    overdue: state === 'ACTIVE' && !complete && context.time > row.dueBy,
    state,
  }
}

const base = { answer: PathwayAnswer, patientData: true } as const

const pathway = defineRead({
  ...base,
  path: '/pathways/:ref',
  summary: 'One pathway.',
  query: Fields({ ref: Reference }),
  find: ({ state, query }) => PATHWAYS.find(state, query.ref),
  for: anyOf(
    partyTo('provider'),
    partyTo('payer'),
    partyTo('assessor'),
    partyTo('arbiter'),
    actsFor('subject'),
  ),
  show: ({ ref: _, ...found }, context) => showPathway(found, context),
})

const pathways = defineList({
  ...base,
  path: '/pathways',
  summary: 'Pathways of a subject.',
  query: Fields({ subject: Subject }),
  for: actsFor('subject'),
  over: PATHWAYS.indexes.ofSubject,
  under: ({ query }) => [query.subject],
  show: showPathway,
})

const named = defineList({
  ...base,
  path: '/named-pathways',
  summary: 'Pathways in which an actor or member is named as provider, payer, assessor or arbiter.',
  query: Fields({ party: ActorId }),
  for: partyTo('party'),
  over: PATHWAYS.indexes.ofParty,
  under: ({ query }) => [query.party],
  show: showPathway,
})

export const pathwayReads = [pathway, pathways, named]
