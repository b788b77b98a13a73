/** The numbers of a mutual aid plan, as public descriptions of the Ant mutual aid plan (2018 to 2022) give them. */
import {
  AID_AMOUNT_FEN_MAX,
  AID_CASE_NUMBER_MAX,
  AID_COLLECTORS_STATED_MAX,
  DAY_SECONDS,
} from '../../base/index.ts'
import type { Parameter } from '../contract.ts'

const FEN_PER_YUAN = 100

export const parameters: { readonly [name: string]: Parameter } = {
  ageDaysMin: {
    default: 30,
    min: 0,
    max: 36_500,
    meaning: 'Least age at joining. Days; 30, as the plan has it.',
  },
  ageYearsMax: {
    default: 59,
    min: 1,
    max: 150,
    meaning:
      'Greatest age at joining, and at a diagnosis for which aid is paid. Whole years; 59, as the plan has it.',
  },
  youngYearsMax: {
    default: 39,
    min: 0,
    max: 150,
    meaning: 'Up to this age at diagnosis the larger amount is paid. Whole years; 39, as the plan has it.',
  },
  amountYoungFen: {
    default: 300_000 * FEN_PER_YUAN,
    min: 1,
    max: AID_AMOUNT_FEN_MAX,
    meaning: 'Aid up to that age. Fen; 300,000 yuan, as the plan has it.',
  },
  amountOldFen: {
    default: 100_000 * FEN_PER_YUAN,
    min: 1,
    max: AID_AMOUNT_FEN_MAX,
    meaning: 'Aid above that age. Fen; 100,000 yuan, as the plan has it.',
  },
  waitingSeconds: {
    default: 90 * DAY_SECONDS,
    min: 0,
    max: 3_650 * DAY_SECONDS,
    meaning: 'From joining to cover. Seconds; 90 days, as the plan has it.',
  },
  publishDayFirst: {
    default: 7,
    min: 1,
    max: 28,
    meaning: 'First day of the month on which cases are published; the 7th, as the plan has it.',
  },
  publishDaySecond: {
    default: 21,
    min: 1,
    max: 28,
    meaning: 'Second day of the month on which cases are published; the 21st, as the plan has it.',
  },
  shareDayFirst: {
    default: 14,
    min: 1,
    max: 28,
    meaning: 'From this day on the cases of the first publication are shared; the 14th, as the plan has it.',
  },
  shareDaySecond: {
    default: 28,
    min: 1,
    max: 28,
    meaning: 'From this day on the cases of the second publication are shared; the 28th, as the plan has it.',
  },
  feePercent: {
    default: 8,
    min: 0,
    max: 100,
    meaning: "The sponsor's fee on aid, rounded up. Percent; 8, as the plan has it.",
  },
  perCaseFen: {
    default: 10,
    min: 1,
    max: 1_000_000,
    meaning: 'Most that a member pays for one case. Fen; 10, as the plan has it.',
  },
  capFen: {
    default: 18_800,
    min: 1,
    max: 100_000_000,
    meaning:
      "Most that a member pays in a calendar year, as it holds at the year's first round; the sponsor bears the excess. Fen; 188 yuan, as the plan had it in its first year.",
  },
  graceSeconds: {
    default: 5 * DAY_SECONDS,
    min: 0,
    max: 365 * DAY_SECONDS,
    meaning:
      'How long after sharing an unpaid share is tried again before the member is expelled. Seconds; 5 days.',
  },
  claimWindowSeconds: {
    default: 180 * DAY_SECONDS,
    min: DAY_SECONDS,
    max: 3_650 * DAY_SECONDS,
    meaning: 'How long after the diagnosis a claim may be filed. Seconds; 180 days, as the plan has it.',
  },
  membersMin: {
    default: 3_300_000,
    min: 1,
    max: 1_000_000_000,
    meaning:
      'Below so many members, waiting ones included, a plan publishes nothing and may be terminated; 3,300,000, as the plan has it. A small plan sets it in genesis.',
  },
  collectorsMax: {
    default: 64,
    min: 1,
    max: AID_COLLECTORS_STATED_MAX,
    meaning:
      "Members that may collect for one plan, the sponsor included. A round costs a step for each; 400 fit into a round's statement.",
  },
  casesMax: {
    default: 10_000,
    min: 1,
    max: AID_CASE_NUMBER_MAX,
    meaning: 'Cases in one round; the plan published up to some thousands.',
  },
  appealSeconds: {
    default: 30 * DAY_SECONDS,
    min: 0,
    max: 365 * DAY_SECONDS,
    meaning:
      'How long a claimant that was told no may bring it before a jury. Seconds; 30 days, chosen here.',
  },
  examScoreMin: {
    default: 80,
    min: 0,
    max: 100,
    meaning:
      'Least score in the exam with which a juror may vote, of 100. Chosen here; the plan asks for an exam without saying more.',
  },
  juryQuorum: {
    default: 9,
    min: 1,
    max: 100_000,
    meaning: 'Votes with which a jury has decided. Chosen here: odd, so that a simple majority decides.',
  },
  juryMajorityPercent: {
    default: 51,
    min: 1,
    max: 100,
    meaning: 'Least part of the votes that must say yes. Percent; chosen here.',
  },
}
