/**
 * Transaction leaves, 0x01 ‖ public key (32) ‖ signature (64) ‖ body: form, id, leaf hash, and the signature's check
 * added to the batch. The signature is over `medseal/transaction/v1` LF ‖ ledger id (32) ‖ public key ‖ body, and the
 * id is `expires` (4 bytes, big-endian) ‖ the first 28 bytes of the SHA-256 of the same.
 */
import { bodyFaultOffset, checkBody } from './body'
import { addCheck, addFailedCheck, nextCheck } from './ed25519/checks'
import { expires } from './envelope'
import { FAULT_ENTRY, FAULT_NONE } from './faults'
import { DIGEST, FAULTS, FAULT_OFFSETS, IDS, LEAF_HASHES, LEDGER_ID } from './memory-map'
import { hashLeaf } from './merkle'
import { sha256Begin, sha256End, sha256Update } from './sha256'
import { sha512Begin, sha512End, sha512Update } from './sha512'

const TRANSACTION_TAG: u8 = 1
const LEAF_BYTES_MAX: usize = 65535
const KEY_AT: usize = 1
const KEY_BYTES: usize = 32
const SIGNATURE_AT: usize = 33
const BODY_AT: usize = 97

/** `medseal/transaction/v1` LF. */
const CONTEXT = memory.data<u8>([
  0x6d, 0x65, 0x64, 0x73, 0x65, 0x61, 0x6c, 0x2f, 0x74, 0x72, 0x61, 0x6e, 0x73, 0x61, 0x63, 0x74, 0x69, 0x6f, 0x6e,
  0x2f, 0x76, 0x31, 0x0a,
])
const CONTEXT_BYTES: usize = 23

/** Takes the entry of `length` bytes at `ptr` into the batch. */
export function addEntry(ptr: usize, length: usize): void {
  const check = <usize>nextCheck()
  hashLeaf(ptr, length, LEAF_HASHES + 32 * check)
  store<u32>(FAULT_OFFSETS + 4 * check, 0)
  const fault = checkForm(ptr, length, FAULT_OFFSETS + 4 * check)
  store<u8>(FAULTS + check, <u8>fault)
  if (fault != FAULT_NONE) {
    memory.fill(IDS + 32 * check, 0, 32)
    return addFailedCheck()
  }
  const bodyPtr = ptr + BODY_AT
  const bodyLength = length - BODY_AT
  makeId(ptr + KEY_AT, bodyPtr, bodyLength, IDS + 32 * check)
  sha512Begin()
  sha512Update(ptr + SIGNATURE_AT, 32)
  sha512Update(ptr + KEY_AT, KEY_BYTES)
  sha512Update(CONTEXT, CONTEXT_BYTES)
  sha512Update(LEDGER_ID, 32)
  sha512Update(ptr + KEY_AT, KEY_BYTES)
  sha512Update(bodyPtr, bodyLength)
  sha512End(DIGEST)
  addCheck(ptr + KEY_AT, ptr + SIGNATURE_AT, DIGEST)
}

function checkForm(ptr: usize, length: usize, offsetPtr: usize): u32 {
  if (length < BODY_AT || length > LEAF_BYTES_MAX || load<u8>(ptr) != TRANSACTION_TAG) return FAULT_ENTRY
  const fault = checkBody(ptr + BODY_AT, length - BODY_AT)
  if (fault != FAULT_NONE) store<u32>(offsetPtr, bodyFaultOffset())
  return fault
}

function makeId(publicKeyPtr: usize, bodyPtr: usize, bodyLength: usize, idPtr: usize): void {
  sha256Begin()
  sha256Update(CONTEXT, CONTEXT_BYTES)
  sha256Update(LEDGER_ID, 32)
  sha256Update(publicKeyPtr, KEY_BYTES)
  sha256Update(bodyPtr, bodyLength)
  sha256End(DIGEST)
  store<u32>(idPtr, bswap(expires))
  memory.copy(idPtr + 4, DIGEST, 28)
}
