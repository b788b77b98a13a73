/**
 * Every export is valid against the FHIR R4 JSON schema that HL7 publishes, and says what the ledger knows and no more.
 */
import { describe, expect, it } from 'vitest'
import {
  type AccessAnswer,
  adverseEventOf,
  auditEventOf,
  type ClaimAnswer,
  type ConsentAnswer,
  carePlanOf,
  claimOf,
  claimResponseOf,
  consentOf,
  type DispensingAnswer,
  documentReferenceOf,
  type EpisodeAnswer,
  episodeOfCareOf,
  explanationOfBenefitOf,
  exportAnswer,
  type LicenceAnswer,
  medicationDispensesOf,
  medicationRequestsOf,
  type NoticeAnswer,
  type PathwayAnswer,
  type PractitionerAnswer,
  type PrescriptionAnswer,
  practitionerOf,
  provenanceOf,
  questionnaireResponseOf,
  type RecordAnswer,
  type ReferralAnswer,
  type SignedFact,
  type SubmissionAnswer,
  serviceRequestOf,
  taskOf,
  type VerificationAnswer,
  verificationResultOf,
} from '../../src/fhir/index.ts'
import { findFhirFault } from './support/schema.ts'

const SUBJECT = 'ab'.repeat(32)
const RECORD: RecordAnswer = {
  ref: 'city_hospital:visit-1',
  owner: 'city_hospital',
  subject: SUBJECT,
  kind: 'Observation',
  encounterAt: 1_767_200_000,
  anchoredAt: 1_767_225_600,
  latest: { version: 1, contentHash: 'cd'.repeat(32), by: 'city_hospital:dr-li', at: 1_767_225_600 },
}
const AMENDED: RecordAnswer = {
  ...RECORD,
  latest: { ...RECORD.latest, version: 2, vaultHash: 'ef'.repeat(32), by: 'city_hospital' },
}
const IMPORTED: RecordAnswer = { ...AMENDED, ref: 'city_hospital:ann:scan', owner: 'city_hospital:ann' }
const ERASED: RecordAnswer = { ...AMENDED, erasure: { reason: 'ordered', at: 1_767_300_000 } }

const CONSENT: ConsentAnswer = {
  ref: 'city_hospital:ann:c1',
  subject: SUBJECT,
  grantee: 'harmony-insurance',
  purpose: 'claim',
  kinds: ['Observation', 'DiagnosticReport'],
  from: 1_767_225_600,
  to: 1_767_312_000,
  caseRef: 'case-7',
  grantedAt: 1_767_225_600,
  state: 'ACTIVE',
}
const { caseRef: _, ...PLAIN } = CONSENT

const ACCESS: AccessAnswer = {
  ref: 'town-hospital:dr-wu:a1',
  by: 'town-hospital:dr-wu',
  subject: SUBJECT,
  record: RECORD.ref,
  consent: CONSENT.ref,
  purpose: 'treatment',
  noticeAt: 1_767_225_600,
  openedAt: 1_767_225_700,
  state: 'OPENED',
}

const FACT: SignedFact = {
  id: '12'.repeat(32),
  type: 'record.anchor',
  payload: { recordId: 'visit-1' },
  signer: 'city_hospital:dr-li',
  owner: 'city_hospital',
  signature: 'AAAA',
  time: 1_767_225_600,
}

const ACT = { by: 'city_hospital:desk', at: 1_767_225_600 }
const EPISODE: EpisodeAnswer = {
  ref: 'city_hospital:knee-7',
  coordinator: 'city_hospital',
  subject: SUBJECT,
  payer: 'harmony-insurance',
  members: [{ member: 'city_hospital' }, { member: 'town-hospital' }],
  opening: ACT,
  state: 'PROPOSED',
}
const RUNNING: EpisodeAnswer = { ...EPISODE, activeAt: 1_767_225_700, state: 'ACTIVE' }
const CLOSED: EpisodeAnswer = { ...RUNNING, closedAt: 1_767_225_800, state: 'CLOSED' }
const PATHWAY: PathwayAnswer = {
  ref: 'city_hospital:hip-3',
  provider: 'city_hospital',
  subject: SUBJECT,
  dueBy: 1_769_000_000,
  steps: [
    { step: 'scan', mandatory: true, attestation: { ...ACT, record: RECORD.ref } },
    { step: 'surgery', mandatory: true, attestation: ACT },
    { step: 'massage', mandatory: false },
  ],
  offer: ACT,
  signature: { by: 'city_hospital:ann', at: 1_767_225_700 },
  state: 'ACTIVE',
}
const PATHWAY_STATES = ['LAPSED', 'ACTIVE', 'DISPUTED', 'RELEASED', 'REFUNDED', 'ARBITRATED']
const REFERRAL: ReferralAnswer = {
  ref: 'town-hospital:r1',
  from: 'town-hospital',
  to: 'city_hospital',
  subject: SUBJECT,
  direction: 'up',
  fromTier: 2,
  toTier: 3,
  attachments: ['town-hospital:x-ray'],
  consent: 'town-hospital:ann:c1',
  by: 'town-hospital:dr-wu',
  createdAt: 1_767_225_600,
  state: 'SENT',
}
const TAKEN = { by: 'city_hospital', at: 1_767_225_700 }
const REFERRALS: readonly ReferralAnswer[] = [
  REFERRAL,
  { ...REFERRAL, state: 'ACCEPTED', acceptance: { ...TAKEN, appointmentAt: 1_767_312_000 } },
  { ...REFERRAL, state: 'DECLINED', by: 'town-hospital', refusal: { ...TAKEN, reason: 'no-capacity' } },
  {
    ...REFERRAL,
    state: 'COMPLETED',
    direction: 'down',
    planHash: 'cd'.repeat(32),
    attachments: [],
    acceptance: TAKEN,
    completion: { ...TAKEN, replyHash: 'ef'.repeat(32) },
  },
  { ...REFERRAL, state: 'CANCELLED', cancellation: TAKEN },
]

const SUBMISSION: SubmissionAnswer = {
  ref: 'city_hospital:ann:week-1',
  by: 'city_hospital:ann',
  community: 'care-platform:lupus',
  subject: SUBJECT,
  reviewer: 'city_hospital:dr-li',
  periodFrom: 1_767_225_600,
  periodTo: 1_767_312_000,
  rx: 'city_hospital:rx-7',
  version: 1,
  submittedAt: 1_767_312_100,
  state: 'SUBMITTED',
}
const { rx: _rx, ...WITHOUT_RX } = SUBMISSION
const NOTICE: NoticeAnswer = { ...SUBMISSION, reportedAt: 1_767_312_100, serious: true }
const LICENCE: LicenceAnswer = {
  ref: 'health-commission:l_1',
  body: 'health-commission',
  validFrom: 1_767_225_600,
  validUntil: 1_867_225_600,
  state: 'ACTIVE',
}
const DOCTOR: PractitionerAnswer = {
  practitioner: 'city_hospital:dr-li',
  profession: 'doctor',
  active: true,
  suspended: false,
  licences: [LICENCE],
}
const VERIFICATION: VerificationAnswer = {
  ref: 'city_hospital:v_1',
  attester: 'city_hospital',
  practitioner: 'city_hospital:dr-li',
  element: 'licence',
  licence: LICENCE.ref,
  confirmed: true,
  checkedAt: 1_767_225_600,
  attestedAt: 1_767_225_700,
  currentUntil: 1_777_225_600,
  current: true,
  borneOut: true,
}

const PRESCRIPTION: PrescriptionAnswer = {
  ref: 'city_hospital:rx_1',
  subject: SUBJECT,
  prescriber: 'city_hospital:dr-li',
  basis: 'ordinary',
  lines: [
    { line: 1, quantity: 20, daysSupply: 7, controlled: 'none', dispensed: 20 },
    { line: 2, quantity: 10, daysSupply: 5, controlled: 'class-2', dispensed: 4 },
  ],
  issuedAt: 1_767_225_600,
  validUntil: 1_767_312_000,
  route: { pharmacy: 'corner-pharmacy' },
  state: 'PARTLY_DISPENSED',
}
const DISPENSING: DispensingAnswer = {
  ref: 'corner-pharmacy:d_1',
  pharmacy: 'corner-pharmacy',
  prescription: PRESCRIPTION.ref,
  subject: SUBJECT,
  quantities: [
    { line: 1, quantity: 20 },
    { line: 2, quantity: 4 },
  ],
  by: 'corner-pharmacy:ph-sun',
  at: 1_767_230_000,
}
const RX_STATES = ['ISSUED', 'REVIEWED', 'ROUTED', 'DISPENSED', 'EXPIRED', 'CANCELLED', 'REJECTED']
const SUBMITTED: ClaimAnswer = {
  ref: 'city_hospital:claim-7',
  provider: 'city_hospital',
  subject: SUBJECT,
  payer: 'harmony-insurance',
  caseRef: 'case-7',
  visit: 'visit-1',
  visitAt: 1_767_200_000,
  preauthorisation: 'city_hospital:plan-7',
  lines: [
    { line: 'visit', billed: 5_000 },
    { line: 'scan', billed: 80_001, record: RECORD.ref },
  ],
  billed: 85_001,
  remitted: 0,
  state: 'SUBMITTED',
  history: [{ verb: 'submit', at: 1_767_225_600 }],
}
const ADJUDICATED: ClaimAnswer = {
  ...SUBMITTED,
  rule: { ref: 'harmony-insurance:small' },
  lines: [
    { line: 'visit', billed: 5_000, allowed: 5_000, paid: 4_000, patientShare: 1_000 },
    { line: 'scan', billed: 80_001, record: RECORD.ref, allowed: 70_000, paid: 56_000, patientShare: 14_000 },
  ],
  paid: 60_000,
  state: 'ADJUDICATED',
  history: [...SUBMITTED.history, { verb: 'adjudicate', at: 1_767_225_700, amount: 60_000 }],
}
const REMITTED: ClaimAnswer = {
  ...ADJUDICATED,
  remitted: 60_000,
  state: 'REMITTED',
  history: [...ADJUDICATED.history, { verb: 'remit', at: 1_767_225_800, amount: 60_000 }],
}
const WITHDRAWN: ClaimAnswer = {
  ...SUBMITTED,
  state: 'CLOSED',
  history: [...SUBMITTED.history, { verb: 'withdraw', at: 1_767_225_700 }],
}
const CLAIMS = { SUBMITTED, ADJUDICATED, REMITTED, WITHDRAWN }

const PURPOSES = ['treatment', 'claim', 'underwriting', 'referral', 'research', 'public-health']

const EXAMPLES: readonly (readonly [name: string, resource: object | undefined])[] = [
  ['a record', documentReferenceOf(RECORD)],
  ['an amended record in the vault', documentReferenceOf(AMENDED)],
  ["a patient's own record", documentReferenceOf(IMPORTED)],
  ['an erased record', documentReferenceOf(ERASED)],
  ['a consent of a case', consentOf(CONSENT)],
  ['a consent to a person', consentOf({ ...PLAIN, grantee: 'town-hospital:dr-wu' })],
  ['a consent that waits', consentOf({ ...PLAIN, state: 'PENDING' })],
  ['a consent that is over', consentOf({ ...PLAIN, state: 'EXPIRED' })],
  [
    'a revoked consent',
    consentOf({ ...PLAIN, state: 'REVOKED', revocation: { by: 'city_hospital:ann', at: 1_767_226_000 } }),
  ],
  ...PURPOSES.map((purpose) => [`a consent for ${purpose}`, consentOf({ ...PLAIN, purpose })] as const),
  ...Object.entries(CLAIMS).flatMap(
    ([name, claim]) =>
      [
        [`a claim, ${name}`, claimOf(claim)],
        [`the response to a claim, ${name}`, claimResponseOf(claim)],
        [`the explanation of a claim, ${name}`, explanationOfBenefitOf(claim)],
      ] as const,
  ),
  ['a page of claims', exportAnswer('claim', '/sent', { items: [SUBMITTED, REMITTED] }, '/v1/claim/sent')],
  ['an opening', auditEventOf(ACCESS)],
  ['a notice', auditEventOf(without(ACCESS, 'openedAt'))],
  [
    'a broken glass',
    auditEventOf({
      ...without(ACCESS, 'consent', 'purpose', 'noticeAt'),
      supervisor: 'health-commission',
      state: 'VIOLATION',
    }),
  ],
  ['a proposed episode', episodeOfCareOf(EPISODE)],
  ['an episode that runs', episodeOfCareOf(RUNNING)],
  ['a closed episode', episodeOfCareOf(CLOSED)],
  [
    'a cancelled episode',
    episodeOfCareOf({ ...EPISODE, cancellation: { ...ACT, at: 1_767_225_900 }, state: 'CANCELLED' }),
  ],
  ['an offered pathway', carePlanOf({ ...without(PATHWAY, 'signature'), state: 'OFFERED' })],
  ...PATHWAY_STATES.map((state) => [`a pathway ${state}`, carePlanOf({ ...PATHWAY, state })] as const),
  ...REFERRALS.flatMap((referral) => [
    [`a referral ${referral.state}`, serviceRequestOf(referral)] as const,
    [`the task of a referral ${referral.state}`, taskOf(referral)] as const,
  ]),
  ['a submission', questionnaireResponseOf(SUBMISSION)],
  ['an amended submission', questionnaireResponseOf({ ...WITHOUT_RX, version: 2 })],
  ['a returned submission', questionnaireResponseOf({ ...SUBMISSION, state: 'RETURNED' })],
  [
    'a rejected submission',
    questionnaireResponseOf({
      ...SUBMISSION,
      state: 'REJECTED',
      review: { verdict: 'rejected', at: 1_767_312_200 },
    }),
  ],
  ['a notice', adverseEventOf(NOTICE)],
  ['a notice of what is no longer serious', adverseEventOf({ ...NOTICE, serious: false })],
  ['a licensed doctor', practitionerOf(DOCTOR)],
  [
    'a suspended doctor',
    practitionerOf({
      ...DOCTOR,
      suspended: true,
      licences: [{ ...LICENCE, suspendedAt: 1_767_225_000, state: 'SUSPENDED' }],
    }),
  ],
  ['a nurse without a licence', practitionerOf({ ...DOCTOR, profession: 'nurse', licences: [] })],
  ['a check of a licence', verificationResultOf(VERIFICATION)],
  [
    'a check that failed',
    verificationResultOf({ ...without(VERIFICATION, 'licence'), element: 'training', confirmed: false }),
  ],
  [
    'a page of checks',
    exportAnswer('credential', '/purchases', { items: [VERIFICATION] }, '/v1/credential/purchases'),
  ],
  ...medicationRequestsOf(PRESCRIPTION).map((line, i) => [`line ${i + 1} of a prescription`, line] as const),
  ...RX_STATES.map(
    (state) =>
      [`a prescription that is ${state}`, medicationRequestsOf({ ...PRESCRIPTION, state })[1]] as const,
  ),
  ['a chronic prescription', medicationRequestsOf({ ...PRESCRIPTION, basis: 'chronic' })[0]],
  ['an emergency prescription', medicationRequestsOf({ ...PRESCRIPTION, basis: 'emergency' })[0]],
  ...medicationDispensesOf(DISPENSING).map((line, i) => [`line ${i + 1} of a dispensing`, line] as const),
  ['a dispensing of packs', medicationDispensesOf({ ...DISPENSING, packs: ['81234567890123456789'] })[0]],
  [
    'one prescription',
    exportAnswer('prescription', '/prescriptions/:ref', PRESCRIPTION, '/v1/prescription/prescriptions/x'),
  ],
  [
    'a page of dispensings',
    exportAnswer('prescription', '/dispensed', { items: [DISPENSING] }, '/v1/prescription/dispensed'),
  ],
  ['the anchoring of a record', provenanceOf(FACT)],
  ['an import', provenanceOf({ ...FACT, type: 'record.import', signer: 'h:ann', owner: 'h:ann' })],
  [
    'an amendment',
    provenanceOf({ ...FACT, type: 'record.amend', payload: { recordId: 'v', supersedes: 3 } }),
  ],
  ['an erasure', provenanceOf({ ...FACT, type: 'record.erase', signer: 'city_hospital' })],
  [
    'a page of records',
    exportAnswer('record', '/records', { items: [RECORD, ERASED] }, '/v1/record/records'),
  ],
  ['an empty page', exportAnswer('record', '/records', { items: [] }, '/v1/record/records?subject=x')],
  [
    'a page of accesses with a next one',
    exportAnswer('access', '/accesses', { items: [ACCESS], next: 'a/b' }, '/v1/access/accesses?subject=x'),
  ],
]

function without<Value extends object, Name extends keyof Value>(
  value: Value,
  ...names: Name[]
): Omit<Value, Name> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name as Name))) as Omit<
    Value,
    Name
  >
}

describe('FHIR R4 exports', () => {
  it.each(EXAMPLES)('%s is valid', (_name, resource) => {
    expect(resource).toBeDefined()
    expect(findFhirFault(resource)).toBeUndefined()
  })

  it('would not be valid in any form', () => {
    const { content: _content, ...rest } = documentReferenceOf(RECORD)
    expect(findFhirFault(rest)).toMatch(/content/)
    expect(findFhirFault({ ...consentOf(PLAIN), status: 'granted' })).toBeDefined()
    expect(findFhirFault({ ...auditEventOf(ACCESS), recorded: 'yesterday' })).toBeDefined()
  })

  it('tells how far an episode and a pathway have come', () => {
    const { status, statusHistory, period } = episodeOfCareOf(CLOSED)
    expect(status).toBe('finished')
    expect(statusHistory?.map((entry) => entry.status)).toEqual(['planned', 'active', 'finished'])
    expect(period).toEqual({ start: '2026-01-01T00:01:40Z', end: '2026-01-01T00:03:20Z' })
    expect(carePlanOf({ ...PATHWAY, state: 'DISPUTED' }).status).toBe('on-hold')
    expect(carePlanOf(PATHWAY).activity?.map(({ detail }) => detail?.status)).toEqual([
      'completed',
      'completed',
      'not-started',
    ])
  })

  it('links the next page of a list', () => {
    const bundle = exportAnswer(
      'access',
      '/accesses',
      { items: [], next: 'a/b' },
      '/v1/access/accesses?subject=x',
    )
    expect(bundle).toMatchObject({
      link: [
        { relation: 'self', url: '/v1/access/accesses?subject=x' },
        { relation: 'next', url: '/v1/access/accesses?subject=x&cursor=a%2Fb' },
      ],
    })
  })

  it('gives no place of a content that is not there', () => {
    expect(documentReferenceOf(AMENDED).content[0]?.attachment?.url).toBe(
      '/v1/vault/records/city_hospital:visit-1/content',
    )
    expect(documentReferenceOf(RECORD).content[0]?.attachment?.url).toBeUndefined()
    expect(documentReferenceOf(ERASED).content[0]?.attachment?.url).toBeUndefined()
  })

  it('says how a referral stands, and to its receiver what there is to do', () => {
    const statuses = REFERRALS.map((referral) => [serviceRequestOf(referral).status, taskOf(referral).status])
    expect(statuses).toEqual([
      ['active', 'requested'],
      ['active', 'accepted'],
      ['revoked', 'rejected'],
      ['completed', 'completed'],
      ['revoked', 'cancelled'],
    ])
    const page = { items: [REFERRAL] }
    expect(exportAnswer('referral', '/received', page, '/')).toMatchObject({
      entry: [{ resource: { resourceType: 'Task', owner: { identifier: { value: 'city_hospital' } } } }],
    })
    expect(exportAnswer('referral', '/sent', page, '/')).toMatchObject({
      entry: [{ resource: { resourceType: 'ServiceRequest', intent: 'order' } }],
    })
  })

  it('says of a practitioner whether it may practise, and until when it might', () => {
    expect(practitionerOf(DOCTOR)).toMatchObject({
      active: true,
      qualification: [{ period: { end: '2029-03-03T09:46:40Z' }, issuer: { type: 'Organization' } }],
    })
    const licences = [{ ...LICENCE, suspendedAt: 1_767_300_000, lapsedAt: 1_767_400_000, state: 'LAPSED' }]
    expect(practitionerOf({ ...DOCTOR, suspended: true, licences })).toMatchObject({
      active: false,
      qualification: [{ period: { end: '2026-01-01T20:40:00Z' } }],
    })
  })

  it('says of a check whether it still stands', () => {
    expect(verificationResultOf(VERIFICATION).status).toBe('validated')
    expect(verificationResultOf({ ...VERIFICATION, confirmed: false }).status).toBe('val-fail')
    expect(verificationResultOf({ ...VERIFICATION, current: false }).status).toBe('req-revalid')
    expect(verificationResultOf({ ...VERIFICATION, borneOut: false }).status).toBe('req-revalid')
  })

  it('says line by line what became of a prescription', () => {
    const statuses = (more: object, dispensed: number) =>
      medicationRequestsOf({
        ...PRESCRIPTION,
        lines: [{ ...PRESCRIPTION.lines[0]!, dispensed }],
        ...more,
      })[0]?.status
    expect(medicationRequestsOf(PRESCRIPTION).map(({ status }) => status)).toEqual(['completed', 'active'])
    expect(RX_STATES.map((state) => statuses({ state }, 0))).toEqual([
      'draft',
      'active',
      'active',
      'active',
      'stopped',
      'cancelled',
      'cancelled',
    ])
    expect(statuses({ state: 'CANCELLED' }, 5)).toBe('stopped')
    expect(medicationRequestsOf(PRESCRIPTION)[1]).toMatchObject({
      groupIdentifier: { value: 'city_hospital:rx_1' },
      dispenseRequest: { quantity: { value: 10 }, expectedSupplyDuration: { value: 5, code: 'd' } },
    })
    expect(medicationDispensesOf(DISPENSING)[1]).toMatchObject({
      authorizingPrescription: [{ identifier: { value: 'city_hospital:rx_1/2' } }],
      quantity: { value: 4 },
    })
    const bundle = exportAnswer('prescription', '/prescriptions/:ref', PRESCRIPTION, '/x')
    expect(bundle).toMatchObject({ resourceType: 'Bundle', entry: [{}, {}] })
  })

  it('says the money of a claim in yuan, and of its lines nothing but money', () => {
    expect(claimOf(SUBMITTED)).toMatchObject({
      status: 'active',
      total: { value: 850.01, currency: 'CNY' },
      item: [{ net: { value: 50 } }, { net: { value: 800.01 }, informationSequence: [1] }],
      supportingInfo: [{ valueReference: { identifier: { value: RECORD.ref } } }],
    })
    expect(claimOf(WITHDRAWN).status).toBe('cancelled')
    expect(claimResponseOf(SUBMITTED)).toMatchObject({
      outcome: 'queued',
      total: [{ amount: { value: 850.01 } }],
    })
    expect(claimResponseOf(SUBMITTED).payment).toBeUndefined()
    expect(claimResponseOf(REMITTED)).toMatchObject({
      outcome: 'complete',
      item: [
        { itemSequence: 1 },
        { adjudication: [{}, { amount: { value: 700 } }, { amount: { value: 560 } }, {}] },
      ],
      payment: { amount: { value: 600 }, date: '2026-01-01' },
    })
    expect(explanationOfBenefitOf(ADJUDICATED)).toMatchObject({ payment: { amount: { value: 0 } } })
    expect(JSON.stringify(claimOf(SUBMITTED).item)).not.toContain('scan')
  })

  it('has none for other reads and transactions', () => {
    expect(exportAnswer('identity', '/me', {}, '/v1/identity/me')).toBeUndefined()
    expect(exportAnswer('record', '/toString', {}, '/')).toBeUndefined()
    expect(provenanceOf({ ...FACT, type: 'identity.enrol' })).toBeUndefined()
    expect(provenanceOf({ ...FACT, type: 'toString' })).toBeUndefined()
  })
})
