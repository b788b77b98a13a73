/**
 * What may be asked of pathways: those who act for the subject, staff of the provider, and whoever is named in one, as
 * payer, assessor or arbiter, in person or as staff of a member that is.
 */
import Type from 'typebox'
import type { Json } from '../../protocol/index.ts'
import type { Context, ReadContext } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { isStaffOf } from '../roles.ts'
import { Act, ActorId, actFields, Fen, Fields, LocalId, Reference, Subject, Time } from '../schema.ts'
import { readPage, splitReference } from '../table.ts'
import { timesOf } from './pathways.ts'
import {
  isComplete,
  PATHWAYS,
  PATHWAYS_OF,
  type PathwayRow,
  pathwayState,
  SUBJECT_PATHWAYS,
} from './state.ts'

const PathwayAnswer = Fields({
  ref: Reference,
  provider: LocalId,
  subject: Subject,
  payer: ActorId,
  price: Fen,
  dueBy: Time,
  assessor: ActorId,
  arbiter: ActorId,
  steps: Type.Array(
    Fields({
      step: LocalId,
      mandatory: Type.Boolean(),
      attestation: Type.Optional(
        Fields({ ...actFields, record: Type.Optional(Reference), late: Type.Boolean() }),
      ),
    }),
  ),
  offer: Act,
  signature: Type.Optional(Act),
  outcome: Type.Optional(Fields({ ...actFields, met: Type.Boolean() })),
  dispute: Type.Optional(Act),
  settled: Type.Optional(Fields({ ...actFields, how: Type.String(), toProvider: Fen })),
  complete: Type.Boolean(),
  overdue: Type.Boolean(),
  state: Type.String(),
})

function showPathway(context: Context, ref: string, row: PathwayRow): Json {
  const { steps, attestations, ...rest } = row
  const state = pathwayState(row, context.time, timesOf(context))
  const complete = isComplete(row)
  return {
    ref,
    provider: splitReference(ref)[0],
    ...rest,
    steps: steps.map(({ step, mandatory }) => {
      const found = attestations.find((attestation) => attestation.step === step)
      if (found === undefined) return { step, mandatory }
      const { step: _, ...attestation } = found
      return { step, mandatory, attestation: { ...attestation, late: found.at > row.dueBy } }
    }),
    complete,
    overdue: state === 'ACTIVE' && !complete && context.time > row.dueBy,
    state,
  }
}

/** Whether an id is the reader's, or that of the member whose staff it is. */
const isReader = ({ reader }: ReadContext, id: string): boolean =>
  reader.actor === id || isStaffOf(reader, id)

/** The pathway behind an index row. */
const showIndexed = (context: Context, [owner = '', local = '']: readonly string[]): Json =>
  showPathway(context, `${owner}:${local}`, PATHWAYS.get(context.state, owner, local)!)

const base = { answer: PathwayAnswer, patientData: true } as const

const pathway = defineOldRead({
  ...base,
  path: '/pathways/:ref',
  summary: 'One pathway: those who act for its subject, provider, payer, assessor, arbiter.',
  query: Fields({ ref: Reference }),
  list: false,
  run(context) {
    const ref = String(context.query.ref)
    const [provider, local] = splitReference(ref)
    const row = PATHWAYS.get(context.state, provider, local)
    if (row === undefined) return undefined
    const isNamed = [provider, row.payer, row.assessor, row.arbiter].some((id) => isReader(context, id))
    const maySee = isNamed || context.port('identity.actsFor')(context.reader, row.subject)
    return maySee ? showPathway(context, ref, row) : undefined
  },
})

const pathways = defineOldRead({
  ...base,
  path: '/pathways',
  summary: 'Pathways of a subject: those who act for it.',
  query: Fields({ subject: Subject }),
  list: true,
  run(context) {
    const subject = String(context.query.subject)
    if (!context.port('identity.actsFor')(context.reader, subject)) return undefined
    return readPage(context, SUBJECT_PATHWAYS, [subject], ({ id }) => showIndexed(context, id))
  },
})

const concerned = defineOldRead({
  ...base,
  path: '/named-pathways',
  summary:
    'Pathways in which an actor or member is named as provider, payer, assessor or arbiter: itself, its staff.',
  query: Fields({ party: ActorId }),
  list: true,
  run(context) {
    const party = String(context.query.party)
    if (!isReader(context, party)) return undefined
    return readPage(context, PATHWAYS_OF, [party], ({ id }) => showIndexed(context, id))
  },
})

export const pathwayReads = [pathway, pathways, concerned]
