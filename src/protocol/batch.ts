/**
 * Batches of transactions as `application/vnd.msgpack` carries them: an array of `[entry bin, private bin or nil]`. A
 * strict reader of just these shapes, because general MessagePack readers accept what the protocol does not (extension
 * types, maps, strings for bytes, trailing bytes). Headers of any width are accepted: encoders differ in them, and
 * nothing here is hashed or signed.
 */
import { BATCH_COUNT_MAX, LedgerError } from '../base/index.ts'

/** One transaction of a batch. */
export interface BatchItem {
  /** Transaction leaf; its form is checked by the kernel, not here. */
  readonly entry: Uint8Array
  readonly privatePart?: Uint8Array | undefined
}

const NIL = 0xc0

const malformed = (message: string, item?: number): never => {
  const field = item === undefined ? {} : { field: `/${item}`, item }
  throw new LedgerError('form.request', { ...field, message })
}

/** Where the reader stands. */
interface Cursor {
  readonly bytes: Uint8Array
  at: number
}

function readUint(cursor: Cursor, byteLength: number, item: number | undefined): number {
  if (cursor.at + byteLength > cursor.bytes.length) malformed('The MessagePack ends early.', item)
  let value = 0
  for (let i = 0; i < byteLength; i++) value = value * 256 + cursor.bytes[cursor.at++]!
  return value
}

/** Length of the array that starts here. */
function readArrayHeader(cursor: Cursor, item: number | undefined): number {
  const marker = readUint(cursor, 1, item)
  if (marker >= 0x90 && marker <= 0x9f) return marker - 0x90
  if (marker === 0xdc) return readUint(cursor, 2, item)
  if (marker === 0xdd) return readUint(cursor, 4, item)
  return malformed('There is no array where one belongs.', item)
}

/** A view of the bytes that start here; undefined for nil. */
function readBytesOrNil(cursor: Cursor, item: number): Uint8Array | undefined {
  const marker = readUint(cursor, 1, item)
  if (marker === NIL) return undefined
  if (marker < 0xc4 || marker > 0xc6) malformed('There are no bytes (bin) where they belong.', item)
  const byteLength = readUint(cursor, 2 ** (marker - 0xc4), item)
  if (byteLength > cursor.bytes.length - cursor.at) malformed('The MessagePack ends early.', item)
  return cursor.bytes.subarray(cursor.at, (cursor.at += byteLength))
}

/**
 * Items of a batch, as views into `bytes`. LedgerError `form.request`, naming the item, for anything but an array of 1
 * to BATCH_COUNT_MAX pairs that fills `bytes` exactly.
 */
export function decodeBatch(bytes: Uint8Array): BatchItem[] {
  // A view of plain bytes: those of a Buffer cost several times as much to make.
  const cursor: Cursor = { bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), at: 0 }
  const count = readArrayHeader(cursor, undefined)
  if (count === 0) malformed('The batch is empty.')
  if (count > BATCH_COUNT_MAX) malformed(`A batch has at most ${BATCH_COUNT_MAX} items, not ${count}.`)
  const items: BatchItem[] = []
  for (let item = 0; item < count; item++) {
    if (readArrayHeader(cursor, item) !== 2)
      malformed('An item is an array of two: entry and private part.', item)
    const entry = readBytesOrNil(cursor, item) ?? malformed('An item needs its entry.', item)
    const privatePart = readBytesOrNil(cursor, item)
    items.push(privatePart === undefined ? { entry } : { entry, privatePart })
  }
  if (cursor.at !== bytes.length) malformed('There are bytes after the batch.')
  return items
}

function writeBytes(target: Uint8Array, at: number, bytes: Uint8Array): number {
  target[at] = 0xc6
  new DataView(target.buffer).setUint32(at + 1, bytes.length)
  target.set(bytes, at + 5)
  return at + 5 + bytes.length
}

/**
 * Bytes of a batch. Written by hand: for 4,096 transactions msgpackr took 1.3 ms where this takes 0.7, and brings 44 kB
 * (13 compressed) into browsers where this is 0.6; the tests hold each against the other. RangeError for none or more
 * than BATCH_COUNT_MAX items.
 */
export function encodeBatch(items: readonly BatchItem[]): Uint8Array {
  if (items.length === 0 || items.length > BATCH_COUNT_MAX) {
    throw new RangeError(`a batch has 1 to ${BATCH_COUNT_MAX} items, not ${items.length}`)
  }
  const lengthOf = ({ entry, privatePart }: BatchItem): number =>
    1 + 5 + entry.length + (privatePart === undefined ? 1 : 5 + privatePart.length)
  const bytes = new Uint8Array(items.reduce((sum, item) => sum + lengthOf(item), 3))
  bytes.set([0xdc, items.length >> 8, items.length & 0xff])
  let at = 3
  for (const { entry, privatePart } of items) {
    bytes[at] = 0x92
    at = writeBytes(bytes, at + 1, entry)
    if (privatePart === undefined) bytes[at++] = NIL
    else at = writeBytes(bytes, at, privatePart)
  }
  return bytes
}
