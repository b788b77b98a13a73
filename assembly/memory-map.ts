/**
 * What both builds have at the same place in the kernel's memory, which is fixed and never grown, so that views on it
 * stay valid: the interface's arenas (README.md), and what hashing one message and checking a body need. Nothing is
 * allocated; constant tables that the compiler places lie below `STATIC_END`, which each `index.ts` checks at start.
 * What follows `SHARED_END` is each build's own: serial/memory-map.ts, simd/memory-map.ts.
 */

/** Checks that one call of `verifyChecks` decides: a full block. */
export const CHECKS_MAX: u32 = 4096
/** Items in one call of `hashLeaves`. */
export const ITEMS_MAX: u32 = 65536
/** Bytes of input for one call; holds 262,144 hashes or 128 leaves of the largest size. */
export const INPUT_BYTES: usize = 8 << 20

export const STATIC_END: usize = 0x10000

// The interface's arenas.
export const INPUT: usize = STATIC_END
/** u32 × (items + 1): item i is INPUT + [OFFSETS[i], OFFSETS[i + 1]). */
export const OFFSETS: usize = INPUT + INPUT_BYTES
export const OUTPUT: usize = OFFSETS + 4 * (<usize>ITEMS_MAX + 1) + 60
export const LEDGER_ID: usize = OUTPUT + 32 * <usize>ITEMS_MAX
/** 16 bytes a check, from a cryptographic source, filled before each `verifyChecks`. */
export const RANDOM: usize = LEDGER_ID + 64
/** u8 a check: 1 valid, 0 not. */
export const VERDICTS: usize = RANDOM + 16 * <usize>CHECKS_MAX
export const IDS: usize = VERDICTS + <usize>CHECKS_MAX
export const LEAF_HASHES: usize = IDS + 32 * <usize>CHECKS_MAX
/** u8 a check: the fault of an entry. */
export const FAULTS: usize = LEAF_HASHES + 32 * <usize>CHECKS_MAX
/** u32 a check. */
export const FAULT_OFFSETS: usize = FAULTS + <usize>CHECKS_MAX

// Hashing: chaining value, block being filled, message schedule.
export const SHA256_STATE: usize = FAULT_OFFSETS + 4 * <usize>CHECKS_MAX
export const SHA256_BLOCK: usize = SHA256_STATE + 32
export const SHA256_SCHEDULE: usize = SHA256_BLOCK + 64
export const SHA512_STATE: usize = SHA256_SCHEDULE + 256
export const SHA512_BLOCK: usize = SHA512_STATE + 64
export const SHA512_SCHEDULE: usize = SHA512_BLOCK + 128
export const DIGEST: usize = SHA512_SCHEDULE + 640

// The stack of the body check: one frame of 16 bytes a level.
export const BODY_STACK: usize = DIGEST + 64
export const BODY_STACK_BYTES: usize = 512

export const SHARED_END: usize = BODY_STACK + BODY_STACK_BYTES
