/** A world in which every module has something to act on, with the names that occur in it. */
import { BUSY_AID_PARAMETERS, busyAid } from './busy-aid.ts'
import { busyCare } from './busy-care.ts'
import { busyClaim } from './busy-claim.ts'
import { busyCredential } from './busy-credential.ts'
import { busyFeedback } from './busy-feedback.ts'
import { busyPrescription } from './busy-prescription.ts'
import { busyReferral } from './busy-referral.ts'
import { busySettlement } from './busy-settlement.ts'
import { busySupply, SUPPLY_NAMES } from './busy-supply.ts'
import { busyWaste } from './busy-waste.ts'
import { hashOf, keyOf, statementOf } from './keys.ts'
import type { Vocabulary } from './payloads.ts'
import { actorOf, GENESIS_TIME, memberOf, World } from './world.ts'

const SUBJECTS = { ann: hashOf('ann at H1'), bob: hashOf('bob at H1'), annAtH2: hashOf('ann at H2') }

const WASTE_ITEMS = ['H1:bag1', 'H1:bag2', 'H1:bag3', 'H1:bag4', 'H1:box', 'HAUL:r1']

export function busyWorld(): { world: World; known: Vocabulary; signers: readonly string[] } {
  const node = { logKey: keyOf('log').publicKey, cosignerKey: keyOf('cosigner').publicKey }
  const members = [
    { ...memberOf('H1', 'hospital', 'exam-institution'), ...node },
    memberOf('H2', 'hospital'),
    memberOf('SS', 'social-security'),
    memberOf('INS', 'insurer'),
    memberOf('HC', 'health-commission'),
    memberOf('CO', 'enterprise'),
    memberOf('BR', 'business-registrar'),
    memberOf('FD', 'food-drug-regulator'),
    memberOf('PL', 'platform'),
    memberOf('LAB', 'research-buyer'),
    memberOf('MA', 'mutual-aid-sponsor'),
    memberOf('HAUL', 'hauler'),
    memberOf('PLANT', 'treatment-plant'),
    memberOf('BUREAU', 'environment-bureau'),
    memberOf('MAKER', 'manufacturer'),
    memberOf('SHOP', 'pharmacy'),
    memberOf('LB', 'licensing-body'),
    memberOf('PH', 'pharmacy'),
  ]
  const actors = [
    actorOf('H1:doc', 'doctor'),
    actorOf('H1:pharm', 'pharmacist'),
    actorOf('PH:pharm', 'pharmacist'),
    actorOf('H1:desk', 'employee'),
    actorOf('H1:ann', 'patient'),
    actorOf('H1:bob', 'patient'),
    actorOf('H2:ann', 'patient'),
    actorOf('H2:doc', 'doctor'),
    actorOf('CO:boss', 'employee'),
    actorOf('FD:inspector', 'employee'),
    actorOf('MA:inv', 'investigator'),
    actorOf('MA:juror', 'juror'),
    actorOf('H1:scale', 'scale'),
    actorOf('HAUL:scale', 'scale'),
    actorOf('PLANT:scale', 'scale'),
  ]
  const world = new World({ members, actors, parameters: BUSY_AID_PARAMETERS })
  world.must('H1', 'identity.enrol-subject', { subject: SUBJECTS.ann, patient: 'H1:ann' })
  world.must('H1', 'identity.enrol-subject', { subject: SUBJECTS.bob, patient: 'H1:bob' })
  world.must('H2', 'identity.enrol-subject', { subject: SUBJECTS.annAtH2, patient: 'H2:ann' })
  const until = GENESIS_TIME + 86_400
  const guardian = { subject: SUBJECTS.bob, guardian: 'H1:ann', reason: 'minor', until }
  world.must('H1', 'identity.appoint-guardian', guardian)
  const lost = { actor: 'H2:ann', publicKey: keyOf('new').publicKey, encryptionKey: hashOf('new') }
  const statement = statementOf('H2:ann', keyOf('new'), keyOf('H2:ann'))
  const verification = {
    subject: SUBJECTS.annAtH2,
    publicKey: keyOf('H2:ann').publicKey,
    insured: hashOf('ann'),
  }
  world.must('SS', 'identity.verify', verification)
  for (const member of ['H2', 'SS']) world.must(member, 'identity.recover', { ...lost, statement })
  world.must('H1:ann', 'identity.link', { subject: SUBJECTS.ann, other: SUBJECTS.annAtH2 })
  const record = { kind: 'Observation', contentHash: hashOf('content'), encounterAt: GENESIS_TIME }
  world.must('H1:doc', 'record.anchor', { ...record, recordId: 'r1', subject: SUBJECTS.ann })
  world.must('H1:doc', 'record.anchor', {
    ...record,
    recordId: 'letter',
    subject: SUBJECTS.ann,
    kind: 'Composition',
  })
  const own = { ...record, recordId: 'r2', subject: SUBJECTS.ann, vaultHash: hashOf('ciphertext'), bytes: 9 }
  world.must('H1:ann', 'record.import', own)

  const period = { from: GENESIS_TIME, to: until }
  const consent = { ...period, subject: SUBJECTS.ann, kinds: ['Observation'] }
  const treatment = { ...consent, consentId: 'r1', grantee: 'H2', purpose: 'treatment' }
  world.must('H1:ann', 'consent.grant', treatment)
  const claim = { ...consent, consentId: 'r2', grantee: 'INS', purpose: 'claim', caseRef: 'r1' }
  world.must('H1:ann', 'consent.grant', claim)

  const ask = {
    requestId: 'r1',
    subject: SUBJECTS.ann,
    grantee: 'H2',
    purpose: 'treatment',
    kinds: ['Observation'],
  }
  world.must('H2:doc', 'access.request', ask)
  const opening = {
    accessId: 'r1',
    subject: SUBJECTS.ann,
    record: 'H1:r1',
    consent: 'H1:ann:r1',
    purpose: 'treatment',
  }
  world.must('H2:doc', 'access.notify', opening)
  world.must('H2:doc', 'access.notify', { ...opening, accessId: 'r2' })
  world.must('H2:doc', 'access.open', { ...opening, accessId: 'r2' })
  const emergency = { accessId: 'r1', subject: SUBJECTS.ann, record: 'H1:r1', supervisor: 'HC' }
  world.must('H1:doc', 'access.break-glass', emergency)

  const business = { businessId: 'r1', enterprise: 'CO', trades: ['food'] }
  world.must('BR', 'certificate.register-business', business)
  const exam = { subject: SUBJECTS.ann, disqualifying: false, doctor: 'H1:doc', specimenAt: GENESIS_TIME }
  world.must('H1', 'certificate.record-exam', { ...exam, examId: 'r1' })
  world.must('H1', 'certificate.record-exam', { ...exam, examId: 'r2', subject: SUBJECTS.bob })
  const certificate = {
    institution: 'H1',
    certId: 'r1',
    examId: 'r1',
    subject: SUBJECTS.ann,
    trades: ['food'],
    statusIndex: 7,
  }
  const validity = { validFrom: GENESIS_TIME, validUntil: until, credentialHash: hashOf('credential') }
  world.must('H1', 'certificate.issue', { ...certificate, ...validity })
  const work = { certificate: 'H1:r1', subject: SUBJECTS.ann, enterprise: 'CO', trade: 'food' }
  world.must('CO', 'certificate.employ', work)
  const inspection = { inspectionId: 'r1', enterprise: 'CO', checked: 2, lacking: 1 }
  world.must('FD', 'certificate.inspect', inspection)

  const counts = { period: '2024-01', commission: 'HC', total: 10, cells: [{ cell: 'c1', count: 10 }] }
  world.must('H1', 'record.report', counts)

  const suspend = { change: { suspend: { member: 'CO' } } }
  world.must('H1', 'governance.propose', { ...suspend, proposalId: 'r1' })
  world.must('H2', 'governance.approve', { proposal: 'H1:r1' })

  busySettlement(world)
  busyCare(world)
  busyReferral(world)
  busyFeedback(world)
  busyAid(world, SUBJECTS.ann, SUBJECTS.bob)
  busyWaste(world)
  busySupply(world)
  busyCredential(world)
  busyPrescription(world, SUBJECTS.ann)
  busyClaim(world)

  const names = [...members, ...actors].map(({ id }) => id)
  return {
    world,
    signers: names,
    known: {
      hashes: [...Object.values(SUBJECTS), hashOf('content'), ...names.map((name) => keyOf(name).publicKey)],
      localIds: ['r1', 'r2', 'new', 'PLANT', 'HAUL', 'SHOP', 'MAKER', ...SUPPLY_NAMES.words],
      actors: names,
      references: [
        'MA:r1',
        'PL:r1',
        'H1:ann:aid1',
        'H1:bob:aid1',
        'H1:r1',
        'H1:ann:r1',
        'H1:ann:r2',
        'H2:r1',
        'H1:doc:r1',
        'H2:doc:r1',
        'H1:r2',
        'H1:ann:referral',
        'H1:ann:research',
        'H1:ann:r3',
        'PL:r1',
        'LB:r1',
        ...WASTE_ITEMS,
        ...SUPPLY_NAMES.references,
      ],
    },
  }
}
