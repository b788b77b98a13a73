/** What an import counts as it goes, and how it says what a plan leaves out. */

/** What became of one kind of thing. */
export interface Tally {
  readonly planned: number
  accepted: number
  /** In the journal of an earlier run, or on the ledger already. */
  already: number
  /** Refused or rejected, by code. */
  readonly failed: Record<string, number>
}

export const newTally = (planned: number, already = 0): Tally => ({
  planned,
  accepted: 0,
  already,
  failed: {},
})

export function countFailure({ failed }: Tally, code: string): void {
  failed[code] = (failed[code] ?? 0) + 1
}

/** Called as things are sent. */
export type OnProgress = (what: string, done: number, total: number) => void

/** What a plan leaves out. */
export type Unmapped = readonly { readonly kind: string; readonly reason: string; readonly place: string }[]

/** Reasons why things are not mapped, with how many of which kind. */
export function groupUnmapped(
  unmapped: Unmapped,
): { kind: string; reason: string; count: number; first: string }[] {
  const groups = new Map<string, { kind: string; reason: string; count: number; first: string }>()
  for (const { kind, reason, place } of unmapped) {
    const group = groups.get(`${kind} ${reason}`)
    if (group === undefined) groups.set(`${kind} ${reason}`, { kind, reason, count: 1, first: place })
    else group.count++
  }
  return [...groups.values()].sort((a, b) => b.count - a.count)
}
