/**
 * What a facility keeps for itself: which of its patients stands behind which subject, and the salt. Without it nobody can
 * tell, which is why it never goes onto the ledger. One line of JSON a patient, in `<data>/demo/register.jsonl`.
 */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { toHex } from '../base/index.ts'
import { commitSubject } from '../client/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { DemoPerson } from './actors.ts'

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
  subjectOf(patient: DemoPerson): string
  close(): void
}

function readRows(path: string): RegisterRow[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as RegisterRow]
      } catch {
        // A line cut off by a crash: its subject was never used.
        return []
      }
    })
}

/** Opens the register in a data folder. */
export function openRegister(kernel: Kernel, data: string): Register {
  const path = join(data, 'demo', 'register.jsonl')
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const file = openSync(path, 'a', 0o600)
  const subjects = new Map(readRows(path).map(({ patient, subject }) => [patient, subject]))
  return {
    subjectOf(patient) {
      const known = subjects.get(patient.id)
      if (known !== undefined) return known
      const facility = patient.id.split(':', 1)[0]!
      const { subject, salt } = commitSubject(kernel, facility, patient.key.publicKey)
      const row: RegisterRow = { patient: patient.id, facility, subject, salt: toHex(salt) }
      writeSync(file, `${JSON.stringify(row)}\n`)
      subjects.set(patient.id, subject)
      return subject
    },
    close: () => closeSync(file),
  }
}
