/**
 * Backups of a whole data folder, taken while the node serves, and their way back. A backup is a folder with the ledger
 * as of one block, genesis, vault, the last signed checkpoint at or below that block, keys where they are asked for,
 * and `manifest.json`, which names every file with its length and SHA-256. It is made beside its place and renamed into
 * it.
 *
 * A node that is restored is held (hold.ts): it may have signed more after the backup was taken.
 */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { copyFile, mkdir, open as openFile, readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { type Clock, equalBytes, LedgerError, toHex, utf8 } from '../base/index.ts'
import { holdFilesOf, readSignedNote, writeHold } from '../finality/index.ts'
import { type LedgerData, lockData, openLedgerData, syncFolder, writeSynced } from '../host/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { backupLedger, createCheckedStore, openLmdbStore, readHead } from '../ledger/index.ts'
import { ledgerIdOf } from '../protocol/index.ts'
import { copyVault } from '../vault/index.ts'

/** `manifest.json` of a backup. */
export interface BackupManifest {
  readonly format: 'medseal/backup/v1'
  /** Hex. */
  readonly ledgerId: string
  readonly height: number
  readonly size: number
  /** Hex. */
  readonly root: string
  /** Unix seconds. */
  readonly takenAt: number
  readonly keys: boolean
  /** A checkpoint of the ledger as it stands in the backup, or a little earlier, that was signed before. */
  readonly checkpoint?: string
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[]
}

const FORMAT = 'medseal/backup/v1'
const MANIFEST = 'manifest.json'

export interface BackupOptions {
  readonly kernel: Kernel
  readonly clock: Pick<Clock, 'nowSeconds'>
  /** The data folder; its node may be serving. */
  readonly data: string
  /** A new folder. */
  readonly to: string
  /** Whether private keys go along: then whoever has the backup can sign as this node and its people. */
  readonly keys?: boolean
  readonly onFile?: (done: number, total: number) => void
}

/** Takes a backup; whole and durable when resolved. LedgerError `data.missing`, `data.exists`. */
export async function backupData(options: BackupOptions): Promise<BackupManifest> {
  const { kernel, clock, onFile } = options
  const target = resolve(options.to)
  const data = openLedgerData(kernel, options.data)
  if (existsSync(target)) throw new LedgerError('data.exists', { message: `${target} exists already.` })
  const draft = `${target}.part`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { recursive: true, mode: 0o700 })
  writeSynced(join(draft, 'genesis.json'), data.genesisBytes, 0o644)
  if (existsSync(data.trustFile)) await copyFile(data.trustFile, join(draft, 'trust.json'))
  if (options.keys) await copyKeys(join(data.folder, 'keys'), join(draft, 'keys'))
  // The note first: what it covers is in the copy. The vault last: it has every part that the copied ledger refers to.
  const ledgerId = toHex(ledgerIdOf(kernel, data.genesisBytes))
  const checkpoint = await readSignedNote(holdFilesOf(data.folder), ledgerId)
  const head = await backupLedger(data.ledgerFolder, join(draft, 'ledger'))
  if (existsSync(data.vaultFolder)) await copyVault(data.vaultFolder, join(draft, 'vault'))
  const manifest: BackupManifest = {
    format: FORMAT,
    ledgerId,
    height: head.height,
    size: head.size,
    root: toHex(head.root),
    takenAt: clock.nowSeconds(),
    keys: options.keys ?? false,
    ...(checkpoint !== undefined && { checkpoint }),
    files: await listFiles(draft, onFile),
  }
  writeSynced(join(draft, MANIFEST), utf8(`${JSON.stringify(manifest, null, 2)}\n`), 0o600)
  syncFolder(draft)
  // Commit point. A crash before it leaves a `.part` folder that the next try removes; after it, the whole backup.
  renameSync(draft, target)
  syncFolder(dirname(target))
  return manifest
}

/** Copies the key files of a folder to a new one, for their owner alone. */
export async function copyKeys(from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o700 })
  for (const name of await readdir(from)) {
    if (name.endsWith('.pem')) writeSynced(join(to, name), readFileSync(join(from, name)), 0o600)
  }
  syncFolder(to)
}

/** Lock files of LMDB belong to whoever has a store open. */
const isOfCopy = (path: string): boolean => basename(path) !== 'lock.mdb'

async function listPaths(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => path !== MANIFEST && isOfCopy(path))
    .sort()
}

async function listFiles(
  folder: string,
  onFile: BackupOptions['onFile'],
): Promise<BackupManifest['files'][number][]> {
  const paths = await listPaths(folder)
  const files = []
  for (const [i, path] of paths.entries()) {
    files.push({ path, ...(await hashFile(join(folder, path))) })
    onFile?.(i + 1, paths.length)
  }
  return files
}

async function hashFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path)) hash.update(part as Uint8Array)
  return { bytes: (await stat(path)).size, sha256: hash.digest('hex') }
}

const damaged = (message: string): never => {
  throw new LedgerError('backup.damaged', { message })
}

/** The manifest of a backup. LedgerError `backup.damaged` where there is none: the backup was not finished. */
function readManifest(folder: string): BackupManifest {
  let manifest: BackupManifest
  try {
    manifest = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')) as BackupManifest
  } catch (cause) {
    throw new LedgerError(
      'backup.damaged',
      { message: `${folder} has no ${MANIFEST} that can be read.` },
      cause,
    )
  }
  if (manifest.format !== FORMAT || !Array.isArray(manifest.files))
    damaged(`${folder} is no backup of ${FORMAT}.`)
  return manifest
}

export interface RestoreOptions {
  readonly kernel: Kernel
  readonly clock: Pick<Clock, 'nowSeconds'>
  /** A backup. */
  readonly from: string
  /**
   * A new folder, or the node's own: then its ledger and vault are set aside and its keys and its record of what it has
   * signed stay, so that it is not held where nothing was signed after the backup.
   */
  readonly data: string
  /** Folder of the node's keys, for a new data folder where the backup has none. */
  readonly keys?: string
  /** Leaves the vault that is there. */
  readonly ledgerOnly?: boolean
  readonly onFile?: (done: number, total: number) => void
}

export interface Restored {
  readonly manifest: BackupManifest
  /** Where what was there before is kept. */
  readonly aside: readonly string[]
}

/**
 * Puts a backup back, each file compared with the manifest. LedgerError `backup.damaged`, `ledger.genesis-mismatch`,
 * `data.locked`.
 */
export async function restoreData(options: RestoreOptions): Promise<Restored> {
  const { kernel, onFile } = options
  const from = resolve(options.from)
  const manifest = readManifest(from)
  const target = resolve(options.data)
  const isNew = !existsSync(join(target, 'genesis.json'))
  if (isNew && existsSync(target) && (await readdir(target)).length > 0) {
    throw new LedgerError('data.exists', { message: `${target} is not empty and holds no ledger.` })
  }
  const unlock = isNew ? () => {} : lockOwn(openLedgerData(kernel, target), manifest, kernel)
  const draft = isNew ? `${target}.part` : join(target, 'restore.part')
  try {
    await rm(draft, { recursive: true, force: true })
    await mkdir(draft, { recursive: true, mode: 0o700 })
    const files = manifest.files.filter(({ path }) => !(options.ledgerOnly && path.startsWith('vault/')))
    for (const [i, file] of files.entries()) {
      await copyChecked(from, draft, file)
      onFile?.(i + 1, files.length)
    }
    await syncTree(draft)
    await requireHead(join(draft, 'ledger'), manifest)
    return {
      manifest,
      aside: isNew
        ? await placeNew(options, draft, target, manifest)
        : placeOwn(options, draft, target, manifest),
    }
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  } finally {
    unlock()
  }
}

/** Locks the node's own folder, which must be of the ledger that the backup is of. */
function lockOwn(
  { folder, genesisBytes }: LedgerData,
  { ledgerId }: BackupManifest,
  kernel: Kernel,
): () => void {
  if (toHex(ledgerIdOf(kernel, genesisBytes)) !== ledgerId) {
    throw new LedgerError('ledger.genesis-mismatch', {
      message: `${folder} is of another ledger than the backup.`,
    })
  }
  return lockData(folder)
}

async function copyChecked(
  from: string,
  to: string,
  { path, bytes, sha256 }: BackupManifest['files'][number],
) {
  const [source, copy] = [join(from, path), resolve(to, path)]
  if (!copy.startsWith(`${resolve(to)}/`))
    damaged(`The manifest names ${path}, which lies outside the backup.`)
  if (!existsSync(source)) damaged(`${path} is missing.`)
  await mkdir(dirname(copy), { recursive: true, mode: 0o700 })
  await copyFile(source, copy)
  const found = await hashFile(copy)
  if (found.bytes !== bytes || found.sha256 !== sha256) damaged(`${path} is not what the manifest says.`)
}

async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const path of [...entries.map((entry) => join(entry.parentPath, entry.name)), folder]) {
    const file = await openFile(path, 'r')
    await file.sync().finally(() => file.close())
  }
}

async function requireHead(ledgerFolder: string, { size, root }: BackupManifest): Promise<void> {
  const store = openLmdbStore(ledgerFolder)
  try {
    const head = readHead(createCheckedStore(store))
    if (head?.size !== size || !equalBytes(head.root, Buffer.from(root, 'hex'))) {
      damaged(`The ledger of the backup is not the one of ${size} leaves that its manifest names.`)
    }
  } finally {
    await store.close()
  }
}

const holdOf = ({ clock }: RestoreOptions, { checkpoint }: BackupManifest) => ({
  reason: 'restored' as const,
  since: clock.nowSeconds(),
  ...(checkpoint !== undefined && { note: checkpoint }),
})

async function placeNew(
  options: RestoreOptions,
  draft: string,
  target: string,
  manifest: BackupManifest,
): Promise<string[]> {
  if (options.keys !== undefined) {
    await rm(join(draft, 'keys'), { recursive: true, force: true })
    await copyKeys(options.keys, join(draft, 'keys'))
  }
  writeHold(holdFilesOf(draft).hold, holdOf(options, manifest))
  if (existsSync(target)) rmSync(target, { recursive: true })
  // Commit point: a crash before it leaves a `.part` folder that the next try removes, after it a held node.
  renameSync(draft, target)
  syncFolder(dirname(target))
  return []
}

function placeOwn(
  options: RestoreOptions,
  draft: string,
  target: string,
  manifest: BackupManifest,
): string[] {
  // Held first: whatever a crash leaves below, no node signs from it before it is compared with what was signed.
  writeHold(holdFilesOf(target).hold, holdOf(options, manifest))
  const stamp = options.clock.nowSeconds()
  const aside: string[] = []
  for (const name of options.ledgerOnly ? ['ledger'] : ['ledger', 'vault']) {
    const [old, kept] = [join(target, name), join(target, `${name}.replaced-${stamp}`)]
    if (!existsSync(join(draft, name))) continue
    if (existsSync(old)) {
      renameSync(old, kept)
      aside.push(kept)
    }
    // A crash here leaves no folder of this name: the node does not start, and restoring again puts it there.
    renameSync(join(draft, name), old)
    syncFolder(target)
  }
  rmSync(draft, { recursive: true, force: true })
  return aside
}
