/**
 * Counts that a facility reports to a health commission, by cells whose ids mean nothing here: the private
 * part says which chapter of ICD-10 and which region each one is. Nothing small may be read from them:
 * neither a cell, nor what is left of the total when the cells are taken off.
 */
import Type from 'typebox'
import { REPORT_CELLS_MAX, REPORT_COUNT_MAX } from '../../base/index.ts'
import type { RuleContext } from '../contract.ts'
import { defineVerb } from '../define.ts'
import { FACILITY_ROLES, hasMemberRole, isDesk } from '../roles.ts'
import { Count, Fields, LocalId, Period } from '../schema.ts'
import { REPORTS } from './state.ts'

export const report = defineVerb({
  summary: 'A facility reports its counts of a month to a health commission, none of them small.',
  signers: 'a facility: its key, employee',
  payload: Fields({
    period: Period,
    commission: LocalId,
    total: Count(0, REPORT_COUNT_MAX),
    cells: Type.Array(Fields({ cell: LocalId, count: Count(0, REPORT_COUNT_MAX) }), {
      maxItems: REPORT_CELLS_MAX,
    }),
  }),
  privatePart: 'required',
  parties: ({ commission }, signer) => [{ member: commission }, { member: signer.member }],
  rule(context) {
    const { payload, signer, state } = context
    if (!isDesk(signer) || !hasMemberRole(signer.memberRoles, FACILITY_ROLES)) context.refuse('record.role')
    const commission = context.port('identity.member')(payload.commission)
    if (!commission?.active || !hasMemberRole(commission.roles, ['health-commission'])) {
      context.refuse('record.commission-unfit', { field: '/payload/commission' })
    }
    if (REPORTS.has(state, signer.member, payload.period)) {
      context.refuse('record.report-exists', { field: '/payload/period' })
    }
    requireLargeCounts(context)
    const { period, ...rest } = payload
    REPORTS.put(state, { ...rest, by: signer.actor, at: context.time }, signer.member, period)
  },
})

interface Counts {
  readonly total: number
  readonly cells: readonly { readonly cell: string; readonly count: number }[]
}

/**
 * Cells below the minimum stay out of a report. What they come to is the total less the cells, so that must
 * be nothing or at least the minimum too: else a single small cell, or a few, could be computed.
 */
function requireLargeCounts(context: RuleContext<Counts>): void {
  const { total, cells } = context.payload
  const countMin = context.parameter('cellCountMin')
  const seen = new Set<string>()
  let rest = total
  for (const [i, { cell, count }] of cells.entries()) {
    if (seen.has(cell)) context.refuse('record.cell-repeated', { field: `/payload/cells/${i}/cell` })
    if (count < countMin) context.refuse('record.cell-small', { field: `/payload/cells/${i}/count` })
    seen.add(cell)
    rest -= count
  }
  if (rest < 0 || (rest > 0 && rest < countMin))
    context.refuse('record.rest-small', { field: '/payload/total' })
}
