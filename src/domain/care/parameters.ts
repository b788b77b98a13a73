/** The numbers of care that governance may change. */
import { DAY_SECONDS, HOUR_SECONDS } from '../../base/index.ts'
import type { Parameter } from '../contract.ts'

const PRICE_MAX = 1_000_000_000_000

export const parameters: { readonly [name: string]: Parameter } = {
  bundlePriceMax: {
    default: 50_000_000,
    min: 1,
    max: PRICE_MAX,
    meaning:
      'Highest price of one episode. Fen; 500,000 yuan, above what a joint replacement or a bypass costs in China.',
  },
  pathwayPriceMax: {
    default: 50_000_000,
    min: 1,
    max: PRICE_MAX,
    meaning: 'Highest price of one pathway. Fen; 500,000 yuan, as for an episode.',
  },
  episodeSecondsMax: {
    default: 90 * DAY_SECONDS,
    min: DAY_SECONDS,
    max: 730 * DAY_SECONDS,
    meaning:
      'How long an episode runs before coordinator or payer may cancel it. Seconds; 90 days, what bundled payment programmes in the USA count from the discharge.',
  },
  stepsMax: {
    default: 1_000,
    min: 1,
    max: 10_000,
    meaning: 'Steps of one episode. Bounds what one episode can make every node keep.',
  },
  lateAfterSeconds: {
    default: 7 * DAY_SECONDS,
    min: 0,
    max: 365 * DAY_SECONDS,
    meaning: 'A step logged longer than this after it happened is marked late. Seconds; 7 days.',
  },
  futureSecondsMax: {
    default: 300,
    min: 0,
    max: DAY_SECONDS,
    meaning: 'How far a step may lie ahead of block time. Seconds; forgives a clock five minutes.',
  },
  offerSeconds: {
    default: 30 * DAY_SECONDS,
    min: HOUR_SECONDS,
    max: 365 * DAY_SECONDS,
    meaning: 'How long the offer of a pathway may be signed. Seconds; 30 days.',
  },
  pathwaySecondsMax: {
    default: 730 * DAY_SECONDS,
    min: DAY_SECONDS,
    max: 3_650 * DAY_SECONDS,
    meaning: 'How far ahead a pathway may be due: so long its price is held. Seconds; two years.',
  },
  objectionSeconds: {
    default: 3 * DAY_SECONDS,
    min: 0,
    max: 90 * DAY_SECONDS,
    meaning:
      'How long the side that takes the price must wait, so that the other may dispute. Seconds; 3 days.',
  },
  arbitrationSeconds: {
    default: 30 * DAY_SECONDS,
    min: DAY_SECONDS,
    max: 365 * DAY_SECONDS,
    meaning:
      'How long an arbiter has; after it the dispute is void and the pathway goes on. Seconds; 30 days.',
  },
}
