/**
 * Arguments of a call: checked as a whole before anything is queued, then copied in one go. Whoever shares the memory
 * of an argument with another thread may change it at any time, so every number that is checked is our own copy.
 */
import type { Packed } from '../base/index.ts'
import type { SignatureCheck } from '../kernel/index.ts'

/** Public key (32) and signature (64) in front of the message of a packed check. */
const CHECK_HEAD_BYTES = 96
const PUBLIC_KEY_BYTES = 32
const SIGNATURE_BYTES = 64
const LEDGER_ID_BYTES = 32
/** Offsets are 32 bits wide. */
const CALL_BYTES_MAX = 2 ** 32 - 1

/** The items of a call, checked but not copied yet. */
export interface Items {
  /** n + 1 positions, the first 0. Nobody else holds this array. */
  readonly offsets: Uint32Array
  /** Writes the bytes of all items, one after another, to the start of `target`. */
  copyTo(target: Uint8Array): void
}

/** An own copy of a ledger id. */
export function copyLedgerId(value: unknown): Uint8Array {
  const bytes = expectBytes(value, 'ledgerId')
  if (bytes.length !== LEDGER_ID_BYTES) {
    throw new RangeError(`ledgerId has ${bytes.length} bytes, not ${LEDGER_ID_BYTES}`)
  }
  return new Uint8Array(bytes)
}

/** Items of packed transaction leaves, of any length each. */
export function itemsOfEntries(packed: unknown, offsets: unknown): Items {
  return itemsOfPacked(packed, offsets, { bytes: 'packed', offsets: 'offsets' }, 0)
}

/** Items of packed checks: public key, signature and message each. */
export function itemsOfPackedChecks(checks: unknown): Items {
  if (typeof checks !== 'object' || checks === null) throw new TypeError('checks is not an object')
  const { bytes, offsets } = checks as Partial<Packed>
  return itemsOfPacked(bytes, offsets, { bytes: 'checks.bytes', offsets: 'checks.offsets' }, CHECK_HEAD_BYTES)
}

/** Items of an array of byte arrays. */
export function itemsOfArrays(entries: unknown): Items {
  const arrays = Array.from(expectArray(entries, 'entries'), (entry, i) =>
    entry instanceof Uint8Array ? entry : expectBytes(entry, `entries[${i}]`),
  )
  return itemsOfParts([arrays], arrays.length)
}

/** Items of checks, in the packed form: public key ‖ signature ‖ message. */
export function itemsOfChecks(checks: unknown): Items {
  const given = expectArray(checks, 'checks')
  const [keys, signatures, messages]: [Uint8Array[], Uint8Array[], Uint8Array[]] = [[], [], []]
  for (let i = 0; i < given.length; i++) {
    const { publicKey, signature, message } = expectCheck(given[i], i)
    keys.push(publicKey)
    signatures.push(signature)
    messages.push(message)
  }
  return itemsOfParts([keys, signatures, messages], given.length)
}

/** Items each of which is made of one array of every column. */
function itemsOfParts(columns: readonly (readonly Uint8Array[])[], count: number): Items {
  const offsets = new Uint32Array(count + 1)
  let byteLength = 0
  for (let i = 0; i < count; i++) {
    for (const column of columns) byteLength += column[i]!.length
    if (byteLength > CALL_BYTES_MAX) throw new RangeError('the items of one call exceed 4 GiB')
    offsets[i + 1] = byteLength
  }
  const copyTo = (target: Uint8Array) => {
    let at = 0
    for (let i = 0; i < count; i++) {
      for (const column of columns) {
        target.set(column[i]!, at)
        at += column[i]!.length
      }
    }
  }
  return { offsets, copyTo }
}

/** Items of packed bytes; `names` are what the caller calls the two arguments. */
function itemsOfPacked(
  bytesValue: unknown,
  offsetsValue: unknown,
  names: { readonly bytes: string; readonly offsets: string },
  itemBytesMin: number,
): Items {
  const bytes = expectBytes(bytesValue, names.bytes)
  if (!(offsetsValue instanceof Uint32Array)) throw new TypeError(`${names.offsets} is not a Uint32Array`)
  const offsets = new Uint32Array(offsetsValue)
  if (offsets.length === 0) throw new RangeError(`${names.offsets} is empty: n items have n + 1 offsets`)
  const start = offsets[0]!
  for (let i = 1; i < offsets.length; i++) {
    if (offsets[i]! - offsets[i - 1]! < itemBytesMin) {
      throw new RangeError(
        `${names.offsets}[${i}] is not at least ${itemBytesMin} above the offset before it`,
      )
    }
  }
  const end = offsets[offsets.length - 1]!
  if (end > bytes.length)
    throw new RangeError(`${names.offsets} reaches ${end}, past the ${bytes.length} bytes`)
  for (let i = 0; i < offsets.length; i++) offsets[i]! -= start
  return { offsets, copyTo: (target) => target.set(bytes.subarray(start, end)) }
}

function expectArray(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${name} is not an array`)
  return value
}

/** The fields of a check, read once. Names are made only for what fails: half of the time went into them. */
function expectCheck(value: unknown, i: number): SignatureCheck {
  if (typeof value !== 'object' || value === null) throw new TypeError(`checks[${i}] is not an object`)
  const { publicKey, signature, message } = value as SignatureCheck
  const isSound =
    publicKey instanceof Uint8Array &&
    publicKey.length === PUBLIC_KEY_BYTES &&
    signature instanceof Uint8Array &&
    signature.length === SIGNATURE_BYTES &&
    message instanceof Uint8Array
  if (!isSound) {
    expectBytes(publicKey, `checks[${i}].publicKey`, PUBLIC_KEY_BYTES)
    expectBytes(signature, `checks[${i}].signature`, SIGNATURE_BYTES)
    expectBytes(message, `checks[${i}].message`)
  }
  return { publicKey, signature, message }
}

function expectBytes(value: unknown, name: string, byteLength?: number): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError(`${name} is not a Uint8Array`)
  if (byteLength !== undefined && value.length !== byteLength) {
    throw new RangeError(`${name} has ${value.length} bytes, not ${byteLength}`)
  }
  return value
}
