/**
 * The engine under the modules waste and supply: items, holders, handovers, containers, what happened. No module of its
 * own.
 */
export { packItems, sumContents, unpackItems } from './aggregation.ts'
export * from './answers.ts'
export * from './custody.ts'
export { historyOf, type NamedEvent, recordEvent } from './events.ts'
export * from './handover.ts'
export { createItem, endItem, putContents, putItem, requireHeld, requireOutermost } from './items.ts'
export { custodyReads, type ReadProfile, seesItem } from './reads.ts'
export * from './state.ts'
