/**
 * Finds, compiles and instantiates the kernel's wasm, in Node and in browsers. A page or a thread that has a compiled
 * module already hands it in.
 */
import { createHashing } from './hashing.ts'
import { createSignatures } from './signatures.ts'
import type { Kernel } from './types.ts'
import { instantiateWasm } from './wasm.ts'

/** Where the wasm comes from. Without any of these it is `build/kernel.wasm` beside the code. */
export interface KernelSource {
  /** A compiled module, from `compileKernel`; it may have travelled from another thread. */
  readonly module?: WebAssembly.Module
  /** The wasm's bytes. */
  readonly bytes?: Uint8Array
  /** Where to read or fetch the wasm: `file:` (Node only), or what `fetch` takes. */
  readonly url?: URL | string
}

// Spelled out, because bundlers look for exactly this expression; the path is the same from src/ and dist/.
const defaultUrl = () => new URL('../../build/kernel.wasm', import.meta.url)

async function readBytes(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  if (url.protocol === 'file:') {
    const { readFile } = await import('node:fs/promises')
    return new Uint8Array(await readFile(url))
  }
  const response = await fetch(url)
  if (!response.ok) throw new Error(`the kernel's wasm could not be fetched: ${response.status} from ${url}`)
  return new Uint8Array(await response.arrayBuffer())
}

/** Compiles the kernel once, to be shared among threads. */
export async function compileKernel(source: KernelSource = {}): Promise<WebAssembly.Module> {
  if (source.module) return source.module
  const bytes =
    source.bytes ?? (await readBytes(source.url ? new URL(source.url, import.meta.url) : defaultUrl()))
  return await WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>)
}

/** A kernel of its own memory and key cache; 32 MiB, of which only what is used is resident. */
export async function loadKernel(source: KernelSource = {}): Promise<Kernel> {
  const wasm = await instantiateWasm(await compileKernel(source))
  return {
    build: wasm.exports.BUILD.value === 0 ? 'scalar' : 'simd',
    ...createHashing(wasm),
    ...createSignatures(wasm),
  }
}
