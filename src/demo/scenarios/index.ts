/** The workflows that the demo plays and the tests run, one file each. */
import { bundledEpisode } from './bundled-episode.ts'
import { clinicalWaste } from './clinical-waste.ts'
import { drugSupply } from './drug-supply.ts'
import { healthCertificate } from './health-certificate.ts'
import { insuranceClaim } from './insurance-claim.ts'
import { licencesAndChecks } from './licences-and-checks.ts'
import { medicationFeedback } from './medication-feedback.ts'
import { moneyAndPoints } from './money-and-points.ts'
import { mutualAid, mutualAidRound } from './mutual-aid.ts'
import { outcomeContract } from './outcome-contract.ts'
import { ownRecords } from './own-records.ts'
import { prescriptionChain } from './prescription-chain.ts'
import { referral } from './referral.ts'
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
  referral,
  medicationFeedback,
  clinicalWaste,
  drugSupply,
  mutualAid,
  licencesAndChecks,
  prescriptionChain,
  insuranceClaim,
]

/** Those that take weeks: played only where time can pass. */
export const LONG_SCENARIOS: readonly Scenario[] = [mutualAidRound]
