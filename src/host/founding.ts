/**
 * Founding a ledger of several nodes: each founder makes its keys in a folder of its own, and later puts the agreed
 * genesis beside them. No private key leaves its folder.
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { LedgerError, toHex, utf8 } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { parseGenesis } from '../protocol/index.ts'
import { NEW_MARK, openData } from './data-folder.ts'
import { replaceSynced, syncFolder, writeSynced } from './files.ts'
import { generateKey, keyPath, readSigningKey } from './keys.ts'

/** Public keys (32 bytes) of a member and its node. */
export interface MemberKeys {
  readonly key: Uint8Array
  readonly logKey: Uint8Array
  readonly cosignerKey: Uint8Array
  /** It votes on blocks. */
  readonly orderKey: Uint8Array
  /** Its engine is known by it to the others'. */
  readonly p2pKey: Uint8Array
}

/**
 * Makes the keys of a member and its node in a new folder: `<member>`, `log`, `cosigner`, `order` and `p2p`, in
 * `keys/`. LedgerError `data.exists` where the folder holds anything.
 */
export function makeMemberKeys(folder: string, member: string): MemberKeys {
  const target = resolve(folder)
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new LedgerError('data.exists', { message: `${target} is not empty.` })
  }
  if (['log', 'cosigner', 'order', 'p2p'].includes(member)) {
    throw new LedgerError('genesis.invalid', {
      message: `${member} would share its key file with another key.`,
    })
  }
  mkdirSync(join(target, 'keys'), { recursive: true, mode: 0o700 })
  const make = (name: string): Uint8Array => {
    const { pem, publicKey } = generateKey('ed25519')
    writeSynced(keyPath(target, name), utf8(pem), 0o600)
    return publicKey
  }
  const keys = {
    key: make(member),
    logKey: make('log'),
    cosignerKey: make('cosigner'),
    orderKey: make('order'),
    p2pKey: make('p2p'),
  }
  syncFolder(join(target, 'keys'))
  syncFolder(target)
  return keys
}

/**
 * Puts a genesis beside the keys of one of its members; who that is. LedgerError `data.exists` where there is one
 * already, `genesis.invalid`, `data.key` where the keys are not those that it names for one member.
 */
export function adoptGenesis(kernel: Kernel, folder: string, genesis: Uint8Array): string {
  const target = resolve(folder)
  const path = join(target, 'genesis.json')
  if (existsSync(path)) throw new LedgerError('data.exists', { message: `${path} exists.` })
  const { members } = parseGenesis(kernel, genesis)
  const hexOf = (name: string): string => toHex(readSigningKey(keyPath(target, name)).publicKey)
  const [logKey, cosignerKey] = [hexOf('log'), hexOf('cosigner')]
  const member = members.find((one) => one.logKey === logKey && one.cosignerKey === cosignerKey)
  if (member === undefined || (member.orderKey !== undefined && member.orderKey !== hexOf('order'))) {
    const message = `The keys in ${join(target, 'keys')} are not those that the genesis names for one member.`
    throw new LedgerError('data.key', { message })
  }
  // The mark first: a genesis without it would be that of a ledger that is missing.
  replaceSynced(join(target, NEW_MARK), utf8(''))
  replaceSynced(path, genesis, 0o644)
  return openData(kernel, target).member
}
