/** The builds that the suites of the kernel run over. */
import { type Kernel, loadKernel } from '../../../src/kernel/index.ts'

const FILES = {
  scalar: 'kernel.wasm',
  simd: 'kernel-simd.wasm',
  fused: 'kernel-fused.wasm',
}

type Build = keyof typeof FILES

/** A fresh instance of each of `builds`, by name. */
async function load(builds: readonly Build[]) {
  return await Promise.all(
    builds.map(async (name) => {
      const url = new URL(`../../../build/${FILES[name]}`, import.meta.url)
      return [name, await loadKernel({ url })] as const satisfies readonly [Build, Kernel]
    }),
  )
}

/** Every build: for what has to do with curves. */
export const loadKernels = () => load(['scalar', 'simd', 'fused'])

/** Those that hash and read bodies by different code: `simd` and `fused` differ in the field's arithmetic alone. */
export const loadHashingKernels = () => load(['scalar', 'fused'])
