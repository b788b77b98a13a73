/**
 * Transaction leaves: form, id, leaf hash, and the signature's check added to the batch (../entry-form.ts). Leaf hashes
 * and ids are made four at a time, what signatures are over is hashed by twos.
 */
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
import { FAULTS, FAULT_OFFSETS, IDS, LEAF_HASHES, LEDGER_ID } from '../memory-map'
import { addCheck, addFailedCheck, nextCheck } from './checks'
import { setLane } from './lanes'
import {
  MESSAGES,
  MESSAGE_BYTES_MAX,
  MESSAGE_CHECK_DIGESTS,
  MESSAGE_DIGESTS,
  MESSAGE_IDS,
  MESSAGE_LENGTHS,
} from './memory-map'
import { hashLeaves } from './merkle'
import { hashLanes256 } from './sha256'
import { hashLater512, hashWaiting512 } from './sha512'

const LANES: usize = 4
const HASH: usize = 32
/** R ‖ A, which a check hashes before the message. */
const PREFIX_BYTES: usize = 64
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
  hashMessages()
}

function addEntry(ptr: usize, length: usize): void {
  const check = <usize>nextCheck()
  const fault = checkForm(ptr, length, FAULT_OFFSETS + 4 * check)
  store<u8>(FAULTS + check, <u8>fault)
  memory.fill(IDS + HASH * check, 0, HASH)
  if (fault != FAULT_NONE) return addFailedCheck()
  const messagePtr = messageAt(waiting)
  memory.copy(messagePtr - PREFIX_BYTES, ptr + SIGNATURE_AT, 32)
  memory.copy(messagePtr - PREFIX_BYTES + 32, ptr + KEY_AT, KEY_BYTES)
  store<u32>(MESSAGE_LENGTHS + 4 * waiting, <u32>writeMessage(messagePtr, ptr, length))
  store<u32>(MESSAGE_CHECK_DIGESTS + 4 * waiting, <u32>addCheck(ptr + KEY_AT, ptr + SIGNATURE_AT))
  store<u32>(IDS + HASH * check, bswap(expires))
  store<u32>(MESSAGE_IDS + 4 * waiting, <u32>(IDS + HASH * check))
  waiting++
  if (waiting == LANES) hashMessages()
}

@inline
function messageAt(lane: usize): usize {
  return MESSAGES + MESSAGE_BYTES_MAX * lane + PREFIX_BYTES
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

/** Hashes the messages that wait: for their ids, in which `expires` stands already, and for their checks. */
function hashMessages(): void {
  for (let lane: usize = 0; lane < LANES; lane++) {
    const length = lane < waiting ? load<u32>(MESSAGE_LENGTHS + 4 * lane) : 0
    setLane(lane, messageAt(lane), length, MESSAGE_DIGESTS + HASH * lane)
  }
  if (waiting > 0) hashLanes256(false)
  for (let lane: usize = 0; lane < waiting; lane++) {
    memory.copy(<usize>load<u32>(MESSAGE_IDS + 4 * lane) + 4, MESSAGE_DIGESTS + HASH * lane, ID_HASH_BYTES)
    const digestPtr = load<u32>(MESSAGE_CHECK_DIGESTS + 4 * lane)
    if (digestPtr == 0) continue
    hashLater512(messageAt(lane) - PREFIX_BYTES, PREFIX_BYTES + load<u32>(MESSAGE_LENGTHS + 4 * lane), digestPtr)
  }
  hashWaiting512()
  waiting = 0
}
