/**
 * Looks back into the log: headers by height, transactions by id, accepted transactions in order. Who a signer and the
 * parties are is answered as of now.
 */
import { assert, LedgerError, toHex } from '../base/index.ts'
import type { Actor, Party, PortCall } from '../domain/index.ts'
import { type BlockHeader, type Body, decodeLeaf, parseBody, transactionId } from '../protocol/index.ts'
import { type Chain, GENESIS_RULES_VERSION } from './chain.ts'
import { findId } from './ids.ts'
import { createLeafReader, iterateLeaves } from './log.ts'
import { iteratePlaces, namesOfReader } from './parties.ts'
import { integerKey } from './store.ts'
import type { LedgerEvent, ReaderEvents, StoredTransaction } from './types.ts'

/** The header leaf of a height, with its index; undefined above the head. */
export function findHeader(
  { store, log, head }: Chain,
  height: number,
): { index: number; leaf: Uint8Array; header: BlockHeader } | undefined {
  if (!Number.isSafeInteger(height) || height < 0 || height > head.height) return undefined
  const index = headerIndex(store, height)
  const leaf = log.leaf(index)
  assert(leaf !== undefined, 'a header lies inside the log')
  const decoded = decodeLeaf(leaf)
  assert(decoded.kind === 'header', 'the leaf that a height names is a header')
  return { index, leaf, header: decoded.header }
}

function headerIndex(store: Chain['store'], height: number): number {
  const record = store.get('headers', integerKey(height))
  assert(record !== undefined, `height ${height} has a header`)
  return Number(new DataView(record.buffer, record.byteOffset).getBigUint64(0))
}

/** Height of the block that holds leaf `index`: the first whose header is not before it. */
function heightOfLeaf({ store, head }: Chain, index: number): number {
  let [low, high] = [0, head.height]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (headerIndex(store, middle) < index) low = middle + 1
    else high = middle
  }
  return low
}

/** What a transaction leaf tells of its sender and parties. */
interface Sender {
  readonly type: string
  readonly signerKey: string
  readonly signer: string
  readonly parties: readonly Party[]
}

/** Who the parties are, the rules of the transaction's own block say: a later version may have no such type. */
function readSender(
  chain: Chain,
  port: PortCall,
  rulesVersion: number,
  publicKey: Uint8Array,
  { type, payload }: Body,
): Sender {
  const signerKey = toHex(publicKey)
  const signer = port('identity.signer')(signerKey)
  const verb = chain.rulesOf(rulesVersion).verb(type)
  assert(signer !== undefined && verb !== undefined, 'an accepted transaction has a signer and a type')
  const parties = verb.parties(payload as never, signer.actor)
  return { type, signerKey, signer: signer.actor.actor, parties }
}

/** The transaction of an id; undefined where the id is not spent. */
export function findTransaction(chain: Chain, port: PortCall, id: Uint8Array): StoredTransaction | undefined {
  const found = findId(chain.store, id)
  if (found === undefined) return undefined
  const { status, signerKey } = found
  if (status.status === 'refused') {
    if (signerKey === undefined) return { status, parties: [] }
    const signer = port('identity.signer')(signerKey)?.actor.actor
    return { status, signerKey, ...(signer === undefined ? {} : { signer }), parties: [] }
  }
  const leaf = chain.log.leaf(status.index)
  assert(leaf !== undefined, 'an accepted transaction lies inside the log')
  const decoded = decodeLeaf(leaf)
  assert(decoded.kind === 'transaction', 'the leaf that an id names is a transaction')
  const rulesVersion = rulesVersionOf(chain, status.height)
  return { status, ...readSender(chain, port, rulesVersion, decoded.publicKey, parseBody(decoded.body)) }
}

/** Under which rules the block of a height was executed. Versions only grow: below the first one there is no other. */
function rulesVersionOf(chain: Chain, height: number): number {
  if (chain.head.rulesVersion === GENESIS_RULES_VERSION) return GENESIS_RULES_VERSION
  const block = findHeader(chain, height)
  assert(block !== undefined, 'every block has its header')
  return block.header.rulesVersion
}

/** Accepted transactions of the leaves `from` onward, at most `limit` leaves looked at; `next` is where to go on. */
export function listEvents(
  chain: Chain,
  port: PortCall,
  from: number,
  limit: number,
): { events: LedgerEvent[]; next: number } {
  requireRange(from, limit)
  const next = Math.min(chain.head.size, from + limit)
  const events: LedgerEvent[] = []
  if (from >= next) return { events, next: Math.max(from, next) }
  const read = createEventReader(chain, port)
  let index = from
  for (const bytes of iterateLeaves(chain.store, from, next)) {
    const event = read(index, bytes)
    if (event !== undefined) events.push(event)
    index += 1
  }
  return { events, next }
}

/** Which of the reader's events to list. */
export interface OwnEvents {
  readonly reader: Actor
  readonly from: number
  /** Events at most. */
  readonly limit: number
}

/** Accepted transactions from `from` onward of which `reader` is signer or party. No other leaf is looked at. */
export function listEventsOf(chain: Chain, port: PortCall, { reader, from, limit }: OwnEvents): ReaderEvents {
  requireRange(from, limit)
  const names = namesOfReader(port, reader)
  const read = createEventReader(chain, port)
  const leafAt = createLeafReader(chain.store)
  const events: LedgerEvent[] = []
  for (const index of iteratePlaces(chain.store, names, from)) {
    if (events.length === limit) return { events, next: index, names }
    const event = read(index, leafAt(index))
    assert(event !== undefined, 'the index names transactions of the log')
    events.push(event)
  }
  return { events, next: Math.max(from, chain.head.size), names }
}

function requireRange(from: number, limit: number): void {
  if (!Number.isSafeInteger(from) || from < 0 || !Number.isSafeInteger(limit) || limit < 1) {
    throw new LedgerError('read.range', {
      message: 'Events are counted from leaf 0, at least one at a time.',
    })
  }
}

/** Reads leaves, of rising index, as events; undefined for a leaf that is no transaction. */
function createEventReader(chain: Chain, port: PortCall) {
  let block: ReturnType<typeof findHeader>
  return (index: number, bytes: Uint8Array): LedgerEvent | undefined => {
    if (block !== undefined && index === block.index + 1) block = findHeader(chain, block.header.height + 1)
    else if (block === undefined || index > block.index) block = findHeader(chain, heightOfLeaf(chain, index))
    assert(block !== undefined, 'each leaf lies in a block')
    const leaf = decodeLeaf(bytes)
    if (leaf.kind !== 'transaction') return undefined
    const body = parseBody(leaf.body)
    const id = transactionId(chain.kernel, chain.ledgerId, leaf.publicKey, leaf.body, body.expires)
    const { height, time, rulesVersion } = block.header
    const { type, signer, parties } = readSender(chain, port, rulesVersion, leaf.publicKey, body)
    return { index, height, time, id: toHex(id), type, signer, parties }
  }
}
