/** The demo consortium: whom it has, what is written into it, what it does not let happen. */
export { DEMO_PLAN, isDemoGenesis } from './consortium.ts'
export type { Examples } from './examples.ts'
export { type DemoProgress, readProgress } from './progress-file.ts'
export type { ShownRefusal } from './refusals.ts'
export { LONG_SCENARIOS, type PlayedStep, playScenario, SCENARIOS, type Surface } from './scenarios/index.ts'
export {
  type CheckedReceipt,
  checkSample,
  type DemoOptions,
  type DemoReporter,
  type DemoSummary,
  seedDemo,
} from './seeding.ts'
export type { StageResult } from './stage.ts'
