/**
 * The data folder: `genesis.json`, `keys/`, `ledger/`, `vault/`, and a lock while a node runs. `initData` makes one
 * whole or not at all and never writes into one that holds anything; `openData` never creates.
 */

import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { LedgerError, NODE_KEY_PAIRS_MAX, toHex, utf8 } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { type Genesis, parseGenesis } from '../protocol/index.ts'
import { syncFolder, writeSynced } from './files.ts'
import { generateKey, keyPath, type NodeKeys, readSigningKey } from './keys.ts'
import { takeLock } from './lock.ts'

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
  /** The proven changes of keys and quorum; absent until there is one. */
  readonly trustFile: string
}

/** The name of `newMark`. */
export const NEW_MARK = 'new'

const REASONS: { readonly [code: string]: string } = {
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder where a file should be',
}

/** LedgerError `data.unreadable`: what is there, and why the system gives no access to it. */
function refuseUnreadable(path: string, cause: unknown): never {
  const { code = 'unknown reason' } = cause as NodeJS.ErrnoException
  const message = `${path}: ${REASONS[code] ?? 'the system gives no access'} (${code}).`
  throw new LedgerError('data.unreadable', { message }, cause)
}

/** LedgerError `data.exists` where the folder holds anything, `data.unreadable` where nobody can tell. */
function requireFree(folder: string): void {
  let names: string[] = []
  try {
    names = readdirSync(folder)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') refuseUnreadable(folder, cause)
  }
  if (names.length > 0) throw new LedgerError('data.exists', { message: `${folder} is not empty.` })
}

/**
 * Writes a new data folder. It is made beside its place and renamed into it, so that a crash leaves either nothing or
 * all of it. LedgerError: `data.exists` where the folder holds anything, `data.unreadable`, `genesis.invalid` for an
 * unsound genesis.
 */
export function initData(kernel: Kernel, folder: string, data: NewData): void {
  parseGenesis(kernel, data.genesis)
  const target = resolve(folder)
  requireFree(target)
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
    requireFree(target)
    throw error
  }
}

function readGenesis(folder: string): Uint8Array {
  const path = join(folder, 'genesis.json')
  try {
    return readFileSync(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') refuseUnreadable(path, cause)
    const message = `There is no ledger in ${folder}; medseal init --data ${folder} makes one.`
    throw new LedgerError('data.missing', { message }, cause)
  }
}

/** Reads a data folder without its keys. LedgerError: `data.missing`, `data.unreadable`, `genesis.invalid`. */
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
    trustFile: join(folder, 'trust.json'),
  }
}

/**
 * Reads the data folder of a node that keeps the log. LedgerError: `data.missing`, `genesis.invalid`, or `data.key`
 * where log and cosigner key are not those that genesis names for one member.
 */
export function openData(kernel: Kernel, path: string): NodeData {
  const data = openLedgerData(kernel, path)
  const [first, ...later] = listKeyPairs(data.folder).map(({ log, cosigner }) => ({
    log: readSigningKey(log),
    cosigner: readSigningKey(cosigner),
  }))
  const keys: NodeKeys = { ...first!, later }
  return { ...data, keys, member: readMember(data, keys) }
}

/** Whose node a folder is: whom genesis gave its first keys to. */
function readMember({ folder, genesis }: LedgerData, { log, cosigner }: NodeKeys): string {
  const member = genesis.members.find(({ logKey }) => logKey === toHex(log.publicKey))
  if (member !== undefined && member.cosignerKey === toHex(cosigner.publicKey)) return member.id
  const message = `log.pem and cosigner.pem in ${join(folder, 'keys')} are not those of one member of the genesis.`
  throw new LedgerError('data.key', { message })
}

interface KeyPairFiles {
  readonly log: string
  readonly cosigner: string
}

/** The files of a node's n-th pair of keys: `log.pem`, then `log.2.pem` and so on. */
function keyPairFiles(folder: string, number: number): KeyPairFiles {
  const ending = number === 1 ? '' : `.${number}`
  return { log: keyPath(folder, `log${ending}`), cosigner: keyPath(folder, `cosigner${ending}`) }
}

/** The pairs that a folder has, oldest first; the first is there or missed by whoever reads it. */
function listKeyPairs(folder: string): readonly KeyPairFiles[] {
  const pairs = [keyPairFiles(folder, 1)]
  for (let number = 2; number <= NODE_KEY_PAIRS_MAX; number++) {
    const pair = keyPairFiles(folder, number)
    if (!existsSync(pair.cosigner)) break
    pairs.push(pair)
  }
  return pairs
}

/**
 * Makes the pair of keys that takes over from a node's present one. It lies beside the others, and signs from the block
 * on with which governance names it. LedgerError `data.key` where there are as many pairs as may be.
 */
export function addKeyPair(
  kernel: Kernel,
  path: string,
): { readonly member: string; readonly keys: NodeKeys } {
  const { folder, member } = openData(kernel, path)
  const count = listKeyPairs(folder).length
  if (count >= NODE_KEY_PAIRS_MAX) {
    const message = `There are ${count} pairs of keys in ${join(folder, 'keys')}: remove those that were replaced.`
    throw new LedgerError('data.key', { message })
  }
  const pair = keyPairFiles(folder, count + 1)
  // The cosigner's last: a pair counts once that is there.
  rmSync(pair.log, { force: true })
  for (const file of [pair.log, pair.cosigner]) writeSynced(file, utf8(generateKey('ed25519').pem), 0o600)
  syncFolder(join(folder, 'keys'))
  return { member, keys: { log: readSigningKey(pair.log), cosigner: readSigningKey(pair.cosigner) } }
}

/**
 * Takes the folder for this process; the result gives it back. A lock whose process is gone is taken over. LedgerError
 * `data.locked`.
 */
export const lockData = (folder: string): (() => void) => takeLock(join(folder, 'lock'))
