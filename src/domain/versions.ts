/**
 * The rules versions of this build, in order. A version that a ledger has run stays here and stays as it is, so that
 * its blocks replay to the same bytes; changed rules are a new version, activated by governance at a height.
 * docs/domain/README.md says where the second version of a verb lives.
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
import { settlement } from './settlement/index.ts'
import { supply } from './supply/index.ts'
import { createVersions, type Version, type Versions } from './version-table.ts'
import { waste } from './waste/index.ts'

/** All that was released. A new version is one more entry: `{ version, changes: { <module>: <its ModuleChange> } }`. */
export const RELEASED: readonly Version[] = [
  {
    version: 1,
    modules: [
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
    ],
  },
]

/** Every version that this build executes. */
export const VERSIONS: Versions = createVersions(RELEASED)

/** The newest version of this build. */
export const RULES_VERSION = RELEASED.at(-1)!.version

/** The rules of the newest version. */
export const registry = VERSIONS.newest

/** The rules of a version; undefined where this build does not know it, and a node must stop. */
export const rulesOf = VERSIONS.rulesOf
