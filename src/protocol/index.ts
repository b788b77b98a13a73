/**
 * The protocol: what is signed, hashed and exchanged, in Node and browsers alike. Pure: no I/O, clock or randomness; the
 * kernel is passed in wherever something is hashed or verified. docs/protocol.md tells the same to other languages.
 */
export * from './base64.ts'
export * from './batch.ts'
export * from './body.ts'
export * from './checkpoint.ts'
export * from './genesis.ts'
export type { GenesisMistake } from './genesis-check.ts'
export * from './identifier.ts'
export * from './json.ts'
export * from './leaf.ts'
export * from './note.ts'
export * from './note-signing.ts'
export * from './private-part.ts'
export * from './receipt.ts'
export * from './roles.ts'
export * from './signing.ts'
export * from './signing-key.ts'
export type { AnyJson } from './strict-json.ts'
export * from './tile.ts'
export * from './trust.ts'
export * from './vkey.ts'
