/** From the door to the order: admission, verdicts, what is pending, and what became of it. */
export { AdmissionDesk } from './admission.ts'
export { unpackOutcome, unpackOutcomes } from './outcome.ts'
export { EXPIRED, type Outcome, PendingTransactions } from './pending.ts'
export { awaitResults, isSettled } from './results.ts'
export type { Submission } from './types.ts'
export { Verdicts, verifyOrdered } from './verdicts.ts'
