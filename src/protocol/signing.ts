/**
 * What is signed and what is hashed (docs/protocol.md): signing input, transaction id, key statement, subject, private
 * part's hash, ledger id and origin. Every string that is signed or hashed starts with a line of its own, so that no
 * signature can be taken for one of another kind. Integers are big-endian.
 */
import { concatBytes, toHex, utf8 } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'

const TRANSACTION_CONTEXT = utf8('medseal/transaction/v1\n')
const KEY_CONTEXT = utf8('medseal/key/v1\n')
const SUBJECT_CONTEXT = utf8('medseal/subject/v1\n')
const WEIGHT_CONTEXT = utf8('medseal/weight/v1\n')
const LINE_FEED = utf8('\n')

function requireBytes(name: string, bytes: Uint8Array, byteLength: number): void {
  if (bytes.length !== byteLength)
    throw new RangeError(`${name} is ${bytes.length} bytes long, not ${byteLength}`)
}

/** What the sender signs: `medseal/transaction/v1` LF ‖ ledger id (32) ‖ public key (32) ‖ body. */
export function signingInput(ledgerId: Uint8Array, publicKey: Uint8Array, body: Uint8Array): Uint8Array {
  requireBytes('the ledger id', ledgerId, 32)
  requireBytes('the public key', publicKey, 32)
  return concatBytes(TRANSACTION_CONTEXT, ledgerId, publicKey, body)
}

/**
 * Transaction id, 32 bytes: `expires` (4) ‖ first 28 bytes of SHA-256(signing input). It holds no signature, so another
 * valid signature of the same body by the same key has the same id.
 */
export function transactionId(
  kernel: Kernel,
  ledgerId: Uint8Array,
  publicKey: Uint8Array,
  body: Uint8Array,
  expires: number,
): Uint8Array {
  const id = new Uint8Array(32)
  new DataView(id.buffer).setUint32(0, expires)
  id.set(kernel.sha256(signingInput(ledgerId, publicKey, body)).subarray(0, 28), 4)
  return id
}

/** `expires` of a transaction id of 32 bytes, unix seconds. */
export const expiresOfId = (id: Uint8Array): number => new DataView(id.buffer, id.byteOffset).getUint32(0)

/**
 * What a new key signs when it is enrolled (`oldKey` undefined) or takes over: `medseal/key/v1` LF ‖ ledger id (32) ‖
 * actor id LF ‖ old key or 32 zeros ‖ new key (32).
 */
export function keyStatementInput(
  ledgerId: Uint8Array,
  actorId: string,
  oldKey: Uint8Array | undefined,
  newKey: Uint8Array,
): Uint8Array {
  const previous = oldKey ?? new Uint8Array(32)
  requireBytes('the ledger id', ledgerId, 32)
  requireBytes('the old key', previous, 32)
  requireBytes('the new key', newKey, 32)
  return concatBytes(KEY_CONTEXT, ledgerId, utf8(actorId), LINE_FEED, previous, newKey)
}

/** What stands for the actor in the statement of a key that votes for a member's node: no actor has such an id. */
export const orderKeyName = (member: string): string => `${member}/order`

/**
 * What a scale signs when it has weighed an item: `medseal/weight/v1` LF ‖ ledger id (32) ‖ item LF ‖ grams LF ‖ unix
 * seconds of the weighing, both in decimal.
 */
export function weightInput(ledgerId: Uint8Array, item: string, grams: number, at: number): Uint8Array {
  requireBytes('the ledger id', ledgerId, 32)
  return concatBytes(WEIGHT_CONTEXT, ledgerId, utf8(`${item}\n${grams}\n${at}`))
}

/**
 * The pseudonym under which a facility keeps a patient, hex: SHA-256(`medseal/subject/v1` LF ‖ facility member id LF ‖
 * salt (32) ‖ patient's public key (32)).
 */
export function subjectOf(
  kernel: Kernel,
  facility: string,
  salt: Uint8Array,
  patientKey: Uint8Array,
): string {
  requireBytes('the salt', salt, 32)
  requireBytes('the patient key', patientKey, 32)
  return toHex(kernel.sha256(concatBytes(SUBJECT_CONTEXT, utf8(facility), LINE_FEED, salt, patientKey)))
}

/** Ledger id, 32 bytes: SHA-256 of the genesis file's exact bytes. */
export const ledgerIdOf = (kernel: Kernel, genesisBytes: Uint8Array): Uint8Array =>
  kernel.sha256(genesisBytes)

/** Origin line of the ledger's checkpoints: genesis name ‖ `/` ‖ first 16 hex digits of the ledger id. */
export const originOf = (name: string, ledgerId: Uint8Array): string =>
  `${name}/${toHex(ledgerId.subarray(0, 8))}`
