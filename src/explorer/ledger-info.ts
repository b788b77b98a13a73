/** What pages take from `GET /v1/info`, and the trust in it. */
import type { NodeInfo } from '../answers/index.ts'
import { fromHex } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { parseVkey, type Trust } from '../protocol/index.ts'

export type LedgerInfo = Pick<NodeInfo, 'origin' | 'ledgerId' | 'vkeys' | 'quorum'>

/** The keys that a node names as those of now. */
export function trustOfNow(kernel: Kernel, info: LedgerInfo): Trust {
  const keys = (vkeys: readonly string[]) => vkeys.map((vkey) => parseVkey(kernel, vkey))
  return {
    origin: info.origin,
    ledgerId: fromHex(info.ledgerId, 32) ?? new Uint8Array(32),
    logKeys: keys(info.vkeys.logs),
    cosigners: keys(info.vkeys.cosigners),
    quorum: info.quorum,
  }
}
