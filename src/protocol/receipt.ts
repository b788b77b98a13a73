/**
 * Receipts: proof, for whoever holds the ledger's keys, of what became of a transaction and when. Offline: id, leaf
 * hashes and finality are recomputed here, never read from the receipt.
 */
import { type Code, codeOfNumber, fromHex, LedgerError, pack, toHex } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { type Body, parseBody } from './body.ts'
import { type BlockHeader, decodeLeaf, type Refusal, refusalsInLeaf, refusalsLeafCount } from './leaf.ts'
import { packHashes } from './proof.ts'
import { formatTlogProof, parseTlogProof, type TlogProof } from './tlog-proof.ts'
import { type OpenedCheckpoint, openCheckpoint, type Trust } from './trust.ts'

/** As JSON carries it. */
export interface Receipt {
  /** tlog-proof of the entry, with its signed checkpoint. */
  readonly proof: string
  /** The entry in base64: the transaction's leaf or, where it was refused, its refusals leaf. */
  readonly entry: string
  /** The header leaf of the entry's block, base64. */
  readonly header: string
  /** tlog-proof of the header under the same signed checkpoint. */
  readonly headerProof: string
}

/** A leaf with its place and inclusion proof. */
export interface ProvenLeaf {
  readonly leaf: Uint8Array
  readonly index: number
  readonly hashes: readonly Uint8Array[]
}

/** What a receipt proves. Times are unix seconds, ids and keys lower-case hex. */
interface ProvenFacts {
  readonly ok: true
  readonly id: string
  /** Index of the entry in the log, height and time of its block. */
  readonly index: number
  readonly height: number
  readonly time: number
  /** Size of the log that the checkpoint commits to. */
  readonly size: number
  /** Members that cosigned, sorted; `final` where they make the quorum. */
  readonly cosignedBy: readonly string[]
  readonly final: boolean
}

export interface AcceptedVerdict extends ProvenFacts {
  readonly status: 'accepted'
  readonly publicKey: string
  readonly body: Body
}

export interface RefusedVerdict extends ProvenFacts {
  readonly status: 'refused'
  readonly codeNumber: number
  /** Undefined for a number that this build does not know. */
  readonly code: Code | undefined
}

/** The receipt proves nothing, because of `reason`; `code` is one of `receipt.*`. */
export interface FailedVerdict {
  readonly ok: false
  readonly code: Code
  readonly reason: string
}

export type ReceiptVerdict = AcceptedVerdict | RefusedVerdict | FailedVerdict

/** The receipt of an entry and its block's header under one signed checkpoint. */
export function makeReceipt(checkpoint: string, entry: ProvenLeaf, header: ProvenLeaf): Receipt {
  return {
    proof: formatTlogProof({ index: entry.index, hashes: entry.hashes, checkpoint }),
    entry: encodeBase64(entry.leaf),
    header: encodeBase64(header.leaf),
    headerProof: formatTlogProof({ index: header.index, hashes: header.hashes, checkpoint }),
  }
}

const fail = (code: Code, message: string): never => {
  throw new LedgerError(code, { message })
}

const FIELDS = ['proof', 'entry', 'header', 'headerProof'] as const

/** A receipt out of JSON. LedgerError `receipt.form` for missing, unknown or wrong fields. */
export function parseReceipt(value: unknown): Receipt {
  if (typeof value !== 'object' || value === null) return fail('receipt.form', 'The receipt is not a map.')
  const fields = value as { readonly [name: string]: unknown }
  for (const name of FIELDS) {
    if (typeof fields[name] !== 'string') fail('receipt.form', `The receipt has no text in ${name}.`)
  }
  for (const name of Object.keys(fields)) {
    if (!(FIELDS as readonly string[]).includes(name)) {
      fail('receipt.form', `${name} is not a field of a receipt.`)
    }
  }
  return value as Receipt
}

function decodeLeafText(name: string, text: string): Uint8Array {
  return decodeBase64(text) ?? fail('receipt.form', `The ${name} of the receipt is not base64.`)
}

/** What `act` returns; a LedgerError of its own becomes one of receipts. */
function recode<Result>(code: Code, act: () => Result): Result {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    return fail(error.code === 'form.note' ? 'receipt.form' : code, error.message)
  }
}

function checkInclusion(
  kernel: Kernel,
  opened: OpenedCheckpoint,
  name: string,
  leaf: Uint8Array,
  { index, hashes }: TlogProof,
): void {
  const { size, root } = opened.checkpoint
  if (!kernel.verifyInclusion(index, size, kernel.leafHash(leaf), packHashes(hashes), root)) {
    fail('receipt.proof', `The ${name} is not leaf ${index} of the log that the checkpoint commits to.`)
  }
}

/**
 * Where the entry stands in its block. A block's leaves are its accepted transactions, then its refusals leaves, then
 * its header, and the header counts both: so header and indexes tell whether the header is that of the entry's block.
 */
function checkPosition(
  kind: 'transaction' | 'refusals',
  entryIndex: number,
  headerIndex: number,
  header: BlockHeader,
): { readonly refusalsLeaf: number } {
  const firstRefusalsIndex = headerIndex - refusalsLeafCount(header.refused)
  const firstIndex = firstRefusalsIndex - header.accepted
  const [start, end] =
    kind === 'transaction' ? [firstIndex, firstRefusalsIndex] : [firstRefusalsIndex, headerIndex]
  if (entryIndex < start || entryIndex >= end) {
    fail('receipt.header', `Leaf ${entryIndex} is not in the block whose header is leaf ${headerIndex}.`)
  }
  return { refusalsLeaf: entryIndex - firstRefusalsIndex }
}

/** Id of a transaction leaf whose form and signature the kernel finds sound, hex. */
function checkTransaction(kernel: Kernel, ledgerId: Uint8Array, leaf: Uint8Array): string {
  const verdicts = kernel.verifyEntries(pack([leaf]), ledgerId)
  if (verdicts.valid[0] !== 1) fail('receipt.entry', 'Form or signature of the transaction is unsound.')
  return toHex(verdicts.ids)
}

/** The refusal of `expectedId`, or the only one there is. */
function findRefusal(refusals: readonly Refusal[], expectedId: string | undefined): Refusal {
  if (expectedId === undefined && refusals.length > 1) {
    return fail(
      'receipt.mismatch',
      `The receipt refuses ${refusals.length} transactions: say which id is meant.`,
    )
  }
  const found = refusals.find(({ id }) => expectedId === undefined || toHex(id) === expectedId)
  return found ?? fail('receipt.mismatch', 'The transaction is not among those that the receipt refuses.')
}

/** A receipt whose leaves are in the log that its checkpoint commits to; whether they fit together is not yet known. */
interface OpenedReceipt {
  readonly opened: OpenedCheckpoint
  readonly leaf: Uint8Array
  readonly index: number
  readonly header: BlockHeader
  readonly headerIndex: number
}

function openReceipt(kernel: Kernel, receipt: Receipt, trust: Trust): OpenedReceipt {
  const [proof, headerProof] = [receipt.proof, receipt.headerProof].map((text) =>
    recode('receipt.form', () => parseTlogProof(text)),
  ) as [TlogProof, TlogProof]
  if (proof.checkpoint !== headerProof.checkpoint) {
    fail('receipt.form', 'The two proofs of the receipt carry different checkpoints.')
  }
  const leaf = decodeLeafText('entry', receipt.entry)
  const headerLeaf = decodeLeafText('header', receipt.header)
  const opened = recode('receipt.checkpoint', () => openCheckpoint(kernel, proof.checkpoint, trust))
  checkInclusion(kernel, opened, 'entry', leaf, proof)
  checkInclusion(kernel, opened, 'header', headerLeaf, headerProof)
  const decoded = recode('receipt.header', () => decodeLeaf(headerLeaf))
  if (decoded.kind !== 'header') {
    return fail('receipt.header', 'The header of the receipt is a leaf of another kind.')
  }
  return { opened, leaf, index: proof.index, header: decoded.header, headerIndex: headerProof.index }
}

function proveReceipt(
  kernel: Kernel,
  value: unknown,
  trust: Trust,
  expectedId: string | undefined,
): AcceptedVerdict | RefusedVerdict {
  const { opened, leaf, index, header, headerIndex } = openReceipt(kernel, parseReceipt(value), trust)
  const { cosignedBy, final } = opened
  const { height, time } = header
  const facts = { ok: true, index, height, time, size: opened.checkpoint.size, cosignedBy, final } as const
  const decoded = recode('receipt.entry', () => decodeLeaf(leaf))
  if (decoded.kind === 'transaction') {
    checkPosition('transaction', index, headerIndex, header)
    const id = checkTransaction(kernel, trust.ledgerId, leaf)
    if (expectedId !== undefined && expectedId !== id) {
      fail('receipt.mismatch', `The receipt is that of transaction ${id}.`)
    }
    const { publicKey, body } = decoded
    return { ...facts, status: 'accepted', id, publicKey: toHex(publicKey), body: parseBody(body) }
  }
  if (decoded.kind !== 'refusals') {
    return fail('receipt.entry', 'The entry of the receipt is neither a transaction nor a refusals leaf.')
  }
  const { refusalsLeaf } = checkPosition('refusals', index, headerIndex, header)
  if (decoded.refusals.length !== refusalsInLeaf(header.refused, refusalsLeaf)) {
    fail('receipt.header', 'The header counts other refusals than the refusals leaf holds.')
  }
  const { id, code } = findRefusal(decoded.refusals, expectedId)
  return { ...facts, status: 'refused', id: toHex(id), codeNumber: code, code: codeOfNumber(code) }
}

/**
 * Verifies a receipt (any JSON value) against what the caller trusts. With `expectedId` (hex) it must be that
 * transaction's; for a refused transaction that shares its leaf with others it is needed. Never throws for what the
 * receipt holds; RangeError for an `expectedId` that is not 64 lower-case hex digits.
 */
export function verifyReceipt(
  kernel: Kernel,
  receipt: unknown,
  trust: Trust,
  expectedId?: string,
): ReceiptVerdict {
  if (expectedId !== undefined && fromHex(expectedId, 32) === undefined) {
    throw new RangeError('the expected id is not 64 lower-case hex digits')
  }
  try {
    return proveReceipt(kernel, receipt, trust, expectedId)
  } catch (error) {
    if (error instanceof LedgerError) return { ok: false, code: error.code, reason: error.message }
    throw error
  }
}
