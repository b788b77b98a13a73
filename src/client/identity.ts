/** What enrolment needs besides a transaction: key statements, and the commitments that stand for patients. */
import { toHex } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { keyStatementInput, subjectOf, weightInput } from '../protocol/index.ts'
import { randomBytes, type Signer } from './keys.ts'

/** Who a new key is for. */
export interface KeyStatementRequest {
  /** 32 bytes. */
  readonly ledgerId: Uint8Array
  /** `<member>:<local>`. */
  readonly actor: string
  /** The key that is replaced, 32 bytes; absent at enrolment. */
  readonly oldKey?: Uint8Array
}

/**
 * The new key's own word that it belongs to the actor: 128 hex digits, for the field `statement` of `identity.enrol`,
 * `identity.rotate-key` and `identity.recover`. Without it nobody could be stopped from enrolling another's key.
 */
export async function signKeyStatement(newKey: Signer, request: KeyStatementRequest): Promise<string> {
  const input = keyStatementInput(request.ledgerId, request.actor, request.oldKey, newKey.publicKey)
  return toHex(await newKey.sign(input))
}

/** What a scale weighed. */
export interface WeightRequest {
  /** 32 bytes. */
  readonly ledgerId: Uint8Array
  /** `<hospital>:<bag>`. */
  readonly item: string
  readonly grams: number
  /** Unix seconds. */
  readonly at: number
}

/** The scale's own word about a weight, as the payloads of waste take it. */
export async function signWeight(
  scale: Signer,
  { ledgerId, item, grams, at }: WeightRequest,
): Promise<{ grams: number; at: number; scale: string; signature: string }> {
  const signature = toHex(await scale.sign(weightInput(ledgerId, item, grams, at)))
  return { grams, at, scale: toHex(scale.publicKey), signature }
}

/** A patient at a facility: what stands on the ledger, and the salt that facility and patient keep. */
export interface SubjectCommitment {
  /** 64 hex digits. */
  readonly subject: string
  /** 32 bytes. */
  readonly salt: Uint8Array
}

/** Makes a patient's subject at `facility` (a member id), with a fresh salt unless one is given. */
export function commitSubject(
  kernel: Kernel,
  facility: string,
  patientKey: Uint8Array,
  salt: Uint8Array = randomBytes(32),
): SubjectCommitment {
  return { subject: subjectOf(kernel, facility, salt, patientKey), salt }
}
