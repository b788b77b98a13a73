/**
 * Where the scalar build keeps what is its own, behind what both have (../memory-map.ts). 32 MiB in all.
 */
import { CHECKS_MAX, SHARED_END, STATIC_END } from '../memory-map'

// Scratch of field, scalar and point arithmetic.
export const FIELD_SCRATCH: usize = SHARED_END
export const POWER_SCRATCH: usize = FIELD_SCRATCH + 128
export const SCALAR_SCRATCH: usize = POWER_SCRATCH + 256
export const POINT_SCRATCH: usize = SCALAR_SCRATCH + 512
export const TABLE_SCRATCH: usize = POINT_SCRATCH + 512
export const CHECK_SCRATCH: usize = TABLE_SCRATCH + 512

// Sizes of the records below.
export const FIELD_BYTES: usize = 40
export const POINT_BYTES: usize = 4 * FIELD_BYTES
export const SCALAR_BYTES: usize = 32

/** Decompressed public keys remembered. More than CHECKS_MAX, so that no key of the checks at hand is forgotten. */
export const KEYS_MAX: u32 = 8192
/** Chains of the key cache's hash table. */
export const KEY_CHAINS: u32 = 8192
export const KEY_CHAIN_HEADS: usize = CHECK_SCRATCH + 512
export const KEY_ENCODINGS: usize = KEY_CHAIN_HEADS + 4 * <usize>KEY_CHAINS
export const KEY_POINTS: usize = KEY_ENCODINGS + 32 * <usize>KEYS_MAX
/** u32 × 4 a key: next in chain, older, newer, unused. */
export const KEY_LINKS: usize = KEY_POINTS + POINT_BYTES * <usize>KEYS_MAX
/** u64 × 2 a key: the evaluation in which it last had a term, and that term. */
export const KEY_TERMS: usize = KEY_LINKS + 16 * <usize>KEYS_MAX

// Candidates: checks sound enough to need the equation. Their number in the batch, key slot, S, k and R.
export const CANDIDATE_CHECKS: usize = KEY_TERMS + 16 * <usize>KEYS_MAX
export const CANDIDATE_KEYS: usize = CANDIDATE_CHECKS + 4 * <usize>CHECKS_MAX
export const CANDIDATE_S: usize = CANDIDATE_KEYS + 4 * <usize>CHECKS_MAX
export const CANDIDATE_K: usize = CANDIDATE_S + SCALAR_BYTES * <usize>CHECKS_MAX
export const CANDIDATE_R: usize = CANDIDATE_K + SCALAR_BYTES * <usize>CHECKS_MAX
/** Bisection: sums of a range and of its two halves, a level each. 4,096 checks halve 12 times. */
export const BISECTION_SUMS: usize = CANDIDATE_R + POINT_BYTES * <usize>CHECKS_MAX
export const BISECTION_LEVELS_MAX: usize = 13

/** Terms of one multi-scalar multiplication: an R and an A a check, and B. */
export const TERMS_MAX: u32 = 2 * CHECKS_MAX + 1
/** u32 a term: where its point lies, extended. */
export const TERM_POINTERS: usize = BISECTION_SUMS + 2 * POINT_BYTES * BISECTION_LEVELS_MAX
export const TERM_SCALARS: usize = TERM_POINTERS + 4 * <usize>TERMS_MAX + 60
/** Points as addends, one a term. */
export const TERM_ADDENDS: usize = TERM_SCALARS + SCALAR_BYTES * <usize>TERMS_MAX

/** Odd multiples of B for its window in Straus: B, 3B, … 127B. */
export const BASE_TABLE: usize = TERM_ADDENDS + POINT_BYTES * <usize>TERMS_MAX
export const BASE_TABLE_COUNT: u32 = 64

/** Terms up to which Straus takes fewer multiplications than Pippenger: about 100 checks. */
export const STRAUS_TERMS_MAX: u32 = 192
/** Straus: digits (i8 each) and eight odd multiples a term, and digits of B. */
export const DIGITS_BYTES: usize = 264
export const STRAUS_DIGITS: usize = BASE_TABLE + POINT_BYTES * <usize>BASE_TABLE_COUNT
export const STRAUS_TABLES: usize = STRAUS_DIGITS + DIGITS_BYTES * (<usize>STRAUS_TERMS_MAX + 1)
export const STRAUS_TABLE_COUNT: u32 = 8

/** Pippenger: buckets of the widest window, whether each is in use (u8), and scalars made ready for signed digits. */
export const WINDOW_BITS_MAX: u32 = 10
export const BUCKETS_MAX: usize = 1 << (<usize>WINDOW_BITS_MAX - 1)
export const BUCKETS: usize = STRAUS_TABLES + POINT_BYTES * <usize>(STRAUS_TABLE_COUNT * STRAUS_TERMS_MAX)
export const BUCKET_USES: usize = BUCKETS + POINT_BYTES * BUCKETS_MAX
export const SHIFTED_SCALARS: usize = BUCKET_USES + BUCKETS_MAX
export const SHIFTED_BYTES: usize = 40

export const MEMORY_END: usize = SHIFTED_SCALARS + SHIFTED_BYTES * <usize>TERMS_MAX

/** Whether constant tables and arenas fit their places. */
export function isMapSound(): bool {
  return __heap_base <= STATIC_END && MEMORY_END <= <usize>memory.size() << 16
}
