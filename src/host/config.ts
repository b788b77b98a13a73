/**
 * Configuration of a node: flags over `MEDSEAL_*` variables (which the command line puts in for flags,
 * `src/cli/settings.ts`) over a JSON file over defaults. Every mistake is named at once. What the ledger itself agrees
 * on (members, quorum, parameters) is genesis and governance, not configuration.
 */
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { availableParallelism } from 'node:os'
import { baseUrlOf, ENGINE_THREADS_MAX, LedgerError, REQUESTS_PER_MINUTE_MAX } from '../base/index.ts'
import { LOG_LEVELS, type LogLevel } from './logger.ts'
import { isHostAndPort, type PeerConfig, parsePeer } from './peers.ts'

export interface NodeConfig {
  /** Data folder. */
  readonly data: string
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Where `/metrics`, `/livez` and `/readyz` are, for operators alone. */
  readonly operationsHost: string
  /** 0 takes a free one. */
  readonly operationsPort: number
  /** Threads of the verification engine. */
  readonly threads: number
  readonly logLevel: LogLevel
  /** Requests a minute from one address. */
  readonly requestsPerMinute: number
  /** Addresses or networks whose `X-Forwarded-For` is believed: the proxies in front. */
  readonly trustedProxies: readonly string[]
  /** Addresses at which readers ask this node; empty for that at which it listens. */
  readonly publicUrls: readonly string[]
  /** Who orders the blocks: this node alone, or all members' nodes by CometBFT. */
  readonly order: OrderKind
  /** Path of the engine's program; empty where `PATH` has it. */
  readonly cometbft: string
  /** Whether something else than the node starts the engine. */
  readonly orderExternal: boolean
  /** Where peers' engines dial this one's: `host:port`. */
  readonly p2pAddress: string
  /** Whether all engines are on one machine or in one private network. */
  readonly privateNetwork: boolean
  readonly peers: readonly PeerConfig[]
}

const SWITCH = ['no', 'yes'] as const
const ORDERS = ['embedded', 'cometbft'] as const
type OrderKind = (typeof ORDERS)[number]

/** Texts by setting name, and the path of the config file as `config`. */
export type SettingTexts = { readonly [Name in keyof NodeConfig | 'config']?: string | undefined }

/** What is stronger than the config file and defaults. */
export interface ConfigSources {
  readonly flags?: SettingTexts
  /** How the user knows where a text of `flags` stands, if not behind its flag: the name of a variable. */
  readonly places?: SettingTexts
  /** Mistakes found on the way here, told with those found here. */
  readonly mistakes?: readonly string[]
}

/** One setting, for reading it and for help texts. */
export interface Setting {
  readonly name: keyof NodeConfig
  /** Without the dashes. */
  readonly flag: string
  readonly variable: string
  readonly default: string
  readonly meaning: string
  /** A `switch` is yes or no, and its flag needs no value; a `list` may be given often, and is split at spaces. */
  readonly kind?: 'switch' | 'list'
}

export const SETTINGS: readonly Setting[] = [
  {
    name: 'data',
    flag: 'data',
    variable: 'MEDSEAL_DATA',
    default: 'medseal-data',
    meaning: 'folder of genesis, keys, ledger and vault',
  },
  {
    name: 'host',
    flag: 'host',
    variable: 'MEDSEAL_HOST',
    default: '127.0.0.1',
    meaning: 'address to listen at',
  },
  {
    name: 'port',
    flag: 'port',
    variable: 'MEDSEAL_PORT',
    default: '8080',
    meaning: 'port; 0 takes a free one',
  },
  {
    name: 'operationsHost',
    flag: 'operations-host',
    variable: 'MEDSEAL_OPERATIONS_HOST',
    default: '127.0.0.1',
    meaning: "address of the operators' endpoints /livez, /readyz and /metrics",
  },
  {
    name: 'operationsPort',
    flag: 'operations-port',
    variable: 'MEDSEAL_OPERATIONS_PORT',
    default: '0',
    meaning: 'their port; 0 takes a free one',
  },
  {
    name: 'threads',
    flag: 'threads',
    variable: 'MEDSEAL_THREADS',
    default: String(Math.min(availableParallelism(), ENGINE_THREADS_MAX)),
    meaning: 'threads that verify signatures; by default one a core',
  },
  {
    name: 'logLevel',
    flag: 'log-level',
    variable: 'MEDSEAL_LOG_LEVEL',
    default: 'info',
    meaning: LOG_LEVELS.join(', '),
  },
  {
    name: 'requestsPerMinute',
    flag: 'requests-per-minute',
    variable: 'MEDSEAL_REQUESTS_PER_MINUTE',
    default: String(REQUESTS_PER_MINUTE_MAX),
    meaning: 'requests a minute from one address before 429',
  },
  {
    name: 'trustedProxies',
    flag: 'trusted-proxies',
    variable: 'MEDSEAL_TRUSTED_PROXIES',
    default: '',
    meaning: 'addresses or networks of proxies in front, such as 10.0.0.1,10.1.0.0/16; none by default',
  },
  {
    name: 'publicUrls',
    flag: 'public-url',
    variable: 'MEDSEAL_PUBLIC_URL',
    default: '',
    meaning:
      'addresses at which readers ask this node, such as https://node.example; by default where it listens',
  },
  {
    name: 'order',
    flag: 'order',
    variable: 'MEDSEAL_ORDER',
    default: 'embedded',
    meaning: 'who orders the blocks: embedded (this node alone) or cometbft (all members)',
  },
  {
    name: 'cometbft',
    flag: 'cometbft',
    variable: 'MEDSEAL_COMETBFT',
    default: '',
    meaning: 'path of the cometbft program; by default the one on the path',
  },
  {
    name: 'orderExternal',
    flag: 'order-external',
    variable: 'MEDSEAL_ORDER_EXTERNAL',
    default: 'no',
    meaning: 'yes where a supervisor starts cometbft, in the home that the node writes',
    kind: 'switch',
  },
  {
    name: 'p2pAddress',
    flag: 'p2p-address',
    variable: 'MEDSEAL_P2P_ADDRESS',
    default: '0.0.0.0:26656',
    meaning: "where the other members' engines dial this one",
  },
  {
    name: 'privateNetwork',
    flag: 'private-network',
    variable: 'MEDSEAL_PRIVATE_NETWORK',
    default: 'no',
    meaning: 'yes where all engines are on one machine or in one private network',
    kind: 'switch',
  },
  {
    name: 'peers',
    flag: 'peer',
    variable: 'MEDSEAL_PEERS',
    default: '',
    meaning: "another member's node: member=nodeid@host:port,https://its.door; repeat for more",
    kind: 'list',
  },
]

/** The variable that names a config file; as a flag, `--config`. */
export const CONFIG_VARIABLE = 'MEDSEAL_CONFIG'

interface FoundValue {
  readonly text: string
  /** How the user knows the place, such as `--port` or `MEDSEAL_PORT`. */
  readonly place: string
}

function readFile(path: string, mistakes: string[]): { readonly [name: string]: unknown } {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    mistakes.push(`${path}: the config file can not be read`)
    return {}
  }
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    parsed = undefined
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    mistakes.push(`${path}: the config file is not a JSON object`)
    return {}
  }
  const values = parsed as { readonly [name: string]: unknown }
  const names = SETTINGS.map(({ name }) => name as string)
  for (const name of Object.keys(values)) {
    if (!names.includes(name))
      mistakes.push(`${path}: ${name} is not a setting; there are ${names.join(', ')}`)
    else if (typeof values[name] !== 'string' && typeof values[name] !== 'number') {
      mistakes.push(`${path}: ${name} is neither a string nor a number`)
    }
  }
  return values
}

function findValue(
  setting: Setting,
  sources: ConfigSources,
  file: { readonly [name: string]: unknown },
): FoundValue {
  const given = sources.flags?.[setting.name]
  if (given !== undefined)
    return { text: given, place: sources.places?.[setting.name] ?? `--${setting.flag}` }
  const stored = file[setting.name]
  if (typeof stored === 'string' || typeof stored === 'number') {
    return { text: String(stored), place: `${setting.name} in the config file` }
  }
  return { text: setting.default, place: `the default of ${setting.name}` }
}

/** Whether `text` is an IP address, or a network such as 10.1.0.0/16. */
function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/')
  const bits = isIP(address) === 6 ? 128 : 32
  if (isIP(address) === 0 || rest.length > 0) return false
  return prefix === undefined || (/^(0|[1-9][0-9]{0,2})$/.test(prefix) && Number(prefix) <= bits)
}

/** The configuration. LedgerError `config.invalid` with `details.mistakes`, one sentence for each. */
export function loadConfig(sources: ConfigSources): NodeConfig {
  const mistakes = [...(sources.mistakes ?? [])]
  const path = sources.flags?.config
  const file = path === undefined ? {} : readFile(path, mistakes)

  const find = (name: keyof NodeConfig): FoundValue =>
    findValue(SETTINGS.find((setting) => setting.name === name)!, sources, file)
  const text = (name: keyof NodeConfig): string => {
    const found = find(name)
    if (found.text.trim() === '') mistakes.push(`${found.place} is empty`)
    return found.text
  }
  const integer = (name: keyof NodeConfig, min: number, max: number): number => {
    const found = find(name)
    const value = /^(0|[1-9][0-9]{0,9})$/.test(found.text) ? Number(found.text) : Number.NaN
    if (value >= min && value <= max) return value
    mistakes.push(`${found.place} is ${JSON.stringify(found.text)}, not an integer of ${min} to ${max}`)
    return min
  }
  const list = (name: keyof NodeConfig) => {
    const found = find(name)
    return { found, items: found.text === '' ? [] : found.text.split(',').map((item) => item.trim()) }
  }
  const urls = (name: keyof NodeConfig): readonly string[] => {
    const { found, items } = list(name)
    return items.flatMap((item) => {
      const url = baseUrlOf(item)
      if (url !== undefined) return [url]
      mistakes.push(
        `${found.place} holds ${JSON.stringify(item)}, not an address such as https://node.example`,
      )
      return []
    })
  }
  const networks = (name: keyof NodeConfig): readonly string[] => {
    const { found, items } = list(name)
    for (const item of items) {
      if (!isNetwork(item))
        mistakes.push(`${found.place} holds ${JSON.stringify(item)}, not an address or network`)
    }
    return items
  }

  const oneOf = <Word extends string>(name: keyof NodeConfig, words: readonly Word[]): Word => {
    const found = find(name)
    const known = words.find((word) => word === found.text)
    if (known === undefined) {
      mistakes.push(`${found.place} is ${JSON.stringify(found.text)}, not one of ${words.join(', ')}`)
    }
    return known ?? words[0]!
  }
  const hostAndPort = (name: keyof NodeConfig): string => {
    const found = find(name)
    if (!isHostAndPort(found.text))
      mistakes.push(`${found.place} is ${JSON.stringify(found.text)}, not host:port`)
    return found.text
  }
  const peers = (): readonly PeerConfig[] => {
    const found = find('peers')
    return found.text.split(' ').flatMap((item) => {
      if (item === '') return []
      const peer = parsePeer(item)
      if (peer !== undefined) return [peer]
      mistakes.push(
        `${found.place} holds ${JSON.stringify(item)}, not member=nodeid@host:port,https://its.door`,
      )
      return []
    })
  }

  const config: NodeConfig = {
    data: text('data'),
    host: text('host'),
    port: integer('port', 0, 65_535),
    operationsHost: text('operationsHost'),
    operationsPort: integer('operationsPort', 0, 65_535),
    threads: integer('threads', 1, ENGINE_THREADS_MAX),
    logLevel: oneOf('logLevel', LOG_LEVELS),
    requestsPerMinute: integer('requestsPerMinute', 1, 1_000_000_000),
    trustedProxies: networks('trustedProxies'),
    publicUrls: urls('publicUrls'),
    order: oneOf('order', ORDERS),
    cometbft: find('cometbft').text,
    orderExternal: oneOf('orderExternal', SWITCH) === 'yes',
    p2pAddress: hostAndPort('p2pAddress'),
    privateNetwork: oneOf('privateNetwork', SWITCH) === 'yes',
    peers: peers(),
  }
  if (mistakes.length > 0) {
    throw new LedgerError('config.invalid', { message: mistakes.join('; '), mistakes })
  }
  return config
}
