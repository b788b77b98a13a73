export type * from './contract.ts'
export type * from './ports.ts'
