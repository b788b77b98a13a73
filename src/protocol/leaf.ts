/**
 * The four kinds of leaves (docs/protocol.md, Leaves): a tag byte, then genesis bytes, a transaction, the refusals of a
 * block, or a block header. Integers are big-endian. Form only: whether a transaction's body and signature are sound is
 * the kernel's to say.
 */
import {
  BODY_BYTES_MAX,
  concatBytes,
  ENTRY_HEAD_BYTES,
  GENESIS_BYTES_MAX,
  LEAF_BYTES_MAX,
  LedgerError,
  REFUSALS_PER_LEAF_MAX,
} from '../base/index.ts'

/** Tags, the first byte of a leaf. 0x04 to 0x0f are reserved for other signature suites. */
export const LEAF = { genesis: 0x00, transaction: 0x01, refusals: 0x02, header: 0x03 } as const

/** Bytes of a header leaf: tag, height, time, rules version, accepted, refused, previous hash, state digest. */
export const HEADER_LEAF_BYTES = 1 + 8 + 8 + 4 + 4 + 4 + 32 + 32

const REFUSAL_BYTES = 34

/** The last leaf of a block. */
export interface BlockHeader {
  readonly height: number
  /** Block time, unix seconds. */
  readonly time: number
  readonly rulesVersion: number
  /** Transactions accepted in this block. */
  readonly accepted: number
  /** Ids in the block's refusals leaves. */
  readonly refused: number
  /** Leaf hash of the header before it; zeros at height 0. */
  readonly previousHeaderHash: Uint8Array
  /** Digest of the state that the block changed. */
  readonly stateDigest: Uint8Array
}

/** A transaction sound in form and signature that a rule refused: its id (32 bytes) and the number of the code. */
export interface Refusal {
  readonly id: Uint8Array
  readonly code: number
}

/** A decoded leaf. Byte fields are views into the leaf. */
export type Leaf =
  | { readonly kind: 'genesis'; readonly genesis: Uint8Array }
  | {
      readonly kind: 'transaction'
      readonly publicKey: Uint8Array
      readonly signature: Uint8Array
      readonly body: Uint8Array
    }
  | { readonly kind: 'refusals'; readonly refusals: readonly Refusal[] }
  | { readonly kind: 'header'; readonly header: BlockHeader }

function requireLength(name: string, bytes: Uint8Array, min: number, max: number): void {
  if (bytes.length < min || bytes.length > max) {
    throw new RangeError(
      `${name} is ${bytes.length} bytes long, not ${min === max ? min : `${min} to ${max}`}`,
    )
  }
}

/** Leaf 0: the genesis file's exact bytes behind the tag. RangeError over GENESIS_BYTES_MAX. */
export function encodeGenesisLeaf(genesis: Uint8Array): Uint8Array {
  requireLength('the genesis', genesis, 1, GENESIS_BYTES_MAX)
  return concatBytes(Uint8Array.of(LEAF.genesis), genesis)
}

/**
 * A transaction leaf, also called entry: tag ‖ public key (32) ‖ signature (64) ‖ body. RangeError for wrong lengths.
 */
export function encodeTransactionLeaf(
  publicKey: Uint8Array,
  signature: Uint8Array,
  body: Uint8Array,
): Uint8Array {
  requireLength('the public key', publicKey, 32, 32)
  requireLength('the signature', signature, 64, 64)
  requireLength('the body', body, 1, BODY_BYTES_MAX)
  return concatBytes(Uint8Array.of(LEAF.transaction), publicKey, signature, body)
}

/** How many refusals leaves a block with `refused` refusals has. */
export const refusalsLeafCount = (refused: number): number => Math.ceil(refused / REFUSALS_PER_LEAF_MAX)

/** How many refusals stand in refusals leaf `leaf` (from 0) of a block that has `refused` of them. */
export const refusalsInLeaf = (refused: number, leaf: number): number =>
  Math.max(0, Math.min(REFUSALS_PER_LEAF_MAX, refused - leaf * REFUSALS_PER_LEAF_MAX))

/** Refusals leaves in execution order, each full but the last; none for no refusals. */
export function encodeRefusalsLeaves(refusals: readonly Refusal[]): Uint8Array[] {
  return Array.from({ length: refusalsLeafCount(refusals.length) }, (_, leafIndex) => {
    const start = leafIndex * REFUSALS_PER_LEAF_MAX
    return encodeRefusalsLeaf(refusals.slice(start, start + REFUSALS_PER_LEAF_MAX))
  })
}

function encodeRefusalsLeaf(refusals: readonly Refusal[]): Uint8Array {
  const leaf = new Uint8Array(1 + REFUSAL_BYTES * refusals.length)
  const view = new DataView(leaf.buffer)
  leaf[0] = LEAF.refusals
  refusals.forEach(({ id, code }, i) => {
    requireLength('the id', id, 32, 32)
    if (!Number.isInteger(code) || code < 0 || code > 0xffff)
      throw new RangeError(`code ${code} is not a u16`)
    leaf.set(id, 1 + REFUSAL_BYTES * i)
    view.setUint16(1 + REFUSAL_BYTES * i + 32, code)
  })
  return leaf
}

/** A header leaf. RangeError for numbers that do not fit their field. */
export function encodeHeaderLeaf(header: BlockHeader): Uint8Array {
  const leaf = new Uint8Array(HEADER_LEAF_BYTES)
  const view = new DataView(leaf.buffer)
  leaf[0] = LEAF.header
  const wide = { height: header.height, time: header.time }
  Object.entries(wide).forEach(([name, value], i) => {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name} ${value} is out of range`)
    view.setBigUint64(1 + 8 * i, BigInt(value))
  })
  const narrow = { rulesVersion: header.rulesVersion, accepted: header.accepted, refused: header.refused }
  Object.entries(narrow).forEach(([name, value], i) => {
    if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
      throw new RangeError(`${name} ${value} is not a u32`)
    }
    view.setUint32(17 + 4 * i, value)
  })
  requireLength('the previous header hash', header.previousHeaderHash, 32, 32)
  requireLength('the state digest', header.stateDigest, 32, 32)
  leaf.set(header.previousHeaderHash, 29)
  leaf.set(header.stateDigest, 61)
  return leaf
}

const unsound = (message: string): never => {
  throw new LedgerError('form.leaf', { message })
}

function decodeHeader(leaf: Uint8Array): BlockHeader {
  if (leaf.length !== HEADER_LEAF_BYTES) {
    unsound(`A header leaf has ${HEADER_LEAF_BYTES} bytes, not ${leaf.length}.`)
  }
  const view = new DataView(leaf.buffer, leaf.byteOffset, leaf.length)
  const [height, time] = [Number(view.getBigUint64(1)), Number(view.getBigUint64(9))]
  if (!Number.isSafeInteger(height) || !Number.isSafeInteger(time)) {
    unsound('Height or time of a header leaf is over 2^53-1.')
  }
  return {
    height,
    time,
    rulesVersion: view.getUint32(17),
    accepted: view.getUint32(21),
    refused: view.getUint32(25),
    previousHeaderHash: leaf.subarray(29, 61),
    stateDigest: leaf.subarray(61, 93),
  }
}

function decodeRefusals(leaf: Uint8Array): Refusal[] {
  const count = (leaf.length - 1) / REFUSAL_BYTES
  if (!Number.isInteger(count) || count < 1 || count > REFUSALS_PER_LEAF_MAX) {
    unsound(`A refusals leaf of ${leaf.length} bytes does not hold 1 to ${REFUSALS_PER_LEAF_MAX} refusals.`)
  }
  const view = new DataView(leaf.buffer, leaf.byteOffset, leaf.length)
  return Array.from({ length: count }, (_, i) => {
    const start = 1 + REFUSAL_BYTES * i
    return { id: leaf.subarray(start, start + 32), code: view.getUint16(start + 32) }
  })
}

/** What `leaf` holds. LedgerError `form.leaf` where it is not one of the four kinds in its exact form. */
export function decodeLeaf(leaf: Uint8Array): Leaf {
  if (leaf.length > LEAF_BYTES_MAX) unsound(`A leaf has at most ${LEAF_BYTES_MAX} bytes, not ${leaf.length}.`)
  switch (leaf[0]) {
    case LEAF.genesis:
      if (leaf.length === 1 || leaf.length > 1 + GENESIS_BYTES_MAX) {
        unsound(
          `A genesis leaf of ${leaf.length} bytes does not hold 1 to ${GENESIS_BYTES_MAX} bytes of genesis.`,
        )
      }
      return { kind: 'genesis', genesis: leaf.subarray(1) }
    case LEAF.transaction:
      if (leaf.length <= ENTRY_HEAD_BYTES)
        unsound(`A transaction leaf of ${leaf.length} bytes holds no body.`)
      return {
        kind: 'transaction',
        publicKey: leaf.subarray(1, 33),
        signature: leaf.subarray(33, ENTRY_HEAD_BYTES),
        body: leaf.subarray(ENTRY_HEAD_BYTES),
      }
    case LEAF.refusals:
      return { kind: 'refusals', refusals: decodeRefusals(leaf) }
    case LEAF.header:
      return { kind: 'header', header: decodeHeader(leaf) }
    default:
      return unsound(leaf.length === 0 ? 'The leaf is empty.' : `No leaf has the tag ${leaf[0]}.`)
  }
}
