/** How far the seeding of a demo is, in `<data>/demo/progress.json`: a run that was stopped goes on from there. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DemoSummary } from './seeding.ts'

export interface DemoProgress {
  /** Of the generator. */
  readonly seed: number
  readonly patients: number
  readonly visits: number
  /** Unix seconds; the generated visits lie before it. */
  readonly startedAt: number
  /** Items done, by stage. */
  readonly done: { readonly [stage: string]: number }
  /** A transaction whose receipt is worth a look: the latest one accepted of a chunk. */
  readonly sampleId?: string
  /** Once everything is in. */
  readonly summary?: DemoSummary
}

const pathOf = (data: string): string => join(data, 'demo', 'progress.json')

/** The progress stored in a data folder; undefined in a new one. */
export function readProgress(data: string): DemoProgress | undefined {
  return existsSync(pathOf(data))
    ? (JSON.parse(readFileSync(pathOf(data), 'utf8')) as DemoProgress)
    : undefined
}

/** Replaces the stored progress in one step (its folder is there), so that a crash leaves the old or the new one. */
export function writeProgress(data: string, progress: DemoProgress): void {
  writeFileSync(`${pathOf(data)}.new`, `${JSON.stringify(progress, null, 2)}\n`)
  renameSync(`${pathOf(data)}.new`, pathOf(data))
}
