/**
 * Options that several commands share: where the node is, who acts, which ledger is meant. Flags win over `MEDSEAL_*`.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { LedgerError } from '../base/index.ts'
import { type Client, createClient, type SeededKey, signingKeyFromPem } from '../client/index.ts'
import { UsageError } from './failure.ts'

/** Variables of commands that speak to a node; the others configure a node itself. */
export const CLIENT_VARIABLES = ['MEDSEAL_URL', 'MEDSEAL_KEY', 'MEDSEAL_ACTOR', 'MEDSEAL_GENESIS'] as const

export const DEFAULT_URL = 'http://127.0.0.1:8080'

export interface ActorOptions {
  readonly key?: string
  readonly actor?: string
  readonly data?: string
}

export interface NodeOptions {
  readonly url: string
  readonly genesis?: string
  readonly data?: string
}

export function parseUrl(value: string): string {
  if (!URL.canParse(value) || !/^https?:/.test(value))
    throw new InvalidArgumentError('It must begin with http:// or https://.')
  return value
}

/** A whole number of `min` to `max`, for commander. */
export const parseInteger =
  (min: number, max: number) =>
  (value: string): number => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
    if (number >= min && number <= max) return number
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
  }

export function parseHex32(value: string): string {
  if (!/^[0-9a-f]{64}$/.test(value)) throw new InvalidArgumentError('It must be 64 lower-case hex digits.')
  return value
}

/** `--url`, `--genesis`, `--data`. */
export const addNodeOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--url <url>', 'address of a node')
        .env('MEDSEAL_URL')
        .default(DEFAULT_URL)
        .argParser(parseUrl),
    )
    .addOption(
      new Option('--genesis <file>', 'refuse a node that keeps another ledger than this').env(
        'MEDSEAL_GENESIS',
      ),
    )
    .addOption(
      new Option('--data <dir>', 'data folder whose keys/ and genesis.json to use').env('MEDSEAL_DATA'),
    )

/** `--key` and `--actor`. */
export const addActorOptions = (command: Command): Command =>
  command
    .addOption(new Option('--key <file>', 'private key, PKCS#8 PEM').env('MEDSEAL_KEY'))
    .addOption(new Option('--actor <id>', 'whose key it is, such as hospital-a:dr-wang').env('MEDSEAL_ACTOR'))

export const addJsonOption = (command: Command): Command => command.option('--json', 'answer with JSON')

/** The signing key in a PEM file. LedgerError `client.key` names the file. */
export async function readKeyFile(path: string): Promise<SeededKey> {
  const pem = await readFile(path, 'utf8')
  try {
    return signingKeyFromPem(pem)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    throw new LedgerError(error.code, { message: `${path}: ${error.message}` }, error)
  }
}

/** Where a data folder keeps the key of an actor; the node's `keyPath`, without loading the node for it. */
export const actorKeyPath = (data: string, actor: string): string =>
  join(data, 'keys', `${actor.replaceAll(':', '_')}.pem`)

/** The key that acts: `--key`, or the one of `--actor` in the `--data` folder. */
export function readActorKey(options: ActorOptions): Promise<SeededKey> {
  if (options.key !== undefined) return readKeyFile(options.key)
  if (options.data !== undefined && options.actor !== undefined) {
    return readKeyFile(actorKeyPath(options.data, options.actor))
  }
  throw new UsageError('who acts? Give --key FILE, or --data DIR and --actor ID.')
}

/** Exact bytes of the genesis file, where one is named. */
export async function readGenesisFile(
  options: Pick<NodeOptions, 'genesis' | 'data'>,
): Promise<Uint8Array | undefined> {
  if (options.genesis !== undefined) return readFile(options.genesis)
  return options.data === undefined ? undefined : readFile(join(options.data, 'genesis.json'))
}

/** A client for the node and, where `reads` is set, for an actor that may read. */
export async function openClient(
  options: NodeOptions & ActorOptions,
  needs: { readonly signer: boolean; readonly reads?: boolean },
): Promise<Client> {
  const genesis = await readGenesisFile(options)
  if (needs.reads && options.actor === undefined) throw new UsageError('who reads? Give --actor ID.')
  const signer = needs.signer ? await readActorKey(options) : undefined
  return createClient({
    url: options.url,
    // A person waits at the terminal: a node that is not there is said soon.
    triesMax: 3,
    ...(genesis && { genesis }),
    ...(signer && { signer }),
    ...(options.actor !== undefined && { actor: options.actor }),
  })
}

/** Text of a file, or of stdin for `-`. */
export const readTextFrom = (path: string): Promise<string> =>
  path === '-' ? readAll(process.stdin) : readFile(path, 'utf8')
