/**
 * The engine's home, a folder for each epoch: what is derived is written at each start; what the engine keeps there,
 * above all what it has voted, is never touched.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerError, utf8 } from '../../../base/index.ts'
import { replaceSynced } from '../../../host/index.ts'
import type { Kernel } from '../../../kernel/index.ts'
import { deriveGenesis, type EpochStart } from './genesis.ts'
import { NEVER_VOTED, nodeKeyFile, voteKeyFile } from './key-files.ts'
import { deriveSettings, RPC_SOCKET, type SettingsOptions } from './settings.ts'

export interface HomeOptions {
  readonly start: EpochStart
  readonly settings: SettingsOptions
  /** Seeds (RFC 8032 private keys) of what it votes with and what peers know it by. */
  readonly orderSeed: Uint8Array
  readonly p2pSeed: Uint8Array
}

/** One file of a home, by its path in it. */
interface HomeFile {
  readonly path: string
  readonly text: string
  readonly mode: number
}

/** The files of a home: a pure function. */
export const deriveHome = (
  kernel: Kernel,
  { start, settings, orderSeed, p2pSeed }: HomeOptions,
): readonly HomeFile[] => [
  { path: 'config/config.toml', text: deriveSettings(settings), mode: 0o600 },
  { path: 'config/genesis.json', text: deriveGenesis(start), mode: 0o600 },
  { path: 'config/node_key.json', text: nodeKeyFile(p2pSeed), mode: 0o600 },
  { path: 'config/priv_validator_key.json', text: voteKeyFile(kernel, orderSeed), mode: 0o600 },
]

const VOTES = 'data/priv_validator_state.json'

/**
 * Writes a home. Where it is new the engine has never voted with this key; else what it has voted stays. A socket that
 * a kill left is removed: the engine could not listen there. LedgerError `order.votes-lost`, nothing written, where the
 * engine has run here and what it voted is gone, also where all of its data is gone although the ledger has committed a
 * height of its chain (`hasRun`): it would vote twice.
 */
export function writeHome(folder: string, files: readonly HomeFile[], hasRun: boolean): void {
  const [data, votes] = [join(folder, 'data'), join(folder, VOTES)]
  const isNew = !existsSync(data) || readdirSync(data).length === 0
  if (!isNew && !existsSync(votes)) {
    throw new LedgerError('order.votes-lost', { message: `${votes} is gone, and ${data} is not empty.` })
  }
  if (isNew && hasRun) {
    throw new LedgerError('order.votes-lost', {
      message: `${data} is empty, and the ledger has blocks of this chain.`,
    })
  }
  for (const path of [folder, join(folder, 'config'), data]) {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    chmodSync(path, 0o700)
  }
  for (const { path, text, mode } of files) replaceSynced(join(folder, path), utf8(text), mode)
  if (isNew) replaceSynced(votes, utf8(NEVER_VOTED))
  rmSync(join(folder, RPC_SOCKET), { force: true })
}
