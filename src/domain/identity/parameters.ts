/** The numbers of identity that governance may change. */
import { DAY_SECONDS, HOUR_SECONDS } from '../../base/index.ts'
import type { Parameter } from '../contract.ts'

export const parameters: { readonly [name: string]: Parameter } = {
  linksMax: {
    default: 32,
    min: 1,
    max: 256,
    meaning:
      'Links a subject may offer. Each right of a patient is looked up through them, so this bounds its cost; 32 facilities are more than one person visits.',
  },
  guardianMinorSecondsMax: {
    default: 6_575 * DAY_SECONDS,
    min: DAY_SECONDS,
    max: 7_670 * DAY_SECONDS,
    meaning:
      'Longest guardianship of a minor. Seconds; 18 years, the age of majority in the Civil Code of China.',
  },
  guardianIncapacitySecondsMax: {
    default: 366 * DAY_SECONDS,
    min: DAY_SECONDS,
    max: 1_830 * DAY_SECONDS,
    meaning:
      'Longest guardianship of an incapacitated patient before it is looked at again. Seconds; a year.',
  },
  recoveryDelaySeconds: {
    default: 7 * DAY_SECONDS,
    min: DAY_SECONDS,
    max: 90 * DAY_SECONDS,
    meaning:
      'From the second vouch until a recovered key takes over, in which the old key can veto. Seconds; 7 days.',
  },
  vouchSeconds: {
    default: 7 * DAY_SECONDS,
    min: HOUR_SECONDS,
    max: 90 * DAY_SECONDS,
    meaning: 'How long a vouch waits for the second one. Seconds; 7 days.',
  },
  vouchersMax: {
    default: 64,
    min: 2,
    max: 256,
    meaning:
      'Vouches for one patient that are looked at. Each comes from another member that knows the patient.',
  },
}
