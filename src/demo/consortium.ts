/** The demo's consortium: nine members in one data folder, so that one machine can play all of them. */
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

export const DEMO_PLAN: ConsortiumPlan = {
  name: DEMO_NAME,
  node: CITY_HOSPITAL,
  members: [
    { id: CITY_HOSPITAL, roles: ['hospital'] },
    { id: TOWN_HOSPITAL, roles: ['hospital'] },
    { id: EXAM_CENTER, roles: ['exam-institution'] },
    { id: PHARMACY, roles: ['pharmacy'] },
    { id: INSURER, roles: ['insurer'] },
    { id: 'social-security', roles: ['social-security'] },
    { id: HEALTH_COMMISSION, roles: ['health-commission', 'licensing-body'] },
    { id: REGISTRAR, roles: ['business-registrar'] },
    { id: AUDITOR, roles: ['auditor'] },
  ],
  // Whose X25519 key opens a hospital's contents in an emergency (docs/vault.md).
  actors: [CITY_HOSPITAL, TOWN_HOSPITAL].map((id) => ({ id: `${id}:break-glass`, role: 'employee' })),
}

/** Whether a genesis is that of a demo, into which synthetic data may be written. */
export const isDemoGenesis = (genesis: Genesis): boolean => genesis.name === DEMO_NAME
