/** The builds that every suite of the kernel runs over. */
import { type Kernel, loadKernel } from '../../../src/kernel/index.ts'

const FILES = {
  scalar: 'kernel.wasm',
  simd: 'kernel-simd.wasm',
  fused: 'kernel-fused.wasm',
}

/** A fresh instance of each build, by name. */
export async function loadKernels(): Promise<readonly (readonly [name: string, kernel: Kernel])[]> {
  const urls = Object.entries(FILES).map(
    ([name, file]) => [name, new URL(`../../../build/${file}`, import.meta.url)] as const,
  )
  return await Promise.all(urls.map(async ([name, url]) => [name, await loadKernel({ url })] as const))
}
