/** What may be asked about eligibility, preauthorisations and the rules of payers. */
import Type from 'typebox'
import type { Json } from '../../protocol/index.ts'
import type { ReadContext } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { FACILITY_ROLES, hasMemberRole, isStaff, isStaffOf } from '../roles.ts'
import { ActorId, Fields, LocalId, OneOf, Reference, Subject, Time } from '../schema.ts'
import { readPage, splitReference } from '../table.ts'
import { RuleAnswer, showRule } from './answers.ts'
import { isRuleFor } from './automatic.ts'
import { ASKED, ELIGIBILITIES, PREAUTHORISATIONS, RULES } from './state.ts'
import { LineFen } from './steps.ts'

const Answered = { by: ActorId, at: Time, until: Type.Optional(Time) }
const base = { subject: Subject, payer: LocalId, by: ActorId, at: Time }

const EligibilityAnswer = Fields({
  ref: Reference,
  ...base,
  answer: Type.Optional(Fields({ ...Answered, eligible: Type.Boolean() })),
})
const PreauthorisationAnswer = Fields({
  ref: Reference,
  ...base,
  caseRef: LocalId,
  amount: LineFen,
  claim: Type.Optional(LocalId),
  answer: Type.Optional(Fields({ ...Answered, granted: Type.Boolean(), ceiling: Type.Optional(LineFen) })),
})

/** Provider, payer and patient see a question and its answer. */
function maySee(
  context: ReadContext,
  owner: string,
  row: { readonly payer: string; readonly subject: string },
) {
  const { reader } = context
  const isSide = isStaffOf(reader, owner) || isStaffOf(reader, row.payer)
  return isSide || context.port('identity.actsFor')(reader, row.subject)
}

const eligibility = defineOldRead({
  path: '/eligibilities/:ref',
  summary: 'Whether a payer insures a patient: staff of both sides, those who act for the patient.',
  query: Fields({ ref: Reference }),
  answer: EligibilityAnswer,
  list: false,
  patientData: true,
  run(context): Json | undefined {
    const ref = String(context.query['ref'])
    const [owner, local] = splitReference(ref)
    const row = ELIGIBILITIES.get(context.state, owner, local)
    return row !== undefined && maySee(context, owner, row) ? { ref, ...row } : undefined
  },
})

const preauthorisation = defineOldRead({
  path: '/preauthorisations/:ref',
  summary: 'What a payer promised before the care: staff of both sides, those who act for the patient.',
  query: Fields({ ref: Reference }),
  answer: PreauthorisationAnswer,
  list: false,
  patientData: true,
  run(context): Json | undefined {
    const ref = String(context.query['ref'])
    const [owner, local] = splitReference(ref)
    const row = PREAUTHORISATIONS.get(context.state, owner, local)
    return row !== undefined && maySee(context, owner, row) ? { ref, ...row } : undefined
  },
})

const asked = defineOldRead({
  path: '/asked',
  summary: "Questions that the reader's member has not answered yet, the oldest first: its staff.",
  query: Fields({ kind: OneOf(['eligibility', 'preauthorisation']) }),
  answer: Fields({ ref: Reference, subject: Subject, at: Time }),
  list: true,
  patientData: true,
  run(context) {
    const { reader, query } = context
    if (!isStaff(reader)) return undefined
    const prefix = [reader.member, String(query['kind'])]
    return readPage(context, ASKED, prefix, ({ id: [time = '', owner = '', local = ''], value }) => ({
      ref: `${owner}:${local}`,
      ...value,
      at: Number(time),
    }))
  },
})

const rules = defineOldRead({
  path: '/rules',
  summary: 'Rules of a payer: its staff all, staff of a facility those for its claims.',
  query: Fields({ payer: LocalId }),
  answer: RuleAnswer,
  list: true,
  patientData: false,
  run(context) {
    const { reader } = context
    const payer = String(context.query['payer'])
    const isOwn = isStaffOf(reader, payer)
    const isProvider = isStaff(reader) && hasMemberRole(reader.memberRoles, FACILITY_ROLES)
    if (!isOwn && !isProvider) return undefined
    return readPage(context, RULES, [payer], ({ id: [local = ''], value }) =>
      isOwn || isRuleFor(value, reader.member) ? showRule(context, payer, local, value) : undefined,
    )
  },
})

export const askReads = [eligibility, preauthorisation, asked, rules]
