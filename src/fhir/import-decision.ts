/**
 * FHIR R4 `ExplanationOfBenefit` as a payer's decision about a claim that its provider has imported: what it allows and
 * pays of every item. Categories are those of R4 and of CMS's Blue Button.
 */
import { isMap } from '../protocol/index.ts'
import { payerIn } from './import-claim.ts'
import { fenOf, itemsOf, lineIdOf, listAt, type Rates } from './import-money.ts'
import type { Resource } from './patient.ts'

/** A decision to sign. */
export interface PlannedDecision {
  /** Local id of the claim at its provider. */
  readonly claimId: string
  /** Fen; lines of the claim that it does not name get nothing. */
  readonly lines: readonly {
    readonly line: string
    readonly allowed: number
    readonly paid: number
    readonly patientShare: number
  }[]
  readonly place: string
}

export interface DecisionOptions {
  /** The member that decides. */
  readonly payer: string
  readonly grantees: ReadonlyMap<string, string>
  readonly rates: Rates
  /** Local id of the claim that a reference of this file means; undefined where it means none. */
  readonly claimId: (reference: string) => string | undefined
}

const BLUE_BUTTON = 'https://bluebutton.cms.gov/resources/variables/'
const ALLOWED = new Set(['eligible', `${BLUE_BUTTON}line_alowd_chrg_amt`])
const PAID = new Set(['benefit', `${BLUE_BUTTON}line_prvdr_pmt_amt`])
const SHARE = new Set([
  'copay',
  'deductible',
  `${BLUE_BUTTON}line_coinsrnc_amt`,
  `${BLUE_BUTTON}line_bene_ptb_ddctbl_amt`,
])
/** Rounding each amount of a line to a fen may make them miss one another by so much. */
const ROUNDING_FEN = 2

const codesOf = (category: unknown): string[] => {
  const codings = isMap(category) && Array.isArray(category['coding']) ? category['coding'] : []
  return codings.filter(isMap).map(({ code }) => String(code))
}

/**
 * The decision that an ExplanationOfBenefit stands for, or why for none. LedgerError `import.invalid` names a fault's
 * place.
 */
export function planDecision(
  resource: Resource,
  place: string,
  options: DecisionOptions,
): PlannedDecision | string {
  const items = itemsOf(resource, place)
  const lines: PlannedDecision['lines'][number][] = []
  let reason: string | undefined
  for (const { sequence, item, place: at } of items) {
    const decided = decisionOfItem(item, at, options.rates)
    if (typeof decided === 'string') reason ??= decided
    else if (decided !== undefined) lines.push({ line: lineIdOf(sequence), ...decided })
  }
  if (resource['status'] !== 'active') return `is ${String(resource['status'])}, not active`
  if (resource['use'] !== 'claim') return `is about a ${String(resource['use'])}, not a claim`
  if (resource['outcome'] !== 'complete') return `is ${String(resource['outcome'])}, not complete`
  if (payerIn(resource['insurer'], options.grantees) !== options.payer) return 'is not this payer’s'
  if (reason !== undefined) return reason
  if (lines.length === 0) return 'decides about no item'
  const reference = isMap(resource['claim']) ? resource['claim']['reference'] : undefined
  const claimId = typeof reference === 'string' ? options.claimId(reference) : undefined
  return claimId === undefined ? 'does not name its claim' : { claimId, lines, place }
}

/** What an item says was allowed and paid; undefined where it says nothing of either. */
function decisionOfItem(
  item: Resource,
  place: string,
  rates: Rates,
): Omit<PlannedDecision['lines'][number], 'line'> | string | undefined {
  const sums = { allowed: undefined, paid: undefined, share: 0 } as {
    allowed: number | undefined
    paid: number | undefined
    share: number
  }
  for (const [i, { category, amount }] of listAt(item, 'adjudication', place).entries()) {
    const codes = codesOf(category)
    const has = (wanted: ReadonlySet<string>) => codes.some((code) => wanted.has(code))
    if (amount === undefined || !(has(ALLOWED) || has(PAID) || has(SHARE))) continue
    const fen = fenOf(amount, `${place}/adjudication/${i}/amount`, rates)
    if (typeof fen === 'string') return fen
    if (has(ALLOWED)) sums.allowed = fen
    else if (has(PAID)) sums.paid = fen
    else sums.share += fen
  }
  const { allowed, paid, share } = sums
  if (allowed === undefined && paid === undefined) return undefined
  if (allowed === undefined || paid === undefined) return 'says of an item what is allowed or paid, not both'
  const isSum = paid <= allowed && Math.abs(allowed - paid - share) <= ROUNDING_FEN
  return isSum ? { allowed, paid, patientShare: allowed - paid } : 'decides sums that do not add up'
}
