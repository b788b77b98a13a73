/**
 * What may be asked of credential. Licences are public among those enrolled: whoever is treated, hires or
 * checks may know who may practise. What a verification found is for its attester, its buyers and the
 * practitioner; that it is on offer, for every member.
 */
import Type from 'typebox'
import type { Context } from '../contract.ts'
import { defineOldRead } from '../define.ts'
import { hasMemberRole, isStaff, isStaffOf } from '../roles.ts'
import { ActorId, Amount, Fields, Hash, LocalId, Name, PersonId, Reference, Time } from '../schema.ts'
import { readPage, splitReference } from '../table.ts'
import {
  BOUGHT,
  isBorneOut,
  isCurrent,
  isSuspended,
  LICENCES,
  type LicenceRow,
  licenceState,
  licencesOf,
  OF_PRACTITIONER,
  OFFERS,
  PROFESSIONS,
  PURCHASES,
  VERIFICATIONS,
  VERIFICATIONS_OF,
  type VerificationRow,
} from './state.ts'

const LicenceAnswer = Fields({
  ref: Reference,
  body: LocalId,
  practitioner: ActorId,
  profession: Name,
  validFrom: Time,
  validUntil: Time,
  issuedAt: Time,
  renewedAt: Type.Optional(Time),
  suspendedAt: Type.Optional(Time),
  lapsedAt: Type.Optional(Time),
  state: Name,
})

/** Without who decided it: the licensing body speaks as one. */
function showLicence(context: Context, ref: string, row: LicenceRow) {
  const { suspension, lapse, ...shown } = row
  return {
    ref,
    body: splitReference(ref)[0],
    ...shown,
    ...(suspension !== undefined && { suspendedAt: suspension.at }),
    ...(lapse !== undefined && { lapsedAt: lapse.at }),
    state: licenceState(row, context.time),
  }
}

const VerificationAnswer = Fields({
  ref: Reference,
  attester: LocalId,
  practitioner: ActorId,
  element: Name,
  licence: Type.Optional(Reference),
  confirmed: Type.Boolean(),
  checkedAt: Time,
  attestedAt: Time,
  by: ActorId,
  evidence: Hash,
  currentUntil: Time,
  current: Type.Boolean(),
  borneOut: Type.Boolean(),
  price: Type.Optional(Amount),
})

function showVerification(
  context: Context,
  [attester, local]: readonly [string, string],
  row: VerificationRow,
) {
  const offer = OFFERS.get(context.state, ...splitReference(row.practitioner), attester, local)
  return {
    ref: `${attester}:${local}`,
    attester,
    ...row,
    currentUntil: row.checkedAt + context.parameter('verificationSeconds'),
    current: isCurrent(context, row),
    borneOut: isBorneOut(context, row),
    ...(offer !== undefined && { price: offer.price }),
  }
}

/** The verification behind an index row, whose id ends in attester and local id. */
function showIndexed(context: Context, id: readonly string[]) {
  const [attester = '', local = ''] = id.slice(-2)
  const row = VERIFICATIONS.get(context.state, attester, local)!
  return showVerification(context, [attester, local], row)
}

const practitioner = defineOldRead({
  path: '/practitioners/:practitioner',
  summary: 'Whether a person may practise, with every licence: any enrolled reader.',
  query: Fields({ practitioner: PersonId }),
  answer: Fields({
    practitioner: ActorId,
    member: LocalId,
    profession: Name,
    active: Type.Boolean(),
    suspended: Type.Boolean(),
    licences: Type.Array(LicenceAnswer),
  }),
  list: false,
  patientData: false,
  run(context) {
    const id = String(context.query.practitioner)
    const person = context.port('identity.actor')(id)
    if (person === undefined || !(PROFESSIONS as readonly string[]).includes(person.role)) return undefined
    return {
      practitioner: id,
      member: person.member,
      profession: person.role,
      active: person.active,
      suspended: isSuspended(context, id),
      licences: licencesOf(context, id).map(({ ref, row }) => showLicence(context, ref, row)),
    }
  },
})

const licence = defineOldRead({
  path: '/licences/:ref',
  summary: 'One licence: any enrolled reader.',
  query: Fields({ ref: Reference }),
  answer: LicenceAnswer,
  list: false,
  patientData: false,
  run(context) {
    const ref = String(context.query.ref)
    const row = LICENCES.get(context.state, ...splitReference(ref))
    return row && showLicence(context, ref, row)
  },
})

const issued = defineOldRead({
  path: '/issued',
  summary: "Licences that the reader's licensing body issued: its staff.",
  query: Fields({}),
  answer: LicenceAnswer,
  list: true,
  patientData: false,
  run(context) {
    const { reader } = context
    if (!isStaff(reader) || !hasMemberRole(reader.memberRoles, ['licensing-body'])) return undefined
    return readPage(context, LICENCES, [reader.member], ({ id: [local = ''], value }) =>
      showLicence(context, `${reader.member}:${local}`, value),
    )
  },
})

const staff = defineOldRead({
  path: '/staff',
  summary: "Licences of the people of the reader's member, person by person: its staff.",
  query: Fields({}),
  answer: LicenceAnswer,
  list: true,
  patientData: false,
  run(context) {
    const { reader } = context
    if (!isStaff(reader)) return undefined
    return readPage(context, OF_PRACTITIONER, [reader.member], ({ id: [, body = '', local = ''] }) =>
      showLicence(context, `${body}:${local}`, LICENCES.get(context.state, body, local)!),
    )
  },
})

const verification = defineOldRead({
  path: '/verifications/:ref',
  summary: 'What a check found: staff of its attester and of its buyers, and the practitioner.',
  query: Fields({ ref: Reference }),
  answer: VerificationAnswer,
  list: false,
  patientData: false,
  run(context) {
    const { reader, state } = context
    const id = splitReference(String(context.query.ref))
    const row = VERIFICATIONS.get(state, ...id)
    if (row === undefined) return undefined
    const isBuyer = isStaff(reader) && BOUGHT.has(state, reader.member, ...id)
    const maySee = isBuyer || isStaffOf(reader, id[0]) || reader.actor === row.practitioner
    return maySee ? showVerification(context, id, row) : undefined
  },
})

const attested = defineOldRead({
  path: '/attested',
  summary: "Verifications that the reader's member attested: its staff.",
  query: Fields({}),
  answer: VerificationAnswer,
  list: true,
  patientData: false,
  run(context) {
    const { reader } = context
    if (!isStaff(reader)) return undefined
    return readPage(context, VERIFICATIONS, [reader.member], ({ id: [local = ''], value }) =>
      showVerification(context, [reader.member, local], value),
    )
  },
})

const aboutMe = defineOldRead({
  path: '/about-me',
  summary: 'Everything that was attested about the reader, by whomever: the practitioner.',
  query: Fields({}),
  answer: VerificationAnswer,
  list: true,
  patientData: false,
  run(context) {
    const { actor, role } = context.reader
    if (!(PROFESSIONS as readonly string[]).includes(role)) return undefined
    return readPage(context, VERIFICATIONS_OF, splitReference(actor), ({ id }) => showIndexed(context, id))
  },
})

const offers = defineOldRead({
  path: '/offers',
  summary: 'Verifications on offer, of one practitioner or of all; not what they found: staff of any member.',
  query: Fields({ practitioner: Type.Optional(PersonId) }),
  answer: Fields({
    verification: Reference,
    seller: LocalId,
    practitioner: ActorId,
    element: Name,
    checkedAt: Time,
    currentUntil: Time,
    price: Amount,
    offeredAt: Time,
  }),
  list: true,
  patientData: false,
  run(context) {
    const { reader, query, state } = context
    if (!isStaff(reader)) return undefined
    const prefix = query.practitioner === undefined ? [] : splitReference(String(query.practitioner))
    return readPage(context, OFFERS, prefix, ({ id, value }) => {
      const [seller = '', local = ''] = id.slice(-2)
      const row = VERIFICATIONS.get(state, seller, local)!
      if (!isCurrent(context, row) || !isBorneOut(context, row)) return undefined
      const { practitioner: about, element, checkedAt } = row
      return {
        verification: `${seller}:${local}`,
        seller,
        practitioner: about,
        element,
        checkedAt,
        currentUntil: checkedAt + context.parameter('verificationSeconds'),
        price: value.price,
        offeredAt: value.at,
      }
    })
  },
})

const purchases = defineOldRead({
  path: '/purchases',
  summary: "Verifications that the reader's member bought, with what they found: its staff.",
  query: Fields({}),
  answer: VerificationAnswer,
  list: true,
  patientData: false,
  run(context) {
    const { reader } = context
    if (!isStaff(reader)) return undefined
    return readPage(context, BOUGHT, [reader.member], ({ id }) => showIndexed(context, id))
  },
})

const sales = defineOldRead({
  path: '/sales',
  summary:
    "Who bought the verifications of the reader's member, and whether the evidence went out: its staff.",
  query: Fields({}),
  answer: Fields({
    verification: Reference,
    buyer: LocalId,
    price: Amount,
    by: ActorId,
    at: Time,
    deliveredAt: Type.Optional(Time),
  }),
  list: true,
  patientData: false,
  run(context) {
    const { reader } = context
    if (!isStaff(reader)) return undefined
    return readPage(context, PURCHASES, [reader.member], ({ id: [local = '', buyer = ''], value }) => ({
      verification: `${reader.member}:${local}`,
      buyer,
      ...value,
    }))
  },
})

export const reads = [
  practitioner,
  licence,
  issued,
  staff,
  verification,
  attested,
  aboutMe,
  offers,
  purchases,
  sales,
]
