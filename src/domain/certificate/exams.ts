/** The rule about exams: what an institution found, as a flag; the items are in the private part. */
import Type from 'typebox'
import { defineVerb } from '../define.ts'
import { MEMBER } from '../roles.ts'
import { ActorId, Fields, LocalId, Subject, Time } from '../schema.ts'
import { requireInstitution } from './certificates.ts'
import { EXAMS, LATEST_EXAMS } from './state.ts'

export const recordExam = defineVerb({
  summary: 'An accredited institution records a health exam of one of its subjects.',
  signers: 'key or doctor of an exam-institution',
  payload: Fields({
    examId: LocalId,
    subject: Subject,
    disqualifying: Type.Boolean(),
    doctor: ActorId,
    specimenAt: Time,
  }),
  privatePart: 'required',
  parties: ({ subject }, signer) => [{ subject }, { member: signer.member }],
  rule(context) {
    const { payload, signer, state, time } = context
    const { examId, subject, specimenAt } = payload
    requireInstitution(context, [MEMBER, 'doctor'])
    if (context.port('identity.facilityOf')(subject) !== signer.member) {
      context.refuse('certificate.not-facility', { field: '/payload/subject' })
    }
    const doctor = context.port('identity.actor')(payload.doctor)
    if (!doctor?.active || doctor.role !== 'doctor' || doctor.member !== signer.member) {
      context.refuse('certificate.doctor-unfit', { field: '/payload/doctor' })
    }
    const isSuspended = context.port('credential.isSuspended')
    if (isSuspended(payload.doctor) || isSuspended(signer.actor)) {
      context.refuse('certificate.doctor-suspended', { field: '/payload/doctor' })
    }
    if (EXAMS.has(state, signer.member, examId)) {
      context.refuse('certificate.exam-exists', { field: '/payload/examId' })
    }
    if (specimenAt > time + context.parameter('futureSecondsMax')) {
      context.refuse('certificate.in-future', { field: '/payload/specimenAt' })
    }
    const late = time - specimenAt > context.parameter('lateAfterSeconds')
    const { disqualifying } = payload
    const row = {
      subject,
      disqualifying,
      doctor: payload.doctor,
      specimenAt,
      recordedAt: time,
      by: signer.actor,
      late,
    }
    EXAMS.put(state, row, signer.member, examId)
    const latest = LATEST_EXAMS.get(state, subject)
    if (latest === undefined || latest.specimenAt <= specimenAt) {
      LATEST_EXAMS.put(state, { exam: `${signer.member}:${examId}`, specimenAt }, subject)
    }
  },
})
