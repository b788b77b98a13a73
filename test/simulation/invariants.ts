/**
 * What must hold after every step, whatever failed. The judge stands outside: it reads the disk of the log's node,
 * executes every leaf again on a ledger of its own, and remembers what anybody was ever told.
 */
import { expect } from 'vitest'
import type { SubmissionResult } from '../../src/answers/index.ts'
import { pack, toHex } from '../../src/base/index.ts'
import { readHead } from '../../src/ledger/head.ts'
import {
  blocksOf,
  createCheckedStore,
  createMemoryStore,
  iterateLeaves,
  type Ledger,
  openLedger,
  type Store,
} from '../../src/ledger/index.ts'
import {
  type Checkpoint,
  decodeLeaf,
  openCheckpoint,
  packHashes,
  transactionId,
  trustOf,
} from '../../src/protocol/index.ts'
import { genesisBytes, kernel, ledgerId, parsedGenesis } from './consortium.ts'
import { dumpDisk, type LiveNode } from './node.ts'
import type { Random } from './random.ts'

const trust = trustOf(kernel, parsedGenesis, ledgerId)

/** What a client was told of a transaction that is in a block. */
type Told = Pick<SubmissionResult, 'status' | 'code' | 'index' | 'height'>

export class Judge {
  readonly #disk: Store
  readonly #replicaDisk = createMemoryStore()
  #replica!: Ledger
  readonly #ids = new Set<string>()
  readonly #told = new Map<string, Told>()
  readonly #order: string[] = []
  #note: Pick<Checkpoint, 'size' | 'root'> = { size: 0, root: new Uint8Array(32) }
  checkpoints = 0
  receipts = 0

  private constructor(disk: Store) {
    this.#disk = disk
  }

  static async open(disk: Store): Promise<Judge> {
    const judge = new Judge(disk)
    judge.#replica = await openLedger({ store: judge.#replicaDisk, genesisBytes, kernel, create: true })
    return judge
  }

  /** How many transactions somebody knows the fate of. */
  get toldCount(): number {
    return this.#order.length
  }

  async size(): Promise<number> {
    return (await this.#replica.head()).size
  }

  /** Remembers an answer for ever, and holds later ones against it. */
  told({ id, status, code, index, height }: SubmissionResult): void {
    if (id === null || (status !== 'accepted' && status !== 'refused')) return
    const answer = { status, ...(code && { code }), index: index!, height: height! }
    const before = this.#told.get(id)
    if (before === undefined) this.#order.push(id)
    else expect(answer, `the fate of ${id} changed`).toEqual(before)
    this.#told.set(id, answer)
  }

  /** The log has grown by whole blocks, whose replay comes to the same headers; no id stands in it twice. */
  async followDisk(): Promise<void> {
    const { size } = await this.#replica.head()
    const store = createCheckedStore(this.#disk)
    const leaves = [...iterateLeaves(store, size, readHead(store)!.size)]
    for (const leaf of leaves) this.#countIds(leaf)
    for await (const { time, entries, headerLeaf, refusals } of blocksOf(leaves)) {
      const packed = pack(entries)
      const verdicts = kernel.verifyEntries(packed, ledgerId)
      expect(
        verdicts.faults.every((fault) => fault === 0),
        'an unsound entry is in the log',
      ).toBe(true)
      await this.#replica.commit({ time, entries: packed, verdicts, recorded: { headerLeaf, refusals } })
    }
  }

  #countIds(leaf: Uint8Array): void {
    const decoded = decodeLeaf(leaf)
    const ids =
      decoded.kind === 'transaction'
        ? [idOf(leaf)]
        : decoded.kind === 'refusals'
          ? decoded.refusals.map(({ id }) => toHex(id))
          : []
    for (const id of ids) {
      expect(this.#ids.has(id), `${id} was applied twice`).toBe(false)
      this.#ids.add(id)
    }
  }

  /** A disk holds what replaying the leaves comes to, byte for byte: state, log and tree. */
  comparesTo(disk: Store): void {
    for (const table of ['state', 'bundles', 'tiles', 'headers'] as const) {
      expect(dumpDisk(disk, table)).toEqual(dumpDisk(this.#replicaDisk, table))
    }
  }

  /** Whoever holds value, holds what the issuers have issued. */
  async valueIsConserved(): Promise<void> {
    const store = createCheckedStore(this.#replicaDisk)
    const sumOf = (prefix: string, read: (value: { [name: string]: number }) => number): number =>
      store
        .range('state', {
          start: Buffer.from(prefix),
          end: Buffer.from(`${prefix.slice(0, -1)}0`),
          limit: 1e9,
        })
        .reduce((sum, [, value]) => sum + read(JSON.parse(Buffer.from(value).toString())), 0)
    const held = sumOf('settlement/account/', ({ balance = 0, held = 0 }) => balance + held)
    const issued = sumOf('settlement/issuer/', ({ outstanding = 0 }) => outstanding)
    expect(held).toBe(issued)
  }

  /** What a node signs is a root that the leaves come to, and the beginning of all that it signs later. */
  async checkpointIsSound({ node, ledger }: LiveNode): Promise<void> {
    const { checkpoint, final } = openCheckpoint(kernel, await node.checkpoint(), trust)
    const { size, root } = checkpoint
    expect(final).toBe(true)
    expect(size).toBeGreaterThanOrEqual(this.#note.size)
    expect(toHex(root)).toBe(toHex(await this.#replica.rootAt(size)))
    if (size === this.#note.size || this.#note.size === 0) {
      if (size === this.#note.size) expect(toHex(root)).toBe(toHex(this.#note.root))
      this.#note = { size, root }
      return
    }
    const proof = packHashes(await ledger.consistencyProof(this.#note.size, size))
    expect(kernel.verifyConsistency(this.#note.size, size, this.#note.root, root, proof)).toBe(true)
    this.#note = { size, root }
    this.checkpoints += 1
  }

  /** Nothing acknowledged is missing or changed: some of all that was ever told is looked up, with its receipt. */
  async nothingIsLost(live: LiveNode, random: Random, count: number): Promise<void> {
    for (let i = 0; i < count && this.#order.length > 0; i++)
      await this.#lookUp(live, random.pick(this.#order))
  }

  async everythingIsThere(live: LiveNode): Promise<void> {
    for (const id of this.#order) await this.#lookUp(live, id)
  }

  async #lookUp({ node, ledger }: LiveNode, id: string): Promise<void> {
    const [auditor] = await ledger.signers([
      parsedGenesis.members.find((member) => member.id === 'auditor')!.key,
    ])
    const answer = await node.transaction(id, auditor!.actor)
    expect(answer, `${id} is lost`).toMatchObject(this.#told.get(id)!)
    const receipt = await node.receipt(id, auditor!.actor)
    expect(receipt.proof).toContain(`index ${this.#told.get(id)!.index}\n`)
    this.receipts += 1
  }
}

function idOf(leaf: Uint8Array): string {
  const body = leaf.subarray(97)
  const { expires } = JSON.parse(Buffer.from(body).toString()) as { expires: number }
  return toHex(transactionId(kernel, ledgerId, leaf.subarray(1, 33), body, expires))
}
