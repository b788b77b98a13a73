/**
 * Rules about licences: a licensing body says who may practise, until when, and takes it back. What it decides
 * holds from the next leaf on, wherever the port `credential.isSuspended` is asked.
 */
import { memberOf } from '../../protocol/index.ts'
import type { RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { hasMemberRole, isDesk } from '../roles.ts'
import { Fields, LocalId, OneOf, PersonId, Time } from '../schema.ts'
import { splitReference } from '../table.ts'
import { LICENCES, type LicenceRow, PROFESSIONS } from './state.ts'

const named = { licenceId: LocalId, practitioner: PersonId }

type Named = RuleContext<{ readonly licenceId: string; readonly practitioner: string }>

/** The practitioner, the member it works for, and the licensing body. */
const parties = (
  { practitioner }: { readonly practitioner: string },
  signer: { readonly member: string },
) => [{ actor: practitioner }, { member: memberOf(practitioner) }, { member: signer.member }]

export const issue = defineVerb({
  summary: 'A licensing body issues a licence to a doctor, pharmacist or nurse.',
  signers: 'licensing-body: key, employee',
  payload: Fields({ ...named, profession: OneOf(PROFESSIONS), validFrom: Time, validUntil: Time }),
  privatePart: 'required',
  parties,
  rule(context) {
    const { payload, signer, state, time } = context
    const { licenceId, ...licence } = payload
    requireLicensingBody(context)
    const person = context.port('identity.actor')(payload.practitioner)
    if (person?.role !== payload.profession) {
      context.refuse('credential.practitioner-unfit', { field: '/payload/practitioner' })
    }
    if (LICENCES.has(state, signer.member, licenceId)) {
      context.refuse('credential.exists', { field: '/payload/licenceId' })
    }
    requirePeriod(context, payload.validFrom, payload.validUntil)
    const practitioner = splitReference(payload.practitioner)
    const limit = context.parameter('licencesMax')
    if (LICENCES.indexes.ofPractitioner.list(state, practitioner, { limit }).length === limit) {
      context.refuse('credential.licences-full', { field: '/payload/practitioner' })
    }
    LICENCES.put(state, { ...licence, issuedAt: time }, signer.member, licenceId)
  },
})

export const renew = defineVerb({
  summary: 'Lets a licence last longer. One that had expired is in force from now on; a suspension stays.',
  signers: 'the body that issued',
  payload: Fields({ ...named, validUntil: Time }),
  privatePart: 'optional',
  parties,
  rule(context) {
    const { time, payload } = context
    const row = requireLicence(context)
    const validFrom = time < row.validUntil ? row.validFrom : time
    if (payload.validUntil <= row.validUntil) {
      context.refuse('credential.period', { field: '/payload/validUntil' })
    }
    requirePeriod(context, Math.max(time, validFrom), payload.validUntil)
    put(context, { ...row, validFrom, validUntil: payload.validUntil, renewedAt: time })
  },
})

export const suspend = defineVerb({
  summary: 'Suspends a licence; the reason is in the private part.',
  signers: 'the body that issued',
  payload: Fields(named),
  privatePart: 'required',
  parties,
  rule(context) {
    const row = requireLicence(context)
    if (row.suspension !== undefined) {
      context.refuse('credential.suspended', { field: '/payload/licenceId' })
    }
    put(context, { ...row, suspension: { by: context.signer.actor, at: context.time } })
  },
})

export const restore = defineVerb({
  summary: 'Lifts the suspension of a licence.',
  signers: 'the body that issued',
  payload: Fields(named),
  privatePart: 'optional',
  parties,
  rule(context) {
    const { suspension, ...row } = requireLicence(context)
    if (suspension === undefined) {
      context.refuse('credential.not-suspended', { field: '/payload/licenceId' })
    }
    put(context, row)
  },
})

export const lapse = defineVerb({
  summary: 'Ends a licence for good: given up, withdrawn, or the holder is gone. A return takes a new one.',
  signers: 'the body that issued',
  payload: Fields(named),
  privatePart: 'optional',
  parties,
  rule(context) {
    const row = requireLicence(context)
    put(context, { ...row, lapse: { by: context.signer.actor, at: context.time } })
  },
})

function requireLicensingBody(context: Named): void {
  const { signer } = context
  if (!isDesk(signer) || !hasMemberRole(signer.memberRoles, ['licensing-body'])) {
    context.refuse('credential.role')
  }
}

/** The body's licence of this person, where it has not lapsed. */
function requireLicence(context: Named): LicenceRow {
  requireLicensingBody(context)
  const { licenceId, practitioner } = context.payload
  const row = LICENCES.get(context.state, context.signer.member, licenceId)
  if (row?.practitioner !== practitioner) {
    return context.refuse('credential.unknown', { field: '/payload/licenceId' })
  }
  if (row.lapse !== undefined) context.refuse('credential.lapsed', { field: '/payload/licenceId' })
  return row
}

function requirePeriod(context: Named, from: number, until: number): void {
  const isSound = from < until && until > context.time
  if (!isSound || until - from > context.parameter('validitySecondsMax')) {
    context.refuse('credential.period', { field: '/payload/validUntil' })
  }
}

const put = ({ state, signer, payload }: Named, row: LicenceRow): void =>
  LICENCES.put(state, row, signer.member, payload.licenceId)
