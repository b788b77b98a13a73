/**
 * Prescription's part of the busy world: one that is at the counter and partly handed out, one that waits for its
 * review.
 */
import { PRIVATE_HASH, type World } from './world.ts'

export function busyPrescription(world: World, subject: string): void {
  const lines = [{ line: 1, quantity: 4, daysSupply: 2, controlled: 'none' }]
  // The last second of the day that genesis falls on, in China.
  const prescription = { subject, basis: 'ordinary', lines, validUntil: 1_700_063_999 }
  for (const rxId of ['r1', 'r2']) world.must('H1:doc', 'prescription.issue', { ...prescription, rxId })
  const about = { prescription: 'H1:r1', subject }
  const commitment = PRIVATE_HASH
  world.must('H1:pharm', 'prescription.review', { ...about, commitment, approved: true })
  world.must('H1:ann', 'prescription.route', { ...about, pharmacy: 'PH' })
  const quantities = [{ line: 1, quantity: 1 }]
  world.must('PH:pharm', 'prescription.dispense', { ...about, dispenseId: 'r1', commitment, quantities })
}
