/**
 * What a facility keeps for itself about its people, in its data folder: their keys, made when they are first needed, and the
 * register of which patient stands behind which subject. Without the register nobody can tell, which is why it never goes
 * onto the ledger.
 */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { toHex } from '../base/index.ts'
import {
  encryptionKeyPath,
  generateKey,
  keyPath,
  readEncryptionPublicKey,
  readSigningKey,
  signingKeyFromPem,
} from '../host/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { type SigningKey, subjectOf } from '../protocol/index.ts'

/** A person with both keys. */
export interface Person {
  /** `<member>:<local>` */
  readonly id: string
  readonly key: SigningKey
  /** X25519, 64 hex digits. */
  readonly encryptionKey: string
}

/** A person's keys from the data folder; made and written there before anything is signed with them. */
export function openPerson(data: string, id: string): Person {
  const [path, encryptionPath] = [keyPath(data, id), encryptionKeyPath(data, id)]
  // An empty file is what a crash between opening and writing leaves.
  if (statSync(path, { throwIfNoEntry: false })?.size) {
    return { id, key: readSigningKey(path), encryptionKey: toHex(readEncryptionPublicKey(encryptionPath)) }
  }
  const [key, encryptionKey] = [generateKey('ed25519'), generateKey('x25519')]
  // The signing key is written last: where it is, both are.
  writeFileSync(encryptionPath, encryptionKey.pem, { mode: 0o600 })
  writeFileSync(path, key.pem, { mode: 0o600 })
  return { id, key: signingKeyFromPem(key.pem)!, encryptionKey: toHex(encryptionKey.publicKey) }
}

/** Lines of JSON that are only ever added to. A line cut off by a crash is as if never written. */
export interface Journal<Row> {
  readonly rows: readonly Row[]
  add(row: Row): void
  close(): void
}

/** Opens the journal at `path`, which is made with its folder where it does not exist. */
export function openJournal<Row>(path: string): Journal<Row> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []
  const rows = lines.flatMap((line): Row[] => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Row]
    } catch {
      return []
    }
  })
  const file = openSync(path, 'a', 0o600)
  // Ends a line that was cut off, so that the next one stands by itself.
  if (lines.at(-1)) writeSync(file, '\n')
  return {
    rows,
    add: (row) => void writeSync(file, `${JSON.stringify(row)}\n`),
    close: () => closeSync(file),
  }
}

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
