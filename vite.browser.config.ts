import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** The package for browsers, built into dist/browser: the same sources with the kernel's wasm in the code. */
export default defineConfig({
  define: { KERNEL_WASM: JSON.stringify(readFileSync(pathOf('build/kernel.wasm'), 'base64')) },
  resolve: { alias: [{ find: './wasm-files.ts', replacement: pathOf('src/kernel/wasm-embedded.ts') }] },
  build: {
    outDir: pathOf('dist/browser'),
    target: 'es2022',
    minify: false,
    lib: {
      entry: {
        client: pathOf('src/client/index.ts'),
        kernel: pathOf('src/kernel/index.ts'),
        protocol: pathOf('src/protocol/index.ts'),
      },
      formats: ['es'],
    },
    rolldownOptions: {
      // Dependencies stay imports, which whoever bundles the page resolves.
      external: /^(?:@[a-z]+\/)?[a-z][^:]*$/,
      output: { chunkFileNames: 'shared-[name].js' },
    },
  },
})
