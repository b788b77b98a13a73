/**
 * What a signer may learn by guessing. Transactions of a busy world are tried by everybody, with each name in them
 * replaced by names of things that are there and of which the signer may not know, and by one of nothing. Where the
 * two are answered differently the guess has told that something exists.
 */
import fc from 'fast-check'
import type { TSchema } from 'typebox'
import Schema from 'typebox/schema'
import { type Actor, executeRule, isParty, type Registry, registry } from '../../../src/domain/index.ts'
import { ACTOR_ROLES, MEMBER_ROLES } from '../../../src/protocol/index.ts'
import { busyWorld } from './busy-world.ts'
import { hashOf, testCrypto } from './keys.ts'
import type { MemoryState } from './memory-state.ts'
import { fitting, type Vocabulary } from './payloads.ts'
import {
  type Accepted,
  actorOf,
  GENESIS_TIME,
  listeners,
  memberOf,
  PRIVATE_HASH,
  type World,
} from './world.ts'

type Payload = unknown
type Path = readonly string[]
type Moment = Accepted['before']

/** A transaction, whatever became of it. */
interface Try {
  readonly type: string
  readonly payload: Payload
  readonly signer: Actor
  readonly at: Moment
}

/** A name that was answered otherwise than one of nothing. */
export interface Told {
  /** Of the payload, without the numbers of items of lists. */
  readonly field: string
  readonly signer: string
  readonly name: string
  readonly answers: readonly [there: string, nothing: string]
}

/** A member of every role with a person of every role, none of whom has to do with anything. */
const STRANGER = 'ELSE'
const strangers = [STRANGER, ...ACTOR_ROLES.map((role) => `${STRANGER}:${role}`)]

function withStrangers(state: MemoryState): MemoryState {
  const next = state.copy()
  const identity = registry.modules.find(({ name }) => name === 'identity')!
  const members = [memberOf(STRANGER, ...MEMBER_ROLES)]
  const actors = ACTOR_ROLES.map((role) => actorOf(`${STRANGER}:${role}`, role))
  const genesis = { name: 'test', time: GENESIS_TIME, quorum: 1, members, actors, parameters: {} }
  identity.genesis!(genesis, next)
  return next
}

/** The busy world, and how it came to be. */
function watchBusyWorld() {
  const accepted: Accepted[] = []
  const listener = { onWrites() {}, onAnswer() {}, onAccepted: (one: Accepted) => void accepted.push(one) }
  listeners.add(listener)
  const busy = busyWorld()
  listeners.delete(listener)
  busy.world.state = withStrangers(busy.world.state)
  return { ...busy, accepted }
}

/** Every text in a value, with its place. */
function* texts(value: unknown, path: Path = []): Generator<readonly [path: Path, text: string]> {
  if (typeof value === 'string') yield [path, value]
  else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) yield* texts(item, [...path, name])
  }
}

function replaceAt(value: unknown, [name, ...rest]: Path, text: string): unknown {
  if (name === undefined) return text
  const copy = structuredClone(value) as { [name: string]: unknown }
  copy[name] = replaceAt(copy[name], rest, text)
  return copy
}

const fieldOf = (path: Path): string => path.filter((name) => !/^[0-9]+$/.test(name)).join('.')

const isHash = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)

/** A name of the same form and, where it has one, owner, of what is not there. */
function nameOfNothing(name: string): string {
  if (isHash(name)) return hashOf('nothing')
  return name.includes(':') ? `${name.slice(0, name.lastIndexOf(':'))}:nothing` : 'nothing'
}

/** Names that stand in the keys of the state: hashes, ids, and references of owners. */
function namesIn(state: MemoryState, actors: readonly string[]) {
  const owners = new Set(actors.flatMap((actor) => [actor, actor.split(':', 1)[0]!]))
  const names = { hashes: new Set<string>(), ids: new Set<string>(owners), references: new Set<string>() }
  for (const key of state.keys()) {
    const parts = key.split('/')
    for (const [i, part] of parts.entries()) {
      if (isHash(part)) names.hashes.add(part)
      const owner = parts[i - 1]
      if (owner !== undefined && owners.has(owner)) {
        names.ids.add(part)
        names.references.add(`${owner}:${part}`)
      }
    }
  }
  for (const actor of actors) if (actor.includes(':')) names.references.add(actor)
  return names
}

/** A state that takes what a rule writes without keeping it: copied where a rule writes at all. */
function discarding(base: MemoryState): MemoryState {
  let copy: MemoryState | undefined
  const now = () => copy ?? base
  return {
    ...base,
    get: (key) => now().get(key),
    list: (prefix, options) => now().list(prefix, options),
    put: (key, value) => (copy ??= base.copy()).put(key, value),
    delete: (key) => (copy ??= base.copy()).delete(key),
  }
}

export class Guesses {
  readonly #world: World
  readonly #accepted: readonly Accepted[]
  readonly #signers: readonly Actor[]
  readonly #known: Vocabulary
  readonly #names: ReturnType<typeof namesIn>
  /** What stands in the transactions that an actor is party to. */
  readonly #seen = new Map<string, ReadonlySet<string>>()
  readonly #reads = new Map<string, boolean>()
  /** Texts of accepted payloads, by the name of their field. */
  readonly #values = new Map<string, string[]>()

  constructor() {
    const { world, accepted, known, signers } = watchBusyWorld()
    this.#world = world
    this.#accepted = accepted
    this.#known = known
    const all = [...signers, ...strangers].filter((name) => world.isActive(name))
    this.#signers = all.map((name) => world.actor(name))
    this.#names = namesIn(world.state, all)
    for (const actor of this.#signers) this.#seen.set(actor.actor, this.#seenBy(actor))
    for (const { payload } of accepted) {
      for (const [path, text] of texts(payload)) {
        const name = path.findLast((part) => !/^[0-9]+$/.test(part))!
        this.#values.set(name, [...(this.#values.get(name) ?? []), text])
      }
    }
  }

  /**
   * Guesses at every name of transactions of this type: those that were accepted, by who signed them and by strangers;
   * where `samples` are asked for, by everybody, and of so many others made from what occurs in the world.
   */
  *at(type: string, samples: number): Generator<Told> {
    const seen = new Set<string>()
    for (const one of this.#tries(type, samples)) {
      const outcome = this.#outcome(one)
      // Of tries that come to the same, the first is as good as the rest.
      const key = `${one.signer.actor} ${one.at === this.#world} ${outcome}`
      if (seen.has(key)) continue
      seen.add(key)
      for (const [path, text] of texts(one.payload)) yield* this.#guessAt(one, path, text)
    }
  }

  *#guessAt(one: Try, path: Path, text: string): Generator<Told> {
    const { hashes, ids, references } = this.#names
    const pool = isHash(text) ? hashes : text.includes(':') ? references : ids
    const given = new Set([...texts(one.payload)].map(([, given]) => given))
    const nothing = new Map<string, string>()
    for (const name of pool) {
      if (given.has(name) || this.#maySee(one.signer, name)) continue
      const other = nameOfNothing(name)
      const known =
        nothing.get(other) ?? this.#outcome({ ...one, payload: replaceAt(one.payload, path, other) })
      nothing.set(other, known)
      const there = this.#outcome({ ...one, payload: replaceAt(one.payload, path, name) })
      if (there === known || there === 'form' || known === 'form') continue
      yield { field: fieldOf(path), signer: one.signer.actor, name, answers: [there, known] }
    }
  }

  /** Accepted transactions, as the world was before and as it is; then others of its values. */
  *#tries(type: string, samples: number): Generator<Try> {
    for (const { payload, before, signer: first } of this.#accepted.filter((one) => one.type === type)) {
      const at = { ...before, state: withStrangers(before.state) }
      const few = this.#signers.filter(({ actor }) => actor === first.actor || strangers.includes(actor))
      for (const signer of samples > 0 ? this.#signers : few) {
        yield { type, payload, signer, at }
        yield { type, payload, signer, at: this.#world }
      }
    }
    const payloads = fc.sample(fitting(registry.verb(type)!.payload, this.#known), {
      seed: 7,
      numRuns: samples,
    })
    for (const [i, payload] of payloads.entries()) {
      const filled = this.#fill(type, payload, i)
      for (const signer of this.#signers) yield { type, payload: filled, signer, at: this.#world }
    }
  }

  /** The payload with values that stood in fields of the same name, so that they fit one another now and then. */
  #fill(type: string, payload: Payload, round: number): Payload {
    let filled = payload
    for (const [path] of texts(payload)) {
      const values = this.#values.get(path.findLast((part) => !/^[0-9]+$/.test(part))!) ?? []
      const value = values[(round * 31 + path.length * 17) % values.length]
      if (value === undefined || (round + path.length) % 5 === 0) continue
      const next = replaceAt(filled, path, value)
      if (registry.checkPayload(type, next) === undefined) filled = next
    }
    return filled
  }

  /** 'ok', 'form', or code and details. */
  #outcome({ type, payload, signer, at }: Try): string {
    if (registry.checkPayload(type, payload) !== undefined) return 'form'
    const { time, height, state } = at
    const scene = { state: discarding(state), crypto: testCrypto, time, height }
    const isPrivate = registry.verb(type)!.privatePart === 'required'
    const privateHash = isPrivate ? PRIVATE_HASH : undefined
    const refusal = executeRule(registry, scene, {
      type,
      payload: structuredClone(payload),
      signer,
      privateHash,
    })
    return refusal === undefined ? 'ok' : `${refusal.code} ${JSON.stringify(refusal.details)}`
  }

  /** Whether an actor may know of a name: it is party to something in which it stands, or a read answers by it. */
  #maySee(actor: Actor, name: string): boolean {
    if (this.#seen.get(actor.actor)!.has(name)) return true
    const key = `${actor.actor} ${name}`
    const known = this.#reads.get(key) ?? this.#isReadBy(actor, name)
    this.#reads.set(key, known)
    return known
  }

  #seenBy(actor: Actor): ReadonlySet<string> {
    const seen = new Set<string>()
    const { state, time, height } = this.#world
    const port = registry.bindPorts({ state, crypto: testCrypto, time, height })
    for (const { type, payload, signer } of this.#accepted) {
      const parties = registry.verb(type)!.parties(payload as never, signer)
      if (signer.actor !== actor.actor && !isParty(port, actor, parties)) continue
      for (const [, text] of texts(payload)) {
        for (const name of [text, `${signer.actor}:${text}`, `${signer.member}:${text}`]) seen.add(name)
      }
    }
    return seen
  }

  /** Whether a read of one name tells this actor of it what it does not tell of nothing. */
  #isReadBy({ actor }: Actor, name: string): boolean {
    const answer = (module: string, path: string, field: string, value: string) => {
      const told = this.#world.read(actor, module, path, { [field]: value })
      return JSON.stringify(told)?.replaceAll(value, '')
    }
    return singleReads(registry).some(({ module, path, field, fits }) => {
      const other = nameOfNothing(name)
      return (
        fits(name) && fits(other) && answer(module, path, field, name) !== answer(module, path, field, other)
      )
    })
  }
}

let found: ReturnType<typeof findSingleReads> | undefined
const singleReads = (rules: Registry) => (found ??= findSingleReads(rules))

/** Reads that need one name alone. */
function findSingleReads({ reads }: Registry) {
  return reads().flatMap(({ module, read }) => {
    const [field, ...more] = (read.query as TSchema & { required?: readonly string[] }).required ?? []
    if (field === undefined || more.length > 0) return []
    const validator = Schema.Compile(read.query)
    return [{ module, path: read.path, field, fits: (name: string) => validator.Check({ [field]: name }) }]
  })
}
