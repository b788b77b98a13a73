/** Who takes part: roles of members (organisations), and of the people and devices that members enrol. */

export const MEMBER_ROLES = [
  'hospital',
  'exam-institution',
  'pharmacy',
  'insurer',
  'social-security',
  'health-commission',
  'food-drug-regulator',
  'business-registrar',
  'environment-bureau',
  'enterprise',
  'hauler',
  'treatment-plant',
  'manufacturer',
  'distributor',
  'retailer',
  'platform',
  'research-buyer',
  'mutual-aid-sponsor',
  'licensing-body',
  'auditor',
] as const
export type MemberRole = (typeof MEMBER_ROLES)[number]

export const ACTOR_ROLES = [
  'doctor',
  'pharmacist',
  'nurse',
  'collector',
  'investigator',
  'juror',
  'employee',
  'patient',
  'scale',
] as const
export type ActorRole = (typeof ACTOR_ROLES)[number]

export const isMemberRole = (text: string): text is MemberRole =>
  (MEMBER_ROLES as readonly string[]).includes(text)

export const isActorRole = (text: string): text is ActorRole =>
  (ACTOR_ROLES as readonly string[]).includes(text)
