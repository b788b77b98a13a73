/** What a record may be opened for, and which members can have that purpose. */
import type { MemberRole } from '../protocol/index.ts'

const CARE: readonly MemberRole[] = ['hospital', 'exam-institution', 'pharmacy', 'platform']

export const PURPOSE_ROLES = {
  treatment: CARE,
  referral: CARE,
  claim: ['insurer', 'social-security'],
  underwriting: ['insurer', 'mutual-aid-sponsor'],
  research: ['research-buyer', 'hospital', 'platform'],
  'public-health': ['health-commission'],
} as const satisfies { readonly [purpose: string]: readonly MemberRole[] }

export type Purpose = keyof typeof PURPOSE_ROLES
export const PURPOSES = Object.keys(PURPOSE_ROLES) as Purpose[]
