/** The workflows that the demo plays and the tests run, one file each. */
import { bundledEpisode } from './bundled-episode.ts'
import { healthCertificate } from './health-certificate.ts'
import { licencesAndChecks } from './licences-and-checks.ts'
import { moneyAndPoints } from './money-and-points.ts'
import { outcomeContract } from './outcome-contract.ts'
import { ownRecords } from './own-records.ts'
import { prescriptionChain } from './prescription-chain.ts'
import type { Scenario } from './scenario.ts'
import { sharedRecords } from './shared-records.ts'

export { type PlayedStep, playScenario, type Scenario, type Surface } from './scenario.ts'

export const SCENARIOS: readonly Scenario[] = [
  sharedRecords,
  healthCertificate,
  moneyAndPoints,
  bundledEpisode,
  outcomeContract,
  ownRecords,
  licencesAndChecks,
  prescriptionChain,
]
