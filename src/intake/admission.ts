/**
 * Admission (PROTOCOL, Admission order): form, signature, payload; then what became of the id before; then key and
 * expiry; then the private part. Whoever fails here leaves no trace. A spent id answers with its result even when it
 * has expired or its key is revoked, a bad signature never does.
 *
 * Answers come one a submission, in order, from three trips for a whole request: engine, ledger, vault.
 */
import {
  BATCH_COUNT_MAX,
  type Clock,
  type Code,
  codeOfNumber,
  concatBytes,
  ENTRY_HEAD_BYTES,
  type ErrorDetails,
  EXPIRES_AHEAD_SECONDS_MAX,
  GATHERED_COUNT_MAX,
  hashesToHex,
  LedgerError,
  PRIVATE_PART_BYTES_MAX,
  pack,
  packedCount,
  packedItem,
  REQUEST_BYTES_MAX,
} from '../base/index.ts'
import type { Registry } from '../domain/index.ts'
import type { Engine } from '../engine/index.ts'
import type { EntryVerdicts, Kernel } from '../kernel/index.ts'
import { createKeyReader, findFormFault, KEY_STATUS, type Ledger } from '../ledger/index.ts'
import type { Intake } from '../order/index.ts'
import { parseBody, parsePrivatePart, privateHash } from '../protocol/index.ts'
import type { PartStore } from '../vault/index.ts'
import { Gatherer } from './gatherer.ts'
import { unpackOutcomes } from './outcome.ts'
import type { BlockOutcome, Outcome, PendingTransaction, PendingTransactions } from './pending.ts'
import type { Submission } from './types.ts'
import type { AdmittedBatch, Verdicts } from './verdicts.ts'

export interface AdmissionOptions {
  readonly kernel: Kernel
  readonly clock: Pick<Clock, 'nowSeconds'>
  readonly engine: Engine
  readonly ledger: Ledger
  /**
   * The rules of the block that comes next, whose forms are checked. Later ones may execute it: theirs is the verdict.
   */
  readonly rules: { readonly current: Registry }
  readonly intake: Intake
  readonly parts: PartStore
  readonly pending: PendingTransactions
  /** Keeps what the engine found for when the block comes. */
  readonly verdicts: Verdicts
  /** Throws where the node takes nothing any more. */
  readonly requireTaking: () => void
  /** Time of the last committed block, unix seconds. */
  readonly blockTime: () => number
}

/** What admission says of one submission. */
export type Admission =
  | { readonly id: string | null; readonly outcome: Outcome }
  | { readonly id: string; readonly pending: PendingTransaction }

/**
 * A submission sound in form, signature and payload. The payload is not held: thousands wait for the ledger's answer.
 */
interface Candidate {
  /** Among the submissions of the request. */
  readonly position: number
  readonly id: string
  /** Signer's public key, hex. */
  readonly key: string
  readonly type: string
  readonly expires: number
  readonly privateHash: string | undefined
  readonly privatePart: Uint8Array | undefined
}

/** What the ledger knows of the candidates of a request. */
interface Known {
  /** Of each id, in the order of the candidates; undefined where it is not spent. */
  readonly outcomes: readonly (BlockOutcome | undefined)[]
  /** `KEY_STATUS` numbers by key, hex. */
  readonly keyStatuses: ReadonlyMap<string, number>
}

const reject = (id: string | null, code: Code, details?: ErrorDetails): Admission => ({
  id,
  outcome: { status: 'rejected', code, ...(details !== undefined && { details }) },
})

/** The entries of a request that are taken, as the engine saw them: no copy where that is all of them. */
function pickBatch(request: AdmittedBatch, taken: readonly Candidate[]): AdmittedBatch {
  if (taken.length === packedCount(request.entries)) return request
  return {
    entries: pack(taken.map(({ position }) => packedItem(request.entries, position))),
    ids: pickHashes(request.ids, taken),
    leafHashes: pickHashes(request.leafHashes, taken),
  }
}

const hashAt = (hashes: Uint8Array, i: number) => hashes.subarray(32 * i, 32 * (i + 1))

/** Those of a request's packed hashes that are the candidates': no copy where that is all of them. */
function pickHashes(hashes: Uint8Array, candidates: readonly Candidate[]): Uint8Array {
  if (hashes.length === 32 * candidates.length) return hashes
  return concatBytes(...candidates.map(({ position }) => hashAt(hashes, position)))
}

/** What the private part of a submission lacks; undefined where part and hash agree. */
function findPartFault(kernel: Kernel, candidate: Candidate): Code | undefined {
  const { privatePart } = candidate
  if (candidate.privateHash === undefined) {
    return privatePart === undefined ? undefined : 'admission.private-unexpected'
  }
  if (privatePart === undefined) return 'admission.private-missing'
  if (privatePart.length > PRIVATE_PART_BYTES_MAX) return 'admission.private-too-large'
  if (privateHash(kernel, privatePart) !== candidate.privateHash) return 'admission.private-mismatch'
  return parsePrivatePart(privatePart) === undefined ? 'admission.private-form' : undefined
}

export class AdmissionDesk {
  readonly #options: AdmissionOptions
  readonly #small = new Gatherer<Submission, Admission>({
    run: (submissions) => this.#admit(submissions),
    bytesOf: ({ entry, privatePart }) => entry.length + (privatePart?.length ?? 0),
    countMax: BATCH_COUNT_MAX,
    bytesMax: REQUEST_BYTES_MAX,
  })

  constructor(options: AdmissionOptions) {
    this.#options = options
  }

  /**
   * Admits what may be admitted and hands it to the order, private parts durable first. LedgerError for a fault of
   * the whole request, such as `overload.queue-full`: then nothing was taken. Small requests that come together share
   * their trips, and such a fault.
   */
  async admit(submissions: readonly Submission[]): Promise<Admission[]> {
    if (submissions.length === 0 || submissions.length > BATCH_COUNT_MAX) {
      throw new LedgerError('form.request', {
        message: `A request has 1 to ${BATCH_COUNT_MAX} transactions.`,
      })
    }
    return submissions.length > GATHERED_COUNT_MAX
      ? this.#admit(submissions)
      : this.#small.submit(submissions)
  }

  async #admit(submissions: readonly Submission[]): Promise<Admission[]> {
    const { engine, ledger } = this.#options
    const packed = pack(submissions.map(({ entry }) => entry))
    const verdicts = await engine.verifyEntries(packed.bytes, packed.offsets, ledger.ledgerId)
    const answers: (Admission | undefined)[] = new Array(submissions.length).fill(undefined)
    const sound = this.#checkForm(submissions, verdicts, answers)
    const known = await this.#look(sound, verdicts.ids)
    const unspent = this.#answerSpent(sound, known, answers)
    const standing = this.#checkStanding(unspent, known, answers)
    await this.#take(this.#checkParts(standing, answers), { entries: packed, ...verdicts }, answers)
    return answers as Admission[]
  }

  #checkForm(
    submissions: readonly Submission[],
    verdicts: EntryVerdicts,
    answers: (Admission | undefined)[],
  ): Candidate[] {
    const ids = hashesToHex(verdicts.ids)
    const candidates: Candidate[] = []
    const keys = createKeyReader()
    for (let position = 0; position < submissions.length; position++) {
      const { entry, privatePart } = submissions[position]!
      const fault = verdicts.faults[position]!
      if (fault !== 0) {
        const hasId = hashAt(verdicts.ids, position).some((byte) => byte !== 0)
        const offset = verdicts.faultOffsets[position]!
        answers[position] = reject(hasId ? ids[position]! : null, codeOfNumber(fault)!, { offset })
        continue
      }
      const body = parseBody(entry.subarray(ENTRY_HEAD_BYTES))
      const id = ids[position]!
      const formFault = findFormFault(this.#options.rules.current, body)
      if (formFault !== undefined) {
        answers[position] = reject(id, formFault.code, formFault.details)
        continue
      }
      candidates.push({
        position,
        id,
        key: keys.read(entry, 0),
        type: body.type,
        expires: body.expires,
        privateHash: body.privateHash,
        privatePart,
      })
    }
    return candidates
  }

  /** Asks the ledger for ids and keys at once: it may be executing a block, and one wait is enough. */
  async #look(candidates: readonly Candidate[], ids: Uint8Array): Promise<Known> {
    if (candidates.length === 0) return { outcomes: [], keyStatuses: new Map() }
    const { ledger } = this.#options
    const keys = [...new Set(candidates.map(({ key }) => key))]
    const [statuses, keyStatuses] = await Promise.all([
      ledger.statuses(pickHashes(ids, candidates)),
      ledger.keyStatuses(Buffer.from(keys.join(''), 'hex')),
    ])
    return {
      outcomes: unpackOutcomes(statuses),
      keyStatuses: new Map(keys.map((key, i) => [key, keyStatuses[i]!])),
    }
  }

  /** Answers ids that are in a block or on their way into one; returns the others. */
  #answerSpent(
    candidates: readonly Candidate[],
    { outcomes }: Known,
    answers: (Admission | undefined)[],
  ): Candidate[] {
    return candidates.filter((candidate, i) => {
      const outcome = outcomes[i]
      if (outcome === undefined) return !this.#joinPending(candidate, answers)
      answers[candidate.position] = { id: candidate.id, outcome }
      return false
    })
  }

  #joinPending({ id, position }: Candidate, answers: (Admission | undefined)[]): boolean {
    const pending = this.#options.pending.get(id)
    if (pending !== undefined) answers[position] = { id, pending }
    return pending !== undefined
  }

  /** Key status, then expiry against the later of our clock and the last block. */
  #checkStanding(
    candidates: readonly Candidate[],
    { keyStatuses }: Known,
    answers: (Admission | undefined)[],
  ): Candidate[] {
    const now = Math.max(this.#options.clock.nowSeconds(), this.#options.blockTime())
    const findFault = ({ key, expires }: Candidate): Code | undefined => {
      const keyStatus = keyStatuses.get(key)
      if (keyStatus === KEY_STATUS.unknown) return 'admission.key-unknown'
      if (keyStatus !== KEY_STATUS.active) return 'admission.key-inactive'
      if (expires <= now) return 'admission.expired'
      return expires > now + EXPIRES_AHEAD_SECONDS_MAX ? 'admission.expires-too-far' : undefined
    }
    return candidates.filter((candidate) => {
      const fault = findFault(candidate)
      if (fault === undefined) return true
      const field = fault.startsWith('admission.key') ? '/publicKey' : '/expires'
      answers[candidate.position] = reject(candidate.id, fault, { field })
      return false
    })
  }

  #checkParts(candidates: readonly Candidate[], answers: (Admission | undefined)[]): Candidate[] {
    return candidates.filter((candidate) => {
      const fault = findPartFault(this.#options.kernel, candidate)
      if (fault === undefined) return true
      answers[candidate.position] = reject(candidate.id, fault, { field: '/privateHash' })
      return false
    })
  }

  /**
   * Private parts to the vault, then entries to the order. Ids are pending from before the first of the two awaits, so
   * that the same transaction in another request joins; where either fails, all of them are as if never seen, save
   * parts already kept, which are swept once they expire.
   */
  async #take(
    candidates: readonly Candidate[],
    request: AdmittedBatch,
    answers: (Admission | undefined)[],
  ): Promise<void> {
    const { intake, parts, pending, verdicts } = this.#options
    const taken: Candidate[] = []
    for (const candidate of candidates) {
      const { id, key, type, expires, position } = candidate
      if (this.#joinPending(candidate, answers)) continue
      const entry = packedItem(request.entries, position)
      answers[position] = { id, pending: pending.add({ id, key, type, expires, entry }) }
      taken.push(candidate)
    }
    if (taken.length === 0) return
    const batch = pickBatch(request, taken)
    try {
      const kept = taken.flatMap(({ privatePart }, i) =>
        privatePart === undefined ? [] : [{ id: hashAt(batch.ids, i), part: privatePart }],
      )
      if (kept.length > 0) await parts.keep(kept)
      // The node may have stopped while the engine and the vault were at work: then nobody would end what is pending.
      this.#options.requireTaking()
      verdicts.remember(batch)
      await intake.propose(batch.entries)
    } catch (error) {
      for (const { position } of taken) verdicts.forget(packedItem(request.entries, position))
      const reason = error instanceof LedgerError ? error : new LedgerError('node.internal', {}, error)
      pending.fail(
        reason,
        taken.map(({ id }) => id),
      )
      throw reason
    }
  }
}
