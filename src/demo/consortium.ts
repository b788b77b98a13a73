/** The demo's consortium: its members in one data folder, so that one machine can play all of them. */
import type { ConsortiumPlan } from '../node/index.ts'
import type { Genesis } from '../protocol/index.ts'

/** The first part of a demo ledger's origin; how a demo's genesis is told from a real one. */
export const DEMO_NAME = 'medseal-demo'

/** A large hospital, which runs the node, and a small one. */
export const CITY_HOSPITAL = 'city-hospital'
export const TOWN_HOSPITAL = 'town-hospital'
export const EXAM_CENTER = 'exam-center'
export const PHARMACY = 'corner-pharmacy'
export const INSURER = 'harmony-insurance'
export const HEALTH_COMMISSION = 'health-commission'
export const REGISTRAR = 'market-office'
export const AUDITOR = 'audit-office'
export const SOCIAL_SECURITY = 'social-security'
export const SECOND_INSURER = 'mutual-insurance'
export const ENTERPRISE = 'noodle-house'
export const HAULER = 'green-haul'
export const TREATMENT_PLANT = 'clean-burn'
export const ENVIRONMENT_BUREAU = 'environment-bureau'
export const DRUG_MAKER = 'drug-maker'
export const DRUG_DISTRIBUTOR = 'drug-wholesale'
export const DRUG_REGULATOR = 'drug-regulator'
export const RESEARCH_BUYER = 'research-lab'
export const PLATFORM = 'care-platform'
export const AID_SPONSOR = 'mutual-aid'

export const DEMO_PLAN: ConsortiumPlan = {
  name: DEMO_NAME,
  node: CITY_HOSPITAL,
  members: [
    { id: CITY_HOSPITAL, displayName: 'City Hospital', roles: ['hospital'] },
    { id: TOWN_HOSPITAL, displayName: 'Town Hospital', roles: ['hospital'] },
    { id: EXAM_CENTER, displayName: 'Health Examination Center', roles: ['exam-institution'] },
    { id: PHARMACY, displayName: 'Corner Pharmacy', roles: ['pharmacy'] },
    { id: INSURER, displayName: 'Harmony Insurance', roles: ['insurer'] },
    { id: SOCIAL_SECURITY, displayName: 'Social Security Bureau', roles: ['social-security'] },
    { id: SECOND_INSURER, displayName: 'Mutual Insurance', roles: ['insurer'] },
    {
      id: HEALTH_COMMISSION,
      displayName: 'Health Commission',
      roles: ['health-commission', 'licensing-body'],
    },
    { id: REGISTRAR, displayName: 'Market Supervision Office', roles: ['business-registrar'] },
    { id: AUDITOR, displayName: 'Audit Office', roles: ['auditor'] },
    { id: ENTERPRISE, displayName: 'Noodle House', roles: ['enterprise'] },
    { id: HAULER, displayName: 'Green Haul', roles: ['hauler'] },
    { id: TREATMENT_PLANT, displayName: 'Clean Burn', roles: ['treatment-plant'] },
    { id: ENVIRONMENT_BUREAU, displayName: 'Environment Bureau', roles: ['environment-bureau'] },
    { id: DRUG_MAKER, displayName: 'Drug Maker', roles: ['manufacturer'] },
    { id: DRUG_DISTRIBUTOR, displayName: 'Drug Wholesale', roles: ['distributor'] },
    { id: DRUG_REGULATOR, displayName: 'Food and Drug Regulator', roles: ['food-drug-regulator'] },
    { id: RESEARCH_BUYER, displayName: 'Research Lab', roles: ['research-buyer'] },
    { id: PLATFORM, displayName: 'Care Platform', roles: ['platform'] },
    { id: AID_SPONSOR, displayName: 'Mutual Aid Sponsor', roles: ['mutual-aid-sponsor'] },
  ],
  parameters: {
    // A mutual aid plan as small as a demo, whose members are covered at once and whose jury has three votes.
    'aid.waitingSeconds': 0,
    'aid.membersMin': 1,
    'aid.juryQuorum': 3,
    // A data set of the demo has five people, so that its story is short; elsewhere it has twenty at least.
    'feedback.peopleMin': 5,
    // A demo that is played over midnight in China goes on: prescriptions are valid to the end of the next day, not of
    // their own.
    'prescription.validDays': 2,
  },
  // Whose X25519 key opens a hospital's contents in an emergency (docs/vault.md).
  actors: [CITY_HOSPITAL, TOWN_HOSPITAL].map((id) => ({ id: `${id}:break-glass`, role: 'employee' })),
}

/** Whether a genesis is that of a demo, into which synthetic data may be written. */
export const isDemoGenesis = (genesis: Genesis): boolean => genesis.name === DEMO_NAME
