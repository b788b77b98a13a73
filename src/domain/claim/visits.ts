/**
 * What is claimed and paid of a visit over all payers. A line of a visit is billed once: whoever claims it again from
 * another payer bills the same, and all payers together never pay more than that.
 */
import { assert, CLAIM_LINES_MAX } from '../../base/index.ts'
import type { Context, RuleContext } from '../contract.ts'
import type { VisitClaims } from '../ports.ts'
import { splitReference } from '../table.ts'
import {
  CLAIMS,
  type ClaimLine,
  type ClaimRow,
  type LineDecision,
  sumOf,
  VISITS,
  type VisitLine,
  type VisitRow,
} from './state.ts'

/** The port `claim.visit`. */
export function findVisit(context: Context, reference: string): VisitClaims | undefined {
  const row = VISITS.get(context.state, ...splitReference(reference))
  return (
    row && {
      subject: row.subject,
      billed: sumOf(row.lines, ({ billed }) => billed),
      paid: sumOf(row.lines, ({ paid }) => paid),
    }
  )
}

/** A claim of a visit, as `VisitRow.claims` names it, with its row. */
export const claimsOfVisit = (context: Context, { claims }: VisitRow): readonly ClaimRow[] =>
  claims.map(({ claim }) => {
    const row = CLAIMS.get(context.state, ...splitReference(claim))
    assert(row !== undefined, 'the claims of a visit exist')
    return row
  })

/** Adds a claim to its visit. Refuses what contradicts the claims before it, or repeats one to the same payer. */
export function joinVisit(
  context: RuleContext<unknown>,
  provider: string,
  local: string,
  claim: Pick<ClaimRow, 'subject' | 'payer' | 'visit' | 'visitAt' | 'lines'>,
): void {
  const { subject, payer, visit, visitAt } = claim
  const before = VISITS.get(context.state, provider, visit) ?? { subject, visitAt, lines: [], claims: [] }
  if (before.subject !== subject || before.visitAt !== visitAt) {
    context.refuse('claim.visit-differs', { field: '/payload/visit' })
  }
  if (before.claims.length >= context.parameter('visitClaimsMax')) {
    context.refuse('claim.visit-full', { field: '/payload/visit' })
  }
  requireNoDuplicate(context, before, claim)
  const lines = addLines(context, before.lines, claim.lines)
  const claims = [...before.claims, { claim: `${provider}:${local}`, payer }]
  VISITS.put(context.state, { subject, visitAt, lines, claims }, provider, visit)
}

/** A payer is asked once for a line: what it denied is appealed against, what it should not decide is withdrawn. */
function requireNoDuplicate(
  context: RuleContext<unknown>,
  visit: VisitRow,
  { payer, lines }: Pick<ClaimRow, 'payer' | 'lines'>,
): void {
  const claims = visit.claims.filter((claim) => claim.payer === payer)
  const asked = new Set(
    claimsOfVisit(context, { ...visit, claims }).flatMap((row) => row.lines.map(({ line }) => line)),
  )
  const repeated = lines.findIndex(({ line }) => asked.has(line))
  if (repeated >= 0) context.refuse('claim.duplicate', { field: `/payload/lines/${repeated}/line` })
}

function addLines(
  context: RuleContext<unknown>,
  before: readonly VisitLine[],
  lines: readonly ClaimLine[],
): readonly VisitLine[] {
  const billedBefore = new Map(before.map(({ line, billed }) => [line, billed]))
  const added: VisitLine[] = []
  for (const [i, { line, billed }] of lines.entries()) {
    const known = billedBefore.get(line)
    if (known !== undefined && known !== billed) {
      context.refuse('claim.billed-differs', { field: `/payload/lines/${i}/billed` })
    }
    if (known === undefined) added.push({ line, billed, paid: 0 })
  }
  if (before.length + added.length > CLAIM_LINES_MAX) {
    context.refuse('claim.visit-full', { field: '/payload/lines' })
  }
  return [...before, ...added]
}

/** Takes a withdrawn claim out of its visit, and the lines that no other claim names. Nothing was decided about it. */
export function leaveVisit(context: RuleContext<unknown>, provider: string, local: string): void {
  const { visit } = CLAIMS.get(context.state, provider, local)!
  const row = VISITS.get(context.state, provider, visit)!
  const claims = row.claims.filter(({ claim }) => claim !== `${provider}:${local}`)
  if (claims.length === 0) {
    VISITS.delete(context.state, provider, visit)
    return
  }
  const named = new Set(
    claimsOfVisit(context, { ...row, claims }).flatMap(({ lines }) => lines.map(({ line }) => line)),
  )
  const lines = row.lines.filter(({ line }) => named.has(line))
  VISITS.put(context.state, { ...row, lines, claims }, provider, visit)
}

/** What other payers leave of each line of a claim, in the order of its lines. Fen. */
export function restOfLines(context: Context, provider: string, claim: ClaimRow): readonly number[] {
  const visit = VISITS.get(context.state, provider, claim.visit)!
  const byLine = new Map(visit.lines.map((row) => [row.line, row]))
  return claim.lines.map(({ line }, i) => {
    const { billed, paid } = byLine.get(line)!
    return billed - paid + (claim.decision?.[i]?.paid ?? 0)
  })
}

/** Notes what a payer now pays of a visit's lines, in place of what it decided before. */
export function putPaid(
  context: RuleContext<unknown>,
  provider: string,
  claim: ClaimRow,
  decision: readonly LineDecision[] | undefined,
): void {
  const changes = new Map(
    claim.lines.map(({ line }, i) => [line, (decision?.[i]?.paid ?? 0) - (claim.decision?.[i]?.paid ?? 0)]),
  )
  if ([...changes.values()].every((change) => change === 0)) return
  const visit = VISITS.get(context.state, provider, claim.visit)!
  const lines = visit.lines.map((row) => ({ ...row, paid: row.paid + (changes.get(row.line) ?? 0) }))
  VISITS.put(context.state, { ...visit, lines }, provider, claim.visit)
}
