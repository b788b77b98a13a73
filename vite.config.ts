import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

/** The pages that a node serves, built into dist/explorer; `src/api` serves them. File names are fixed: URLs are part of the API. */
export default defineConfig({
  root: fileURLToPath(new URL('src/explorer/certificate', import.meta.url)),
  base: '/c/assets/',
  build: {
    outDir: fileURLToPath(new URL('dist/explorer/certificate', import.meta.url)),
    // Outside of the root, vite asks to be told.
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: {
        page: fileURLToPath(new URL('src/explorer/certificate/index.html', import.meta.url)),
        worker: fileURLToPath(new URL('src/explorer/certificate/worker.ts', import.meta.url)),
      },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: '[name].js',
        assetFileNames: '[name][extname]',
      },
    },
  },
})
