/**
 * Decides, for each entry of an ordered block, what becomes of it: one after another, deterministically, each on the
 * state that those before it left. Nothing is written here and no bytes are made: `block.ts` seals what was decided.
 *
 * Dropped, leaving no leaf and spending nothing: an entry whose form or signature the engine found faulty, whose
 * expiry lies outside (time, time + 24 h], whose id is spent, or whose type, payload or private part the schemas
 * refuse. Refused, into the log: one whose key is not enrolled or not active at that point, and one that a rule
 * refuses. (A key's standing depends on the order, so it is a rule's matter, answered for as long as the log lives.)
 */
import {
  CODES,
  type Code,
  ENTRY_HEAD_BYTES,
  type ErrorDetails,
  EXPIRES_AHEAD_SECONDS_MAX,
  fromHex,
  hasBit,
  hashesToHex,
  packedCount,
} from '../base/index.ts'
import {
  bindPorts,
  executeRule,
  type NodeTask,
  type Ports,
  type Registry,
  type Scene,
} from '../domain/index.ts'
import { expiresOfId, type Json, parseBody, type Refusal } from '../protocol/index.ts'
import { findFormFault } from './form.ts'
import { isSpent, type RefusalExtra } from './ids.ts'
import { createKeyReader, type KeyReader } from './key-reader.ts'
import { namesOf, type PartyName } from './parties.ts'
import type { BlockState } from './state.ts'
import type { Store } from './store.ts'
import type { VerifiedBlock } from './types.ts'

/** What was decided of one entry. `spent`: its id was spent before; `repeated`: by an earlier entry of this block. */
export const OUTCOME = { dropped: 0, accepted: 1, refused: 2, spent: 3, repeated: 4 } as const

/** A refusal as the log holds it and, where this node executed it, what the log does not hold. */
export interface RefusedTransaction extends Refusal {
  readonly extra?: RefusalExtra
}

/** The decisions on a block of n entries. */
export interface Decisions {
  /** n: `OUTCOME` numbers. */
  readonly outcomes: Uint8Array
  readonly acceptedCount: number
  /** Refusals in execution order. */
  readonly refusals: readonly RefusedTransaction[]
  /** Under which names each accepted transaction is found, in execution order. */
  readonly names: readonly ReadonlySet<PartyName>[]
  /** What the accepted ones leave nodes to do off the ledger. */
  readonly tasks: ReadonlySet<NodeTask>
}

/** Where a block is executed. `scene.state` is the writer of `state`. */
export interface Execution {
  readonly registry: Registry
  readonly scene: Scene
  readonly state: BlockState
  /** Holds the id memory. */
  readonly store: Store
}

/** A rule failed in a way that is no refusal: a broken invariant of ours. The ledger halts, nothing is written. */
export class BrokenRule extends Error {
  override readonly name = 'BrokenRule'
  /** Where it broke; no part of the transaction but its id and type. */
  readonly evidence: { readonly height: number; readonly id: string; readonly type: string }

  constructor(evidence: BrokenRule['evidence'], cause: unknown) {
    super(`the rule of ${evidence.type} failed on ${evidence.id} at height ${evidence.height}`, { cause })
    this.evidence = evidence
  }
}

/** A module found that an invariant of its state does not hold after a block. The ledger halts, nothing is written. */
export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant'
  readonly evidence: { readonly height: number; readonly module: string }

  constructor(evidence: BrokenInvariant['evidence'], cause: unknown) {
    super(`an invariant of ${evidence.module} does not hold after the block of height ${evidence.height}`, {
      cause,
    })
    this.evidence = evidence
  }
}

interface Decision {
  readonly outcome: number
  readonly refusal?: RefusedTransaction
  readonly task?: NodeTask
  /** Of an accepted transaction. */
  readonly names?: ReadonlySet<PartyName>
}

const DROPPED: Decision = { outcome: OUTCOME.dropped }
const SPENT: Decision = { outcome: OUTCOME.spent }
const REPEATED: Decision = { outcome: OUTCOME.repeated }

/** Decides on every entry of `block`, in order. Throws `BrokenRule`, `BrokenInvariant`. */
export function executeBlock(execution: Execution, block: VerifiedBlock): Decisions {
  const count = packedCount(block.entries)
  const { ids } = block.verdicts
  const idTexts = hashesToHex(ids)
  const signers = createSignerMemo(execution)
  const keys = createKeyReader()
  const outcomes = new Uint8Array(count)
  const refusals: RefusedTransaction[] = []
  const spentHere = new Set<string>()
  const tasks = new Set<NodeTask>()
  const names: ReadonlySet<PartyName>[] = []
  let acceptedCount = 0
  for (let i = 0; i < count; i++) {
    if (!hasBit(block.verdicts.valid, i)) continue
    const id = idTexts[i]!
    const decision = spentHere.has(id) ? REPEATED : decide(execution, signers, keys, block, i, id)
    outcomes[i] = decision.outcome
    const isAccepted = decision.outcome === OUTCOME.accepted
    if (isAccepted) acceptedCount += 1
    if (decision.refusal !== undefined) refusals.push(decision.refusal)
    if (decision.task !== undefined) tasks.add(decision.task)
    if (decision.names !== undefined) names.push(decision.names)
    if (isAccepted || decision.refusal !== undefined) spentHere.add(id)
  }
  if (acceptedCount > 0) checkModules(execution)
  return { outcomes, acceptedCount, refusals, names, tasks }
}

/** Lets every module look at what the block did to its state. */
function checkModules({ registry, scene, state }: Execution): void {
  for (const { name, checkBlock } of registry.modules) {
    try {
      checkBlock?.(state.changes(`${name}/`))
    } catch (error) {
      throw new BrokenInvariant({ height: scene.height, module: name }, error)
    }
  }
}

type Signer = ReturnType<Ports['identity.signer']>

interface SignerMemo {
  find(publicKey: string): Signer
  /** Called before what a transaction wrote is accepted. */
  forget(state: BlockState): void
}

/**
 * Who keys are at this point of the block. Blocks have few signers, so each is looked up once, and again after a
 * transaction wrote to the state of the module that answers; it calls no port, so nothing else can change its answer
 * within a block.
 */
function createSignerMemo({ registry, scene }: Execution): SignerMemo {
  const provider = registry.portProvider('identity.signer').module
  const prefix = `${provider}/`
  const isClosed = registry.modules.every(({ name, needs }) => name !== provider || needs.length === 0)
  const ask = bindPorts(registry, scene)('identity.signer')
  const known = new Map<string, Signer>()
  return {
    find(publicKey) {
      let signer = known.get(publicKey)
      if (signer === undefined) {
        signer = ask(publicKey)
        // Many transactions share it, so no rule may change it.
        if (signer !== undefined) Object.freeze(signer.actor)
        if (isClosed) known.set(publicKey, signer)
      }
      return signer
    },
    forget(state) {
      if (state.hasWritten(prefix)) known.clear()
    },
  }
}

/** Decides on entry `i` of `block`, whose id is `idText` in hex. */
function decide(
  { registry, scene, state, store }: Execution,
  signers: SignerMemo,
  keys: KeyReader,
  { entries, verdicts }: VerifiedBlock,
  i: number,
  idText: string,
): Decision {
  const id = verdicts.ids.subarray(32 * i, 32 * (i + 1))
  if (isSpent(store, id)) return SPENT
  const expires = expiresOfId(id)
  if (expires <= scene.time || expires > scene.time + EXPIRES_AHEAD_SECONDS_MAX) return DROPPED
  const [start, end] = [entries.offsets[i]!, entries.offsets[i + 1]!]
  const body = parseBody(entries.bytes.subarray(start + ENTRY_HEAD_BYTES, end))
  if (findFormFault(registry, body) !== undefined) return DROPPED

  const publicKey = keys.read(entries.bytes, start)
  const refuse = (code: Code, details: ErrorDetails = {}): Decision => {
    const known = Object.keys(details).length === 0 ? undefined : (details as Json)
    const extra = { signerKey: fromHex(publicKey)!, details: known }
    return { outcome: OUTCOME.refused, refusal: { id, code: CODES[code].number, extra } }
  }
  try {
    const signer = signers.find(publicKey)
    if (signer === undefined) return refuse('admission.key-unknown')
    if (!signer.active) return refuse('admission.key-inactive')
    const { type, payload, privateHash } = body
    const refusal = executeRule(registry, scene, { type, payload, privateHash, signer: signer.actor })
    if (refusal !== undefined) {
      state.discard()
      return refuse(refusal.code, refusal.details)
    }
    signers.forget(state)
    state.accept()
    const { parties, task } = registry.verb(type)!
    const names = namesOf(signer.actor.actor, parties(payload as never, signer.actor))
    return { outcome: OUTCOME.accepted, names, ...(task !== undefined && { task }) }
  } catch (error) {
    throw new BrokenRule({ height: scene.height, id: idText, type: body.type }, error)
  }
}
