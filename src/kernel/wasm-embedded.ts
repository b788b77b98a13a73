/**
 * What the package's files for browsers have instead of `wasm-files.ts`: the scalar wasm in the code itself, so that a page
 * needs no bundler that knows wasm and fetches nothing. `vite.browser.config.ts` puts this in the other's place.
 */
import type * as Files from './wasm-files.ts'

/** The bytes of build/kernel.wasm in base64: the bundler writes them here. */
declare const KERNEL_WASM: string

export const builtIn: typeof Files.builtIn = 'scalar'

export const readUrl: typeof Files.readUrl = async (url) => {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`the kernel's wasm could not be fetched: ${response.status} from ${url}`)
  return new Uint8Array(await response.arrayBuffer())
}

export const readBuild: typeof Files.readBuild = async (build) => {
  if (build !== builtIn) throw new TypeError(`the ${build} build is not built in: give its url or its bytes`)
  return Uint8Array.from(atob(KERNEL_WASM), (letter) => letter.charCodeAt(0))
}
