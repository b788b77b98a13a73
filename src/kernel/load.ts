/**
 * Finds, compiles and instantiates the kernel's wasm, in Node and in browsers: the SIMD build where the engine has
 * 128-bit vectors, else the scalar build, which answers the same. A page or a thread that has a compiled module
 * already hands it in.
 */
import { createHashing } from './hashing.ts'
import { createSignatures } from './signatures.ts'
import type { Kernel } from './types.ts'
import { instantiateWasm } from './wasm.ts'

/** Which of the two wasms answers: the normative scalar build, or the SIMD build, several times faster. */
export type KernelBuild = Kernel['build']

/** Where the wasm comes from. Without any of these it is the file beside the code that suits the engine. */
export interface KernelSource {
  /** Which build to read from beside the code. By default SIMD where the engine supports it. */
  readonly build?: KernelBuild
  /** A compiled module, from `compileKernel`; it may have travelled from another thread. */
  readonly module?: WebAssembly.Module
  /** The wasm's bytes. */
  readonly bytes?: Uint8Array
  /** Where to read or fetch the wasm: `file:` (Node only), or what `fetch` takes. */
  readonly url?: URL | string
}

// Spelled out, because bundlers look for exactly these expressions; the paths are the same from src/ and dist/.
const URLS: Record<KernelBuild, () => URL> = {
  scalar: () => new URL('../../build/kernel.wasm', import.meta.url),
  simd: () => new URL('../../build/kernel-simd.wasm', import.meta.url),
}

/** A module with one function, `i8x16.splat(0)`: valid only where vectors are. */
const VECTOR_MODULE = new Uint8Array([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
  ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // types: () → v128
  ...[0x03, 0x02, 0x01, 0x00], // functions: one, of that type
  ...[0x0a, 0x08, 0x01, 0x06, 0x00, 0x41, 0x00, 0xfd, 0x0f, 0x0b], // code: i32.const 0, i8x16.splat
])

/** The build that suits this engine. */
export function preferredBuild(): KernelBuild {
  return WebAssembly.validate(VECTOR_MODULE) ? 'simd' : 'scalar'
}

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
  const url = source.url ? new URL(source.url, import.meta.url) : URLS[source.build ?? preferredBuild()]()
  const bytes = source.bytes ?? (await readBytes(url))
  return await WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>)
}

/** A kernel of its own memory and key cache; 32 or 40 MiB, of which only what is used is resident. */
export async function loadKernel(source: KernelSource = {}): Promise<Kernel> {
  const wasm = await instantiateWasm(await compileKernel(source))
  return {
    build: wasm.exports.BUILD.value === 0 ? 'scalar' : 'simd',
    ...createHashing(wasm),
    ...createSignatures(wasm),
  }
}
