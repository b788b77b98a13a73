/**
 * Id memory: which ids are spent, and how. An id starts with its expiry, so new ones land at the edge of the index
 * (LMDB: 340,000 a second, flat, where random keys fall to 61,000 within the first million). Records are kept for ever:
 * they are also how receipts are found.
 *
 * Record: kind (1) ‖ leaf index (8) ‖ height (8); of a refusal then code (2), and, on the node that executed the
 * block, signer's key (32) ‖ JSON of the refusal's details (may be empty). The leaves do not hold these two.
 */
import { decodeUtf8, REFUSAL_DETAILS_BYTES_MAX, toHex, utf8 } from '../base/index.ts'
import type { Json } from '../protocol/index.ts'
import { STATUS } from './statuses.ts'
import type { Store } from './store.ts'
import type { TransactionStatus } from './types.ts'

const PLACE_BYTES = 17
const CODE_BYTES = 2
const KEY_BYTES = 32
/** What of a record follows from the leaves; the rest is the node's own. */
export const ID_RECORD_LOGGED_BYTES = PLACE_BYTES + CODE_BYTES

/** What the node knows of a refused transaction beyond its leaf. */
export interface RefusalExtra {
  /** 32 bytes. */
  readonly signerKey: Uint8Array
  readonly details: Json | undefined
}

/** A spent id. */
export interface IdRecord {
  readonly status: Exclude<TransactionStatus, { status: 'unknown' }>
  /** Signer's key of a refused transaction, hex, where this node executed its block. */
  readonly signerKey?: string
}

function setPlace(record: Uint8Array, kind: number, index: number, height: number): DataView {
  const view = new DataView(record.buffer, record.byteOffset, record.length)
  view.setUint8(0, kind)
  view.setBigUint64(1, BigInt(index))
  view.setBigUint64(9, BigInt(height))
  return view
}

/** Records of accepted transactions whose leaves are `firstIndex` onward. Views of one buffer. */
export function encodeAcceptedIds(count: number, firstIndex: number, height: number): Uint8Array[] {
  const bytes = new Uint8Array(count * PLACE_BYTES)
  return Array.from({ length: count }, (_, i) => {
    const record = bytes.subarray(i * PLACE_BYTES, (i + 1) * PLACE_BYTES)
    setPlace(record, STATUS.accepted, firstIndex + i, height)
    return record
  })
}

/** Record of a refused transaction. Details over REFUSAL_DETAILS_BYTES_MAX are left out. */
export function encodeRefusedId(
  index: number,
  height: number,
  code: number,
  extra: RefusalExtra | undefined,
): Uint8Array {
  const text = utf8(extra?.details === undefined ? '' : JSON.stringify(extra.details))
  const details = text.length > REFUSAL_DETAILS_BYTES_MAX ? new Uint8Array() : text
  const extraLength = extra === undefined ? 0 : KEY_BYTES + details.length
  const record = new Uint8Array(PLACE_BYTES + CODE_BYTES + extraLength)
  setPlace(record, STATUS.refused, index, height).setUint16(PLACE_BYTES, code)
  if (extra !== undefined) {
    record.set(extra.signerKey, PLACE_BYTES + CODE_BYTES)
    record.set(details, PLACE_BYTES + CODE_BYTES + KEY_BYTES)
  }
  return record
}

/** What a record says. */
export function decodeIdRecord(record: Uint8Array): IdRecord {
  const view = new DataView(record.buffer, record.byteOffset, record.length)
  const place = { index: Number(view.getBigUint64(1)), height: Number(view.getBigUint64(9)) }
  if (view.getUint8(0) === STATUS.accepted) return { status: { status: 'accepted', ...place } }
  const refused = { status: 'refused', code: view.getUint16(PLACE_BYTES), ...place } as const
  const extra = record.subarray(PLACE_BYTES + CODE_BYTES)
  if (extra.length === 0) return { status: refused }
  const signerKey = toHex(extra.subarray(0, KEY_BYTES))
  if (extra.length === KEY_BYTES) return { status: refused, signerKey }
  const details = JSON.parse(decodeUtf8(extra.subarray(KEY_BYTES))) as Json
  return { status: { ...refused, details }, signerKey }
}

/** The record of an id (32 bytes); undefined where it is not spent. */
export function findId(store: Store, id: Uint8Array): IdRecord | undefined {
  const record = store.get('ids', id)
  return record && decodeIdRecord(record)
}

/** Whether an id is spent. */
export const isSpent = (store: Store, id: Uint8Array): boolean => store.get('ids', id) !== undefined
