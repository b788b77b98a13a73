/** What other modules may know of accesses. */
import type { Context } from '../contract.ts'
import type { AccessView } from '../ports.ts'
import { ACCESSES } from './state.ts'

/** The port `access.ofConsent`. */
export function listOfConsent(context: Context, consent: string, limit: number): readonly AccessView[] {
  return ACCESSES.indexes.ofConsent.list(context.state, [consent], { limit }).map(({ id }) => {
    const [by = '', local = ''] = id.slice(-2)
    const { record, noticeAt, openedAt } = ACCESSES.get(context.state, by, local)!
    return { reference: `${by}:${local}`, by, record, noticeAt, openedAt }
  })
}
