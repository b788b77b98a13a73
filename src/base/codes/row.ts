/** One row of the table of codes. */
export interface CodeRow {
  /** u16; stands in refusal leaves, never reused. */
  readonly number: number
  /** HTTP status. */
  readonly status: number
  readonly meaning: string
}

export const row = (number: number, status: number, meaning: string): CodeRow => ({ number, status, meaning })
