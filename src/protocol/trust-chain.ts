/**
 * How a verifier that holds the genesis file follows the changes of keys and quorum, offline and years later. A block
 * that changes them ends in a checkpoint that names the digest of what holds from there on; the members that were
 * trusted until then have cosigned it, so each step is proven under the step before (docs/protocol.md, Trust).
 */
import {
  concatBytes,
  equalBytes,
  fromHex,
  LedgerError,
  NOTE_BYTES_MAX,
  TRUST_NODES_MAX,
  TRUST_STEPS_MAX,
  utf8,
} from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { canonicalBytes } from './json.ts'
import { makeTrust, type NodeMember, openCheckpoint, type Trust, type TrustTerms } from './trust.ts'

/** One change, with its proof: the final checkpoint of its block, and the keys and quorum that its digest is of. */
export interface TrustStep extends TrustTerms {
  /** A signed note. */
  readonly checkpoint: string
}

/** As JSON carries it: `GET /trust.json`, and the file `trust.json` beside an exported log. */
export interface TrustChain {
  /** In the order of their sizes. */
  readonly steps: readonly TrustStep[]
}

const TRUST_CONTEXT = utf8('medseal/trust/v1\n')

/**
 * What a checkpoint's trust line carries: SHA-256 of `medseal/trust/v1` LF ‖ ledger id (32) ‖ RFC 8785 JSON of
 * `{nodes: [{cosignerKey, logKey, member}], quorum}`, nodes in byte order of their members' ids.
 */
export function trustDigest(kernel: Kernel, ledgerId: Uint8Array, { quorum, nodes }: TrustTerms): Uint8Array {
  const sorted = [...nodes].sort((one, other) => (one.member < other.member ? -1 : 1))
  const terms = {
    quorum,
    nodes: sorted.map(({ member, logKey, cosignerKey }) => ({ member, logKey, cosignerKey })),
  }
  return kernel.sha256(concatBytes(TRUST_CONTEXT, ledgerId, canonicalBytes(terms)))
}

/** Keys and quorum of the sizes after `size`, which those of `trust` have let take over. */
export function succeedTrust(kernel: Kernel, trust: Trust, size: number, terms: TrustTerms): Trust {
  return { ...makeTrust(kernel, trust, terms), before: { upTo: size, trust } }
}

const fail = (message: string): never => {
  throw new LedgerError('trust.chain', { message })
}

/** The size at which a trust took over; 0 for that of genesis. */
const sizeOf = ({ before }: Trust): number => before?.upTo ?? 0

function followStep(kernel: Kernel, trust: Trust, step: TrustStep): Trust {
  const { checkpoint, final } = openCheckpoint(kernel, step.checkpoint, trust)
  const { nextTrust, size } = checkpoint
  // Known already: a chain may be followed from anywhere, and its beginning is the same for all.
  if (size <= sizeOf(trust)) return trust
  if (nextTrust === undefined) return fail(`The checkpoint of size ${size} names no next trust.`)
  if (!final) return fail(`The checkpoint of size ${size} is not final.`)
  if (!equalBytes(nextTrust, trustDigest(kernel, trust.ledgerId, step))) {
    return fail(`The checkpoint of size ${size} names other keys than the step does.`)
  }
  return succeedTrust(kernel, trust, size, step)
}

/**
 * What the steps of a chain make of a trust. Nothing of a chain is believed. LedgerError `trust.chain` where a step is
 * not proven by the one before it; `signature.invalid`, `form.note` or `receipt.checkpoint` for its checkpoint.
 */
export function followTrust(kernel: Kernel, trust: Trust, { steps }: TrustChain): Trust {
  return steps.reduce((reached, step) => followStep(kernel, reached, step), trust)
}

/** A chain out of JSON. LedgerError `trust.form` for missing, unknown or wrong fields, or more than there may be. */
export function parseTrustChain(value: unknown): TrustChain {
  const { steps } = fieldsOf(value, ['steps'], 'chain')
  return { steps: listOf(steps, TRUST_STEPS_MAX, 'steps').map(parseStep) }
}

function parseStep(value: unknown): TrustStep {
  const { checkpoint, quorum, nodes } = fieldsOf(value, ['checkpoint', 'quorum', 'nodes'], 'step')
  if (typeof checkpoint !== 'string' || checkpoint.length > NOTE_BYTES_MAX) {
    return malformed('A step has no text of a checkpoint.')
  }
  if (!Number.isSafeInteger(quorum) || (quorum as number) < 1) return malformed('A step has no quorum.')
  return {
    checkpoint,
    quorum: quorum as number,
    nodes: listOf(nodes, TRUST_NODES_MAX, 'nodes').map(parseNode),
  }
}

function parseNode(value: unknown): NodeMember {
  const { member, logKey, cosignerKey } = fieldsOf(value, ['member', 'logKey', 'cosignerKey'], 'node')
  const isKey = (key: unknown): key is string => typeof key === 'string' && fromHex(key, 32) !== undefined
  if (typeof member !== 'string' || !isKey(logKey) || !isKey(cosignerKey)) {
    return malformed('A node of a step has no member or an unsound key.')
  }
  return { member, logKey, cosignerKey }
}

const malformed = (message: string): never => {
  throw new LedgerError('trust.form', { message })
}

/** The fields of a map that has these and no others. */
function fieldsOf(value: unknown, names: readonly string[], what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return malformed(`The ${what} is not a map.`)
  }
  const unknown = Object.keys(value).find((name) => !names.includes(name))
  if (unknown !== undefined) malformed(`${unknown} is not a field of a ${what}.`)
  return value as Readonly<Record<string, unknown>>
}

function listOf(value: unknown, countMax: number, what: string): readonly unknown[] {
  if (!Array.isArray(value)) return malformed(`The ${what} are not a list.`)
  if (value.length > countMax) malformed(`There are more than ${countMax} ${what}.`)
  return value
}
