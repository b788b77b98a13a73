export { createInlineEngine } from './inline.ts'
export { createEngine } from './pool.ts'
export type * from './types.ts'
