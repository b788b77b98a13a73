import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Workers and the wasm come from dist/ and build/: built once before any test runs.
    globalSetup: ['test/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two workers: the machines that run this have two cores, and several tests start threads of their own.
    maxWorkers: 2,
    pool: 'forks',
    // Files that run in one worker share what they import: loading the sources anew for each took a quarter of the time.
    isolate: false,
  },
})
