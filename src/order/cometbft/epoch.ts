/** Where an epoch of the order starts, and who votes: what the engine was told last, and what it is to be told. */
import { fromHex, LedgerError, type Position } from '../../base/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import type { Ledger, OrderMemo } from '../../ledger/index.ts'
import { type EpochStart, VOTER_POWER, type Voter } from './home/index.ts'

/** What the order keeps with its position: order keys (hex) by member, as the engine was told them last. */
export interface ToldVoters {
  readonly epoch: number
  readonly voters: { readonly [member: string]: string }
}

/** A change of one voter's power for the engine; power 0 ends its vote. */
export interface VoterUpdate {
  readonly publicKey: { readonly ed25519: Uint8Array }
  readonly power: number
}

const ownOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The start of the first epoch, which is genesis. LedgerError `config.invalid` where genesis names no order key. */
export async function readFirstEpoch(
  kernel: Kernel,
  ledger: Pick<Ledger, 'genesis' | 'ledgerId' | 'header'>,
): Promise<EpochStart> {
  const found = (await ledger.header(0))!
  const voters = ledger.genesis.members
    .flatMap(({ id, orderKey }): Voter[] =>
      orderKey === undefined ? [] : [{ member: id, orderKey: fromHex(orderKey, 32)! }],
    )
    .sort((a, b) => ownOrder(a.member, b.member))
  if (voters.length === 0) {
    const message = 'No member of the genesis file has an orderKey: this ledger was founded for one node.'
    throw new LedgerError('config.invalid', { message })
  }
  const headerHash = kernel.leafHash(found.leaf)
  return { ledgerId: ledger.ledgerId, epoch: 0, head: { time: found.header.time, headerHash }, voters }
}

/** What the engine was told last: by its genesis, or with the block at `position`. */
export function toldVoters(
  { epoch, voters }: EpochStart,
  position: Position,
  memo: OrderMemo | undefined,
): ToldVoters {
  const kept = memo as unknown as ToldVoters | undefined
  if (kept !== undefined && kept.epoch === epoch && position.epoch === epoch) return kept
  return {
    epoch,
    voters: Object.fromEntries(
      voters.map(({ member, orderKey }) => [member, Buffer.from(orderKey).toString('hex')]),
    ),
  }
}

/**
 * What to tell the engine, which was told `told`, so that those vote whom the ledger names; and what it will have been
 * told then. It is never told that nobody votes: it would stop for good.
 */
export function tellVoters(
  told: ToldVoters,
  named: readonly { readonly member: string; readonly orderKey: string }[],
): { readonly told: ToldVoters; readonly updates: readonly VoterUpdate[] } {
  if (named.length === 0) return { told, updates: [] }
  const [before, after] = [
    new Set(Object.values(told.voters)),
    new Set(named.map(({ orderKey }) => orderKey)),
  ]
  const update = (key: string, power: number): VoterUpdate => ({
    publicKey: { ed25519: fromHex(key, 32)! },
    power,
  })
  const updates = [
    ...[...before].filter((key) => !after.has(key)).map((key) => update(key, 0)),
    ...[...after].filter((key) => !before.has(key)).map((key) => update(key, VOTER_POWER)),
  ]
  if (updates.length === 0) return { told, updates }
  const voters = Object.fromEntries(named.map(({ member, orderKey }) => [member, orderKey]))
  return { told: { epoch: told.epoch, voters }, updates }
}
