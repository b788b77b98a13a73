/**
 * Rules about breaking the glass: in an emergency a doctor opens a record of its own hospital with the
 * hospital's break-glass key, without a consent. Patient and supervisor see it at once; who opened has to say
 * why.
 */
import { defineVerb } from '../define.ts'
import { hasMemberRole, MEMBER } from '../roles.ts'
import { Fields, LocalId, Reference, Subject } from '../schema.ts'
import { splitReference } from '../table.ts'
import { partiesOf, requireNewAccess, withContent } from './opening.ts'
import { ACCESSES, isJustifiable } from './state.ts'

export const breakGlass = defineVerb({
  summary: "An emergency doctor opens a record of its hospital with the hospital's break-glass key.",
  signers: 'a doctor of the hospital that owns the record',
  payload: Fields({ accessId: LocalId, subject: Subject, record: Reference, supervisor: LocalId }),
  parties: (payload, signer) => [...partiesOf(payload, signer), { member: payload.supervisor }],
  rule(context) {
    const { payload, signer, state, time } = context
    const { accessId, subject, record: reference, supervisor } = payload
    if (signer.role !== 'doctor' || !hasMemberRole(signer.memberRoles, ['hospital'])) {
      context.refuse('access.role')
    }
    requireNewAccess(context)
    const record = context.port('record.find')(reference)
    if (record?.subject !== subject || record.owner !== signer.member) {
      return context.refuse('access.record-unfit', { field: '/payload/record' })
    }
    if (record.erased) context.refuse('access.erased', { field: '/payload/record' })
    const watcher = context.port('identity.member')(supervisor)
    if (!watcher?.active || !hasMemberRole(watcher.roles, ['health-commission'])) {
      context.refuse('access.supervisor-unfit', { field: '/payload/supervisor' })
    }
    const row = withContent({ subject, record: reference, supervisor, openedAt: time }, record)
    ACCESSES.put(state, row, signer.actor, accessId)
  },
})

export const justify = defineVerb({
  summary: 'Says why the glass was broken, in the private part: the doctor, or its hospital.',
  signers: "that doctor, or its hospital's key",
  payload: Fields({ access: Reference, subject: Subject, supervisor: LocalId }),
  privatePart: 'required',
  parties: ({ subject, supervisor }, signer) => [
    { subject },
    { member: supervisor },
    { member: signer.member },
  ],
  rule(context) {
    const { payload, signer, state, time } = context
    const id = splitReference(payload.access)
    const isHospital = signer.role === MEMBER && id[0].startsWith(`${signer.member}:`)
    const row = id[0] === signer.actor || isHospital ? ACCESSES.get(state, ...id) : undefined
    const isThis = row?.subject === payload.subject && row.supervisor === payload.supervisor
    if (!isThis || row.openedAt === undefined) {
      return context.refuse('access.unknown', { field: '/payload/access' })
    }
    if (row.justification !== undefined) context.refuse('access.justified', { field: '/payload/access' })
    const late = !isJustifiable(context, row.openedAt)
    ACCESSES.put(state, { ...row, justification: { by: signer.actor, at: time, late } }, ...id)
  },
})
