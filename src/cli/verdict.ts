/** What a receipt proves, in plain words. */
import { CODES } from '../base/index.ts'
import type { ReceiptVerdict } from '../client/index.ts'
import { formatCount, formatTable, formatTime } from './output.ts'

/** Lines for people. */
export function describeVerdict(verdict: ReceiptVerdict): string[] {
  if (!verdict.ok) {
    return [
      'NOT GENUINE: this receipt proves nothing.',
      ...formatTable([['why', `${verdict.reason} [${verdict.code}]`]]),
    ]
  }
  const settled = verdict.final
    ? `final: cosigned by ${verdict.cosignedBy.join(', ')}`
    : `committed on one node, not final yet (cosigned by ${verdict.cosignedBy.join(', ') || 'nobody'})`
  const place =
    `leaf ${formatCount(verdict.index)} of a log of ${formatCount(verdict.size)}, block ` +
    `${formatCount(verdict.height)}`
  const common: [string, string][] = [
    ['id', verdict.id],
    ['when', formatTime(verdict.time)],
    ['where', place],
    ['settled', settled],
  ]
  if (verdict.status === 'refused') {
    const meaning = verdict.code === undefined ? 'a rule of a newer version' : CODES[verdict.code].meaning
    const code = verdict.code ?? String(verdict.codeNumber)
    return [
      'GENUINE: the ledger refused this transaction.',
      ...formatTable([...common, ['because', `${meaning} [${code}]`]]),
    ]
  }
  return [
    'GENUINE: the ledger accepted this transaction.',
    ...formatTable([...common, ['what', verdict.body.type], ['signed by', verdict.publicKey]]),
    '',
    'Checked without any node: the signature, the id, both Merkle proofs and the signed checkpoint.',
  ]
}
