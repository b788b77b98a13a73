/**
 * The last lines of a run: which rules no test has seen, what was skipped and why, the seeds that replay it, and how
 * many tests passed and failed. A reporter of vitest; why a test was skipped stands in its title (`needs.ts`).
 */

import type { Reporter, SerializedError, TestModule } from 'vitest/node'
import { findUnseen } from './rule-coverage.ts'

const MISSING = /\[missing: (.*?)\]/

export class LastLines implements Reporter {
  readonly #seeds: readonly string[]

  /** `seeds`: a line for each. */
  constructor(seeds: readonly string[]) {
    this.#seeds = seeds
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    let passed = 0
    // What fails outside a test counts as well: a hook, a file that does not load.
    let failed = errors.length
    const skipped = new Map<string, number>()
    for (const module of modules) {
      let failedHere = 0
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed++
        else if (state === 'failed') failedHere++
        else {
          const why = MISSING.exec(test.fullName)?.[1]
          const line = `${module.relativeModuleId}: ${why === undefined ? 'not asked for' : `${why} is missing`}`
          skipped.set(line, (skipped.get(line) ?? 0) + 1)
        }
      }
      failed += module.state() === 'failed' ? Math.max(failedHere, 1) : failedHere
    }
    const unseen = findUnseen(modules)
    failed += unseen.length
    if (unseen.length > 0) process.exitCode = 1
    const lines = [
      ...unseen,
      ...(skipped.size === 0 ? ['nothing was skipped'] : ['skipped:']),
      ...[...skipped].sort().map(([line, count]) => `  ${count} of ${line}`),
      ...this.#seeds,
      '',
      `${passed} passed, ${failed} failed`,
    ]
    console.log(lines.join('\n'))
  }
}
