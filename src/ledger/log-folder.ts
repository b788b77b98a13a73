/**
 * The log as a plain folder, laid out as C2SP tlog-tiles has its URLs, so that any static file server can offer it:
 * `checkpoint`, `tile/<level>/…`, `tile/entries/…`. Exporting again adds what has grown; importing replays every leaf.
 * Entries are for operators and auditors: whoever serves the folder to others leaves `tile/entries` out.
 */
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { equalBytes, LedgerError, TILE_WIDTH, utf8 } from '../base/index.ts'
import { type Checkpoint, decodeBundle, entriesPath, tilePath, tileWidth } from '../protocol/index.ts'
import { createCheckedStore } from './checked-store.ts'
import { readHead } from './head.ts'
import { openLog } from './log.ts'
import { type ReplayOptions, replayLeaves } from './replay.ts'
import type { Store } from './store.ts'
import type { LedgerHead } from './types.ts'

/** What `exportLog` is given. */
export interface ExportOptions extends Pick<ReplayOptions, 'kernel'> {
  /** The ledger's store, bare; only read. */
  readonly store: Store
  readonly dir: string
  /** The signed note to publish, and the size that it is of. */
  readonly checkpoint: { readonly note: string; readonly size: number }
  /** Told after each file of how many leaves the exported bundles hold. */
  readonly onProgress?: (leaves: number) => void
}

/**
 * Writes the log up to a checkpoint. The checkpoint is written last, so a reader of the folder finds all that it
 * promises. LedgerError `read.range` where the log is shorter, `ledger.corrupt` for a damaged record.
 */
export async function exportLog({
  store,
  dir,
  checkpoint,
  kernel,
  onProgress,
}: ExportOptions): Promise<void> {
  const { note, size } = checkpoint
  const checked = createCheckedStore(store)
  const log = openLog(checked, kernel, readHead(checked)?.size ?? 0)
  if (size < 1 || size > log.size) {
    throw new LedgerError('read.range', { message: `The log has ${log.size} leaves, not ${size}.` })
  }
  for (let index = 0, width = 0; (width = tileWidth(0, index, size)) > 0; index++) {
    await writeOnce(join(dir, entriesPath(index, width)), () => log.bundle(index, width)!)
    onProgress?.(index * TILE_WIDTH + width)
  }
  for (let level = 0; tileWidth(level, 0, size) > 0; level++) {
    for (let index = 0, width = 0; (width = tileWidth(level, index, size)) > 0; index++) {
      await writeOnce(join(dir, tilePath(level, index, width)), () => log.tile(level, index, width)!)
    }
  }
  await writeWhole(join(dir, 'checkpoint'), utf8(note))
}

/** Tiles and bundles of one width never change, so one that is there stays. */
async function writeOnce(path: string, read: () => Uint8Array): Promise<void> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  )
  if (!exists) await writeWhole(path, read())
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
