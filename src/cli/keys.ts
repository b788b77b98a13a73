/** `medseal keys`: private keys as PEM files that openssl reads, mode 0600. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { fromHex, LedgerError, toHex } from '../base/index.ts'
import {
  encryptionKeyFromPem,
  encryptionKeyToPem,
  generateEncryptionKey,
  generateSigningKey,
  ledgerIdOf,
  loadKernel,
  signingKeyFromPem,
  signingKeyToPem,
  signKeyStatement,
} from '../client/index.ts'
import { addKeyPair } from '../host/index.ts'
import { UsageError } from './failure.ts'
import { type FounderOptions, makeFounder } from './founding.ts'
import { addJsonOption, parseHex32, readGenesisFile, readKeyFile } from './options.ts'
import { formatTable, printJson, printLines } from './output.ts'

interface KeyDescription {
  readonly kind: 'ed25519' | 'x25519'
  /** Hex. */
  readonly publicKey: string
}

function describeKey(pem: string): KeyDescription | undefined {
  try {
    return { kind: 'ed25519', publicKey: toHex(signingKeyFromPem(pem).publicKey) }
  } catch {
    // The other kind is tried next.
  }
  try {
    return { kind: 'x25519', publicKey: toHex(encryptionKeyFromPem(pem).publicKey) }
  } catch {
    return undefined
  }
}

function report(json: boolean | undefined, rows: readonly (readonly [string, string])[]): void {
  if (json) printJson(Object.fromEntries(rows))
  else printLines(...formatTable(rows))
}

interface NewKeyOptions extends Partial<FounderOptions> {
  readonly encryption?: boolean
  readonly json?: boolean
}

async function newKey(file: string | undefined, options: NewKeyOptions): Promise<void> {
  const { member } = options
  if ((file === undefined) === (member === undefined)) {
    throw new UsageError(
      'which keys? Give a FILE for one, or --member ID for those of a member and its node.',
    )
  }
  if (member !== undefined) return makeFounder({ ...options, member })
  return newKeyFile(file!, options)
}

async function newKeyFile(file: string, options: { encryption?: boolean; json?: boolean }): Promise<void> {
  const pem = options.encryption
    ? encryptionKeyToPem(generateEncryptionKey())
    : signingKeyToPem(generateSigningKey())
  // `wx`: a private key is never overwritten.
  await writeFile(file, pem, { mode: 0o600, flag: 'wx' })
  const { kind, publicKey } = describeKey(pem)!
  report(options.json, [
    ['file', file],
    ['kind', kind],
    ['publicKey', publicKey],
  ])
}

async function showKey(file: string, options: { json?: boolean }): Promise<void> {
  const key = describeKey(await readFile(file, 'utf8'))
  if (!key) {
    const message = `${file} is not an unencrypted Ed25519 or X25519 private key in PKCS#8 PEM.`
    throw new LedgerError('client.key', { message })
  }
  report(options.json, [
    ['kind', key.kind],
    ['publicKey', key.publicKey],
  ])
}

async function listKeys(options: { data: string; json?: boolean }): Promise<void> {
  const folder = join(options.data, 'keys')
  const files = (await readdir(folder)).filter((file) => file.endsWith('.pem'))
  const names = files.map((file) => file.slice(0, -'.pem'.length)).sort()
  const keys = await Promise.all(
    names.map(async (name) => {
      const key = describeKey(await readFile(join(folder, `${name}.pem`), 'utf8'))
      return {
        name,
        kind: key?.kind ?? 'unreadable',
        publicKey: key?.publicKey ?? '',
      }
    }),
  )
  if (options.json) return printJson(keys)
  printLines(
    ...formatTable(keys.map(({ name, kind, publicKey }) => [name, `${kind.padEnd(10)}  ${publicKey}`])),
  )
}

/** A new pair for the node of a folder, and the proposal with which governance lets it take over. */
async function replaceKeys(options: { data: string; out?: string; json?: boolean }): Promise<void> {
  const { member, keys } = addKeyPair(await loadKernel(), options.data)
  const [logKey, cosignerKey] = [toHex(keys.log.publicKey), toHex(keys.cosigner.publicKey)]
  const proposal = {
    proposalId: `keys-${cosignerKey.slice(0, 16)}`,
    change: { node: { member, logKey, cosignerKey } },
  }
  if (options.out !== undefined) await writeFile(options.out, `${JSON.stringify(proposal)}\n`, { flag: 'wx' })
  if (options.json) printJson(proposal)
  else printLines('The pair lies ready. Start the node again, then propose:', JSON.stringify(proposal))
}

const NEW_HELP = `
Examples:
  $ medseal keys new dr-wang.pem
  $ medseal keys new --member hospital-a --role hospital --data node-a --out hospital-a.json`

const REPLACE_HELP = `
The node signs with the new pair from the block on with which governance adopts the change, and with the old one until
then. Receipts of both times stay provable from the genesis file (see \`medseal trust\`).

Example:
  $ medseal keys replace --data medseal-data --out proposal.json
  $ medseal submit governance.propose proposal.json --data medseal-data --actor city-hospital`

interface StatementOptions {
  readonly key: string
  readonly actor: string
  readonly genesis?: string
  readonly data?: string
  readonly ledger?: string
  readonly oldKey?: string
  readonly json?: boolean
}

async function makeStatement(options: StatementOptions): Promise<void> {
  const genesis = await readGenesisFile(options)
  if ((genesis === undefined) === (options.ledger === undefined)) {
    throw new UsageError('which ledger? Give one of --genesis FILE, --data DIR and --ledger HEX.')
  }
  const ledgerId = genesis ? ledgerIdOf(await loadKernel(), genesis) : fromHex(options.ledger!, 32)!
  const key = await readKeyFile(options.key)
  const statement = await signKeyStatement(key, {
    ledgerId,
    actor: options.actor,
    ...(options.oldKey !== undefined && { oldKey: fromHex(options.oldKey, 32)! }),
  })
  report(options.json, [
    ['actor', options.actor],
    ['publicKey', toHex(key.publicKey)],
    ['statement', statement],
  ])
}

export function addKeysCommand(program: Command): void {
  const keys = program
    .command('keys')
    .description('make and show private keys (PKCS#8 PEM, as openssl has them)')
  addJsonOption(
    keys
      .command('new [file]')
      .description('make a key, or with --member all that a member and its node need; none is overwritten')
      .addHelpText('after', NEW_HELP),
  )
    .option('--encryption', 'an X25519 key that opens contents, instead of one that signs')
    .option('--member <id>', 'founder of a ledger that several nodes keep; prints its public part')
    .option('--role <role,...>', 'what the member is')
    .option('--display-name <name>', 'its public name')
    .option('--data <dir>', 'its data folder, made here')
    .option('--out <file>', 'write the public part to a new file too')
    .action(newKey)
  addJsonOption(keys.command('show <file>').description('show the public key of a private key')).action(
    showKey,
  )
  addJsonOption(keys.command('list').description('list the keys of a data folder'))
    .requiredOption('--data <dir>', 'data folder')
    .action(listKeys)
  addJsonOption(
    keys
      .command('replace')
      .description("make the pair of keys that takes over from a node's log and cosigner key")
      .addHelpText('after', REPLACE_HELP),
  )
    .requiredOption('--data <dir>', 'data folder of the node')
    .option('--out <file>', 'write the proposal to a new file too')
    .action(replaceKeys)
  addJsonOption(
    keys
      .command('statement')
      .description("sign a new key's own word that it belongs to an actor (for enrolment)"),
  )
    .requiredOption('--key <file>', 'the new private key')
    .requiredOption('--actor <id>', 'whose key it will be, such as hospital-a:dr-wang')
    .option('--genesis <file>', 'genesis file of the ledger')
    .option('--data <dir>', 'data folder whose genesis.json to use')
    .option('--ledger <hex>', 'ledger id', parseHex32)
    .option('--old-key <hex>', 'public key that is replaced, when rotating', parseHex32)
    .action(makeStatement)
}
