/**
 * Public keys met before. Two rings of least recent use:
 * - KEYS_MAX keys with their decoded point (about 0.45 KiB each), so that a key is decoded once;
 * - TABLES_MAX of them with tables of odd multiples of A and 2^128 A (12 KiB each), once they have been used
 *   USES_FOR_TABLES times: they cost as much as a check to make, and save half of it each time.
 *
 * A slot number stays good while the checks at hand are gathered and verified: those use at most CHECKS_MAX of the
 * slots, the latest used. Whoever picks keys could pick them to share one chain of a plain hash table, so the hash is
 * multiplied by a secret odd number that `seedKeyCache` sets.
 */
import {
  KEYS_MAX,
  KEY_ADDENDS,
  KEY_CHAINS,
  KEY_CHAIN_HEADS,
  KEY_ENCODINGS,
  KEY_NEXT,
  KEY_RING,
  KEY_STATES,
  KEY_TABLES,
  KEY_USES,
  POINT_BYTES,
  TABLES,
  TABLES_MAX,
  TABLE_BATCHES,
  TABLE_BYTES,
  TABLE_COUNT,
  TABLE_OWNERS,
  TABLE_RING,
} from './memory-map'
import { linkLatest, oldestOf, touch, unlink } from './ring'
import { makeTables } from './tables'

/** Slots are numbered from 1, so that cleared memory means none. */
const NONE: u32 = 0
const CHAIN_SHIFT: u64 = 64 - 13

export const STATE_NEW: u8 = 0
export const STATE_POINT: u8 = 1
export const STATE_NO_POINT: u8 = 2

/** Uses of a key before it gets tables. */
const USES_FOR_TABLES: u32 = 4
/** Tables that one batch may take from other keys: so that keys in rotation do not rebuild them for ever. */
const TAKEOVERS_MAX: u32 = 16

let secret: u64 = 1
let keyCount: u32 = 0
let tableCount: u32 = 0
let takeovers: u32 = 0
let batch: u32 = 0

@inline
function encodingPtr(slot: u32): usize {
  return KEY_ENCODINGS + 32 * <usize>slot
}

/** Where the addend of a decoded key lies. */
export function keyAddendPtr(slot: u32): usize {
  return KEY_ADDENDS + POINT_BYTES * <usize>slot
}

/** The encoding of a key, copied when it was first met. */
export function keyEncodingPtr(slot: u32): usize {
  return encodingPtr(slot)
}

export function keyState(slot: u32): u8 {
  return load<u8>(KEY_STATES + <usize>slot)
}

export function setKeyState(slot: u32, state: u8): void {
  store<u8>(KEY_STATES + <usize>slot, state)
}

/** Forgets every key and sets the secret of the hash. */
export function seedKeyCache(seed: u64): void {
  secret = seed | 1
  keyCount = 0
  tableCount = 0
  memory.fill(KEY_CHAIN_HEADS, 0, 4 * <usize>KEY_CHAINS)
  memory.fill(KEY_RING, 0, 8)
  memory.fill(TABLE_RING, 0, 8)
}

@inline
function chainHeadPtr(encodedPtr: usize): usize {
  const mixed = (load<u64>(encodedPtr) ^ rotl(load<u64>(encodedPtr, 16) * secret, 32)) * secret
  return KEY_CHAIN_HEADS + 4 * <usize>(mixed >> CHAIN_SHIFT)
}

@inline
function isEncoding(slot: u32, encodedPtr: usize): bool {
  const ptr = encodingPtr(slot)
  const low = v128.xor(v128.load(ptr), v128.load(encodedPtr))
  const high = v128.xor(v128.load(ptr, 16), v128.load(encodedPtr, 16))
  return !v128.any_true(v128.or(low, high))
}

/** A slot to write into: a fresh one, or that of the key used longest ago, taken out of its chain. */
function takeKeySlot(): u32 {
  if (keyCount < KEYS_MAX - 1) return ++keyCount
  const slot = oldestOf(KEY_RING)
  unlink(KEY_RING, slot)
  let ptr = chainHeadPtr(encodingPtr(slot))
  while (load<u32>(ptr) != slot) ptr = KEY_NEXT + 4 * <usize>load<u32>(ptr)
  store<u32>(ptr, load<u32>(KEY_NEXT + 4 * <usize>slot))
  const tables = load<u32>(KEY_TABLES + 4 * <usize>slot)
  if (tables != NONE) store<u32>(TABLE_OWNERS + 4 * <usize>tables, NONE)
  return slot
}

/** The slot of the public key at `encodedPtr`; in state STATE_NEW where it was never met. */
export function findKey(encodedPtr: usize): u32 {
  const headPtr = chainHeadPtr(encodedPtr)
  for (let slot = load<u32>(headPtr); slot != NONE; slot = load<u32>(KEY_NEXT + 4 * <usize>slot)) {
    if (isEncoding(slot, encodedPtr)) {
      touch(KEY_RING, slot)
      store<u32>(KEY_USES + 4 * <usize>slot, load<u32>(KEY_USES + 4 * <usize>slot) + 1)
      return slot
    }
  }
  const slot = takeKeySlot()
  memory.copy(encodingPtr(slot), encodedPtr, 32)
  setKeyState(slot, STATE_NEW)
  store<u32>(KEY_USES + 4 * <usize>slot, 1)
  store<u32>(KEY_TABLES + 4 * <usize>slot, NONE)
  store<u32>(KEY_NEXT + 4 * <usize>slot, load<u32>(headPtr))
  store<u32>(headPtr, slot)
  linkLatest(KEY_RING, slot)
  return slot
}

/** To be called before the keys of a batch are asked for their tables; those stay good until it is called again. */
export function beginTables(): void {
  batch++
  takeovers = 0
}

/** A slot for tables, out of the ring; NONE where the batch has taken over enough. */
function takeTableSlot(): u32 {
  if (tableCount < TABLES_MAX - 1) return ++tableCount
  if (takeovers == TAKEOVERS_MAX) return NONE
  const slot = oldestOf(TABLE_RING)
  if (load<u32>(TABLE_BATCHES + 4 * <usize>slot) == batch) return NONE
  takeovers++
  unlink(TABLE_RING, slot)
  const owner = load<u32>(TABLE_OWNERS + 4 * <usize>slot)
  if (owner != NONE) store<u32>(KEY_TABLES + 4 * <usize>owner, NONE)
  return slot
}

/** The table of A, that of 2^128 A following; 0 where the key has none. Makes them where the key has earned them. */
export function keyTablePtr(key: u32): usize {
  let slot = load<u32>(KEY_TABLES + 4 * <usize>key)
  if (slot != NONE) {
    touch(TABLE_RING, slot)
    store<u32>(TABLE_BATCHES + 4 * <usize>slot, batch)
    return TABLES + TABLE_BYTES * <usize>slot
  }
  if (load<u32>(KEY_USES + 4 * <usize>key) < USES_FOR_TABLES) return 0
  slot = takeTableSlot()
  if (slot == NONE) return 0
  store<u32>(KEY_TABLES + 4 * <usize>key, slot)
  store<u32>(TABLE_OWNERS + 4 * <usize>slot, key)
  store<u32>(TABLE_BATCHES + 4 * <usize>slot, batch)
  linkLatest(TABLE_RING, slot)
  const ptr = TABLES + TABLE_BYTES * <usize>slot
  makeTables(ptr, ptr + TABLE_BYTES / 2, TABLE_COUNT, keyAddendPtr(key))
  return ptr
}
