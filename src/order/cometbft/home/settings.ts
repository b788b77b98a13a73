/**
 * The engine's settings, `config.toml`: all of them derived, each with its reason. What is not named keeps the engine's
 * default. Sockets are named relative to its working directory, which is its home: a socket's path is short.
 */
import { BUNDLED_BYTES_MAX, ORDER_WAITING_BYTES_MAX, ORDER_WAITING_COUNT_MAX } from '../../../base/index.ts'

/** Another member's engine, as an operator tells it. */
export interface Peer {
  readonly member: string
  /** 40 hex digits, see `nodeIdOf`. */
  readonly nodeId: string
  /** `host:port` of its p2p. */
  readonly address: string
}

export interface SettingsOptions {
  /** Whose engine this is. */
  readonly member: string
  /** Where peers dial this one: `host:port`. */
  readonly p2pAddress: string
  /** Those whose member is active. */
  readonly peers: readonly Peer[]
  /** All on one machine or in one private network: addresses that no public route leads to are taken. */
  readonly isPrivateNetwork: boolean
}

export const ABCI_SOCKET = 'abci.sock'
export const RPC_SOCKET = 'rpc.sock'

type Value = string | number | boolean
/** Key, value, reason. */
type Setting = readonly [string, Value, string]

const formatSetting = ([key, value, reason]: Setting): string =>
  `# ${reason}\n${key} = ${typeof value === 'string' ? JSON.stringify(value) : value}\n`

const formatSection = (name: string | undefined, settings: readonly Setting[]): string =>
  [...(name === undefined ? [] : [`[${name}]\n`]), ...settings.map(formatSetting)].join('\n')

/** `config.toml`. */
export function deriveSettings({ member, p2pAddress, peers, isPrivateNetwork }: SettingsOptions): string {
  const dialled = peers.map(({ nodeId, address }) => `${nodeId}@${address}`).join(',')
  const ids = peers.map(({ nodeId }) => nodeId).join(',')
  const sections: readonly (readonly [string | undefined, readonly Setting[]])[] = [
    [
      undefined,
      [
        ['moniker', member, 'Its name in the logs.'],
        ['proxy_app', `unix://${ABCI_SOCKET}`, 'The application is the node, on this machine alone.'],
        ['abci', 'socket', 'No listener of a network.'],
        ['log_format', 'json', 'The node reads it.'],
        [
          'log_level',
          'consensus:info,state:error,p2p:error,mempool:error,*:info',
          'An operator reads what stops it.',
        ],
        ['filter_peers', false, 'Peers are a list, below.'],
      ],
    ],
    [
      'rpc',
      [
        ['laddr', `unix://${RPC_SOCKET}`, 'Who may reach it may read every entry: the node alone.'],
        ['grpc_laddr', '', 'No listener of a network.'],
        ['pprof_laddr', '', 'No listener of a network.'],
        ['unsafe', false, 'No command that empties or resets.'],
        ['max_body_bytes', 2 * 1024 * 1024, 'A bundle of 1 MiB has 1.4 MB of base64.'],
        ['max_open_connections', 16, 'The node alone calls.'],
      ],
    ],
    [
      'p2p',
      [
        ['laddr', `tcp://${p2pAddress}`, "The other members' engines dial this."],
        ['persistent_peers', dialled, 'The members, and nobody else.'],
        ['unconditional_peer_ids', ids, 'They are let in though there is no room for strangers.'],
        ['pex', false, 'Nobody is told of by others: entries go to members.'],
        ['max_num_inbound_peers', 0, 'Who is not listed gets no connection.'],
        ['max_num_outbound_peers', 0, 'Who is not listed is not dialled.'],
        ['addr_book_strict', !isPrivateNetwork, 'Whether addresses must be ones of the open network.'],
        ['allow_duplicate_ip', isPrivateNetwork, 'Whether several members may stand behind one address.'],
        ['flush_throttle_timeout', '2ms', 'A vote does not wait for company.'],
        ['send_rate', 50_000_000, 'Blocks of 4 MiB cross in a tenth of a second.'],
        ['recv_rate', 50_000_000, 'The same the other way.'],
        ['persistent_peers_max_dial_period', '2s', 'A member that comes back is found soon.'],
      ],
    ],
    [
      'mempool',
      [
        [
          'type',
          'flood',
          'It knows that transactions wait; the app mempool does not, and would make no block of them.',
        ],
        ['size', ORDER_WAITING_COUNT_MAX, 'Bundles of thousands of entries.'],
        ['max_txs_bytes', ORDER_WAITING_BYTES_MAX, 'Twice the queue of a node.'],
        ['max_tx_bytes', BUNDLED_BYTES_MAX, 'One bundle.'],
        ['cache_size', 4096, 'Eight times what waits.'],
        ['recheck', true, 'What can not be accepted any more must go, or it makes empty blocks without end.'],
        ['broadcast', true, 'Whoever proposes next needs it.'],
      ],
    ],
    ['statesync', [['enable', false, 'A node that joins comes by the log.']]],
    ['blocksync', [['adaptive_sync', false, 'With it a node that catches up might vote twice.']]],
    [
      'consensus',
      [
        ['timeout_propose', '1s', 'A proposer that is gone costs this much each time its turn comes.'],
        ['timeout_propose_delta', '500ms', 'More, the longer nothing is decided.'],
        ['timeout_prevote', '300ms', 'Members lie a country apart at most.'],
        ['timeout_precommit', '300ms', 'The same.'],
        ['timeout_commit', '0s', 'The next height begins at once.'],
        ['skip_timeout_commit', true, 'The same where all have voted.'],
        ['create_empty_blocks', false, 'An idle order makes none but those of the interval.'],
        [
          'create_empty_blocks_interval',
          '1s',
          'A block has the time of the votes on the one before: so it is at most this old.',
        ],
        ['peer_gossip_sleep_duration', '5ms', 'Paid at each of three hops of a height.'],
        [
          'double_sign_check_height',
          0,
          'With it a quick restart ends in a panic; a held node does not vote instead.',
        ],
        ['block_time_tolerance', '60s', 'A clock further behind stops its own engine, and the others go on.'],
      ],
    ],
    ['storage', [['discard_abci_responses', true, 'Results live in the ledger.']]],
    ['tx_index', [['indexer', 'null', 'Transactions are found in the ledger.']]],
    ['instrumentation', [['prometheus', false, 'No listener of a network: the node asks over the socket.']]],
  ]
  const head = '# Written by medseal at each start: what is changed here is lost.\n'
  return [head, ...sections.map(([name, settings]) => formatSection(name, settings))].join('\n')
}
