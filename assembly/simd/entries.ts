/**
 * Transaction leaves: form, id, leaf hash, and the signature's check added to the batch (../entry-form.ts). Leaf hashes
 * and ids are made four at a time.
 */
import { BODY_AT, CONTEXT, CONTEXT_BYTES, ID_HASH_BYTES, KEY_AT, KEY_BYTES, SIGNATURE_AT, checkForm } from '../entry-form'
import { expires } from '../envelope'
import { FAULT_NONE } from '../faults'
import { DIGEST, FAULTS, FAULT_OFFSETS, IDS, LEAF_HASHES, LEDGER_ID } from '../memory-map'
import { addCheck, addFailedCheck, nextCheck } from './checks'
import { MESSAGES, MESSAGE_BYTES_MAX, MESSAGE_DIGESTS, MESSAGE_IDS } from './memory-map'
import { hashLeaves } from './merkle'
import { hashLanes, setLane } from './sha256-lanes'
import { sha512Begin, sha512End, sha512Update } from './sha512'

const LANES: usize = 4
const HASH: usize = 32
/** Messages that wait to be hashed together. */
let waiting: usize = 0

/** Takes `count` entries into the batch; entry i is [itemsPtr + offsets[i], itemsPtr + offsets[i + 1]). */
export function addEntries(itemsPtr: usize, offsetsPtr: usize, count: usize): void {
  hashLeaves(itemsPtr, offsetsPtr, count, LEAF_HASHES + HASH * <usize>nextCheck())
  waiting = 0
  for (let i: usize = 0; i < count; i++) {
    const from = load<u32>(offsetsPtr + 4 * i)
    addEntry(itemsPtr + from, load<u32>(offsetsPtr + 4 * i, 4) - from)
  }
  makeIds()
}

function addEntry(ptr: usize, length: usize): void {
  const check = <usize>nextCheck()
  const fault = checkForm(ptr, length, FAULT_OFFSETS + 4 * check)
  store<u8>(FAULTS + check, <u8>fault)
  memory.fill(IDS + HASH * check, 0, HASH)
  if (fault != FAULT_NONE) return addFailedCheck()
  const messagePtr = MESSAGES + MESSAGE_BYTES_MAX * waiting
  const messageLength = writeMessage(messagePtr, ptr, length)
  sha512Begin()
  sha512Update(ptr + SIGNATURE_AT, 32)
  sha512Update(ptr + KEY_AT, KEY_BYTES)
  sha512Update(messagePtr, messageLength)
  sha512End(DIGEST)
  addCheck(ptr + KEY_AT, ptr + SIGNATURE_AT, DIGEST)
  store<u32>(IDS + HASH * check, bswap(expires))
  store<u32>(MESSAGE_IDS + 4 * waiting, <u32>(IDS + HASH * check))
  setLane(waiting, messagePtr, messageLength, MESSAGE_DIGESTS + HASH * waiting)
  waiting++
  if (waiting == LANES) makeIds()
}

/** Writes what the entry's signature is over; returns its length. */
function writeMessage(outPtr: usize, ptr: usize, length: usize): usize {
  const keyPtr = outPtr + CONTEXT_BYTES + HASH
  memory.copy(outPtr, CONTEXT, CONTEXT_BYTES)
  memory.copy(outPtr + CONTEXT_BYTES, LEDGER_ID, HASH)
  memory.copy(keyPtr, ptr + KEY_AT, KEY_BYTES)
  memory.copy(keyPtr + KEY_BYTES, ptr + BODY_AT, length - BODY_AT)
  return CONTEXT_BYTES + HASH + KEY_BYTES + length - BODY_AT
}

/** Completes the ids of the messages that wait: `expires` stands in them already, the hash follows. */
function makeIds(): void {
  if (waiting == 0) return
  for (let lane = waiting; lane < LANES; lane++) setLane(lane, MESSAGES, 0, MESSAGE_DIGESTS + HASH * lane)
  hashLanes(false)
  for (let lane: usize = 0; lane < waiting; lane++) {
    memory.copy(<usize>load<u32>(MESSAGE_IDS + 4 * lane) + 4, MESSAGE_DIGESTS + HASH * lane, ID_HASH_BYTES)
  }
  waiting = 0
}
