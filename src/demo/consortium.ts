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
    { id: CITY_HOSPITAL, roles: ['hospital'] },
    { id: TOWN_HOSPITAL, roles: ['hospital'] },
    { id: EXAM_CENTER, roles: ['exam-institution'] },
    { id: PHARMACY, roles: ['pharmacy'] },
    { id: INSURER, roles: ['insurer'] },
    { id: SOCIAL_SECURITY, roles: ['social-security'] },
    { id: SECOND_INSURER, roles: ['insurer'] },
    { id: HEALTH_COMMISSION, roles: ['health-commission', 'licensing-body'] },
    { id: REGISTRAR, roles: ['business-registrar'] },
    { id: AUDITOR, roles: ['auditor'] },
    { id: ENTERPRISE, roles: ['enterprise'] },
    { id: HAULER, roles: ['hauler'] },
    { id: TREATMENT_PLANT, roles: ['treatment-plant'] },
    { id: ENVIRONMENT_BUREAU, roles: ['environment-bureau'] },
    { id: DRUG_MAKER, roles: ['manufacturer'] },
    { id: DRUG_DISTRIBUTOR, roles: ['distributor'] },
    { id: DRUG_REGULATOR, roles: ['food-drug-regulator'] },
    { id: RESEARCH_BUYER, roles: ['research-buyer'] },
    { id: PLATFORM, roles: ['platform'] },
    { id: AID_SPONSOR, roles: ['mutual-aid-sponsor'] },
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
