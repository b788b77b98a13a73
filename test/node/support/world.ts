/** One node in process over memory, with a consortium of fixed keys, a clock set by hand and its log in an array. */
import { ed25519 } from '@noble/curves/ed25519.js'
import Type from 'typebox'
import { type Clock, concatBytes, systemClock, toHex, utf8 } from '../../../src/base/index.ts'
import {
  createVersions,
  type DomainModule,
  RELEASED,
  type Registry,
  type Version,
  type Versions,
} from '../../../src/domain/index.ts'
import { createInlineEngine, type Engine } from '../../../src/engine/index.ts'
import { createMemorySignedRecord, type SignedRecord } from '../../../src/finality/index.ts'
import { createLogger } from '../../../src/host/index.ts'
import { createMemoryStore, type Ledger, openLedger, type Store } from '../../../src/ledger/index.ts'
import { compose, type RunningNode, takeOrdering } from '../../../src/node/index.ts'
import { createEmbeddedOrder, type Order } from '../../../src/order/index.ts'
import {
  type AnyJson,
  type Body,
  encodeBody,
  encodePrivatePart,
  encodeTransactionLeaf,
  type Genesis,
  keyStatementInput,
  ledgerIdOf,
  type Payload,
  privateHash,
  signingInput,
  subjectOf,
  transactionId,
} from '../../../src/protocol/index.ts'
import {
  type ContentStore,
  createMemoryContentStore,
  createMemoryDocumentStore,
  createMemoryPartStore,
  type PartStore,
} from '../../../src/vault/index.ts'
import { kernel, keyOf, publicKeyOf } from '../../ledger/support/consortium.ts'

export { kernel, keyOf, publicKeyOf }

const secretOf = (name: string) => kernel.sha256(utf8(`key of ${name}`))

/** The address at which readers ask the node of a world. */
export const NODE_URL = 'http://hospital.test'

export const GENESIS_TIME = 1_767_225_600

/** A clock whose time a test sets, and whose timers run `speed` times as fast. */
export interface TestClock extends Clock {
  now: number
  speed: number
}

export function createTestClock(): TestClock {
  const clock: TestClock = {
    now: GENESIS_TIME,
    speed: 1,
    nowSeconds: () => clock.now,
    monotonicMs: () => systemClock.monotonicMs(),
    sleep: (delayMs, signal) => systemClock.sleep(delayMs / clock.speed, signal),
  }
  return clock
}

const member = (id: string, roles: Genesis['members'][number]['roles']) => ({
  id,
  roles,
  key: publicKeyOf(id),
})
const actor = (id: string, role: Genesis['actors'][number]['role']) => ({
  id,
  member: id.split(':')[0]!,
  role,
  key: publicKeyOf(id),
  encryptionKey: toHex(kernel.sha256(utf8(`encryption key of ${id}`))),
})

const nodeKeysOf = (id: string) => ({
  logKey: publicKeyOf(`${id} log`),
  cosignerKey: publicKeyOf(`${id} cosigner`),
})

type Roles = Genesis['members'][number]['roles']

export const makeGenesis = (quorum: number, hospitalRoles: Roles = ['hospital']): Genesis => ({
  name: 'test.example',
  time: GENESIS_TIME,
  quorum,
  members: [
    { ...member('hospital', hospitalRoles), ...nodeKeysOf('hospital') },
    { ...member('insurer', ['insurer']), ...nodeKeysOf('insurer') },
    member('auditor', ['auditor']),
  ],
  actors: [
    actor('hospital:dr-li', 'doctor'),
    actor('hospital:dr-wang', 'doctor'),
    actor('hospital:patient', 'patient'),
    actor('hospital:other-patient', 'patient'),
    actor('auditor:audit', 'employee'),
  ],
  parameters: {},
})

/** A module of the tests: one type with a private part that may, one with a part that must come along. */
const note: DomainModule = {
  name: 'note',
  summary: 'Notes between two actors.',
  verbs: {
    write: {
      summary: 'Writes to an actor.',
      payload: Type.Object({ to: Type.String() }, { additionalProperties: false }),
      privatePart: 'optional',
      parties: ({ to }: { to: string }) => [{ actor: to }],
      rule: ({ payload, refuse }) => {
        if ((payload as { to: string }).to === 'nobody')
          refuse('identity.actor-unknown', { field: '/payload/to' })
      },
    },
    seal: {
      summary: 'Writes to an actor, in private.',
      payload: Type.Object({ to: Type.String() }, { additionalProperties: false }),
      privatePart: 'required',
      parties: ({ to }: { to: string }) => [{ actor: to }],
      rule: () => undefined,
    },
  },
  reads: [
    {
      path: '/counted/:name',
      summary: 'Gives back what it was asked.',
      query: Type.Object(
        { name: Type.String({ maxLength: 8 }), count: Type.Optional(Type.Integer({ minimum: 1 })) },
        { additionalProperties: false },
      ),
      answer: Type.Object({ name: Type.String(), count: Type.Optional(Type.Integer()) }),
      list: false,
      patientData: true,
      rights: { words: 'Any enrolled reader.', shape: { kind: 'everyone' } },
      run: ({ query }) => {
        if (query.name === 'missing') return undefined
        return { name: String(query.name), ...(query.count !== undefined && { count: Number(query.count) }) }
      },
    },
  ],
  parameters: {},
  ports: {},
  needs: [],
}

export interface SignOptions {
  readonly expires?: number
  readonly nonce?: string
  /** Made into a private part and bound by its hash. */
  readonly private?: AnyJson
  /** Another ledger's id. */
  readonly ledgerId?: Uint8Array
  /** More fields of the body, or other values for them. */
  readonly body?: Partial<Body>
}

export interface Signed {
  readonly id: string
  readonly entry: Uint8Array
  readonly privatePart?: Uint8Array
}

export interface TokenOptions {
  readonly header?: object
  readonly claims?: object
  /** Who signs, where it is not the actor. */
  readonly signer?: string
}

export interface WorldOptions {
  readonly quorum?: number
  readonly hospitalRoles?: Roles
  readonly engine?: Engine
  readonly wrapLedger?: (ledger: Ledger) => Ledger
  readonly wrapOrder?: (order: Order) => Order
  readonly wrapParts?: (parts: PartStore) => PartStore
  readonly clock?: TestClock
  /** What an earlier world left, or one that fails. */
  readonly store?: Store
  readonly parts?: PartStore
  readonly signed?: SignedRecord
  readonly freeBytes?: () => Promise<number>
  /** Rules versions beside those of this build. */
  readonly laterVersions?: readonly Version[]
}

export interface World {
  readonly node: RunningNode
  readonly ledger: Ledger
  readonly ledgerId: Uint8Array
  readonly genesisBytes: Uint8Array
  readonly versions: Versions
  readonly registry: Registry
  readonly clock: TestClock
  readonly parts: PartStore
  readonly contents: ContentStore
  readonly logLines: string[]
  readonly logger: ReturnType<typeof createLogger>
  sign(signer: string, type: string, payload: Payload, options?: SignOptions): Signed
  /** Submits and waits; the one result. */
  submit(signed: Signed, wait?: 'none' | 'committed' | 'final'): ReturnType<RunningNode['submit']>
  /** The reader of a name, as its key stands now. */
  reader(name: string): Promise<import('../../../src/domain/index.ts').Actor>
  token(actor: string, options?: TokenOptions): string
  subject(patient: string): string
}

let nonceCount = 0

const base64url = (value: object | Uint8Array): string =>
  Buffer.from(value instanceof Uint8Array ? value : utf8(JSON.stringify(value))).toString('base64url')

/** A subject that every world can enrol: hospital's, with a fixed salt. */
const SALT = new Uint8Array(32).fill(7)

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const genesis = makeGenesis(options.quorum ?? 1, options.hospitalRoles)
  const genesisBytes = utf8(JSON.stringify(genesis))
  const ledgerId = ledgerIdOf(kernel, genesisBytes)
  const clock = options.clock ?? createTestClock()
  const [first, ...later] = RELEASED
  const versions = createVersions([
    { version: 1, modules: [...first!.modules!, note] },
    ...later,
    ...(options.laterVersions ?? []),
  ])
  const opened = await openLedger({
    store: options.store ?? createMemoryStore(),
    genesisBytes,
    kernel,
    clock,
    create: true,
    rulesOf: versions.rulesOf,
  })
  const ledger = options.wrapLedger?.(opened) ?? opened
  // Its monotonic clock goes along where a test moves the time: that is time that passes, no clock that jumps.
  const monotonicMs = () => systemClock.monotonicMs() + 1000 * (clock.nowSeconds() - GENESIS_TIME)
  const embedded = createEmbeddedOrder({ clock: { ...clock, monotonicMs }, blockAgeMsMax: 2 })
  const order = options.wrapOrder?.(embedded) ?? embedded
  const memoryParts = options.parts ?? createMemoryPartStore()
  const parts = options.wrapParts?.(memoryParts) ?? memoryParts
  const contents = createMemoryContentStore()
  const logLines: string[] = []
  const logger = createLogger({ level: 'debug', clock, write: (line) => logLines.push(line) })
  const keys = { log: keyOf('hospital log'), cosigner: keyOf('hospital cosigner') }
  const engine = options.engine ?? createInlineEngine(kernel)
  const nodeParts = {
    kernel,
    clock,
    engine,
    ledger,
    parts,
    contents,
    documents: createMemoryDocumentStore(),
    ...(options.freeBytes && { freeBytes: options.freeBytes }),
    member: 'hospital',
    logger,
    versions,
  }
  const signed = options.signed ?? createMemorySignedRecord()
  const node = await compose(nodeParts, await takeOrdering(nodeParts, { order, keys, signed }))

  const sign: World['sign'] = (signer, type, payload, more = {}) => {
    const key = keyOf(signer)
    const salt = new Uint8Array(32).fill(1)
    const privatePart = more.private === undefined ? undefined : encodePrivatePart(salt, more.private)
    const body: Body = {
      expires: more.expires ?? clock.now + 600,
      nonce: more.nonce ?? (++nonceCount).toString(16).padStart(32, '0'),
      payload,
      ...(privatePart && { privateHash: privateHash(kernel, privatePart) }),
      type,
      ...more.body,
    }
    const bytes = encodeBody(body)
    const ledgerOf = more.ledgerId ?? ledgerId
    const signature = key.sign(signingInput(ledgerOf, key.publicKey, bytes))
    return {
      id: toHex(transactionId(kernel, ledgerId, key.publicKey, bytes, body.expires)),
      entry: encodeTransactionLeaf(key.publicKey, signature, bytes),
      ...(privatePart && { privatePart }),
    }
  }

  return {
    node,
    ledger,
    ledgerId,
    genesisBytes,
    versions,
    registry: versions.newest,
    clock,
    parts,
    contents,
    logLines,
    logger,
    sign,
    submit: (signed, wait = 'committed') => node.submit([signed], wait),
    reader: async (name) => (await ledger.signers([publicKeyOf(name)]))[0]!.actor,
    token(name, { header = {}, claims = {}, signer = name } = {}) {
      const iat = clock.now
      const head = base64url({ alg: 'EdDSA', kid: publicKeyOf(name), typ: 'JWT', ...header })
      const body = base64url({ sub: name, aud: node.audience, url: NODE_URL, iat, exp: iat + 300, ...claims })
      const signature = keyOf(signer).sign(utf8(`${head}.${body}`))
      return `${head}.${body}.${base64url(signature)}`
    },
    subject: (patient) => subjectOf(kernel, 'hospital', SALT, keyOf(patient).publicKey),
  }
}

/** A key statement for enrolling or rotating. */
export function stateKey(world: World, actorId: string, newKey: string, oldKey?: string): string {
  const old = oldKey === undefined ? undefined : keyOf(oldKey).publicKey
  const key = keyOf(newKey)
  return toHex(key.sign(keyStatementInput(world.ledgerId, actorId, old, key.publicKey)))
}

/** The entry with another valid signature of the same body by the same key: RFC 8032 with another choice of r. */
export function signAgain(world: World, signer: string, entry: Uint8Array): Uint8Array {
  const { scalar } = ed25519.utils.getExtendedPublicKey(secretOf(signer))
  const { Fn, BASE } = ed25519.Point
  const publicKey = entry.subarray(1, 33)
  const r = 12_345n
  const R = BASE.multiply(r).toBytes()
  const input = signingInput(world.ledgerId, publicKey, entry.subarray(97))
  const hash = kernel.sha512(concatBytes(R, publicKey, input))
  const k = Fn.create(BigInt(`0x${toHex(hash.reverse())}`))
  const S = Fn.toBytes(Fn.create(r + k * scalar))
  return concatBytes(entry.subarray(0, 33), R, S, entry.subarray(97))
}
