/**
 * What every step of a claim has in common: who may take it, from which states, and the writing of the claim. A step
 * names subject and payer again, so that the parties of a transaction follow from it alone.
 */
import type { Party, PortContext, RuleContext } from '../contract.ts'
import { hasMemberRole, isDesk } from '../roles.ts'
import { LocalId, Reference, Subject } from '../schema.ts'
import { splitReference } from '../table.ts'
import { CLAIMS, type ClaimRow, type ClaimState, type ClaimStep } from './state.ts'

/** Members that pay claims. */
export const PAYER_ROLES = ['insurer', 'social-security'] as const

/** Fields of every step after the first. */
export const stepFields = { claim: Reference, subject: Subject, payer: LocalId }

export interface StepPayload {
  readonly claim: string
  readonly subject: string
  readonly payer: string
}

/** The patient, the provider and the payer. */
export const stepParties = ({ claim, subject, payer }: StepPayload): readonly Party[] => [
  { subject },
  { member: splitReference(claim)[0] },
  { member: payer },
]

/** A claim that a step found, with its id. */
export interface FoundClaim {
  readonly provider: string
  readonly local: string
  readonly row: ClaimRow
}

/** The claim named, of this subject to this payer; refuses it in any state but those given. */
export function requireClaim(context: RuleContext<StepPayload>, states: readonly ClaimState[]): FoundClaim {
  const { payload, state } = context
  const [provider, local] = splitReference(payload.claim)
  const row = CLAIMS.get(state, provider, local)
  if (row?.subject !== payload.subject || row.payer !== payload.payer) {
    return context.refuse('claim.unknown', { field: '/payload/claim' })
  }
  if (!states.includes(row.state)) context.refuse('claim.state', { field: '/payload/claim' })
  return { provider, local, row }
}

type Asking = RuleContext<{ readonly subject: string; readonly payer: string }>

/**
 * Refuses all but the desk of the facility that knows the patient, and a patient whom social security does not know.
 */
export function requirePatientOf(context: Asking): void {
  const { payload, signer } = context
  if (!isDesk(signer)) context.refuse('claim.role')
  if (context.port('identity.facilityOf')(payload.subject) !== signer.member) {
    context.refuse('claim.not-facility', { field: '/payload/subject' })
  }
  if (context.port('identity.insuredOf')(payload.subject) === undefined) {
    context.refuse('claim.not-verified', { field: '/payload/subject' })
  }
}

export function requirePayerOf(context: PortContext, payer: string): void {
  const member = context.port('identity.member')(payer)
  if (!member?.active || !hasMemberRole(member.roles, PAYER_ROLES)) {
    context.refuse('claim.payer-unfit', { field: '/payload/payer' })
  }
}

/** Refuses everyone but the desk of the payer named. */
export function requirePayer(context: RuleContext<{ readonly payer: string }>): void {
  const { payload, signer } = context
  if (!isDesk(signer) || !hasMemberRole(signer.memberRoles, PAYER_ROLES)) context.refuse('claim.role')
  if (signer.member !== payload.payer) context.refuse('claim.not-payer', { field: '/payload/payer' })
}

/** Refuses everyone but the desk of the provider that submitted. */
export function requireProvider(context: RuleContext<StepPayload>): void {
  const { payload, signer } = context
  if (!isDesk(signer)) context.refuse('claim.role')
  if (signer.member !== splitReference(payload.claim)[0]) {
    context.refuse('claim.not-provider', { field: '/payload/claim' })
  }
}

/** Writes a claim after one step more; `change` is what else the step changed. */
export function putStep(
  context: RuleContext<unknown>,
  { provider, local, row }: FoundClaim,
  step: Pick<ClaimStep, 'verb' | 'state' | 'amount'>,
  change: Partial<ClaimRow> = {},
): void {
  const next = { ...row, ...change }
  const entry: ClaimStep = { ...step, by: context.signer.actor, at: context.time }
  const history = [...row.history, entry]
  CLAIMS.put(context.state, { ...next, state: step.state, history }, provider, local)
}
