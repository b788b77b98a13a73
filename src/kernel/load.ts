/**
 * Finds, compiles and instantiates the kernel's wasm, in Node and in browsers: the fastest build that the engine takes;
 * all answer the same. A page or a thread that has a compiled module already hands it in.
 */

import { createHashing } from './hashing.ts'
import { createSignatures } from './signatures.ts'
import type { Kernel } from './types.ts'
import { instantiateWasm } from './wasm.ts'
import { builtIn, readBuild, readUrl } from './wasm-files.ts'

/**
 * Which wasm answers: `scalar`, the normative one; `simd`, several times faster, for engines with 128-bit vectors; or
 * `fused`, the same code with multiplications and additions fused, for engines with relaxed SIMD.
 */
export type KernelBuild = Kernel['build']

/** By what a wasm's BUILD says. */
const BUILDS: readonly KernelBuild[] = ['scalar', 'simd', 'fused']

/** Where the wasm comes from. Without any of these it is the file beside the code that suits the engine. */
export interface KernelSource {
  /** Which build to read from beside the code. By default `preferredBuild()`; in browsers the scalar one, built in. */
  readonly build?: KernelBuild
  /** A compiled module, from `compileKernel`; it may have travelled from another thread. */
  readonly module?: WebAssembly.Module
  /** The wasm's bytes. */
  readonly bytes?: Uint8Array
  /** Where to read or fetch the wasm: `file:` (Node only), or what `fetch` takes. */
  readonly url?: URL | string
}

/** A module with one function from nothing to a vector, of this code. */
const vectorModule = (...code: readonly number[]) =>
  new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
    ...[0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b], // types: () → v128
    ...[0x03, 0x02, 0x01, 0x00], // functions: one, of that type
    ...[0x0a, code.length + 4, 0x01, code.length + 2, 0x00, ...code, 0x0b], // its code, without locals
  ])
/** i8x16.splat(i32.const 0) */
const ZERO = [0x41, 0x00, 0xfd, 0x0f]
/** Valid only where there are vectors. */
const VECTOR_MODULE = vectorModule(...ZERO)
/** Valid only where there is f64x2.relaxed_madd. */
const RELAXED_MODULE = vectorModule(...ZERO, ...ZERO, ...ZERO, 0xfd, 0x87, 0x02)

/** V8 11.3, which is Node 20's, knows relaxed SIMD behind a flag; V8 has had it by default since 11.4. */
const V8_WITH_FLAG = /^11\.3\./
const RELAXED_FLAG = '--experimental-wasm-relaxed-simd'

/** Has Node 20 take relaxed SIMD from now on; other engines do so by themselves, or never. */
function allowRelaxedSimd(): void {
  const { process } = globalThis as { readonly process?: NodeJS.Process }
  if (!V8_WITH_FLAG.test(process?.versions?.v8 ?? '')) return
  process?.getBuiltinModule('node:v8').setFlagsFromString(RELAXED_FLAG)
}

/** The fastest build that this engine takes. */
export function preferredBuild(): KernelBuild {
  allowRelaxedSimd()
  if (WebAssembly.validate(RELAXED_MODULE)) return 'fused'
  return WebAssembly.validate(VECTOR_MODULE) ? 'simd' : 'scalar'
}

/** Compiles the kernel once, to be shared among threads. */
export async function compileKernel(source: KernelSource = {}): Promise<WebAssembly.Module> {
  if (source.module) return source.module
  // A file of the caller's may be any build; `preferredBuild` sees to itself.
  if (source.url || source.bytes || source.build === 'fused') allowRelaxedSimd()
  const bytes =
    source.bytes ??
    (source.url
      ? await readUrl(new URL(source.url, import.meta.url))
      : await readBuild(source.build ?? builtIn ?? preferredBuild()))
  return await WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>)
}

/** A kernel of its own memory and key cache; 32 or 40 MiB, of which only what is used is resident. */
export async function loadKernel(source: KernelSource = {}): Promise<Kernel> {
  const wasm = await instantiateWasm(await compileKernel(source))
  return {
    build: BUILDS[wasm.exports.BUILD.value as number]!,
    ...createHashing(wasm),
    ...createSignatures(wasm),
  }
}
