/**
 * The wasm files beside the code: read in Node, fetched by pages that are bundled from the sources. The package's
 * files for browsers have `wasm-embedded.ts` in place of this one.
 */
import type { Kernel } from './types.ts'

// Spelled out, because bundlers look for exactly these expressions; the paths are the same from src/ and dist/.
const URLS: Record<Kernel['build'], () => URL> = {
  scalar: () => new URL('../../build/kernel.wasm', import.meta.url),
  simd: () => new URL('../../build/kernel-simd.wasm', import.meta.url),
  fused: () => new URL('../../build/kernel-fused.wasm', import.meta.url),
}

/** The build that needs no file; undefined where each has one. */
export const builtIn: Kernel['build'] | undefined = undefined

/** Bytes behind a URL: a file, or what `fetch` takes. */
export async function readUrl(url: URL): Promise<Uint8Array> {
  if (url.protocol === 'file:') {
    const { readFile } = await import('node:fs/promises')
    return new Uint8Array(await readFile(url))
  }
  const response = await fetch(url)
  if (!response.ok) throw new Error(`the kernel's wasm could not be fetched: ${response.status} from ${url}`)
  return new Uint8Array(await response.arrayBuffer())
}

/** Bytes of a build. */
export const readBuild = (build: Kernel['build']): Promise<Uint8Array> => readUrl(URLS[build]())
