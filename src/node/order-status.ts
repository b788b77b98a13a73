/** How a node's order stands, for `GET /v1/order` and metrics. */
import type { OrderStatus } from '../answers/index.ts'
import { fromHex, type Position, toHex } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { addressOf } from '../order/cometbft/index.ts'
import type { BlockSource } from '../order/index.ts'
import type { Comet } from './comet.ts'

export interface OrderParts {
  readonly kernel: Kernel
  readonly source: BlockSource
  readonly comet: Comet | undefined
  /** Whether the node takes transactions into an order at all. */
  readonly isFollowing: boolean
}

export function describeOrder(
  { kernel, source, comet, isFollowing }: OrderParts,
  { epoch, height }: Position,
): OrderStatus {
  const { state } = source
  const reason = 'reason' in state ? state.reason : undefined
  const shared = { state: state.is, ...(reason !== undefined && { reason }), epoch, height }
  if (comet === undefined) {
    const kind = isFollowing ? 'followed' : 'embedded'
    return { kind, ...shared, voters: [], peers: [], misbehavior: [] }
  }
  const { status } = comet.look()
  const voters = Object.entries(comet.order.application.voters).map(([member, orderKey]) => ({
    member,
    orderKey,
  }))
  const memberAt = new Map(
    voters.map(({ member, orderKey }) => [toHex(addressOf(kernel, fromHex(orderKey, 32)!)), member]),
  )
  const version = comet.version ?? status?.version
  return {
    kind: 'cometbft',
    ...shared,
    ...(version !== undefined && { engine: { name: 'CometBFT', version } }),
    voters,
    peers: comet.config.peers.map(({ member, nodeId }) => ({
      member,
      connected: status?.peers.includes(nodeId) ?? false,
    })),
    misbehavior: comet.reports.map((report) => {
      const member = memberAt.get(report.address)
      return { ...report, ...(member !== undefined && { member }) }
    }),
  }
}
