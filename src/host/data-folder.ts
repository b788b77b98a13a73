/**
 * The data folder: `genesis.json`, `keys/`, `ledger/`, `vault/`, and a lock while a node runs. `initData` makes one
 * whole or not at all and never writes into one that holds anything; `openData` never creates.
 */

import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { LedgerError, toHex, utf8 } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { type Genesis, parseGenesis } from '../protocol/index.ts'
import { syncFolder, writeSynced } from './files.ts'
import { keyPath, type NodeKeys, readSigningKey } from './keys.ts'

/** What `init` writes: the exact bytes of the genesis, and private keys by name (`log`, `cosigner`, actor ids). */
export interface NewData {
  readonly genesis: Uint8Array
  readonly keys: { readonly [name: string]: string }
}

/** What a node finds in its folder. */
export interface NodeData extends LedgerData {
  readonly keys: NodeKeys
  /** The member whose node this is: the one whose log key lies here. */
  readonly member: string
}

/** What every data folder has, that of a follower too. */
export interface LedgerData {
  readonly folder: string
  readonly genesisBytes: Uint8Array
  readonly genesis: Genesis
  readonly ledgerFolder: string
  readonly vaultFolder: string
  /**
   * A file that stands here from `init` until the ledger was first opened. Without it a missing ledger is an error:
   * made anew under the same genesis, it would fork from what was promised before.
   */
  readonly newMark: string
}

const NEW_MARK = 'new'

function isFreeFor(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

/**
 * Writes a new data folder. It is made beside its place and renamed into it, so that a crash leaves either nothing or
 * all of it. LedgerError: `data.exists` where the folder holds anything, `genesis.invalid` for an unsound genesis.
 */
export function initData(kernel: Kernel, folder: string, data: NewData): void {
  parseGenesis(kernel, data.genesis)
  const target = resolve(folder)
  if (!isFreeFor(target)) throw new LedgerError('data.exists', { message: `${target} is not empty.` })
  mkdirSync(dirname(target), { recursive: true })
  const draft = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}`)
  try {
    mkdirSync(join(draft, 'keys'), { recursive: true, mode: 0o700 })
    writeSynced(join(draft, 'genesis.json'), data.genesis, 0o644)
    for (const [name, pem] of Object.entries(data.keys)) writeSynced(keyPath(draft, name), utf8(pem), 0o600)
    writeSynced(join(draft, NEW_MARK), utf8(''), 0o600)
    syncFolder(join(draft, 'keys'))
    syncFolder(draft)
    renameSync(draft, target)
    syncFolder(dirname(target))
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (isFreeFor(target)) throw error
    throw new LedgerError('data.exists', { message: `${target} is not empty.` }, error)
  }
}

function readGenesis(folder: string): Uint8Array {
  try {
    return readFileSync(join(folder, 'genesis.json'))
  } catch (cause) {
    const message = `There is no ledger in ${folder}; medseal init --data ${folder} makes one.`
    throw new LedgerError('data.missing', { message }, cause)
  }
}

/** Reads a data folder without its keys. LedgerError: `data.missing`, `genesis.invalid`. */
export function openLedgerData(kernel: Kernel, path: string): LedgerData {
  const folder = resolve(path)
  const genesisBytes = readGenesis(folder)
  return {
    folder,
    genesisBytes,
    genesis: parseGenesis(kernel, genesisBytes),
    ledgerFolder: join(folder, 'ledger'),
    vaultFolder: join(folder, 'vault'),
    newMark: join(folder, NEW_MARK),
  }
}

/**
 * Reads the data folder of a node that keeps the log. LedgerError: `data.missing`, `genesis.invalid`, or `data.key`
 * where log and cosigner key are not those that genesis names for one member.
 */
export function openData(kernel: Kernel, path: string): NodeData {
  const data = openLedgerData(kernel, path)
  const { folder, genesis } = data
  const keys = {
    log: readSigningKey(keyPath(folder, 'log')),
    cosigner: readSigningKey(keyPath(folder, 'cosigner')),
  }
  const member = genesis.members.find(({ logKey }) => logKey === toHex(keys.log.publicKey))
  if (member === undefined || member.cosignerKey !== toHex(keys.cosigner.publicKey)) {
    const message = `log.pem and cosigner.pem in ${join(folder, 'keys')} are not those of one member of the genesis.`
    throw new LedgerError('data.key', { message })
  }
  return { ...data, keys, member: member.id }
}

/**
 * When a process was started, in ticks since boot, from Linux's /proc; empty where it has ended (a zombie has) or the
 * system does not tell. A process id alone may have gone to another program since.
 */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in parentheses, which may hold anything; state and start come after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '')
  } catch {
    return ''
  }
}

/** Whether the process that wrote a lock still runs. */
function isRunning(pid: number, start: string): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  if (start !== '') return startOf(pid) === start
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Takes the folder for this process; the result gives it back. A lock whose process is gone is taken over, also one
 * that carries our own process id: in a container every run may have the same. LedgerError `data.locked`.
 */
export function lockData(folder: string): () => void {
  const path = join(folder, 'lock')
  const take = (): boolean => {
    try {
      writeFileSync(path, `${process.pid} ${startOf(process.pid)}`, { flag: 'wx', mode: 0o600 })
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    }
  }
  if (!take()) {
    const [pid = '', start = ''] = readFileSync(path, 'utf8').split(' ')
    const holder = Number(pid)
    if (heldHere.has(path) || (holder !== process.pid && isRunning(holder, start))) {
      throw new LedgerError('data.locked', {
        message: `Process ${holder} runs on ${folder}. If it is not a medseal node, remove ${path}.`,
      })
    }
    unlinkSync(path)
    if (!take()) throw new LedgerError('data.locked', { message: `Another process just took ${folder}.` })
  }
  heldHere.add(path)
  return () => {
    heldHere.delete(path)
    rmSync(path, { force: true })
  }
}

/** Locks that this process holds, to tell its own second start from a stale lock. */
const heldHere = new Set<string>()
