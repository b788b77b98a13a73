/**
 * The engine's genesis: a function of the ledger's id, the epoch, the header from which the epoch starts and who votes.
 * All members derive the same bytes, so nobody hands the file out, and a chain of another ledger or epoch has another
 * name.
 */
import { type Position, toHex } from '../../../base/index.ts'
import { encodeBase64 } from '../../../protocol/index.ts'

/** A member that votes; its key in 32 bytes. */
export interface Voter {
  readonly member: string
  readonly orderKey: Uint8Array
}

/** Where an epoch starts. */
export interface EpochStart {
  readonly ledgerId: Uint8Array
  readonly epoch: number
  /** Of the header that is the newest when the epoch starts: its time (unix seconds) and leaf hash. */
  readonly head: { readonly time: number; readonly headerHash: Uint8Array }
  /** In the order of their ids. */
  readonly voters: readonly Voter[]
}

/** Each validator's: the median of votes is taken by power, and with 1 each it is the lowest of three. */
export const VOTER_POWER = 10

const BLOCK_BYTES = 4 * 1024 * 1024
const EVIDENCE_BYTES = 64 * 1024
/** How long a double vote can be reported: 48 hours, in the engine's nanoseconds, and as many heights of a second. */
const EVIDENCE_NANOSECONDS = '172800000000000'
const EVIDENCE_HEIGHTS = '200000'

/** `medseal-` ‖ first 16 hex digits of the ledger id ‖ `-` ‖ epoch. */
export const chainIdOf = (ledgerId: Uint8Array, { epoch }: Pick<Position, 'epoch'>): string =>
  `medseal-${toHex(ledgerId.subarray(0, 8))}-${epoch}`

const timeText = (seconds: number): string => new Date(1000 * seconds).toISOString().replace('.000Z', 'Z')

/** `genesis.json` as the engine reads it. RangeError where nobody votes. */
export function deriveGenesis(start: EpochStart): string {
  const { ledgerId, head, voters } = start
  if (voters.length === 0) throw new RangeError('an order needs a voter')
  const genesis = {
    genesis_time: timeText(head.time),
    chain_id: chainIdOf(ledgerId, start),
    initial_height: '1',
    consensus_params: {
      block: { max_bytes: String(BLOCK_BYTES), max_gas: '-1' },
      evidence: {
        max_age_num_blocks: EVIDENCE_HEIGHTS,
        max_age_duration: EVIDENCE_NANOSECONDS,
        max_bytes: String(EVIDENCE_BYTES),
      },
      validator: { pub_key_types: ['ed25519'] },
      version: { app: '1' },
      abci: { vote_extensions_enable_height: '0' },
    },
    validators: voters.map(({ member, orderKey }) => ({
      pub_key: { type: 'tendermint/PubKeyEd25519', value: encodeBase64(orderKey) },
      power: String(VOTER_POWER),
      name: member,
    })),
    app_hash: toHex(head.headerHash).toUpperCase(),
  }
  return `${JSON.stringify(genesis, null, 2)}\n`
}
