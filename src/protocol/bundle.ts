/**
 * Bundles: transactions that one member's node puts into an order which several nodes keep, as one transaction of it
 * (docs/protocol.md, Bundles). Signed by the member's log key, which speaks for the node: so every ordered entry has a
 * node that answers for it.
 *
 * The log key signs three kinds of things, and none can be taken for another: a note's text begins with the origin
 * and holds a line feed behind it, a bundle's signing input begins with its own label, a token's has no line feed.
 */
import {
  BUNDLED_BYTES_MAX,
  BUNDLED_COUNT_MAX,
  concatBytes,
  decodeUtf8,
  LEAF_BYTES_MAX,
  LedgerError,
  type Packed,
  packedCount,
  utf8,
} from '../base/index.ts'
import type { Kernel, SignatureCheck } from '../kernel/index.ts'
import { isLocalId } from './identifier.ts'
import type { SigningKey } from './signing-key.ts'

/** What a bundle says; its signature is checked apart (`bundleCheck`), since the ledger names the key. */
export interface TransactionBundle {
  /** The member whose node answers for the entries. */
  readonly member: string
  /** 1 to BUNDLED_COUNT_MAX entries, whose form the kernel checks: a copy. */
  readonly entries: Packed
}

const VERSION = 0x01
const SIGNATURE_BYTES = 64
const CONTEXT = utf8('medseal/bundle/v1\n')

/** Bytes of a bundle of `count` entries that have `entryBytes` together. */
export const bundleLength = (member: string, count: number, entryBytes: number): number =>
  2 + member.length + SIGNATURE_BYTES + 4 + 2 * count + entryBytes

/** `medseal/bundle/v1` LF ‖ ledger id (32) ‖ SHA-256 of all but the signature. */
function bundleInput(kernel: Kernel, ledgerId: Uint8Array, head: Uint8Array, tail: Uint8Array): Uint8Array {
  return concatBytes(CONTEXT, ledgerId, kernel.sha256(concatBytes(head, tail)))
}

/** Signs entries as `member`'s node. RangeError for more or larger ones than a bundle holds, or a member that is none. */
export function encodeTransactionBundle(
  kernel: Kernel,
  ledgerId: Uint8Array,
  member: string,
  entries: Packed,
  logKey: SigningKey,
): Uint8Array {
  const count = packedCount(entries)
  const entryBytes = entries.offsets.at(-1)! - entries.offsets[0]!
  const length = bundleLength(member, count, entryBytes)
  if (!isLocalId(member)) throw new RangeError(`${member} is no member id`)
  if (count < 1 || count > BUNDLED_COUNT_MAX || length > BUNDLED_BYTES_MAX) {
    throw new RangeError(`${count} entries in ${length} bytes make no bundle`)
  }
  const head = Uint8Array.of(VERSION, member.length, ...utf8(member))
  const tail = new Uint8Array(4 + 2 * count + entryBytes)
  const view = new DataView(tail.buffer)
  view.setUint32(0, count)
  let at = 4
  for (let i = 0; i < count; i++) {
    const [start, end] = [entries.offsets[i]!, entries.offsets[i + 1]!]
    if (end - start > LEAF_BYTES_MAX) throw new RangeError(`an entry is at most ${LEAF_BYTES_MAX} bytes long`)
    view.setUint16(at, end - start)
    tail.set(entries.bytes.subarray(start, end), at + 2)
    at += 2 + end - start
  }
  return concatBytes(head, logKey.sign(bundleInput(kernel, ledgerId, head, tail)), tail)
}

const malformed = (message: string): never => {
  throw new LedgerError('form.bundle', { message })
}

/** Where the parts of a bundle of `member` begin. */
const partsOf = (bytes: Uint8Array): { readonly signatureAt: number; readonly tailAt: number } => {
  const signatureAt = 2 + bytes[1]!
  return { signatureAt, tailAt: signatureAt + SIGNATURE_BYTES }
}

/**
 * Reads a bundle. LedgerError `form.bundle` says what is wrong: version, member id, count, an entry's length, an end too
 * early or too late, too many bytes. Every sound bundle has one form.
 */
export function decodeTransactionBundle(bytes: Uint8Array): TransactionBundle {
  if (bytes.length > BUNDLED_BYTES_MAX)
    malformed(`It has ${bytes.length} bytes, more than ${BUNDLED_BYTES_MAX}.`)
  if (bytes.length < 2) malformed('It ends within its head.')
  if (bytes[0] !== VERSION) malformed(`It begins with ${bytes[0]}, which is no version of bundles.`)
  const { signatureAt, tailAt } = partsOf(bytes)
  if (bytes.length < tailAt + 4) malformed('It ends within its head.')
  const member = decodeMember(bytes.subarray(2, signatureAt))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const count = view.getUint32(tailAt)
  if (count < 1 || count > BUNDLED_COUNT_MAX)
    malformed(`It has ${count} entries, not 1 to ${BUNDLED_COUNT_MAX}.`)
  const offsets = new Uint32Array(count + 1)
  let at = tailAt + 4
  for (let i = 0; i < count; i++) {
    if (at + 2 > bytes.length) malformed(`It ends before the length of entry ${i}.`)
    const length = view.getUint16(at)
    if (length === 0) malformed(`Entry ${i} is empty.`)
    if (at + 2 + length > bytes.length) malformed(`It ends within entry ${i}.`)
    offsets[i + 1] = offsets[i]! + length
    at += 2 + length
  }
  if (at !== bytes.length) malformed(`${bytes.length - at} bytes stand behind its last entry.`)
  const entries = new Uint8Array(offsets[count]!)
  for (let i = 0; i < count; i++) {
    const start = tailAt + 4 + 2 * (i + 1) + offsets[i]!
    entries.set(bytes.subarray(start, start + offsets[i + 1]! - offsets[i]!), offsets[i]!)
  }
  return { member, entries: { bytes: entries, offsets } }
}

function decodeMember(bytes: Uint8Array): string {
  try {
    const member = decodeUtf8(bytes)
    if (isLocalId(member)) return member
  } catch {
    // Said below.
  }
  return malformed('Its member is no member id.')
}

/** What the signature of a sound bundle (`bytes`) must be of: for `Kernel.verify`, under the member's log key. */
export function bundleCheck(
  kernel: Kernel,
  ledgerId: Uint8Array,
  bytes: Uint8Array,
  logKey: Uint8Array,
): SignatureCheck {
  const { signatureAt, tailAt } = partsOf(bytes)
  return {
    publicKey: logKey,
    message: bundleInput(kernel, ledgerId, bytes.subarray(0, signatureAt), bytes.subarray(tailAt)),
    signature: bytes.subarray(signatureAt, tailAt),
  }
}
