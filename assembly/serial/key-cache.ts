/**
 * Public keys already decompressed, the least recently used forgotten first. A slot number stays good while the
 * checks at hand are being gathered and verified: those use at most CHECKS_MAX of the KEYS_MAX slots, and they are
 * the most recently used ones.
 *
 * Whoever picks keys could pick them to share one chain of a plain hash table, so the hash is multiplied by a secret
 * odd number that `seedKeyCache` sets. Keys that decode to no point are not remembered.
 */
import { KEYS_MAX, KEY_CHAINS, KEY_CHAIN_HEADS, KEY_ENCODINGS, KEY_LINKS, KEY_POINTS, POINT_BYTES } from './memory-map'
import { decodePoint } from './points'

/** Slots are numbered from 1, so that cleared memory means none; slot 0 heads the ring of uses. */
const NONE: u32 = 0
const CHAIN_SHIFT: u64 = 64 - 13

let secret: u64 = 0x9e3779b97f4a7c15
let used: u32 = 0

@inline
function encodingPtr(slot: u32): usize {
  return KEY_ENCODINGS + 32 * <usize>slot
}

/** Where the decompressed point of a slot lies, extended. */
export function keyPointPtr(slot: u32): usize {
  return KEY_POINTS + POINT_BYTES * <usize>slot
}

@inline
function linkPtr(slot: u32): usize {
  return KEY_LINKS + 16 * <usize>slot
}

@inline
function nextInChain(slot: u32): u32 {
  return load<u32>(linkPtr(slot))
}

@inline
function older(slot: u32): u32 {
  return load<u32>(linkPtr(slot), 4)
}

@inline
function newer(slot: u32): u32 {
  return load<u32>(linkPtr(slot), 8)
}

/** Forgets every key and sets the secret of the hash. */
export function seedKeyCache(seed: u64): void {
  secret = seed | 1
  used = 0
  memory.fill(KEY_CHAIN_HEADS, 0, 4 * <usize>KEY_CHAINS)
  memory.fill(KEY_LINKS, 0, 16)
}

@inline
function chainHeadPtr(encodedPtr: usize): usize {
  let mixed: u64 = secret
  for (let i: usize = 0; i < 32; i += 8) {
    mixed = (mixed ^ load<u64>(encodedPtr + i)) * secret
    mixed ^= mixed >> 32
  }
  return KEY_CHAIN_HEADS + 4 * <usize>((mixed * secret) >> CHAIN_SHIFT)
}

/** Takes a slot out of the ring of uses. */
function unlink(slot: u32): void {
  const before = older(slot)
  const after = newer(slot)
  store<u32>(linkPtr(before), after, 8)
  store<u32>(linkPtr(after), before, 4)
}

/** Puts a slot in as the most recently used. */
function linkNewest(slot: u32): void {
  const newest = older(0)
  store<u32>(linkPtr(slot), newest, 4)
  store<u32>(linkPtr(slot), 0, 8)
  store<u32>(linkPtr(newest), slot, 8)
  store<u32>(linkPtr(0), slot, 4)
}

/** A slot to write into: a fresh one, or that of the key used longest ago, taken out of its chain. */
function takeSlot(): u32 {
  if (used < KEYS_MAX - 1) {
    used++
    return used
  }
  const slot = newer(0)
  unlink(slot)
  let ptr = chainHeadPtr(encodingPtr(slot))
  while (load<u32>(ptr) != slot) ptr = linkPtr(load<u32>(ptr))
  store<u32>(ptr, nextInChain(slot))
  return slot
}

/** The slot of the public key at `encodedPtr`, decompressed now if it is new; 0 where it encodes no point. */
export function findKey(encodedPtr: usize): u32 {
  const headPtr = chainHeadPtr(encodedPtr)
  for (let slot = load<u32>(headPtr); slot != NONE; slot = nextInChain(slot)) {
    if (memory.compare(encodingPtr(slot), encodedPtr, 32) == 0) {
      unlink(slot)
      linkNewest(slot)
      return slot
    }
  }
  const pointPtr = keyPointPtr(NONE)
  if (!decodePoint(pointPtr, encodedPtr)) return NONE
  const slot = takeSlot()
  memory.copy(encodingPtr(slot), encodedPtr, 32)
  memory.copy(keyPointPtr(slot), pointPtr, POINT_BYTES)
  store<u32>(linkPtr(slot), load<u32>(headPtr))
  store<u32>(headPtr, slot)
  linkNewest(slot)
  return slot
}
