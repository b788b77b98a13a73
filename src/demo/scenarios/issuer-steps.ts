/** The steps by which the demo's consortium declares an issuer: what scenarios that move money or points begin with. */
import { DEMO_PLAN } from '../consortium.ts'
import { type Cast, type Step, step } from './scenario.ts'

/** More than two thirds, as the parameter `governance.approvalPermille` has it; all members of genesis are founders. */
const APPROVALS = Math.ceil((DEMO_PLAN.members.length * 667) / 1_000)

export interface IssuerPlan {
  readonly issuer: string
  readonly currency: 'cny-fen' | 'points'
  /** How much may be outstanding; enough for many runs on one ledger. */
  readonly ceiling?: number
}

/** One member proposes, others approve, until the quorum is there; the issuer may issue from the next block on. */
export function declareIssuerSteps(cast: Cast, { issuer, currency, ceiling = 1e12 }: IssuerPlan): Step[] {
  const { surface } = cast
  const proposalId = cast.id(`issuer-${currency}`)
  const others = DEMO_PLAN.members.map(({ id }) => id).filter((id) => id !== issuer)
  const propose = {
    type: 'governance.propose',
    payload: { proposalId, change: { issuer: { member: issuer, currency, ceiling } } },
  }
  const approve = { type: 'governance.approve', payload: { proposal: `${issuer}:${proposalId}` } }
  return [
    step(issuer, `asks to issue ${currency}`, surface.member(issuer), propose),
    ...others
      .slice(0, APPROVALS - 1)
      .map((id) => step(id, `approves ${issuer} as issuer of ${currency}`, surface.member(id), approve)),
  ]
}
