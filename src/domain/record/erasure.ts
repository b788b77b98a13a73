/**
 * Erasing a record: its content is destroyed, off the ledger, by every node that sees this transaction;
 * commitment, versions and the erasure itself stay. A facility must keep what the law makes it keep, so it
 * says why it erases.
 */
import { defineVerb } from '../define.ts'
import { MEMBER } from '../roles.ts'
import { Fields, LocalId, OneOf, Subject } from '../schema.ts'
import { giveQuota } from './quota.ts'
import { concerned } from './rules.ts'
import { ERASE_REASONS, RECORDS } from './state.ts'

export const erase = defineVerb({
  summary:
    "Destroys a record's content: a patient what it imported, a facility its own, by its key and with a reason.",
  signers: 'the key of the owner facility; the patient for its own imports',
  payload: Fields({ recordId: LocalId, subject: Subject, reason: OneOf(ERASE_REASONS) }),
  parties: ({ subject }, signer) => concerned(subject, signer),
  task: 'erasure',
  rule(context) {
    const { payload, signer, state, time } = context
    const isPatient = signer.role === 'patient'
    if (!isPatient && signer.role !== MEMBER) context.refuse('record.role')
    const owner = isPatient ? signer.actor : signer.member
    const row = RECORDS.get(state, owner, payload.recordId)
    if (row?.subject !== payload.subject) {
      return context.refuse('record.unknown', { field: '/payload/recordId' })
    }
    if (row.erasure !== undefined) context.refuse('record.erased', { field: '/payload/recordId' })
    if (isPatient !== (payload.reason === 'own')) {
      context.refuse('record.erase-reason', { field: '/payload/reason' })
    }
    const keepUntil = row.encounterAt + context.parameter('retentionSeconds')
    if (payload.reason === 'retention-over' && time < keepUntil) {
      context.refuse('record.retention', { field: '/payload/reason' })
    }
    const erasure = { reason: payload.reason, by: signer.actor, at: time }
    if (row.bytes !== undefined) giveQuota(context, owner, row.bytes)
    RECORDS.put(state, { ...row, erasure }, owner, payload.recordId)
  },
})
