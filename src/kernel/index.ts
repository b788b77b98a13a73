export { FAULT } from './faults.ts'
export { compileKernel, type KernelSource, loadKernel } from './load.ts'
export type { BodyVerdict, EntryVerdicts, Kernel, SignatureCheck } from './types.ts'
