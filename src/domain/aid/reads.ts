/** Everything that may be asked of aid. */
import { claimReads } from './reads-claims.ts'
import { memberReads } from './reads-members.ts'
import { planReads } from './reads-plans.ts'

export const reads = [...planReads, ...memberReads, ...claimReads]
