/** What other modules may know of consents. */
import type { Context } from '../contract.ts'
import type { ConsentView } from '../ports.ts'
import { splitReference } from '../table.ts'
import { CASES, CONSENTS, stateOf } from './state.ts'

/** The port `consent.find`. */
export function findConsent(context: Context, reference: string): ConsentView | undefined {
  const row = CONSENTS.get(context.state, ...splitReference(reference))
  if (row === undefined) return undefined
  const { subject, grantee, purpose, kinds, caseRef } = row
  return { subject, grantee, purpose, kinds, caseRef, active: stateOf(row, context.time) === 'ACTIVE' }
}

/** The port `consent.ofCase`: there is at most one in force, the one granted last. */
export function findConsentOfCase(
  context: Context,
  subject: string,
  caseRef: string,
  grantee: string,
): (ConsentView & { readonly reference: string }) | undefined {
  const reference = CASES.get(context.state, subject, caseRef, grantee)?.consent
  const consent = reference === undefined ? undefined : findConsent(context, reference)
  return reference !== undefined && consent?.active ? { ...consent, reference } : undefined
}

/** The port `consent.treats`. Newer consents are not looked for beyond the parameter. */
export function treats(context: Context, grantee: string, subject: string): boolean {
  const limit = context.parameter('consentsSeenMax')
  return CONSENTS.indexes.ofGrantee
    .list(context.state, [grantee, subject], { limit })
    .some(({ id: [owner = '', consentId = ''], value }) => {
      if (value.purpose !== 'treatment') return false
      const row = CONSENTS.get(context.state, owner, consentId)
      return row !== undefined && stateOf(row, context.time) === 'ACTIVE'
    })
}
