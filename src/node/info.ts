/** What a node says of itself and its ledger (`GET /v1/info`). */
import type { NodeInfo } from '../answers/index.ts'
import {
  BATCH_COUNT_MAX,
  BODY_BYTES_MAX,
  BODY_DEPTH_MAX,
  CODES,
  type Code,
  EXPIRES_AHEAD_SECONDS_MAX,
  JSON_REQUEST_BYTES_MAX,
  LEAF_BYTES_MAX,
  PAGE_COUNT_DEFAULT,
  PAGE_COUNT_MAX,
  PRIVATE_PART_BYTES_MAX,
  REQUEST_BYTES_MAX,
  TOKEN_SECONDS_MAX,
  TOKEN_SKEW_SECONDS,
  WAIT_SECONDS_MAX,
} from '../base/index.ts'
import type { LedgerHead } from '../ledger/index.ts'
import { formatVkey, type Trust } from '../protocol/index.ts'

const FORMATS = {
  transaction: 'medseal/transaction/v1',
  keyStatement: 'medseal/key/v1',
  subject: 'medseal/subject/v1',
  body: 'RFC 8785',
  signature: 'Ed25519, ZIP-215',
  log: 'RFC 6962, c2sp.org/tlog-tiles',
  checkpoint: 'c2sp.org/tlog-checkpoint',
  cosignature: 'c2sp.org/tlog-cosignature v1',
  proof: 'c2sp.org/tlog-proof@v1',
} as const

const LIMITS = {
  batchCount: BATCH_COUNT_MAX,
  requestBytes: REQUEST_BYTES_MAX,
  jsonRequestBytes: JSON_REQUEST_BYTES_MAX,
  leafBytes: LEAF_BYTES_MAX,
  bodyBytes: BODY_BYTES_MAX,
  bodyDepth: BODY_DEPTH_MAX,
  privatePartBytes: PRIVATE_PART_BYTES_MAX,
  expiresAheadSeconds: EXPIRES_AHEAD_SECONDS_MAX,
  waitSeconds: WAIT_SECONDS_MAX,
  tokenSeconds: TOKEN_SECONDS_MAX,
  tokenSkewSeconds: TOKEN_SKEW_SECONDS,
  pageCount: PAGE_COUNT_MAX,
  pageCountDefault: PAGE_COUNT_DEFAULT,
} as const

const ROWS = (Object.keys(CODES) as Code[]).map((code) => ({ code, ...CODES[code] }))

export interface NodeFacts {
  readonly node: string
  /** Hex. */
  readonly ledgerId: string
  /** Latest head that was signed and cosigned. */
  readonly head: LedgerHead
  readonly trust: Trust
  /** Verifier key with which the node witnesses other logs, where it does. */
  readonly witness: string | undefined
  readonly rules: NodeInfo['rules']
  readonly displayNames: { readonly [member: string]: string }
}

export const describeNode = ({
  node,
  ledgerId,
  head,
  trust,
  witness,
  rules,
  displayNames,
}: NodeFacts): NodeInfo => ({
  origin: trust.origin,
  ledgerId,
  node,
  size: head.size,
  vkeys: {
    logs: trust.logKeys.map(formatVkey),
    cosigners: trust.cosigners.map(formatVkey),
    witnesses: witness === undefined ? [] : [witness],
  },
  quorum: trust.quorum,
  displayNames,
  rulesVersion: head.rulesVersion,
  rules,
  formats: FORMATS,
  limits: LIMITS,
  codes: ROWS,
})
