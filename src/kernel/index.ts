export { FAULT } from './faults.ts'
export { compileKernel, type KernelBuild, type KernelSource, loadKernel, preferredBuild } from './load.ts'
export type { BodyVerdict, EntryVerdicts, Kernel, SignatureCheck } from './types.ts'
