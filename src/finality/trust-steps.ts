/**
 * The changes of keys and quorum that this node can prove, from genesis on: one file, which is served as `/trust.json`.
 * A step is kept before its checkpoint is shown, so that whoever sees the checkpoint finds the step.
 */
import { readFileSync } from 'node:fs'
import { LedgerError, utf8 } from '../base/index.ts'
import { replaceSynced } from '../host/index.ts'
import type { Kernel } from '../kernel/index.ts'
import {
  followTrust,
  parseTrustChain,
  type Trust,
  type TrustChain,
  type TrustStep,
} from '../protocol/index.ts'

export interface TrustSteps {
  readonly chain: TrustChain
  /** What the steps come to, from genesis on. */
  readonly trust: Trust
  /**
   * Keeps the steps that follow on those kept already; durable when it returns. LedgerError `trust.chain` where one is
   * not proven by those before it: nothing is kept.
   */
  keep(steps: readonly TrustStep[]): void
}

/** The steps of a ledger whose genesis founds `founded`, `write` keeps them. */
function createSteps(
  kernel: Kernel,
  founded: Trust,
  kept: TrustChain,
  write: (chain: TrustChain) => void,
): TrustSteps {
  let chain = kept
  let trust = followTrust(kernel, founded, kept)
  return {
    get chain() {
      return chain
    },
    get trust() {
      return trust
    },
    keep(steps) {
      let reached = trust
      const fresh = steps.filter((step) => {
        const next = followTrust(kernel, reached, { steps: [step] })
        const isNew = next !== reached
        reached = next
        return isNew
      })
      if (fresh.length === 0) return
      const grown = { steps: [...chain.steps, ...fresh] }
      write(grown)
      chain = grown
      trust = reached
    },
  }
}

/** Steps in memory, for simulation. */
export const createMemoryTrustSteps = (kernel: Kernel, founded: Trust): TrustSteps =>
  createSteps(kernel, founded, { steps: [] }, () => {})

/** The steps in a file. LedgerError `trust.form`, `trust.chain` where it holds something else. */
export function openTrustSteps(kernel: Kernel, founded: Trust, path: string): TrustSteps {
  return createSteps(kernel, founded, readChain(path), (chain) =>
    replaceSynced(path, utf8(JSON.stringify(chain)), 0o644),
  )
}

function readChain(path: string): TrustChain {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { steps: [] }
    throw error
  }
  try {
    return parseTrustChain(JSON.parse(text))
  } catch (error) {
    if (error instanceof LedgerError) throw error
    throw new LedgerError('trust.form', { message: `${path} is not JSON.` }, error)
  }
}
