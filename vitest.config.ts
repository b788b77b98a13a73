import { defineConfig } from 'vitest/config'
import { LastLines } from './test/support/last-lines.ts'
import { drawLongTests } from './test/support/long-tests.ts'

const ALL_LONG = ['test/**/*.long.test.ts']

/** A seed that was given, or a new one. */
const seedOf = (given: string | undefined): number => Number(given ?? Math.floor(Math.random() * 2 ** 31))

/** LONG_TESTS=sample: one long test of each folder, drawn by LONG_TEST_SEED. */
const isSample = process.env['LONG_TESTS'] === 'sample'
const drawSeed = seedOf(process.env['LONG_TEST_SEED'])
const drawn = isSample ? drawLongTests(drawSeed) : []
const draw = isSample ? [`long tests drawn by LONG_TEST_SEED=${drawSeed}: ${drawn.join(' ')}`] : []

/** One seed for all that is random in the tests. */
const seed = seedOf(process.env['TEST_SEED'])

const shared = {
  setupFiles: ['test/setup.ts'],
  testTimeout: 60_000,
  hookTimeout: 120_000,
  pool: 'forks' as const,
  // Files that run in one worker share what they import: loading the sources anew for each took a quarter of the time.
  isolate: false,
}

/** Files that run alike, and what their environment says. */
const project = (name: string, include: string[], exclude: string[], env: Record<string, string>) => ({
  test: { ...shared, name, include, exclude, env: { TEST_SEED: String(seed), ...env } },
})

export default defineConfig({
  test: {
    // Workers and the wasm come from dist/ and build/: built once before any test runs.
    globalSetup: ['test/global-setup.ts'],
    // Two workers: the machines that run this have two cores, and several tests start threads of their own.
    maxWorkers: 2,
    reporters: ['default', new LastLines([...draw, `random by TEST_SEED=${seed}`])],
    projects: [
      project('quick', ['test/**/*.test.ts'], ALL_LONG, {}),
      project('long', isSample ? drawn : ALL_LONG, [], { TEST_LENGTH: 'long' }),
    ],
  },
})
