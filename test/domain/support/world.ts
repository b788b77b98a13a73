/**
 * A consortium without a ledger: state, block time and height, and a way to run rules and reads as the executor and the
 * API do. Every refusal is checked to leave the state as it was, every answer to fit its schema, every module's
 * invariants to hold after each transaction.
 */
import Schema from 'typebox/schema'
import { expect } from 'vitest'
import {
  type Actor,
  createReadContext,
  registry as currentRegistry,
  executeRule,
  isParty,
  type Party,
  type Ports,
  type Read,
  type Registry,
  type RuleCrypto,
  type Scene,
  type StateValue,
} from '../../../src/domain/index.ts'
import {
  canonicalJson,
  type Genesis,
  type GenesisActor,
  type GenesisMember,
  type Json,
} from '../../../src/protocol/index.ts'
import { hashOf, keyOf, statementOf, type TestKey, testCrypto } from './keys.ts'
import { createMemoryState, type MemoryState } from './memory-state.ts'
import { noteOutcome } from './outcomes.ts'

export const GENESIS_TIME = 1_700_000_000

/** A member with roles; runs no node. */
export const memberOf = (id: string, ...roles: GenesisMember['roles'][number][]): GenesisMember => ({
  id,
  roles,
  key: keyOf(id).publicKey,
})

/** A person or device of genesis. */
export const actorOf = (id: string, role: GenesisActor['role']): GenesisActor => ({
  id,
  member: id.slice(0, id.indexOf(':')),
  role,
  key: keyOf(id).publicKey,
  encryptionKey: hashOf(`encryption key of ${id}`),
})

/** Hash of the private part that comes with a transaction where the test names none. */
export const PRIVATE_HASH = hashOf('a private part')

export interface WorldOptions {
  readonly members: readonly GenesisMember[]
  readonly actors?: readonly GenesisActor[]
  readonly parameters?: { readonly [name: string]: number }
  readonly quorum?: number
  readonly registry?: Registry
  /** Answers instead of the oracle, where there is much to hash. */
  readonly crypto?: RuleCrypto
}

/**
 * 'ok', or the code of the refusal; 'form.payload FIELD' where the payload does not fit, 'inactive' where the key may
 * not sign.
 */
export type Outcome = string

/** A transaction that a world accepted, and what the world was before. */
export interface Accepted {
  readonly type: string
  readonly payload: unknown
  readonly signer: Actor
  readonly before: Pick<World, 'state' | 'time' | 'height'>
}

/** Told what every world does: tests that hold the bytes of state and answers listen. */
export interface Listener {
  /** What genesis or an accepted transaction wrote, as it enters the digest: also what did not change by it. */
  onWrites(writes: ReadonlyMap<string, StateValue | undefined>): void
  onAnswer(read: Read, module: string, reader: Actor, answer: Json | undefined): void
  onAccepted?(transaction: Accepted): void
}

export const listeners = new Set<Listener>()

/** Compiled once for each read. */
const validators = new WeakMap<Read, Schema.Validator>()
function validatorOf(read: Read): Schema.Validator {
  const known = validators.get(read) ?? Schema.Compile(read.answer)
  validators.set(read, known)
  return known
}

export class World {
  readonly registry: Registry
  readonly #crypto: RuleCrypto
  state: MemoryState
  time = GENESIS_TIME
  height = 1

  constructor(options: WorldOptions) {
    this.registry = options.registry ?? currentRegistry
    this.#crypto = options.crypto ?? testCrypto
    this.state = createMemoryState()
    const genesis: Genesis = {
      name: 'test',
      time: GENESIS_TIME,
      quorum: options.quorum ?? 1,
      members: options.members,
      actors: options.actors ?? [],
      parameters: options.parameters ?? {},
    }
    this.registry.applyGenesis(genesis, this.state)
    for (const { onWrites } of listeners) onWrites(this.state.written)
  }

  /**
   * Runs one transaction signed by a key (a name stands for its `keyOf`). Where a private part must come with it and
   * none is named, one does.
   */
  run(
    signer: string | TestKey,
    type: string,
    payload: unknown,
    options: { privateHash?: string } = {},
  ): Outcome {
    const outcome = this.execute(signer, type, payload, options)
    noteOutcome(type, outcome)
    return outcome
  }

  private execute(
    signer: string | TestKey,
    type: string,
    payload: unknown,
    options: { privateHash?: string },
  ): Outcome {
    const { publicKey } = typeof signer === 'string' ? keyOf(signer) : signer
    const found = this.port('identity.signer')(publicKey)
    if (found === undefined) return 'unknown'
    if (!found.active) return 'inactive'
    const fault = this.registry.checkPayload(type, payload)
    if (fault !== undefined) return `form.payload ${fault.field}`
    const isPrivate = this.registry.verb(type)?.privatePart === 'required'
    const privateHash = options.privateHash ?? (isPrivate ? PRIVATE_HASH : undefined)
    const input = { type, payload: structuredClone(payload), signer: found.actor, privateHash }
    const overlay = this.state.copy()
    const refusal = executeRule(this.registry, this.scene(overlay), input)
    if (refusal !== undefined) return refusal.code
    for (const { name, checkBlock } of this.registry.modules) {
      checkBlock?.(overlay.changesSince(this.state, `${name}/`))
    }
    const { state, time, height } = this
    this.state = overlay
    for (const { onWrites, onAccepted } of listeners) {
      onWrites(overlay.written)
      onAccepted?.({ type, payload, signer: found.actor, before: { state, time, height } })
    }
    return 'ok'
  }

  /** Runs a transaction that must be accepted. */
  must(
    signer: string | TestKey,
    type: string,
    payload: unknown,
    options: { privateHash?: string } = {},
  ): void {
    expect(`${type}: ${this.run(signer, type, payload, options)}`).toBe(`${type}: ok`)
  }

  /** The next block, `seconds` later. */
  pass(seconds: number): void {
    this.time += seconds
    this.height += 1
  }

  /** A read as the API runs it. */
  read(
    reader: string | TestKey,
    module: string,
    path: string,
    query: { [name: string]: string | number } = {},
  ): Json | undefined {
    const read = this.registry.read(module, path)
    if (read === undefined) throw new Error(`no read ${module} ${path}`)
    const context = createReadContext(this.registry, this.scene(this.state), {
      module,
      reader: this.actor(reader),
      query,
    })
    const answer = read.run(context)
    for (const { onAnswer } of listeners) onAnswer(read, module, context.reader, answer)
    if (answer === undefined) return undefined
    canonicalJson(answer)
    const items = read.list ? (answer as { items: readonly Json[] }).items : [answer]
    const [valid, faults] = validatorOf(read).Errors(items[0] ?? {})
    if (items.length > 0) expect(valid, `${path} ${JSON.stringify(faults)}`).toBe(true)
    return answer
  }

  /** Items of a list read, all pages; undefined where there is nothing for this reader. */
  list(
    reader: string | TestKey,
    module: string,
    path: string,
    query: { [name: string]: string | number } = {},
  ): readonly Json[] | undefined {
    const items: Json[] = []
    for (let cursor: string | undefined; ; ) {
      const page = this.read(reader, module, path, cursor === undefined ? query : { ...query, cursor })
      if (page === undefined) return undefined
      const { items: more, next } = page as { items: Json[]; next?: string }
      items.push(...more)
      if (next === undefined) return items
      cursor = next
    }
  }

  /** Who besides the signer may see a transaction, as ids and subjects. */
  parties(signer: string | TestKey, type: string, payload: unknown): readonly Party[] {
    return this.registry.verb(type)!.parties(payload as never, this.actor(signer))
  }

  isParty(reader: string | TestKey, parties: readonly Party[]): boolean {
    return isParty(this.registry.bindPorts(this.scene(this.state)), this.actor(reader), parties)
  }

  actor(key: string | TestKey): Actor {
    const { publicKey } = typeof key === 'string' ? keyOf(key) : key
    const found = this.port('identity.signer')(publicKey)
    if (found === undefined) throw new Error('the key is not enrolled')
    return found.actor
  }

  isActive(key: string | TestKey): boolean {
    const { publicKey } = typeof key === 'string' ? keyOf(key) : key
    return this.port('identity.signer')(publicKey)?.active ?? false
  }

  port<Name extends keyof Ports>(name: Name): Ports[Name] {
    return this.registry.bindPorts(this.scene(this.state))(name)
  }

  /** The whole state as text, to compare two worlds. */
  dump(): string {
    return this.state
      .entries()
      .map(([key, value]) => `${key} ${canonicalJson(value)}`)
      .join('\n')
  }

  private scene(state: MemoryState): Scene {
    return { state, crypto: this.#crypto, time: this.time, height: this.height }
  }
}

/** Payload that enrols an actor under the key of its name. */
export function enrolment(actor: string, role: string, key: TestKey = keyOf(actor)) {
  return {
    actor,
    role,
    publicKey: key.publicKey,
    encryptionKey: hashOf(`encryption key of ${actor}`),
    statement: statementOf(actor, key),
  }
}

/** Brings a world back to what it is now: a world with many patients takes long to make. */
export function snapshot(world: World): () => World {
  const { state, time, height } = world
  return () => Object.assign(world, { state: state.copy(), time, height })
}
