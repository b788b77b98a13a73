/** What may be asked of consents: those who act for the subject see all of its consents, a grantee its own. */
import Type from 'typebox'
import type { Json } from '../../protocol/index.ts'
import type { Context, ReadContext } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { isStaffOf } from '../roles.ts'
import { Act, ActorId, Fields, LocalId, Reference, Subject, Time } from '../schema.ts'
import { readPage, splitReference } from '../table.ts'
import { CONSENTS, type ConsentRow, OF_GRANTEE, OF_SUBJECT, stateOf } from './state.ts'

const ConsentAnswer = Fields({
  ref: Reference,
  subject: Subject,
  grantee: ActorId,
  purpose: Type.String(),
  kinds: Type.Array(Type.String()),
  from: Time,
  to: Time,
  caseRef: Type.Optional(LocalId),
  grantedAt: Time,
  revocation: Type.Optional(Act),
  state: Type.String(),
})

const showConsent = (context: Context, ref: string, row: ConsentRow): Json => ({
  ref,
  ...row,
  kinds: [...row.kinds],
  state: stateOf(row, context.time),
})

/** The consent behind an index row. */
const showIndexed = (context: Context, [owner = '', local = '']: readonly string[]): Json =>
  showConsent(context, `${owner}:${local}`, CONSENTS.get(context.state, owner, local)!)

/** Whether the reader is the grantee, or staff of a member that is. */
const isGrantee = ({ reader }: ReadContext, grantee: string): boolean =>
  reader.actor === grantee || isStaffOf(reader, grantee)

const base = { answer: ConsentAnswer, patientData: true } as const

const consents = defineOldRead({
  ...base,
  path: '/consents',
  summary: 'Consents of a subject with their state: those who act for it.',
  query: Fields({ subject: Subject }),
  list: true,
  run(context) {
    const subject = String(context.query.subject)
    if (!context.port('identity.actsFor')(context.reader, subject)) return undefined
    return readPage(context, OF_SUBJECT, [subject], ({ id }) => showIndexed(context, id))
  },
})

const consent = defineOldRead({
  ...base,
  path: '/consents/:ref',
  summary: 'One consent: those who act for its subject, and its grantee.',
  query: Fields({ ref: Reference }),
  list: false,
  run(context) {
    const ref = String(context.query.ref)
    const row = CONSENTS.get(context.state, ...splitReference(ref))
    if (row === undefined) return undefined
    const maySee =
      isGrantee(context, row.grantee) || context.port('identity.actsFor')(context.reader, row.subject)
    return maySee ? showConsent(context, ref, row) : undefined
  },
})

const granted = defineOldRead({
  ...base,
  path: '/granted',
  summary: 'Consents granted to the reader, or to the member whose staff it is.',
  query: Fields({ grantee: ActorId }),
  list: true,
  run(context) {
    const grantee = String(context.query.grantee)
    if (!isGrantee(context, grantee)) return undefined
    return readPage(context, OF_GRANTEE, [grantee], ({ id }) => showIndexed(context, id.slice(1)))
  },
})

export const reads = [consents, consent, granted]
