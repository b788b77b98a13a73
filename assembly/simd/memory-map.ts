/**
 * Where the SIMD build keeps what is its own, behind what both builds have (../memory-map.ts). Nothing is allocated.
 *
 * What is written and read within a few instructions must differ in the low twelve bits of its address: the processor
 * takes a load for one of a store 4 KiB away and waits (measured: 1.45 times slower). So the scratch of one formula
 * lies together, within a page.
 */
import { CHECKS_MAX, SHARED_END, STATIC_END } from '../memory-map'

/** Two field elements, one a lane: twelve limbs of two doubles. */
export const ELEMENT_BYTES: usize = 192
/** A point or an addend: two of those. */
export const POINT_BYTES: usize = 2 * ELEMENT_BYTES

const START: usize = (SHARED_END + 4095) & ~4095

// Scratch of point formulas.
/** Columns of the product at hand, and those past the last limb. */
export const COLUMNS: usize = START
export const COLUMNS_PAST: usize = COLUMNS + ELEMENT_BYTES
export const CROSSED: usize = COLUMNS_PAST + ELEMENT_BYTES
export const CROSSED_2: usize = CROSSED + ELEMENT_BYTES
export const PRODUCTS_AB: usize = CROSSED_2 + ELEMENT_BYTES
export const PRODUCTS_AB_2: usize = PRODUCTS_AB + ELEMENT_BYTES
export const PRODUCTS_CD: usize = PRODUCTS_AB_2 + ELEMENT_BYTES
export const FACTORS_EG: usize = PRODUCTS_CD + ELEMENT_BYTES
export const FACTORS_FH: usize = FACTORS_EG + ELEMENT_BYTES
export const PAIR_T: usize = FACTORS_FH + ELEMENT_BYTES
export const PAIR_2DXY: usize = PAIR_T + ELEMENT_BYTES

// Scratch of powers and roots. What is worked on in turns lies within a page with COLUMNS.
export const POWER_A: usize = PAIR_2DXY + ELEMENT_BYTES
export const POWER_B: usize = POWER_A + ELEMENT_BYTES
export const POWER_C: usize = POWER_B + ELEMENT_BYTES
export const POWER_D: usize = POWER_C + ELEMENT_BYTES
export const POWER_SPARE: usize = POWER_D + ELEMENT_BYTES
export const SECOND_POWER_A: usize = POWER_SPARE + ELEMENT_BYTES
export const SECOND_POWER_B: usize = SECOND_POWER_A + ELEMENT_BYTES
export const SECOND_POWER_C: usize = SECOND_POWER_B + ELEMENT_BYTES
export const SECOND_POWER_D: usize = SECOND_POWER_C + ELEMENT_BYTES
export const SECOND_POWER_SPARE: usize = SECOND_POWER_D + ELEMENT_BYTES
/** What two roots are found from, in one piece, so that it can be set aside while two others are prepared. */
export const ROOTS: usize = SECOND_POWER_SPARE + ELEMENT_BYTES
export const POWER: usize = ROOTS
export const Y: usize = POWER + ELEMENT_BYTES
export const U: usize = Y + ELEMENT_BYTES
export const V: usize = U + ELEMENT_BYTES
export const U_V_3: usize = V + ELEMENT_BYTES
export const ROOTS_BYTES: usize = U_V_3 + ELEMENT_BYTES - ROOTS
export const SECOND_ROOTS: usize = ROOTS + ROOTS_BYTES
export const SECOND_POWER: usize = SECOND_ROOTS
export const VALUE: usize = SECOND_ROOTS + ROOTS_BYTES
export const VALUE_2: usize = VALUE + ELEMENT_BYTES
export const INVERSE: usize = VALUE_2 + ELEMENT_BYTES
export const X: usize = INVERSE + ELEMENT_BYTES
export const V_3: usize = X + ELEMENT_BYTES
export const SQUARE: usize = V_3 + ELEMENT_BYTES
export const ROOT_MINUS: usize = SQUARE + ELEMENT_BYTES
export const ROOT_PLUS: usize = ROOT_MINUS + ELEMENT_BYTES
export const ROOT_FACTOR: usize = ROOT_PLUS + ELEMENT_BYTES

// SHA-2 of a message a lane: schedule (16 vectors), state (8), where rounds are anchored, and what is padded of each
// lane.
export const SCHEDULE: usize = (ROOT_FACTOR + ELEMENT_BYTES + 4095) & ~4095
export const STATE: usize = SCHEDULE + 256
export const ANCHOR: usize = STATE + 128
/** Of each lane: its message and digest (u32), bytes (u32), and blocks (u32), the last of which are padded copies. */
export const LANE_MESSAGES: usize = ANCHOR + 64
export const LANE_BYTES: usize = LANE_MESSAGES + 16
export const LANE_DIGESTS: usize = LANE_BYTES + 16
export const LANE_BLOCKS: usize = LANE_DIGESTS + 16
export const TAIL_BLOCKS: usize = LANE_BLOCKS + 16
/** Four messages put together: R ‖ A, and what a transaction signs. */
export const MESSAGE_BYTES_MAX: usize = 65_728
export const MESSAGES: usize = TAIL_BLOCKS + 4 * 256
/** Of each message: its SHA-256 (32 bytes), where its id goes, its length, and where its check's SHA-512 goes (u32). */
export const MESSAGE_DIGESTS: usize = MESSAGES + 4 * MESSAGE_BYTES_MAX
export const MESSAGE_IDS: usize = MESSAGE_DIGESTS + 4 * 32
export const MESSAGE_LENGTHS: usize = MESSAGE_IDS + 16
export const MESSAGE_CHECK_DIGESTS: usize = MESSAGE_LENGTHS + 16

// Points at hand: in sums, in tables, in checks.
export const MULTIPLE: usize = (MESSAGE_CHECK_DIGESTS + 16 + 4095) & ~4095
export const TWICE: usize = MULTIPLE + POINT_BYTES
export const BUCKET_TOTAL: usize = TWICE + POINT_BYTES
export const ADDEND: usize = BUCKET_TOTAL + POINT_BYTES
export const CHECK_POINT: usize = ADDEND + POINT_BYTES
export const CHECK_ADDEND: usize = CHECK_POINT + POINT_BYTES

export const SCALAR_BYTES: usize = 32
/** Half of a scalar: a randomizer, or a scalar's part when 2^128 times the point is at hand. */
export const HALF_BYTES: usize = 16
export const DIGEST_BYTES: usize = 64

/** Public keys remembered, in slots numbered from 1. More than CHECKS_MAX: none of the checks at hand is forgotten. */
export const KEYS_MAX: u32 = 8192
export const KEY_CHAINS: u32 = 8192
/** u32 a chain of the hash table: its first slot. */
export const KEY_CHAIN_HEADS: usize = CHECK_ADDEND + POINT_BYTES
/** u32 a slot: the next of its chain. */
export const KEY_NEXT: usize = KEY_CHAIN_HEADS + 4 * <usize>KEY_CHAINS
/** u32 × 2 a slot: older and newer in use. */
export const KEY_RING: usize = KEY_NEXT + 4 * <usize>KEYS_MAX
/** u32 a slot: how often used, and the slot of its tables. */
export const KEY_USES: usize = KEY_RING + 8 * <usize>KEYS_MAX
export const KEY_TABLES: usize = KEY_USES + 4 * <usize>KEYS_MAX
/** u8 a slot: whether decoded, and to what. */
export const KEY_STATES: usize = KEY_TABLES + 4 * <usize>KEYS_MAX
export const KEY_ENCODINGS: usize = KEY_STATES + <usize>KEYS_MAX
export const KEY_ADDENDS: usize = KEY_ENCODINGS + 32 * <usize>KEYS_MAX
/** u64 × 2 a slot: the evaluation in which it last had a sum, and which. */
export const KEY_SUMS: usize = KEY_ADDENDS + POINT_BYTES * <usize>KEYS_MAX

/** Keys that have tables of odd multiples of A and of 2^128 A: 12 KiB each. Slots numbered from 1. */
export const TABLES_MAX: u32 = 1024
export const TABLE_COUNT: u32 = 16
export const TABLE_BYTES: usize = 2 * POINT_BYTES * <usize>TABLE_COUNT
export const TABLES: usize = KEY_SUMS + 16 * <usize>KEYS_MAX
/** u32 × 2 a slot, older and newer in use; u32 a slot, whose tables they are; u32 a slot, the batch of its last use. */
export const TABLE_RING: usize = TABLES + TABLE_BYTES * <usize>TABLES_MAX
export const TABLE_OWNERS: usize = TABLE_RING + 8 * <usize>TABLES_MAX
export const TABLE_BATCHES: usize = TABLE_OWNERS + 4 * <usize>TABLES_MAX

/** Odd multiples of B, and of 2^128 B: 1, 3, … 127. */
export const BASE_TABLE_COUNT: u32 = 64
export const BASE_TABLE: usize = TABLE_BATCHES + 4 * <usize>TABLES_MAX
export const HIGH_BASE_TABLE: usize = BASE_TABLE + POINT_BYTES * <usize>BASE_TABLE_COUNT
/** Products on the way to common inverses. */
export const PREFIXES: usize = HIGH_BASE_TABLE + POINT_BYTES * <usize>BASE_TABLE_COUNT

// Candidates: checks sound enough to need the equation. Number in the batch, key slot, S, SHA-512, R.
export const CANDIDATE_CHECKS: usize = PREFIXES + ELEMENT_BYTES * <usize>BASE_TABLE_COUNT
export const CANDIDATE_KEYS: usize = CANDIDATE_CHECKS + 4 * <usize>CHECKS_MAX
export const CANDIDATE_S: usize = CANDIDATE_KEYS + 4 * <usize>CHECKS_MAX
export const CANDIDATE_DIGESTS: usize = CANDIDATE_S + SCALAR_BYTES * <usize>CHECKS_MAX
export const CANDIDATE_ENCODINGS: usize = CANDIDATE_DIGESTS + DIGEST_BYTES * <usize>CHECKS_MAX
export const CANDIDATE_R: usize = CANDIDATE_ENCODINGS + 32 * <usize>CHECKS_MAX
/** u32 a check: candidates whose R and key are points. */
export const SOUND: usize = CANDIDATE_R + POINT_BYTES * <usize>CHECKS_MAX

/** Points to decode: u32 × 2, the encoding and the addend to write; u8, whether it was a point. A multiple of four. */
export const DECODINGS_MAX: u32 = 2 * CHECKS_MAX
export const DECODINGS: usize = SOUND + 4 * <usize>CHECKS_MAX
export const DECODED: usize = DECODINGS + 8 * <usize>DECODINGS_MAX
/** u32 a key met for the first time: its slot. */
export const NEW_KEYS: usize = DECODED + <usize>DECODINGS_MAX

/** Bisection: sums of a range and of its two halves, a level each. 4,096 checks halve 12 times. */
export const BISECTION_LEVELS_MAX: usize = 13
export const BISECTION_SUMS: usize = NEW_KEYS + 4 * <usize>CHECKS_MAX

/** Sums of randomized digests, one a key, and one of S: 32 columns of i64. */
export const COLUMNS_BYTES: usize = 256
export const KEY_COLUMNS: usize = BISECTION_SUMS + 2 * POINT_BYTES * BISECTION_LEVELS_MAX
export const BASE_COLUMNS: usize = KEY_COLUMNS + COLUMNS_BYTES * <usize>CHECKS_MAX
/** u32 a sum: its key. */
export const SUM_KEYS: usize = BASE_COLUMNS + COLUMNS_BYTES
/** The sums, reduced; that of S last. */
export const SUM_SCALARS: usize = SUM_KEYS + 4 * <usize>CHECKS_MAX

/** Terms of one multi-scalar multiplication: an R and up to two of a key a check, two of B. */
export const TERMS_MAX: u32 = 3 * CHECKS_MAX + 2
/** u32 a term: its addend, or the first of its table. */
export const TERM_POINTERS: usize = SUM_SCALARS + SCALAR_BYTES * <usize>(CHECKS_MAX + 1)
/** Scalars with the constant added that makes their digits signed. */
export const SHIFTED_BYTES: usize = 40
export const SHIFTED_SCALARS: usize = TERM_POINTERS + 4 * <usize>TERMS_MAX

/** Straus: digits, a row of i8 a bit, a column a term; and eight odd multiples of each point that has no table. */
export const STRAUS_TERMS_MAX: u32 = 512
export const STRAUS_ROWS: u32 = 257
export const STRAUS_DIGITS: usize = (SHIFTED_SCALARS + SHIFTED_BYTES * <usize>TERMS_MAX + 63) & ~63
export const STRAUS_TABLE_COUNT: u32 = 4
export const STRAUS_TABLES: usize = STRAUS_DIGITS + <usize>(STRAUS_TERMS_MAX * STRAUS_ROWS)

/** Pippenger: buckets of the widest window, and u8 whether each is in use. */
export const WINDOW_BITS_MAX: u32 = 11
export const BUCKETS_MAX: usize = 1 << (<usize>WINDOW_BITS_MAX - 1)
export const BUCKETS: usize = STRAUS_TABLES + POINT_BYTES * <usize>(STRAUS_TABLE_COUNT * STRAUS_TERMS_MAX)
export const BUCKET_USES: usize = BUCKETS + POINT_BYTES * BUCKETS_MAX

const MEMORY_END: usize = BUCKET_USES + BUCKETS_MAX

/** Whether constant tables and arenas fit their places. */
export function isMapSound(): bool {
  return __heap_base <= STATIC_END && MEMORY_END <= <usize>memory.size() << 16
}
