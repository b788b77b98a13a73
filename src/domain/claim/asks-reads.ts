/** What may be asked about eligibility, preauthorisations and the rules of payers. */
import { defineList, defineRead } from '../define.ts'
import { readPage } from '../page.ts'
import { actsFor, anyOf, authority, only, staff, staffOf } from '../rights.ts'
import { FACILITY_ROLES } from '../roles.ts'
import { Fields, LocalId, OneOf, pick, Reference } from '../schema.ts'
import { RuleAnswer, showRule } from './answers.ts'
import { isRuleFor } from './automatic.ts'
import {
  ASKED_KINDS,
  ELIGIBILITIES,
  EligibilityRow,
  PREAUTHORISATIONS,
  PreauthorisationRow,
  RULES,
  type RuleRow,
} from './state.ts'

/** Provider, payer and patient see a question and its answer. */
const concerned = anyOf(staffOf('provider'), staffOf('payer'), actsFor('subject'))

const eligibility = defineRead({
  path: '/eligibilities/:ref',
  summary: 'Whether a payer insures a patient.',
  query: Fields({ ref: Reference }),
  answer: Fields({ ref: Reference, ...EligibilityRow.properties }),
  patientData: true,
  find: ({ state, query }) => ELIGIBILITIES.find(state, query.ref),
  for: concerned,
  show: ({ provider: _provider, local: _local, ...shown }) => shown,
})

const preauthorisation = defineRead({
  path: '/preauthorisations/:ref',
  summary: 'What a payer promised before the care.',
  query: Fields({ ref: Reference }),
  answer: Fields({ ref: Reference, ...PreauthorisationRow.properties }),
  patientData: true,
  find: ({ state, query }) => PREAUTHORISATIONS.find(state, query.ref),
  for: concerned,
  show: ({ provider: _provider, local: _local, ...shown }) => shown,
})

const asked = defineList({
  path: '/asked',
  summary: "Questions that the reader's member has not answered yet, the oldest first.",
  query: Fields({ kind: OneOf(ASKED_KINDS) }),
  answer: Fields({ ref: Reference, ...pick(EligibilityRow, 'subject', 'at') }),
  patientData: true,
  for: staff,
  page(context) {
    const { reader, query, state } = context
    const { asked: index } = (query.kind === 'eligibility' ? ELIGIBILITIES : PREAUTHORISATIONS).indexes
    const prefix = [reader.member, query.kind]
    return readPage(context, index, prefix, ({ id }) => {
      const { provider, local, subject, at } = index.at(state, [...prefix, ...id])
      return { ref: `${provider}:${local}`, subject, at }
    })
  },
})

const rules = defineList({
  path: '/rules',
  summary: 'Rules of a payer.',
  query: Fields({ payer: LocalId }),
  answer: RuleAnswer,
  patientData: false,
  for: anyOf(staffOf('payer'), authority(...FACILITY_ROLES)),
  over: RULES,
  under: ({ query }) => [query.payer],
  each: anyOf(
    staffOf('payer'),
    only('a facility those for its claims', ({ reader }, rule: RuleRow) => isRuleFor(rule, reader.member)),
  ),
  show: showRule,
})

export const askReads = [eligibility, preauthorisation, asked, rules]
