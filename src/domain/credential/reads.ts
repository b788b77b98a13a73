/**
 * What may be asked of credential. Licences are public among those enrolled: whoever is treated, hires or
 * checks may know who may practise. What a verification found is for its attester, its buyers and the
 * practitioner; that it is on offer, for every member.
 */
import Type from 'typebox'
import type { Context } from '../contract.ts'
import { defineList, defineRead } from '../define.ts'
import { anyOf, authority, everyone, hasRole, only, self, staff, staffOf } from '../rights.ts'
import { isStaff } from '../roles.ts'
import { Fields, LocalId, OneOf, omit, PersonId, pick, Reference, type RowOf, Time } from '../schema.ts'
import { type Entry, splitReference } from '../table.ts'
import {
  isBorneOut,
  isCurrent,
  isProfession,
  isSuspended,
  LICENCE_STATES,
  LICENCES,
  LicenceRow,
  licenceState,
  licencesOf,
  OFFERS,
  PROFESSIONS,
  Price,
  PURCHASES,
  PurchaseRow,
  VERIFICATIONS,
  VerificationRow,
} from './state.ts'

const LicenceAnswer = Fields({
  ref: Reference,
  body: LocalId,
  ...omit(LicenceRow, 'suspension', 'lapse'),
  suspendedAt: Type.Optional(Time),
  lapsedAt: Type.Optional(Time),
  state: OneOf(LICENCE_STATES),
})

/** Without who decided it: the licensing body speaks as one. */
function showLicence(
  row: Entry<['body', 'licenceId'], LicenceRow>,
  context: Context,
): RowOf<typeof LicenceAnswer> {
  const { licenceId, suspension, lapse, ...shown } = row
  return {
    ref: `${row.body}:${licenceId}`,
    ...shown,
    ...(suspension !== undefined && { suspendedAt: suspension.at }),
    ...(lapse !== undefined && { lapsedAt: lapse.at }),
    state: licenceState(row, context.time),
  }
}

const VerificationAnswer = Fields({
  ref: Reference,
  attester: LocalId,
  ...VerificationRow.properties,
  currentUntil: Time,
  current: Type.Boolean(),
  borneOut: Type.Boolean(),
  price: Type.Optional(Price),
})

type Verification = Entry<['attester', 'verificationId'], VerificationRow>

const currentUntil = (context: Context, { checkedAt }: VerificationRow): number =>
  checkedAt + context.parameter('verificationSeconds')

function showVerification(
  { verificationId, ...row }: Verification,
  context: Context,
): RowOf<typeof VerificationAnswer> {
  const { attester, practitioner } = row
  const offer = OFFERS.get(context.state, ...splitReference(practitioner), attester, verificationId)
  return {
    ref: `${attester}:${verificationId}`,
    ...row,
    currentUntil: currentUntil(context, row),
    current: isCurrent(context, row),
    borneOut: isBorneOut(context, row),
    ...(offer !== undefined && { price: offer.price }),
  }
}

const practitioner = defineRead({
  path: '/practitioners/:practitioner',
  summary: 'Whether a person may practise, with every licence.',
  query: Fields({ practitioner: PersonId }),
  answer: Fields({
    practitioner: PersonId,
    member: LocalId,
    profession: OneOf(PROFESSIONS),
    active: Type.Boolean(),
    suspended: Type.Boolean(),
    licences: Type.Array(LicenceAnswer),
  }),
  patientData: false,
  find({ port, query }) {
    const person = port('identity.actor')(query.practitioner)
    if (person === undefined || !isProfession(person.role)) return undefined
    return { member: person.member, profession: person.role, active: person.active }
  },
  for: everyone,
  show: (found, context) => ({
    practitioner: context.query.practitioner,
    ...found,
    suspended: isSuspended(context, context.query.practitioner),
    licences: licencesOf(context, context.query.practitioner).map((row) => showLicence(row, context)),
  }),
})

const ofLicence = { answer: LicenceAnswer, patientData: false } as const

const licence = defineRead({
  ...ofLicence,
  path: '/licences/:ref',
  summary: 'One licence.',
  query: Fields({ ref: Reference }),
  find: ({ state, query }) => LICENCES.find(state, query.ref),
  for: everyone,
  show: ({ ref: _, ...found }, context) => showLicence(found, context),
})

const issued = defineList({
  ...ofLicence,
  path: '/issued',
  summary: "Licences that the reader's licensing body issued.",
  query: Fields({}),
  for: authority('licensing-body'),
  over: LICENCES,
  under: ({ reader }) => [reader.member],
  show: showLicence,
})

const ofStaff = defineList({
  ...ofLicence,
  path: '/staff',
  summary: "Licences of the people of the reader's member, person by person.",
  query: Fields({}),
  for: staff,
  over: LICENCES.indexes.ofPractitioner,
  under: ({ reader }) => [reader.member],
  show: showLicence,
})

const ofVerification = { answer: VerificationAnswer, patientData: false } as const

const verification = defineRead({
  ...ofVerification,
  path: '/verifications/:ref',
  summary: 'What a check found.',
  query: Fields({ ref: Reference }),
  find: ({ state, query }) => VERIFICATIONS.find(state, query.ref),
  for: anyOf(
    staffOf('attester'),
    only(
      'staff of its buyers',
      ({ reader, state }, { attester, verificationId }: Verification) =>
        isStaff(reader) && PURCHASES.has(state, attester, verificationId, reader.member),
    ),
    self('practitioner'),
  ),
  show: ({ ref: _, ...found }, context) => showVerification(found, context),
})

const attested = defineList({
  ...ofVerification,
  path: '/attested',
  summary: "Verifications that the reader's member attested.",
  query: Fields({}),
  for: staff,
  over: VERIFICATIONS,
  under: ({ reader }) => [reader.member],
  show: showVerification,
})

const aboutMe = defineList({
  ...ofVerification,
  path: '/about-me',
  summary: 'Everything that was attested about the reader, by whomever.',
  query: Fields({}),
  for: hasRole(...PROFESSIONS),
  over: VERIFICATIONS.indexes.ofPractitioner,
  under: ({ reader }) => splitReference(reader.actor),
  show: showVerification,
})

const offers = defineList({
  path: '/offers',
  summary: 'Verifications on offer, of one practitioner or of all; not what they found.',
  query: Fields({ practitioner: Type.Optional(PersonId) }),
  answer: Fields({
    verification: Reference,
    seller: LocalId,
    ...pick(VerificationRow, 'practitioner', 'element', 'checkedAt'),
    currentUntil: Time,
    price: Price,
    offeredAt: Time,
  }),
  patientData: false,
  for: staff,
  over: OFFERS,
  under: ({ query }) => (query.practitioner === undefined ? [] : splitReference(query.practitioner)),
  show({ seller, verificationId, price, at }, context) {
    const row = VERIFICATIONS.get(context.state, seller, verificationId)!
    if (!isCurrent(context, row) || !isBorneOut(context, row)) return undefined
    return {
      verification: `${seller}:${verificationId}`,
      seller,
      practitioner: row.practitioner,
      element: row.element,
      checkedAt: row.checkedAt,
      currentUntil: currentUntil(context, row),
      price,
      offeredAt: at,
    }
  },
})

const purchases = defineList({
  ...ofVerification,
  path: '/purchases',
  summary: "Verifications that the reader's member bought, with what they found.",
  query: Fields({}),
  for: staff,
  over: PURCHASES.indexes.ofBuyer,
  under: ({ reader }) => [reader.member],
  show: ({ seller, verificationId }, context) =>
    showVerification(VERIFICATIONS.entry(context.state, seller, verificationId)!, context),
})

const sales = defineList({
  path: '/sales',
  summary: "Who bought the verifications of the reader's member, and whether the evidence went out.",
  query: Fields({}),
  answer: Fields({ verification: Reference, buyer: LocalId, ...PurchaseRow.properties }),
  patientData: false,
  for: staff,
  over: PURCHASES,
  under: ({ reader }) => [reader.member],
  show: ({ seller, verificationId, ...sale }) => ({ verification: `${seller}:${verificationId}`, ...sale }),
})

export const reads = [
  practitioner,
  licence,
  issued,
  ofStaff,
  verification,
  attested,
  aboutMe,
  offers,
  purchases,
  sales,
]
