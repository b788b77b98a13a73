/**
 * Carries out a payer's decisions about claims that their provider imported: reads each claim, acknowledges it where
 * nobody has, and adjudicates it line by line. What the claim's state does not allow any more is counted as there
 * already.
 */
import { LedgerError } from '../base/index.ts'
import { type Client, type Draft, type Signer, signTransaction } from '../client/index.ts'
import type { PlannedDecision } from '../fhir/index.ts'
import { countFailure, newTally, type OnProgress, type Tally } from './tally.ts'

export interface DecisionRun {
  readonly client: Client
  /** Of the payer. */
  readonly signer: Signer
  readonly payer: string
  readonly provider: string
  readonly signal: AbortSignal
  readonly onProgress: OnProgress
}

/** What is needed of a claim as the ledger answers it. */
interface Claim {
  readonly subject: string
  readonly state: string
  readonly lines: readonly { readonly line: string }[]
}

const OPEN_STATES = ['SUBMITTED', 'ACKNOWLEDGED', 'PENDED', 'APPEALED']
const NOTHING = { allowed: 0, paid: 0, patientShare: 0 }

export async function runDecisions(decisions: readonly PlannedDecision[], run: DecisionRun): Promise<Tally> {
  const tally = newTally(decisions.length)
  for (const [i, decision] of decisions.entries()) {
    run.signal.throwIfAborted()
    const code = await decide(decision, run)
    if (code === undefined) tally.accepted++
    else if (code === 'already') tally.already++
    else countFailure(tally, code)
    run.onProgress('decisions', i + 1, decisions.length)
  }
  return tally
}

/** Undefined where the decision is on the ledger now; else `already`, or the code of what refused it. */
async function decide(decision: PlannedDecision, run: DecisionRun): Promise<string | undefined> {
  const { client, signer, payer, provider, signal } = run
  const ref = `${provider}:${decision.claimId}`
  const claim = await findClaim(client, ref, signal)
  if (claim === undefined) return 'read.not-found'
  if (!OPEN_STATES.includes(claim.state)) return 'already'
  const byLine = new Map(decision.lines.map(({ line, ...amounts }) => [line, amounts]))
  if (decision.lines.some(({ line }) => !claim.lines.some((claimed) => claimed.line === line))) {
    return 'claim.lines'
  }
  const step = { claim: ref, subject: claim.subject, payer }
  const lines = claim.lines.map(({ line }) => ({ line, ...(byLine.get(line) ?? NOTHING) }))
  const drafts: Draft[] = [
    ...(claim.state === 'SUBMITTED' ? [{ type: 'claim.acknowledge', payload: step }] : []),
    { type: 'claim.adjudicate', payload: { ...step, lines } },
  ]
  const { kernel, ledgerId } = client
  const signed = await Promise.all(
    drafts.map((draft) => signTransaction(draft, { kernel, ledgerId, signer })),
  )
  const answers = await client.submit(signed, { wait: 'committed', signal })
  const fault = answers.find(({ status }) => status !== 'accepted')
  return fault && (fault.code ?? fault.status)
}

async function findClaim(client: Client, ref: string, signal: AbortSignal): Promise<Claim | undefined> {
  try {
    return (await client.read('claim/claims/:ref', { ref }, { signal })) as Claim
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'read.not-found') return undefined
    throw error
  }
}
