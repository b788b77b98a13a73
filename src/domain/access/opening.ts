/**
 * Rules about opening a record under a consent: a notice first, so that the patient knows before; then the
 * opening, once, looked at again when the vault releases the content.
 */
import type { Code } from '../../base/index.ts'
import type { Actor, Context, Party, RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import type { RecordView } from '../ports.ts'
import { PURPOSES, type Purpose } from '../purposes.ts'
import { CLINICIANS, isStaffOf, partyOf } from '../roles.ts'
import { Fields, LocalId, OneOf, Reference, Subject } from '../schema.ts'
import { splitReference } from '../table.ts'
import { ACCESSES, type AccessRow, isNoticeFresh } from './state.ts'

/** Opened at a grantee member by its clinicians only. A consent to a named person needs no such role. */
const CARE: readonly Purpose[] = ['treatment', 'referral']

const payload = Fields({
  accessId: LocalId,
  subject: Subject,
  record: Reference,
  consent: Reference,
  purpose: OneOf(PURPOSES),
})

interface Opening {
  readonly subject: string
  readonly record: string
  readonly consent: string
  readonly purpose: Purpose
}

/** Patient, owner of the record, and who opens. */
export function partiesOf(
  { subject, record }: { readonly subject: string; readonly record: string },
  signer: Actor,
): readonly Party[] {
  const [owner] = splitReference(record)
  return [{ subject }, partyOf(owner), { member: signer.member }]
}

export const notify = defineVerb({
  summary: 'Tells the patient that a record is about to be opened.',
  signers: 'the grantee of a consent',
  payload,
  parties: partiesOf,
  rule(context) {
    const { signer, state, time } = context
    const { accessId, ...opening } = context.payload
    requireNewAccess(context)
    requireCovered(context, opening)
    ACCESSES.put(state, { ...opening, noticeAt: time }, signer.actor, accessId)
  },
})

export const open = defineVerb({
  summary: 'Opens a record after a notice, under a consent that is in force; once.',
  signers: 'the same actor',
  payload,
  parties: partiesOf,
  rule(context) {
    const { signer, state, time } = context
    const { accessId, ...opening } = context.payload
    const row = ACCESSES.get(state, signer.actor, accessId)
    if (row === undefined || !isSameOpening(row, opening) || !isNoticeFresh(context, row)) {
      return context.refuse('access.no-notice', { field: '/payload/accessId' })
    }
    if (row.openedAt !== undefined) context.refuse('access.opened', { field: '/payload/accessId' })
    const record = requireCovered(context, opening)
    ACCESSES.put(state, withContent({ ...row, openedAt: time }, record), signer.actor, accessId)
  },
})

const isSameOpening = (row: AccessRow, { subject, record, consent, purpose }: Opening): boolean =>
  row.subject === subject && row.record === record && row.consent === consent && row.purpose === purpose

/** The address that was opened stands in the row: a later version is another opening. */
export const withContent = (row: AccessRow, { vaultHash }: RecordView): AccessRow =>
  vaultHash === undefined ? row : { ...row, vaultHash }

/** Refuses an id that the signer has used. */
export function requireNewAccess(context: RuleContext<{ readonly accessId: string }>): void {
  if (ACCESSES.has(context.state, context.signer.actor, context.payload.accessId)) {
    context.refuse('access.exists', { field: '/payload/accessId' })
  }
}

function requireCovered(context: RuleContext<Opening>, opening: Opening): RecordView {
  const fault = findOpeningFault(context, context.signer, opening)
  if (fault !== undefined) context.refuse(fault.code, { field: `/payload/${fault.field}` })
  return context.port('record.find')(opening.record)!
}

/** Why this actor may not open this record under this consent now; undefined where it may. */
export function findOpeningFault(
  context: Context,
  actor: Actor,
  opening: Opening,
): { readonly code: Code; readonly field: string } | undefined {
  const consent = context.port('consent.find')(opening.consent)
  const isNamed = consent?.grantee === actor.actor
  const isForMember = consent !== undefined && isStaffOf(actor, consent.grantee)
  // The same answer where there is no such consent, so that nobody learns of others' consents.
  if (consent === undefined || !(isNamed || isForMember) || consent.subject !== opening.subject) {
    return { code: 'access.consent-unfit', field: 'consent' }
  }
  if (!consent.active) return { code: 'access.consent-inactive', field: 'consent' }
  if (consent.purpose !== opening.purpose) return { code: 'access.purpose', field: 'purpose' }
  if (!isNamed && CARE.includes(consent.purpose) && !CLINICIANS.includes(actor.role)) {
    return { code: 'access.role', field: 'purpose' }
  }
  const record = context.port('record.find')(opening.record)
  const isCovered =
    record?.subject === opening.subject &&
    consent.kinds.includes(record.kind) &&
    (consent.caseRef === undefined || consent.caseRef === record.caseRef)
  // One answer, so that a consent for some records tells nothing of the others.
  if (!isCovered) return { code: 'access.record-unfit', field: 'record' }
  return record.erased ? { code: 'access.erased', field: 'record' } : undefined
}
