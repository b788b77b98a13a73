/**
 * Numbers by which the kernel says what is wrong with an entry: the same as in `src/kernel/faults.ts`, where each is
 * explained. A test compares the two files.
 */
export const FAULT_NONE: u32 = 0
export const FAULT_ENTRY: u32 = 1
export const FAULT_LENGTH: u32 = 2
export const FAULT_SYNTAX: u32 = 3
export const FAULT_NUMBER: u32 = 4
export const FAULT_RANGE: u32 = 5
export const FAULT_STRING: u32 = 6
export const FAULT_UTF8: u32 = 7
export const FAULT_KEY: u32 = 8
export const FAULT_ORDER: u32 = 9
export const FAULT_DUPLICATE: u32 = 10
export const FAULT_DEPTH: u32 = 11
export const FAULT_ENVELOPE: u32 = 12
export const FAULT_SIGNATURE: u32 = 13
