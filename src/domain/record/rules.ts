/**
 * Rules about records: commitments to what a facility, or a patient, keeps about a patient. Nothing is
 * overwritten: an amendment is one more version. Who may open a content is a matter of consent and access.
 */
import Type from 'typebox'
import { CONTENT_BYTES_MAX } from '../../base/index.ts'
import type { Actor, Party, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { RECORD_KINDS } from '../record-kinds.ts'
import { MEMBER } from '../roles.ts'
import { Count, Fields, Hash, LocalId, OneOf, Subject, Time } from '../schema.ts'
import { requireBytes, takeQuota } from './quota.ts'
import {
  CONTENTS,
  findLatestRow,
  putLatestRow,
  RECORDS,
  type RecordRow,
  VERSION_MAX,
  VERSIONS,
  type VersionRow,
  versionKey,
} from './state.ts'

/** Who at a facility writes records. */
const AUTHOR_ROLES = [MEMBER, 'doctor', 'nurse', 'pharmacist']

const content = { contentHash: Hash, vaultHash: Type.Optional(Hash) }
const ownContent = { ...content, bytes: Type.Optional(Count(1, CONTENT_BYTES_MAX)) }
const newRecord = {
  recordId: LocalId,
  subject: Subject,
  kind: OneOf(RECORD_KINDS),
  ...content,
  encounterAt: Time,
  caseRef: Type.Optional(LocalId),
}
const ownRecord = Fields({ ...newRecord, ...ownContent })

interface Content {
  readonly contentHash: string
  readonly vaultHash?: string
  readonly bytes?: number
}
type NewRecord = Content & Type.Static<typeof ownRecord>

/** Patient and owner: who a transaction about a record concerns. */
export const concerned = (subject: string, signer: Actor): readonly Party[] => [
  { subject },
  signer.role === 'patient' ? { actor: signer.actor } : { member: signer.member },
]

export const anchor = defineVerb({
  summary: 'A facility commits to a record about one of its patients.',
  signers: 'doctor, nurse, pharmacist or key of the facility that made the subject',
  payload: Fields(newRecord),
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
  signers: 'a patient that acts for the subject',
  payload: ownRecord,
  parties: ({ subject }, signer) => concerned(subject, signer),
  rule(context) {
    const { payload, signer } = context
    if (!context.port('identity.actsFor')(signer, payload.subject)) {
      context.refuse('record.not-yours', { field: '/payload/subject' })
    }
    requireBytes(context, true)
    putNewRecord(context, signer.actor)
    takeOwnBytes(context, signer.actor)
  },
})

export const amend = defineVerb({
  summary: 'Adds a version to a record, by its owner; the versions before stay.',
  signers: 'an author of the owner facility; the patient for its own imports',
  payload: Fields({
    recordId: LocalId,
    subject: Subject,
    supersedes: Count(1, VERSION_MAX - 1),
    ...ownContent,
  }),
  parties: ({ subject }, signer) => concerned(subject, signer),
  rule(context) {
    const { payload, signer, state } = context
    const owner = requireOwner(context)
    requireBytes(context, signer.role === 'patient')
    const row = RECORDS.get(state, owner, payload.recordId)
    if (row?.subject !== payload.subject) {
      return context.refuse('record.unknown', { field: '/payload/recordId' })
    }
    if (row.erasure !== undefined) context.refuse('record.erased', { field: '/payload/recordId' })
    if (row.version !== payload.supersedes) {
      context.refuse('record.not-latest', { field: '/payload/supersedes' })
    }
    const bytes = (row.bytes ?? 0) + (payload.bytes ?? 0)
    const next = {
      ...row,
      ...(bytes > 0 && { bytes }),
      latest: versionOf(context),
      version: row.version + 1,
    }
    takeContent(context, owner)
    VERSIONS.put(state, row.latest, owner, payload.recordId, versionKey(row.version))
    RECORDS.put(state, next, owner, payload.recordId)
    takeOwnBytes(context, owner)
  },
})

/** Counts what the payload puts into the vault, where the owner has a quota. */
function takeOwnBytes(context: RuleContext<Content>, owner: string): void {
  if (context.payload.bytes !== undefined) takeQuota(context, owner, context.payload.bytes)
}

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
  const { recordId, subject, kind, encounterAt, caseRef, bytes } = payload
  if (RECORDS.has(state, owner, recordId)) context.refuse('record.exists', { field: '/payload/recordId' })
  if (encounterAt > time + context.parameter('futureSecondsMax')) {
    context.refuse('record.in-future', { field: '/payload/encounterAt' })
  }
  takeContent(context, owner)
  const late = time - encounterAt > context.parameter('lateAfterSeconds')
  const row: RecordRow = {
    anchoredAt: time,
    ...(bytes !== undefined && { bytes }),
    ...(caseRef !== undefined && { caseRef }),
    encounterAt,
    kind,
    late,
    latest: versionOf(context),
    subject,
    version: 1,
  }
  RECORDS.put(state, row, owner, recordId)
}

/** A content in the vault belongs to one record, all versions of it: erasing another must not destroy it. */
function takeContent(
  { payload, state, refuse }: RuleContext<Content & { readonly recordId: string }>,
  owner: string,
): void {
  const { recordId, vaultHash } = payload
  if (vaultHash === undefined) return
  const named = CONTENTS.get(state, owner, vaultHash)
  if (named === undefined) CONTENTS.put(state, { recordId }, owner, vaultHash)
  else if (named.recordId !== recordId) refuse('record.content-named', { field: '/payload/vaultHash' })
}

/** The version that the payload commits to. */
function versionOf({ payload, signer, time }: RuleContext<Content>): VersionRow {
  const { bytes, contentHash, vaultHash } = payload
  return {
    at: time,
    by: signer.actor,
    ...(bytes !== undefined && { bytes }),
    contentHash,
    ...(vaultHash !== undefined && { vaultHash }),
  }
}

/** Remembers the latest record of its kind that a facility anchored: what need not be examined again. */
function putLatest(context: RuleContext<NewRecord>, record: string): void {
  const { subject, kind, encounterAt } = context.payload
  const before = findLatestRow(context.state, subject, kind)
  if (before !== undefined && before.encounterAt > encounterAt) return
  putLatestRow(context.state, { encounterAt, record }, subject, kind)
}
