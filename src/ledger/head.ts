/**
 * The records of table `meta`: whose ledger this is, written once; where its log stands, and which block of the order
 * was committed last, both written by every commit. JSON, so that a person can read them.
 */
import {
  decodeUtf8,
  fromHex,
  LedgerError,
  ORIGIN_POSITION,
  type Position,
  toHex,
  utf8,
} from '../base/index.ts'
import { canonicalBytes } from '../protocol/index.ts'
import type { Store } from './store.ts'
import type { LedgerHead, OrderMemo } from './types.ts'

export const HEAD_KEY = utf8('head')
export const IDENTITY_KEY = utf8('ledger')
export const POSITION_KEY = utf8('position')
export const MEMO_KEY = utf8('order-memo')

/** Layout of the tables. Another number is another layout, which this build does not read. */
const STORE_FORMAT = 2

/** The record that says whose ledger this is. */
export const encodeIdentity = (ledgerId: Uint8Array): Uint8Array =>
  canonicalBytes({ format: STORE_FORMAT, ledgerId: toHex(ledgerId) })

export const encodeHead = (head: LedgerHead): Uint8Array =>
  canonicalBytes({ ...head, root: toHex(head.root), headerHash: toHex(head.headerHash) })

/** Where the log in `store` stands; undefined for a store that was never written. */
export function readHead(store: Store): LedgerHead | undefined {
  const record = store.get('meta', HEAD_KEY)
  if (record === undefined) return undefined
  const { root, headerHash, ...rest } = JSON.parse(decodeUtf8(record)) as LedgerHead & {
    root: string
    headerHash: string
  }
  return { ...rest, root: fromHex(root, 32)!, headerHash: fromHex(headerHash, 32)! }
}

export const encodePosition = ({ epoch, height }: Position): Uint8Array => canonicalBytes({ epoch, height })

/** What the order kept with the position last. */
export function readMemo(store: Store): OrderMemo | undefined {
  const record = store.get('meta', MEMO_KEY)
  return record === undefined ? undefined : (JSON.parse(decodeUtf8(record)) as OrderMemo)
}

/** The block of the order that was committed last; the origin where there was none. */
export function readPosition(store: Store): Position {
  const record = store.get('meta', POSITION_KEY)
  return record === undefined ? ORIGIN_POSITION : (JSON.parse(decodeUtf8(record)) as Position)
}

/** LedgerError `ledger.genesis-mismatch` where `store` holds another ledger, or one laid out by another format. */
export function requireIdentity(store: Store, ledgerId: Uint8Array): void {
  const record = store.get('meta', IDENTITY_KEY)
  const expected = decodeUtf8(encodeIdentity(ledgerId))
  const found = record === undefined ? 'nothing' : decodeUtf8(record)
  if (found !== expected) {
    throw new LedgerError('ledger.genesis-mismatch', {
      message: `The data folder holds ${found}, not ${expected}.`,
    })
  }
}
