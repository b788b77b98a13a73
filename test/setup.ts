/**
 * Around each file: random numbers begin anew; after each test what the rules answered goes to the reporter
 * (`support/last-lines.ts`).
 */
import { afterEach } from 'vitest'
import { takeOutcomes } from './domain/support/outcomes.ts'
import { restartRandom } from './kernel/support/random.ts'

// So that a seed replays a file whatever ran before it in the same worker.
restartRandom()
takeOutcomes()

/** Random cases may come by any code, or by none the next time: they count for nothing. */
const RANDOM = /\/(model|payload-fuzz)(\.long)?\.test\.ts$/

afterEach(({ task }) => {
  const outcomes = takeOutcomes()
  if (RANDOM.test(task.file.filepath)) return
  if (outcomes.accepted.length + outcomes.refused.length > 0) Object.assign(task.meta, { outcomes })
})
