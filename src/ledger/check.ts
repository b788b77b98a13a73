/**
 * Checks a ledger on the disk, every byte of it: the checksum of each record, then the leaves, replayed into a scratch
 * store with every signature and rule, then each record of the ledger against what the leaves come to. Reads only.
 *
 * A damaged LMDB file can crash the process that reads it, so a command runs this in a child process.
 */
import { compareBytes, equalBytes, LedgerError } from '../base/index.ts'
import { createCheckedStore, describeKey, openRecord } from './checked-store.ts'
import { readHead } from './head.ts'
import { ID_RECORD_LOGGED_BYTES } from './ids.ts'
import { iterateLeaves } from './log.ts'
import { type ReplayOptions, replayLeaves } from './replay.ts'
import { type Store, TABLES, type Table } from './store.ts'
import type { LedgerHead } from './types.ts'

/** Something wrong, as the operator reads it. */
export interface CheckProblem {
  readonly table: Table
  /** Text for `meta` and `state`, hex for the others. */
  readonly key: string
  readonly message: string
}

/** How far a check has come: records read, leaves replayed of all leaves, or records compared. */
export interface CheckProgress {
  readonly phase: 'records' | 'replay' | 'compare'
  readonly done: number
  readonly total: number | undefined
}

export interface CheckReport {
  /** Where the log stands; undefined where that can not be read. */
  readonly head: LedgerHead | undefined
  readonly recordCount: number
  /** Whether the leaves could be replayed and came to this very ledger. */
  readonly replayed: boolean
  /** The first of what is wrong; empty for a sound ledger. */
  readonly problems: readonly CheckProblem[]
  readonly problemCount: number
}

/** What `checkLedger` is given. Both stores are bare: checksums are verified here. */
export interface CheckOptions extends Omit<ReplayOptions, 'store' | 'leavesFrom' | 'onBlock'> {
  readonly store: Store
  /**
   * Where the leaves are replayed to: empty, or what an interrupted check of the same ledger left, which is gone on
   * with. In memory for small ledgers, on disk for large ones.
   */
  readonly scratch: Store
  readonly onProgress?: (progress: CheckProgress) => void
}

/** Problems listed one by one; a file that is damaged all over has too many to read. */
const PROBLEMS_LISTED_MAX = 1_000
/** Records read at once: sixteen full bundles of the longest leaves are 256 MiB. */
const PAGE_COUNT = 16

/**
 * Checks a ledger. Never throws for what it finds in the store; errors of the disk itself are thrown on, and
 * `ledger.rules-unknown`, which is a lack of this build and no damage.
 */
export async function checkLedger(options: CheckOptions): Promise<CheckReport> {
  const { store, onProgress = () => {} } = options
  const problems: CheckProblem[] = []
  let problemCount = 0
  const report = (table: Table, key: string, message: string) => {
    problemCount += 1
    if (problems.length < PROBLEMS_LISTED_MAX) problems.push({ table, key, message })
  }
  const recordCount = checkRecords(store, report, onProgress)
  const answer = (head: LedgerHead | undefined, replayed: boolean): CheckReport => ({
    head,
    recordCount,
    replayed,
    problems,
    problemCount,
  })
  const head = tryReading(() => readHead(createCheckedStore(store)))
  if (head === undefined) {
    if (problemCount === 0) report('meta', 'head', 'The head of the log is missing.')
    return answer(undefined, false)
  }
  const replayedHead = await replay(options, head, report, onProgress)
  if (replayedHead === undefined) return answer(head, false)
  const before = problemCount
  compareStores(options, report, onProgress)
  return answer(head, problemCount === before)
}

type Report = (table: Table, key: string, message: string) => void
type OnProgress = (progress: CheckProgress) => void

/** The answer; undefined where a damaged record stands in its way, which has been reported. */
function tryReading<Answer>(read: () => Answer): Answer | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof LedgerError || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Records of a table in order of keys, as they lie in the store. */
function* iterateRecords(store: Store, table: Table): Generator<[Uint8Array, Uint8Array], void> {
  let start: Uint8Array = Uint8Array.of(0)
  for (;;) {
    const page = store.range(table, { start, limit: PAGE_COUNT })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE_COUNT) return
    start = Uint8Array.of(...last[0], 0)
  }
}

/** Verifies every checksum; returns how many records there are. */
function checkRecords(store: Store, report: Report, onProgress: OnProgress): number {
  let done = 0
  for (const table of TABLES) {
    for (const [key, record] of iterateRecords(store, table)) {
      try {
        openRecord(table, key, record)
      } catch (error) {
        if (!(error instanceof LedgerError)) throw error
        report(table, describeKey(table, key), 'The record does not match its checksum.')
      }
      done += 1
      if (done % 1_000 === 0) onProgress({ phase: 'records', done, total: undefined })
    }
  }
  return done
}

/** Replays the leaves into the scratch store; undefined where they can not be read or do not come out. */
async function replay(
  options: CheckOptions,
  head: LedgerHead,
  report: Report,
  onProgress: OnProgress,
): Promise<LedgerHead | undefined> {
  const store = createCheckedStore(options.store)
  try {
    return await replayLeaves({
      ...options,
      store: createCheckedStore(options.scratch),
      leavesFrom: (index) => iterateLeaves(store, index, head.size),
      onBlock: ({ size }) => onProgress({ phase: 'replay', done: size, total: head.size }),
    })
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code === 'ledger.rules-unknown') throw error
    report('bundles', '', error.message)
    return undefined
  }
}

/** Walks both stores side by side and reports every record that one of them lacks or that differs. */
function compareStores({ store, scratch }: CheckOptions, report: Report, onProgress: OnProgress): void {
  let done = 0
  for (const table of TABLES) {
    const [found, expected] = [iterateRecords(store, table), iterateRecords(scratch, table)]
    let [left, right] = [found.next(), expected.next()]
    while (!left.done || !right.done) {
      const order = left.done ? 1 : right.done ? -1 : compareBytes(left.value[0], right.value[0])
      const [key] = order <= 0 ? left.value! : right.value!
      if (order < 0) report(table, describeKey(table, key), 'The record does not follow from the leaves.')
      else if (order > 0) report(table, describeKey(table, key), 'The record is missing.')
      else if (!isSame(table, key, left.value![1], right.value![1])) {
        report(table, describeKey(table, key), 'The record is not what the leaves come to.')
      }
      if (order <= 0) left = found.next()
      if (order >= 0) right = expected.next()
      done += 1
      if (done % 1_000 === 0) onProgress({ phase: 'compare', done, total: undefined })
    }
  }
}

/** Whether two records say the same. Of an id that is what the log says of it: the rest only its own node knows. */
function isSame(table: Table, key: Uint8Array, found: Uint8Array, expected: Uint8Array): boolean {
  const values = [found, expected].map((record) => tryReading(() => openRecord(table, key, record)))
  const [left, right] =
    table === 'ids' ? values.map((value) => value?.subarray(0, ID_RECORD_LOGGED_BYTES)) : values
  // A record that does not match its checksum has been reported as such.
  return left === undefined || right === undefined || equalBytes(left, right)
}
