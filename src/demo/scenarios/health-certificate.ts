/** The health certificate: examined, certified, employed, revoked; and what is not let through on the way. */
import { DAY_SECONDS } from '../../base/index.ts'
import type { Draft } from '../../client/index.ts'
import { EXAM_CENTER, HEALTH_COMMISSION, PHARMACY, REGISTRAR, TOWN_HOSPITAL } from '../consortium.ts'
import type { Scenario, Step } from './scenario.ts'

export const healthCertificate: Scenario = {
  title: 'Health certificate',
  async steps(cast) {
    const { surface } = cast
    const [exam, pharmacy, commission, registrar, town] = cast.members(
      EXAM_CENTER,
      PHARMACY,
      HEALTH_COMMISSION,
      REGISTRAR,
      TOWN_HOSPITAL,
    )
    const doctor = cast.person(EXAM_CENTER, 'examiner')
    const [worker, carrier] = [cast.person(EXAM_CENTER, 'worker'), cast.person(EXAM_CENTER, 'carrier')]
    const [subject, carrierSubject] = [cast.subject(EXAM_CENTER, worker), cast.subject(EXAM_CENTER, carrier)]
    const [examId, carrierExam, certId] = [cast.id('exam'), cast.id('carrier-exam'), cast.id('cert')]
    const now = surface.now()

    const examine = (id: string, of: string, disqualifying: boolean): Draft => ({
      type: 'certificate.record-exam',
      payload: {
        examId: id,
        subject: of,
        disqualifying,
        doctor: doctor.actor,
        specimenAt: now - DAY_SECONDS,
      },
      privatePart: {
        items: [{ item: 'stool culture', result: disqualifying ? 'Salmonella typhi' : 'no growth' }],
      },
    })
    const issue = (of: string, exam: string, days: number, institution = EXAM_CENTER): Draft => ({
      type: 'certificate.issue',
      payload: {
        institution,
        certId,
        examId: exam,
        subject: of,
        trades: ['drugs'],
        validFrom: now,
        validUntil: now + days * DAY_SECONDS,
        credentialHash: cast.hash(),
        statusIndex: cast.statusIndex,
      },
    })
    const work = { enterprise: PHARMACY, certificate: `${EXAM_CENTER}:${certId}`, subject, trade: 'drugs' }
    const employ: Draft = { type: 'certificate.employ', payload: work }
    const pseudonym = (of: string, patient: string): Draft => ({
      type: 'identity.enrol-subject',
      payload: { subject: of, patient },
    })
    const inspect = (checked: number, lacking: number): Draft => ({
      type: 'certificate.inspect',
      payload: { inspectionId: cast.id('inspection'), enterprise: PHARMACY, checked, lacking },
    })

    const steps: Step[] = [
      {
        who: 'exam centre',
        does: 'enrols its doctor',
        key: exam,
        draft: await cast.enrol(doctor, 'doctor'),
        told: 'accepted',
      },
      {
        who: 'exam centre',
        does: 'enrols a worker',
        key: exam,
        draft: await cast.enrol(worker, 'patient'),
        told: 'accepted',
      },
      {
        who: 'exam centre',
        does: 'makes the worker’s pseudonym',
        key: exam,
        draft: pseudonym(subject, worker.actor),
        told: 'accepted',
      },
      {
        who: 'exam centre',
        does: 'enrols another worker',
        key: exam,
        draft: await cast.enrol(carrier, 'patient'),
        told: 'accepted',
      },
      {
        who: 'exam centre',
        does: 'makes that one’s pseudonym',
        key: exam,
        draft: pseudonym(carrierSubject, carrier.actor),
        told: 'accepted',
      },
      {
        who: 'the doctor',
        does: 'finds the first worker fit',
        key: doctor.key,
        draft: examine(examId, subject, false),
        told: 'accepted',
      },
      {
        who: 'the doctor',
        does: 'finds typhoid in the other',
        key: doctor.key,
        draft: examine(carrierExam, carrierSubject, true),
        told: 'accepted',
      },
      {
        who: 'pharmacy',
        does: 'certifies its own worker',
        key: pharmacy,
        draft: issue(subject, examId, 300, PHARMACY),
        told: 'certificate.role',
      },
      {
        who: 'exam centre',
        does: 'certifies the carrier',
        key: exam,
        draft: issue(carrierSubject, carrierExam, 300),
        told: 'certificate.unfit',
      },
      {
        who: 'exam centre',
        does: 'certifies for two years',
        key: exam,
        draft: issue(subject, examId, 730),
        told: 'certificate.period',
      },
      {
        who: 'exam centre',
        does: 'certifies the fit worker for 300 days',
        key: exam,
        draft: issue(subject, examId, 300),
        told: 'accepted',
      },
      {
        who: 'town hospital',
        does: 'employs in a trade for which it is not registered',
        key: town,
        draft: { ...employ, payload: { ...work, enterprise: TOWN_HOSPITAL } },
        told: 'certificate.enterprise-unfit',
      },
      {
        who: 'registrar',
        does: 'registers the pharmacy for the trade',
        key: registrar,
        draft: {
          type: 'certificate.register-business',
          payload: { businessId: cast.id('business'), enterprise: PHARMACY, trades: ['drugs'] },
        },
        told: 'accepted',
      },
      { who: 'pharmacy', does: 'offers work', key: pharmacy, draft: employ, told: 'accepted' },
      { who: 'the worker', does: 'agrees', key: worker.key, draft: employ, told: 'accepted' },
      {
        who: 'health commission',
        does: 'counts more lacking than checked',
        key: commission,
        draft: inspect(3, 4),
        told: 'certificate.counts',
      },
      {
        who: 'health commission',
        does: 'inspects the pharmacy',
        key: commission,
        draft: inspect(4, 0),
        told: 'accepted',
      },
      {
        who: 'exam centre',
        does: 'revokes the certificate',
        key: exam,
        draft: { type: 'certificate.revoke', payload: { institution: EXAM_CENTER, certId, subject } },
        told: 'accepted',
      },
      {
        who: 'pharmacy',
        does: 'employs on the revoked certificate',
        key: pharmacy,
        draft: employ,
        told: 'certificate.not-valid',
      },
    ]
    return steps
  },
}
