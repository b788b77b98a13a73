/**
 * Transaction leaves: form, id, leaf hash, and the signature's check added to the batch (entry-form.ts).
 */
import { addCheck, addFailedCheck, nextCheck } from './checks'
import {
  BODY_AT,
  CONTEXT,
  CONTEXT_BYTES,
  ID_HASH_BYTES,
  KEY_AT,
  KEY_BYTES,
  SIGNATURE_AT,
  checkForm,
} from '../entry-form'
import { expires } from '../envelope'
import { FAULT_NONE } from '../faults'
import { DIGEST, FAULTS, FAULT_OFFSETS, IDS, LEAF_HASHES, LEDGER_ID } from '../memory-map'
import { hashLeaf } from './merkle'
import { sha256Begin, sha256End, sha256Update } from './sha256'
import { sha512Begin, sha512End, sha512Update } from './sha512'

/** Takes the entry of `length` bytes at `ptr` into the batch. */
export function addEntry(ptr: usize, length: usize): void {
  const check = <usize>nextCheck()
  hashLeaf(ptr, length, LEAF_HASHES + 32 * check)
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

function makeId(publicKeyPtr: usize, bodyPtr: usize, bodyLength: usize, idPtr: usize): void {
  sha256Begin()
  sha256Update(CONTEXT, CONTEXT_BYTES)
  sha256Update(LEDGER_ID, 32)
  sha256Update(publicKeyPtr, KEY_BYTES)
  sha256Update(bodyPtr, bodyLength)
  sha256End(DIGEST)
  store<u32>(idPtr, bswap(expires))
  memory.copy(idPtr + 4, DIGEST, ID_HASH_BYTES)
}
