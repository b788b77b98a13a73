/**
 * Whom a ledger's verifier trusts, and what a signed checkpoint is worth under it: opened by any log key, final once a
 * quorum of members has cosigned (docs/protocol.md, Proofs and receipts). Witnesses are not part of it: they say
 * *consistent*, not *executed*.
 */
import { fromHex, LedgerError, toHex } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import type { Genesis } from './genesis.ts'
import { parseNote } from './note.ts'
import { openNote } from './note-signing.ts'
import { originOf } from './signing.ts'
import { KEY_TYPE, type KeyType, makeVkey, type Vkey } from './vkey.ts'

/** What a verifier holds of a ledger. */
export interface Trust {
  readonly origin: string
  readonly ledgerId: Uint8Array
  /** Keys of type 0x01 named by the origin; any one opens a checkpoint. */
  readonly logKeys: readonly Vkey[]
  /** Keys of type 0x04 named `<origin>/<member id>`. */
  readonly cosigners: readonly Vkey[]
  /** How many distinct members must cosign for finality. */
  readonly quorum: number
  /** What held at sizes up to `upTo`, where governance has changed it since. */
  readonly before?: { readonly upTo: number; readonly trust: Trust }
}

/** Keys and quorum as rules and files name them. */
export interface TrustTerms {
  readonly quorum: number
  readonly nodes: readonly NodeMember[]
}

/** A checkpoint whose signatures have been verified. */
export interface OpenedCheckpoint {
  readonly checkpoint: Checkpoint
  /** Members whose cosignature verified: ids, sorted. */
  readonly cosignedBy: readonly string[]
  /** Whether they make the quorum. */
  readonly final: boolean
}

/** The name of a member's cosigner key. */
export const cosignerName = (origin: string, memberId: string): string => `${origin}/${memberId}`

/** A member that runs a node; keys in hex. */
export interface NodeMember {
  readonly member: string
  readonly logKey: string
  readonly cosignerKey: string
}

/** The trust in a ledger whose nodes and quorum are these, as genesis founds and governance changes them. */
export function makeTrust(
  kernel: Kernel,
  ledger: Pick<Trust, 'origin' | 'ledgerId'>,
  { quorum, nodes }: TrustTerms,
): Trust {
  const { origin, ledgerId } = ledger
  const vkeyOf = (name: string, type: KeyType, hex: string): Vkey =>
    makeVkey(kernel, name, type, fromHex(hex, 32)!)
  return {
    origin,
    ledgerId,
    logKeys: nodes.map(({ logKey }) => vkeyOf(origin, KEY_TYPE.log, logKey)),
    cosigners: nodes.map(({ member, cosignerKey }) =>
      vkeyOf(cosignerName(origin, member), KEY_TYPE.cosigner, cosignerKey),
    ),
    quorum,
  }
}

/** What `makeTrust` was given: its keys stand in the order of the nodes. */
export function termsOf({ origin, logKeys, cosigners, quorum }: Trust): TrustTerms {
  const prefixLength = cosignerName(origin, '').length
  const nodes = cosigners.map(({ name, publicKey }, i) => ({
    member: name.slice(prefixLength),
    logKey: toHex(logKeys[i]!.publicKey),
    cosignerKey: toHex(publicKey),
  }))
  return { quorum, nodes }
}

/** The trust under which a checkpoint of so many leaves is judged. */
export function trustAt<Era extends Partial<Pick<Trust, 'before'>>>(trust: Era, size: number): Era | Trust {
  let era: Era | Trust = trust
  while (era.before !== undefined && size <= era.before.upTo) era = era.before.trust
  return era
}

/** The trust that a genesis founds. Governance may change keys and quorum later; who follows it makes its own. */
export function trustOf(kernel: Kernel, genesis: Genesis, ledgerId: Uint8Array): Trust {
  const nodes = genesis.members.flatMap(({ id, logKey, cosignerKey }) =>
    logKey === undefined || cosignerKey === undefined ? [] : [{ member: id, logKey, cosignerKey }],
  )
  const origin = originOf(genesis.name, ledgerId)
  return makeTrust(kernel, { origin, ledgerId }, { quorum: genesis.quorum, nodes })
}

/** Members whose cosigner key is among `signers`: ids, sorted. */
function cosignersAmong(
  { origin, cosigners }: Pick<Trust, 'origin' | 'cosigners'>,
  signers: readonly Vkey[],
) {
  const prefixLength = cosignerName(origin, '').length
  const isSigner = ({ name, keyId }: Vkey) =>
    signers.some((signer) => signer.name === name && signer.keyId === keyId)
  return [...new Set(cosigners.filter(isSigner).map(({ name }) => name.slice(prefixLength)))].sort()
}

/** Whether so many members make a size final. The one question of finality, for nodes and verifiers alike. */
const isQuorum = ({ quorum }: Pick<Trust, 'quorum'>, memberCount: number): boolean =>
  memberCount >= Math.max(1, quorum)

/** Whether these keys, whose signatures are known to be good, make a size final. */
export const hasQuorum = (
  trust: Pick<Trust, 'origin' | 'cosigners' | 'quorum'>,
  signers: readonly Vkey[],
): boolean => isQuorum(trust, cosignersAmong(trust, signers).length)

/**
 * Opens a signed checkpoint, under the trust of its size. LedgerError: `form.note` for malformed text,
 * `signature.invalid` where a known key's signature is false or no log key signed, `receipt.checkpoint` where the
 * origin is another ledger's.
 */
export function openCheckpoint(
  kernel: Kernel,
  note: string,
  trust: Pick<Trust, 'origin' | 'logKeys' | 'cosigners' | 'quorum' | 'before'>,
): OpenedCheckpoint {
  const parsed = parseNote(note)
  const checkpoint = parseCheckpoint(parsed.text)
  if (checkpoint.origin !== trust.origin) {
    throw new LedgerError('receipt.checkpoint', { message: 'The checkpoint is of another ledger.' })
  }
  const era = trustAt(trust, checkpoint.size)
  const { verified } = openNote(kernel, parsed, [...era.logKeys, ...era.cosigners])
  if (!verified.some(({ vkey }) => era.logKeys.includes(vkey))) {
    throw new LedgerError('signature.invalid', { message: 'No log key of the ledger signed the checkpoint.' })
  }
  const signers = verified.map(({ vkey }) => vkey)
  const cosignedBy = cosignersAmong(era, signers)
  return { checkpoint, cosignedBy, final: isQuorum(era, cosignedBy.length) }
}
