/**
 * The form of transaction leaves, 0x01 ‖ public key (32) ‖ signature (64) ‖ body, and their ids: `expires` (4 bytes,
 * big-endian) ‖ the first 28 bytes of the SHA-256 of what is signed, `medseal/transaction/v1` LF ‖ ledger id (32) ‖
 * public key ‖ body. Does not look at signatures.
 */
import { bodyFaultOffset, checkBody } from './body'
import { FAULT_ENTRY, FAULT_NONE } from './faults'

const TRANSACTION_TAG: u8 = 1
const LEAF_BYTES_MAX: usize = 65535
export const KEY_AT: usize = 1
export const KEY_BYTES: usize = 32
export const SIGNATURE_AT: usize = 33
export const BODY_AT: usize = 97
/** Bytes of an id that come out of the hash. */
export const ID_HASH_BYTES: usize = 28

/** `medseal/transaction/v1` LF. */
export const CONTEXT = memory.data<u8>([
  0x6d, 0x65, 0x64, 0x73, 0x65, 0x61, 0x6c, 0x2f, 0x74, 0x72, 0x61, 0x6e, 0x73, 0x61, 0x63, 0x74, 0x69, 0x6f, 0x6e,
  0x2f, 0x76, 0x31, 0x0a,
])
export const CONTEXT_BYTES: usize = 23

/** The fault in the form of the entry of `length` bytes at `ptr`, and at `offsetPtr` (u32) where in the body. */
export function checkForm(ptr: usize, length: usize, offsetPtr: usize): u32 {
  store<u32>(offsetPtr, 0)
  if (length < BODY_AT || length > LEAF_BYTES_MAX || load<u8>(ptr) != TRANSACTION_TAG) return FAULT_ENTRY
  const fault = checkBody(ptr + BODY_AT, length - BODY_AT)
  if (fault != FAULT_NONE) store<u32>(offsetPtr, bodyFaultOffset())
  return fault
}
