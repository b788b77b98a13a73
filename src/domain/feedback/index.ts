/**
 * What patients report of their treatment, reviewed by who treats them, and sold as data sets. docs/domain/feedback.md.
 */
import { DAY_SECONDS, HOUR_SECONDS } from '../../base/index.ts'
import type { DomainModule } from '../contract.ts'
import { join, openCommunity, registerReviewer } from './communities.ts'
import { datasetReads } from './dataset-reads.ts'
import { addRows, publishDataset } from './datasets.ts'
import { license, settle } from './licenses.ts'
import { reads } from './reads.ts'
import {
  COMMUNITIES,
  DATASETS,
  LICENSES,
  MEMBERS,
  NOTICES,
  PERIODS,
  REVIEWERS,
  ROWS,
  SUBMISSIONS,
  TILES,
} from './state.ts'
import { review, submit } from './submissions.ts'

export const feedback: DomainModule = {
  name: 'feedback',
  summary: 'Reports of patients on their treatment, their review, and data sets made of them.',
  verbs: {
    'open-community': openCommunity,
    join,
    'register-reviewer': registerReviewer,
    submit,
    review,
    'add-rows': addRows,
    'publish-dataset': publishDataset,
    license,
    settle,
  },
  reads: [...reads, ...datasetReads],
  tables: [COMMUNITIES, MEMBERS, REVIEWERS, SUBMISSIONS, PERIODS, NOTICES, DATASETS, ROWS, TILES, LICENSES],
  parameters: {
    peopleMin: {
      default: 20,
      min: 5,
      max: 10_000,
      meaning: 'Fewest people whose rows may be published as a data set. People; k = 20.',
    },
    rowsMax: {
      default: 65_536,
      min: 20,
      max: 1_000_000,
      meaning:
        'Most rows of a data set. Rows; 65,536, so that the proof of one reads at most 510 other rows and 256 hashes of tiles.',
    },
    licensesMax: {
      default: 100,
      min: 1,
      max: 1_000,
      meaning: "Licenses of one data set. A patient's reward is summed over them, so this bounds its cost.",
    },
    periodSecondsMax: {
      default: 92 * DAY_SECONDS,
      min: DAY_SECONDS,
      max: 366 * DAY_SECONDS,
      meaning: 'Longest period of one submission. Seconds; 92 days, a quarter.',
    },
    lateAfterSeconds: {
      default: 30 * DAY_SECONDS,
      min: DAY_SECONDS,
      max: 366 * DAY_SECONDS,
      meaning: 'A submission longer than this after the end of its period reads as late. Seconds; 30 days.',
    },
    reviewSeconds: {
      default: 7 * DAY_SECONDS,
      min: HOUR_SECONDS,
      max: 366 * DAY_SECONDS,
      meaning: 'A submission that waits longer than this for its review reads as overdue. Seconds; 7 days.',
    },
    offerSeconds: {
      default: 30 * DAY_SECONDS,
      min: HOUR_SECONDS,
      max: 366 * DAY_SECONDS,
      meaning: 'How long a buyer may take an offer. Seconds; 30 days.',
    },
    futureSecondsMax: {
      default: 300,
      min: 0,
      max: DAY_SECONDS,
      meaning:
        'How far the end of a period may lie ahead of block time. Seconds; forgives a clock five minutes.',
    },
  },
  ports: {},
  needs: [
    'identity.actsFor',
    'identity.actor',
    'identity.member',
    'identity.insuredOf',
    'identity.joinedSubjects',
    'consent.find',
    'consent.treats',
    'prescription.find',
    'settlement.hold',
    'settlement.held',
    'settlement.release',
  ],
}
