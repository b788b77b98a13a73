import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

/** Where the node serves a page's files. */
const BASES = { certificate: '/c/assets/', start: '/start/' } as const

/**
 * The pages that a node serves, each built into its folder of dist/explorer by `--mode <page>`; `src/api` serves them.
 * File names are fixed: URLs are part of the API.
 */
export default defineConfig(({ mode }) => {
  const page = mode as keyof typeof BASES
  const source = new URL(`src/explorer/${page}/`, import.meta.url)
  return {
    root: fileURLToPath(source),
    base: BASES[page],
    build: {
      outDir: fileURLToPath(new URL(`dist/explorer/${page}`, import.meta.url)),
      // Outside of the root, vite asks to be told.
      emptyOutDir: true,
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      rolldownOptions: {
        input: {
          page: fileURLToPath(new URL('index.html', source)),
          worker: fileURLToPath(new URL('worker.ts', source)),
        },
        output: {
          entryFileNames: '[name].js',
          chunkFileNames: '[name].js',
          assetFileNames: '[name][extname]',
        },
      },
    },
  }
})
