/**
 * Which modules make up which version of the rules. A version that a ledger has run stays here and stays as
 * it is, so that its blocks replay to the same bytes; changed rules are a new version, activated by
 * governance at a height.
 */
import { access } from './access/index.ts'
import { aid } from './aid/index.ts'
import { care } from './care/index.ts'
import { certificate } from './certificate/index.ts'
import { claim } from './claim/index.ts'
import { consent } from './consent/index.ts'
import { credential } from './credential/index.ts'
import { feedback } from './feedback/index.ts'
import { governance } from './governance/index.ts'
import { identity } from './identity/index.ts'
import { prescription } from './prescription/index.ts'
import { record } from './record/index.ts'
import { referral } from './referral/index.ts'
import { createRegistry, type Registry } from './registry.ts'
import { settlement } from './settlement/index.ts'
import { supply } from './supply/index.ts'
import { waste } from './waste/index.ts'

/** The newest version of this build. */
export const RULES_VERSION = 1

/** The modules of version 1. */
export const registry: Registry = createRegistry([
  identity,
  governance,
  record,
  consent,
  access,
  certificate,
  settlement,
  care,
  referral,
  feedback,
  aid,
  waste,
  supply,
  credential,
  prescription,
  claim,
])

/** The rules of a version; undefined where this build does not know it, and a node must halt. */
export const rulesOf = (version: number): Registry | undefined =>
  version === RULES_VERSION ? registry : undefined
