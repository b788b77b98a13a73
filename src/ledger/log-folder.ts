/**
 * The log as a plain folder, laid out as C2SP tlog-tiles has its URLs, so that any static file server can offer it:
 * `checkpoint`, `tile/<level>/…`, `tile/entries/…`. Exporting again adds what has grown; importing replays every leaf.
 * Entries are for operators and auditors: whoever serves the folder to others leaves `tile/entries` out.
 */
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { equalBytes, LedgerError, TILE_WIDTH, utf8 } from '../base/index.ts'
import {
  type Checkpoint,
  decodeBundle,
  entriesPath,
  parseCheckpoint,
  parseNote,
  tilePath,
  tileWidth,
} from '../protocol/index.ts'
import { createCheckedStore } from './checked-store.ts'
import { readHead } from './head.ts'
import { type Log, openLog } from './log.ts'
import { type ReplayOptions, replayLeaves } from './replay.ts'
import type { Store } from './store.ts'
import type { LedgerHead } from './types.ts'

/** What `exportLog` is given. */
export interface ExportOptions extends Pick<ReplayOptions, 'kernel'> {
  /** The ledger's store, bare; only read. */
  readonly store: Store
  readonly dir: string
  /** The signed note to publish: its checkpoint says how far. */
  readonly note: string
  /** Told after each file of how many leaves the exported bundles hold. */
  readonly onProgress?: (leaves: number) => void
}

/**
 * Writes the log up to a checkpoint. The checkpoint is written last, so a reader of the folder finds all that it
 * promises. LedgerError `read.range` where the log is shorter, `ledger.corrupt` for a damaged record, `data.exists`
 * where the folder holds another log, or more of this one: nothing is written.
 */
export async function exportLog({ store, dir, note, kernel, onProgress }: ExportOptions): Promise<void> {
  const { origin, size } = parseCheckpoint(parseNote(note).text)
  const checked = createCheckedStore(store)
  const log = openLog(checked, kernel, readHead(checked)?.size ?? 0)
  if (size < 1 || size > log.size) {
    throw new LedgerError('read.range', { message: `The log has ${log.size} leaves, not ${size}.` })
  }
  // What lies beyond these leaves may be of another log, and is written anew.
  const exported = await readExported(dir, origin, log, size)
  for (let index = 0, width = 0; (width = tileWidth(0, index, size)) > 0; index++) {
    const path = join(dir, entriesPath(index, width))
    if (index * TILE_WIDTH + width > exported || !(await isBundle(path, width))) {
      await writeWhole(path, log.bundle(index, width)!)
    }
    onProgress?.(index * TILE_WIDTH + width)
  }
  for (let level = 0; tileWidth(level, 0, size) > 0; level++) {
    for (let index = 0, width = 0; (width = tileWidth(level, index, size)) > 0; index++) {
      const path = join(dir, tilePath(level, index, width))
      const leaves = (index * TILE_WIDTH + width) * TILE_WIDTH ** level
      if (leaves > exported || (await lengthOf(path)) !== width * HASH_BYTES) {
        await writeWhole(path, log.tile(level, index, width)!)
      }
    }
  }
  await writeWhole(join(dir, 'checkpoint'), utf8(note))
}

const HASH_BYTES = 32

/** How many leaves of this log a folder holds by its checkpoint; 0 where it has none. LedgerError `data.exists`. */
async function readExported(dir: string, origin: string, log: Log, size: number): Promise<number> {
  const path = join(dir, 'checkpoint')
  const note = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (note === undefined) return 0
  const refuse = (what: string): never => {
    throw new LedgerError('data.exists', { message: `${dir} holds ${what}: nothing was written.` })
  }
  const there = readCheckpoint(note) ?? refuse(`a file "checkpoint" that is none`)
  if (there.origin !== origin) return refuse(`another log, ${there.origin}`)
  if (there.size > size) return refuse(`more of this log, ${there.size} leaves, than the ${size} to export`)
  const isOurs = there.size === 0 || equalBytes(there.root, log.rootAt(there.size))
  return isOurs ? there.size : refuse(`another history of this log, of ${there.size} leaves`)
}

function readCheckpoint(note: string): Checkpoint | undefined {
  try {
    return parseCheckpoint(parseNote(note).text)
  } catch {
    return undefined
  }
}

const lengthOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ size }) => size,
    () => undefined,
  )

/** Whether a bundle of so many entries stands there, none of them cut. What they are, its reader finds out. */
async function isBundle(path: string, width: number): Promise<boolean> {
  try {
    return decodeBundle(new Uint8Array(await readFile(path))).length === width
  } catch {
    return false
  }
}

/** Writes a file that is there whole or not at all, whenever the process ends. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(`${path}.part`, 'w')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.part`, path)
}

/** What `importLog` is given. */
export interface ImportOptions extends Omit<ReplayOptions, 'store' | 'leavesFrom'> {
  /** A folder as `exportLog` writes it. */
  readonly dir: string
  /** The opened and verified checkpoint of the folder: what the leaves must come to. */
  readonly checkpoint: Pick<Checkpoint, 'size' | 'root'>
  /** Where the ledger goes, bare: empty, or what an interrupted import left. */
  readonly into: Store
}

/**
 * Builds a ledger from an exported folder; nothing but the checkpoint is believed, every leaf is checked and executed.
 * LedgerError `ledger.diverged` where the leaves do not come to the checkpoint, `data.missing` for a missing file.
 */
export async function importLog({ dir, checkpoint, into, ...options }: ImportOptions): Promise<LedgerHead> {
  const head = await replayLeaves({
    ...options,
    store: createCheckedStore(into),
    leavesFrom: (index) => readFolder(dir, index, checkpoint.size),
  })
  if (head.size !== checkpoint.size || !equalBytes(head.root, checkpoint.root)) {
    throw new LedgerError('ledger.diverged', {
      message: `The folder's leaves come to size ${head.size}, but not to the checkpoint of size ${checkpoint.size}.`,
    })
  }
  return head
}

/** Leaves `from` to `to` of an exported folder. */
async function* readFolder(dir: string, from: number, to: number): AsyncGenerator<Uint8Array, void> {
  for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < to; index++) {
    const first = index * TILE_WIDTH
    const entries = decodeBundle(await readBundleFile(dir, index, tileWidth(0, index, to)))
    yield* entries.slice(Math.max(0, from - first), to - first)
  }
}

/** The bundle of this width or, where the folder has grown since, the full one. */
async function readBundleFile(dir: string, index: number, width: number): Promise<Uint8Array> {
  for (const path of [entriesPath(index, width), entriesPath(index)]) {
    const bytes = await readFile(join(dir, path)).catch(() => undefined)
    if (bytes !== undefined) return new Uint8Array(bytes)
  }
  throw new LedgerError('data.missing', { message: `The folder has no ${entriesPath(index, width)}.` })
}
