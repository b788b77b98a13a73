/**
 * The contract between the ledger and a module of rules. A module is one folder: `state.ts` (what it stores),
 * `rules.ts` or files by subject (what each verb takes and does), `reads.ts` (what may be asked, by whom),
 * `index.ts` (the `DomainModule`).
 *
 * Rules are pure: payload, signer, block time and state in; writes or a refusal out. No clock, randomness,
 * floats, locale or I/O. A module never imports its sibling: it names the ports it needs and calls them
 * through its context.
 */
import type { TSchema } from 'typebox'
import type { Code, ErrorDetails } from '../base/index.ts'
import type { Genesis, Json } from '../protocol/index.ts'
import type { Ports } from './ports.ts'
import type { RightShown } from './rights.ts'
import type { Kept } from './table-rows.ts'

/** A state value: RFC 8785 JSON, frozen. */
export type StateValue = { readonly [key: string]: Json }

/** State as it stands at this point of the block. Keys are UTF-8 `module/kind/owner/id`. */
export interface StateReader {
  get(key: string): StateValue | undefined
  /**
   * Up to `limit` entries whose key starts with `prefix`, in byte order of keys, after key `after` where
   * given.
   */
  list(
    prefix: string,
    options: { after?: string | undefined; limit: number },
  ): readonly (readonly [string, StateValue])[]
}

/** What a block did to one key: the value before the block and after it; undefined where there was or is none. */
export interface StateChange {
  readonly key: string
  readonly before: StateValue | undefined
  readonly after: StateValue | undefined
}

/** State that a rule may change, within its own module's prefix only. */
export interface StateWriter extends StateReader {
  put(key: string, value: StateValue): void
  delete(key: string): void
}

/**
 * Who signed, or who reads: an enrolled person or device, or a member itself (`actor` = `member`, role
 * `member`).
 */
export interface Actor {
  /** Public key, hex. */
  readonly key: string
  /** `<member>:<local>`, or the member's own id. */
  readonly actor: string
  readonly member: string
  readonly role: string
  readonly memberRoles: readonly string[]
}

/**
 * Someone who may see a transaction beside its signer: an actor, a whole member, or whoever acts for a
 * subject.
 */
export type Party = { readonly actor: string } | { readonly member: string } | { readonly subject: string }

/** Who did something, and the time of the block it did it in: as rows keep it. */
export type Act = { readonly by: string; readonly at: number }

/**
 * The pure functions of the kernel that rules may call, and the ledger they run on. Injected, so that the one
 * wasm decides what is valid and rules stay free of it.
 */
export interface RuleCrypto {
  /** SHA-256 of the genesis file: 32 bytes. */
  readonly ledgerId: Uint8Array
  /** Ed25519 under ZIP-215 of `message`; key (64 digits) and signature (128 digits) in lower-case hex. */
  verifySignature(publicKey: string, message: Uint8Array, signature: string): boolean
  /** Whether a key (hex) is the canonical encoding of a point of the prime-order subgroup. */
  isEnrollableKey(publicKey: string): boolean
  /** SHA-256 in lower-case hex. */
  sha256Hex(bytes: Uint8Array): string
  /** Root of the RFC 6962 tree over `entries`, in lower-case hex. */
  merkleRoot(entries: readonly Uint8Array[]): string
  /**
   * Whether `entry` is leaf `index` of the RFC 6962 tree of `size` leaves under `root` (hex); `path` is its inclusion
   * proof (RFC 9162 2.1.3), hashes in hex.
   */
  verifyInclusion(
    leaf: { readonly index: number; readonly size: number; readonly entry: Uint8Array },
    path: readonly string[],
    root: string,
  ): boolean
}

/** What every rule and read is given. */
export interface Context {
  /** The module's own state: keys that start with `<module>/`. Other modules are reached through ports. */
  readonly state: StateReader
  readonly crypto: RuleCrypto
  /** Block time, unix seconds. */
  readonly time: number
  /** Height of the block that is executed; for a read, of the block that would come next. */
  readonly height: number
  /** A port of another module (or of one's own), bound to the present state. */
  port<Name extends keyof Ports>(name: Name): Ports[Name]
  /** A parameter of the module, `name` without the module's prefix: genesis or governance, else its default. */
  parameter(name: string): number
  /** Every parameter of these rules, by `module.name`, in order of names. */
  readonly parameters: ReadonlyMap<string, Parameter>
}

/**
 * What a port is made from: the context of its own module. In a read `state.put` and `state.delete` throw, so
 * a port that writes can be called from rules only.
 */
export interface PortContext extends Context {
  readonly state: StateWriter
  /** Ends the rule that called: nothing it wrote stays, the refusal enters the log under this code. */
  refuse(code: Code, details?: ErrorDetails): never
}

export interface RuleContext<Payload> extends PortContext {
  readonly payload: Payload
  readonly signer: Actor
  /** `privateHash` of the body, where it has one. */
  readonly privateHash: string | undefined
}

/** What nodes carry out off the ledger once a transaction is accepted: `erasure` destroys contents. */
export type NodeTask = 'erasure'

/** One transaction type, `module.verb`. */
export interface Verb<Payload = never> {
  /** One sentence, for docs and OpenAPI. */
  readonly summary: string
  /** Who signs it, in words, for docs. What the rule accepts decides. */
  readonly signers?: string
  /** JSON Schema of the payload (TypeBox); unknown fields are refused. */
  readonly payload: TSchema
  /** Whether a private part may or must come with it. */
  readonly privatePart: 'none' | 'optional' | 'required'
  rule(context: RuleContext<Payload>): void
  /** Who besides the signer may see the transaction. Pure: from the payload and signer alone. */
  parties(payload: Payload, signer: Actor): readonly Party[]
  /** What it leaves nodes to do; absent where the ledger is all there is to it. */
  readonly task?: NodeTask
}

/** Path parameters and query values by name, and of a list the page that is asked for. */
export type QueryValues = { readonly [name: string]: string | number | undefined }

export interface ReadContext<Query = QueryValues> extends Context {
  readonly reader: Actor
  /** Checked against the read's schema; in a list also `limit` and `cursor`. */
  readonly query: Query
}

/** One `GET /v1/{module}{path}`. */
export interface Read {
  /** Under the module, such as `/records/:ref`. */
  readonly path: string
  readonly summary: string
  /** TypeBox object of path parameters and query values together; `limit` and `cursor` are added to lists. */
  readonly query: TSchema
  readonly answer: TSchema
  /** True for a list: the answer is `{items, next?}` and `limit`/`cursor` are accepted. */
  readonly list: boolean
  /** Reads of patient data are logged with reader and object. */
  readonly patientData: boolean
  /** Who may see it, in words and as data: what `run` keeps to, told beforehand. */
  readonly rights: RightShown
  /** The answer; undefined for "nothing there, or nothing you may see", which the reader can not tell apart. */
  run(context: ReadContext): Json | undefined
}

/** A number that governance may change. */
export interface Parameter {
  readonly default: number
  readonly min: number
  readonly max: number
  /** What it means, its unit, where the default comes from. */
  readonly meaning: string
}

export interface DomainModule {
  readonly name: string
  readonly summary: string
  readonly verbs: { readonly [verb: string]: Verb }
  readonly reads: readonly Read[]
  readonly parameters: { readonly [name: string]: Parameter }
  /** What it stores. */
  readonly tables?: readonly Kept[]
  /**
   * Ports it offers: each makes the port's function from this module's context and the name of the module that
   * calls, undefined for admission and rights of readers.
   */
  readonly ports: {
    readonly [Name in keyof Ports]?: (context: PortContext, caller: string | undefined) => Ports[Name]
  }
  /** Ports it calls. The registry refuses a set of modules in which one is missing. */
  readonly needs: readonly (keyof Ports)[]
  /**
   * Writes the state that genesis gives it. LedgerError `genesis.invalid` names the field that a rule
   * forbids.
   */
  genesis?(genesis: Genesis, state: StateWriter): void
  /**
   * Looks at all that a block changed of the module's own state, in order of keys, and throws where an invariant of the
   * module does not hold after it: the ledger halts, and nothing of the block is written. Pure, and of a cost that
   * grows with the changes alone.
   */
  checkBlock?(changes: readonly StateChange[]): void
}
