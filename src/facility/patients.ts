/**
 * The register of which patient stands behind which subject, which a facility keeps in its data folder. Without it
 * nobody can tell, which is why it never goes onto the ledger.
 */
import { randomBytes } from 'node:crypto'
import { toHex } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { subjectOf } from '../protocol/index.ts'
import { openJournal } from './journal.ts'
import type { Person } from './people.ts'

/** One patient at one facility. */
export interface RegisterRow {
  /** Actor id of the patient. */
  readonly patient: string
  readonly facility: string
  /** Hex. */
  readonly subject: string
  readonly salt: string
}

export interface Register {
  /** Subject of a patient at the facility that enrolled it; made and written down at the first call. */
  subjectOf(patient: Person): string
  close(): void
}

/** Opens the register at `path`. */
export function openRegister(kernel: Kernel, path: string): Register {
  const journal = openJournal<RegisterRow>(path)
  const subjects = new Map(journal.rows.map(({ patient, subject }) => [patient, subject]))
  return {
    subjectOf(patient) {
      const known = subjects.get(patient.id)
      if (known !== undefined) return known
      const facility = patient.id.split(':', 1)[0]!
      const salt = randomBytes(32)
      const subject = subjectOf(kernel, facility, salt, patient.key.publicKey)
      journal.add({ patient: patient.id, facility, subject, salt: toHex(salt) })
      subjects.set(patient.id, subject)
      return subject
    },
    close: () => journal.close(),
  }
}
