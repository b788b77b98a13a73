/** What a member keeps for itself and does with it: its people's keys, journals, its register of patients, imports. */
export { type DecisionRun, runDecisions } from './import-decisions.ts'
export { type EpcisRun, planEpcisDocument, runEpcisImport } from './import-epcis.ts'
export { readCopies, readFhirFiles } from './import-files.ts'
export { type ImportResult, type ImportRun, runImport } from './import-run.ts'
export type { Journal } from './journal.ts'
export { openRegister, type Register, type RegisterRow } from './patients.ts'
export { openPerson, type Person } from './people.ts'
export { groupUnmapped, type OnProgress, type Tally, type Unmapped } from './tally.ts'
