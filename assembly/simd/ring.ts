/**
 * An order of use: slots in a ring, each linked (u32 × 2) to the one used before it and the one used after. Slot 0 is
 * the ring's head: after it comes the slot used longest ago, before it the latest.
 */

@inline
function before(ringPtr: usize, slot: u32): u32 {
  return load<u32>(ringPtr + 8 * <usize>slot)
}

@inline
function after(ringPtr: usize, slot: u32): u32 {
  return load<u32>(ringPtr + 8 * <usize>slot, 4)
}

/** The slot used longest ago; 0 of an empty ring. */
export function oldestOf(ringPtr: usize): u32 {
  return after(ringPtr, 0)
}

/** Takes a slot out. */
export function unlink(ringPtr: usize, slot: u32): void {
  const older = before(ringPtr, slot)
  const newer = after(ringPtr, slot)
  store<u32>(ringPtr + 8 * <usize>older, newer, 4)
  store<u32>(ringPtr + 8 * <usize>newer, older)
}

/** Puts a slot in as the latest used. */
export function linkLatest(ringPtr: usize, slot: u32): void {
  const latest = before(ringPtr, 0)
  store<u32>(ringPtr + 8 * <usize>slot, latest)
  store<u32>(ringPtr + 8 * <usize>slot, 0, 4)
  store<u32>(ringPtr + 8 * <usize>latest, slot, 4)
  store<u32>(ringPtr, slot)
}

/** Makes a slot that is in the ring the latest used. */
export function touch(ringPtr: usize, slot: u32): void {
  unlink(ringPtr, slot)
  linkLatest(ringPtr, slot)
}
