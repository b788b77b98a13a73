/**
 * Rules about records: commitments to what a facility, or a patient, keeps about a patient. Nothing is
 * overwritten: an amendment is one more version. Who may open a content is a matter of consent and access.
 */
import Type from 'typebox'
import type { Actor, Party, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { RECORD_KINDS } from '../record-kinds.ts'
import { MEMBER } from '../roles.ts'
import { Count, Fields, Hash, LocalId, OneOf, Subject, Time } from '../schema.ts'
import { LATEST, OF_SUBJECT, RECORDS, type RecordRow, VERSION_MAX, VERSIONS, versionKey } from './state.ts'

/** Who at a facility writes records. */
const AUTHOR_ROLES = [MEMBER, 'doctor', 'nurse', 'pharmacist']

const content = { contentHash: Hash, vaultHash: Type.Optional(Hash) }
const newRecord = Fields({
  recordId: LocalId,
  subject: Subject,
  kind: OneOf(RECORD_KINDS),
  ...content,
  encounterAt: Time,
  caseRef: Type.Optional(LocalId),
})

interface Content {
  readonly contentHash: string
  readonly vaultHash?: string
}
type NewRecord = Content & Type.Static<typeof newRecord>

/** Patient and owner: who a transaction about a record concerns. */
export const concerned = (subject: string, signer: Actor): readonly Party[] => [
  { subject },
  signer.role === 'patient' ? { actor: signer.actor } : { member: signer.member },
]

export const anchor = defineVerb({
  summary: 'A facility commits to a record about one of its patients.',
  payload: newRecord,
  parties: ({ subject }, signer) => concerned(subject, signer),
  rule(context) {
    const { payload, signer } = context
    requireAuthor(context)
    if (context.port('identity.facilityOf')(payload.subject) !== signer.member) {
      context.refuse('record.not-facility', { field: '/payload/subject' })
    }
    putNewRecord(context, signer.member)
    putLatest(context, `${signer.member}:${payload.recordId}`)
  },
})

export const importRecord = defineVerb({
  summary: 'A patient commits to a record it holds itself.',
  payload: newRecord,
  parties: ({ subject }, signer) => concerned(subject, signer),
  rule(context) {
    const { payload, signer } = context
    if (!context.port('identity.actsFor')(signer, payload.subject)) {
      context.refuse('record.not-yours', { field: '/payload/subject' })
    }
    putNewRecord(context, signer.actor)
  },
})

export const amend = defineVerb({
  summary: 'Adds a version to a record, by its owner; the versions before stay.',
  payload: Fields({
    recordId: LocalId,
    subject: Subject,
    supersedes: Count(1, VERSION_MAX - 1),
    ...content,
  }),
  parties: ({ subject }, signer) => concerned(subject, signer),
  rule(context) {
    const { payload, state } = context
    const owner = requireOwner(context)
    const row = RECORDS.get(state, owner, payload.recordId)
    if (row?.subject !== payload.subject) {
      return context.refuse('record.unknown', { field: '/payload/recordId' })
    }
    if (row.erasure !== undefined) context.refuse('record.erased', { field: '/payload/recordId' })
    if (row.version !== payload.supersedes) {
      context.refuse('record.not-latest', { field: '/payload/supersedes' })
    }
    const version = row.version + 1
    RECORDS.put(state, { ...row, version }, owner, payload.recordId)
    putVersion(context, owner, payload.recordId, version)
  },
})

function requireAuthor(context: RuleContext<unknown>): void {
  if (!AUTHOR_ROLES.includes(context.signer.role)) context.refuse('record.role')
}

/** Whose records the signer writes: a patient its own, an author those of its member. */
function requireOwner(context: RuleContext<unknown>): string {
  const { signer } = context
  if (signer.role === 'patient') return signer.actor
  requireAuthor(context)
  return signer.member
}

function putNewRecord(context: RuleContext<NewRecord>, owner: string): void {
  const { payload, state, time } = context
  const { recordId, subject, kind, encounterAt, caseRef } = payload
  if (RECORDS.has(state, owner, recordId)) context.refuse('record.exists', { field: '/payload/recordId' })
  if (encounterAt > time + context.parameter('futureSecondsMax')) {
    context.refuse('record.in-future', { field: '/payload/encounterAt' })
  }
  const late = time - encounterAt > context.parameter('lateAfterSeconds')
  const row: RecordRow = { subject, kind, encounterAt, version: 1, anchoredAt: time, late }
  RECORDS.put(state, caseRef === undefined ? row : { ...row, caseRef }, owner, recordId)
  OF_SUBJECT.put(state, { kind, encounterAt }, subject, owner, recordId)
  putVersion(context, owner, recordId, 1)
}

function putVersion(context: RuleContext<Content>, owner: string, recordId: string, version: number): void {
  const { contentHash, vaultHash } = context.payload
  const row = { contentHash, by: context.signer.actor, at: context.time }
  const stored = vaultHash === undefined ? row : { ...row, vaultHash }
  VERSIONS.put(context.state, stored, owner, recordId, versionKey(version))
}

/** Remembers the latest record of its kind that a facility anchored: what need not be examined again. */
function putLatest(context: RuleContext<NewRecord>, record: string): void {
  const { subject, kind, encounterAt } = context.payload
  const before = LATEST.get(context.state, subject, kind)
  if (before !== undefined && before.encounterAt > encounterAt) return
  LATEST.put(context.state, { record, encounterAt }, subject, kind)
}
