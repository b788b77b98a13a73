/** The wasm modules of an engine: compiled once on the thread that makes it, instantiated by each worker. */
import { compileKernel, type KernelBuild, loadKernel, preferredBuild } from '../kernel/index.ts'
import type { Kernels } from './run-job.ts'

/** What every worker starts from. A compiled module is shared among threads, its optimised code included. */
export interface WorkerData {
  readonly fast: WebAssembly.Module
  readonly scalar: WebAssembly.Module
  readonly confirmOneIn: number
}

/** Compiles what the workers of an engine need: the scalar build, and `build` if that is another. */
export async function compileWorkerData(
  confirmOneIn: number,
  build: KernelBuild = preferredBuild(),
): Promise<WorkerData> {
  const scalar = await compileKernel({ build: 'scalar' })
  return { fast: build === 'scalar' ? scalar : await compileKernel({ build }), scalar, confirmOneIn }
}

/** The kernels of one thread; one and the same where there is only the scalar build. */
export async function loadKernels({ fast, scalar }: WorkerData): Promise<Kernels> {
  const fastKernel = await loadKernel({ module: fast })
  if (fastKernel.build === 'scalar') return { fast: fastKernel, scalar: fastKernel }
  return { fast: fastKernel, scalar: await loadKernel({ module: scalar }) }
}
