/**
 * What may be asked of claims: provider and payer their own, by state; the patient all of its own; each of them one claim
 * with its history. `case-file.ts` has what a payer sees of a case, `asks-reads.ts` questions and rules.
 */
import type { Json } from '../../protocol/index.ts'
import type { ReadContext } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { isStaff, isStaffOf } from '../roles.ts'
import { Fields, OneOf, Reference, Subject } from '../schema.ts'
import { readMergedPage, readPage } from '../table.ts'
import { ClaimAnswer, findClaim, showClaim } from './answers.ts'
import { askReads } from './asks-reads.ts'
import { caseFile, check } from './case-file.ts'
import { CLAIM_STATES, CLAIMS, OF_PAYER, OF_PROVIDER, OF_SUBJECT } from './state.ts'

/** The claim behind an index row, whose id ends in provider and local id. */
function showIndexed(context: ReadContext, id: readonly string[]) {
  const [provider = '', local = ''] = id.slice(-2)
  return showClaim(context, provider, local, CLAIMS.get(context.state, provider, local)!)
}

/** The claim named, for its two sides and its patient. */
function readClaim(context: ReadContext): ReturnType<typeof showClaim> | undefined {
  const found = findClaim(context, String(context.query['ref']))
  if (found === undefined) return undefined
  const { provider, local, row } = found
  const { reader } = context
  const maySee =
    isStaffOf(reader, provider) ||
    isStaffOf(reader, row.payer) ||
    context.port('identity.actsFor')(reader, row.subject)
  return maySee ? showClaim(context, provider, local, row) : undefined
}

const one = {
  query: Fields({ ref: Reference }),
  answer: ClaimAnswer,
  list: false,
  patientData: true,
} as const
const many = { answer: ClaimAnswer, list: true, patientData: true } as const
const byState = Fields({ state: OneOf(CLAIM_STATES) })

const claim = defineOldRead({
  ...one,
  path: '/claims/:ref',
  summary: 'One claim with its whole history: staff of provider and payer, those who act for the patient.',
  run: (context): Json | undefined => readClaim(context),
})

const response = defineOldRead({
  ...one,
  path: '/responses/:ref',
  summary: "The same once the payer has done something with it: as FHIR, the payer's ClaimResponse.",
  run(context): Json | undefined {
    const found = readClaim(context)
    const hasAnswered = found?.history.some(({ verb }) => !['submit', 'withdraw'].includes(verb))
    return hasAnswered ? found : undefined
  },
})

const explanation = defineOldRead({
  ...one,
  path: '/explanations/:ref',
  summary: 'The same: as FHIR, the ExplanationOfBenefit for the patient.',
  run: (context): Json | undefined => readClaim(context),
})

const claims = defineOldRead({
  ...many,
  path: '/claims',
  summary: 'Claims about a subject and all that are joined to it, by time: those who act for it.',
  query: Fields({ subject: Subject }),
  run(context) {
    const subject = String(context.query['subject'])
    if (!context.port('identity.actsFor')(context.reader, subject)) return undefined
    const prefixes = context
      .port('identity.joinedSubjects')(subject)
      .map((joined) => [joined])
    return readMergedPage(context, OF_SUBJECT, prefixes, ({ id }) => showIndexed(context, id))
  },
})

const received = defineOldRead({
  ...many,
  path: '/received',
  summary: "Claims to the reader's member in a state, the one longest in it first: its staff.",
  query: byState,
  run(context) {
    const { reader, query } = context
    if (!isStaff(reader)) return undefined
    const prefix = [reader.member, String(query['state'])]
    return readPage(context, OF_PAYER, prefix, ({ id }) => showIndexed(context, id))
  },
})

const sent = defineOldRead({
  ...many,
  path: '/sent',
  summary: "Claims of the reader's member in a state, the one longest in it first: its staff.",
  query: byState,
  run(context) {
    const { reader, query } = context
    if (!isStaff(reader)) return undefined
    const prefix = [reader.member, String(query['state'])]
    return readPage(context, OF_PROVIDER, prefix, ({ id }) => showIndexed(context, id))
  },
})

export const reads = [claim, response, explanation, claims, received, sent, caseFile, check, ...askReads]
