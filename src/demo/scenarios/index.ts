/** The workflows that the demo plays and the tests run, one file each. */
import { clinicalWaste } from './clinical-waste.ts'
import { drugSupply } from './drug-supply.ts'
import { healthCertificate } from './health-certificate.ts'
import { moneyAndPoints } from './money-and-points.ts'
import type { Scenario } from './scenario.ts'
import { sharedRecords } from './shared-records.ts'

export { type PlayedStep, playScenario, type Scenario, type Surface } from './scenario.ts'

export const SCENARIOS: readonly Scenario[] = [
  sharedRecords,
  healthCertificate,
  moneyAndPoints,
  clinicalWaste,
  drugSupply,
]
