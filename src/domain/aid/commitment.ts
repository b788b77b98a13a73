/**
 * What stands for a person in a plan: a commitment to the insured identity that social security attests and to the date
 * of birth, salted, so that nobody can tell from a cohort who is in it. Whoever holds the salt opens it.
 */
import { concatBytes, fromHex, utf8 } from '../../base/index.ts'
import { decodeBase64 } from '../../protocol/index.ts'

/** *format* Bytes of one commitment in a cohort. */
const COMMITMENT_BYTES = 32

/** The opening of a commitment. */
export interface AidPerson {
  /** Reference of the plan. */
  readonly plan: string
  /** `YYYY-MM-DD` */
  readonly bornOn: string
  /** 32 bytes in hex, known to the person and to who collects from it. */
  readonly salt: string
  /** The commitment that social security attests, 32 bytes in hex. */
  readonly insured: string
}

/** What is hashed (SHA-256) into a commitment: `medseal/aid-member/v1` LF ‖ plan LF ‖ born on LF ‖ salt ‖ insured. */
export const aidCommitmentInput = ({ plan, bornOn, salt, insured }: AidPerson): Uint8Array =>
  concatBytes(utf8(`medseal/aid-member/v1\n${plan}\n${bornOn}\n`), fromHex(salt, 32)!, fromHex(insured, 32)!)

/**
 * The commitments of a cohort, each 32 bytes, as views; undefined where `members` is not base64 of a whole number of
 * them.
 */
export function splitCommitments(members: string): Uint8Array[] | undefined {
  const bytes = decodeBase64(members)
  if (bytes === undefined || bytes.length === 0 || bytes.length % COMMITMENT_BYTES !== 0) return undefined
  return Array.from({ length: bytes.length / COMMITMENT_BYTES }, (_, i) =>
    bytes.subarray(COMMITMENT_BYTES * i, COMMITMENT_BYTES * (i + 1)),
  )
}
