/**
 * An engine for several nodes in one process that keeps the promises of ABCI and no others: the same decided blocks for
 * all, in order, each finalized and committed, and again what a node had not committed when it was killed, which may be
 * between any two calls. Some proposals come from a mutant and are unsound.
 */
import { toHex } from '../../../../src/base/index.ts'
import { chainIdOf, VOTER_POWER } from '../../../../src/order/cometbft/home/index.ts'
import type { Random } from '../../../simulation/random.ts'
import { SimulatedTime } from '../../../simulation/time.ts'
import {
  bundleOf,
  DOCTOR,
  GENESIS_TIME,
  kernel,
  keyOf,
  ledgerId,
  MEMBERS,
  type Signed,
  signEntry,
} from './consortium.ts'
import { checkInto, dumpLog, type LiveNode, TestNode } from './node.ts'

interface Decided {
  readonly txs: readonly Uint8Array[]
  readonly seconds: number
  /** After it, as the first node that finalized it said. */
  appHash: string | undefined
}

/** What a mutant may propose, made from a sound proposal. */
type Mutation = (txs: readonly Uint8Array[]) => readonly Uint8Array[]

export class Network {
  readonly time = new SimulatedTime(GENESIS_TIME)
  readonly nodes = MEMBERS.map((member) => new TestNode(member, this.time))
  readonly chain: Decided[] = []
  readonly counts: { [name: string]: number } = {}
  readonly #random: Random
  /** Probability that a node is killed before a call, and after one. */
  #killChance: number
  readonly sent: Signed[] = []
  #nonce = 0
  #failure: unknown

  constructor(random: Random, killChance: number) {
    this.#random = random
    this.#killChance = killChance
  }

  async open(): Promise<void> {
    for (const node of this.nodes) await this.#start(node)
  }

  async #start(node: TestNode): Promise<void> {
    const { application } = await node.start()
    const { lastHeight } = await application.info()
    if (lastHeight! > this.chain.length) throw new Error(`${node.member} is ahead of the chain`)
    if (lastHeight === 0) {
      await application.initChain({
        time: { seconds: GENESIS_TIME, nanos: 0 },
        chainId: chainIdOf(ledgerId, { epoch: 0 }),
        validators: MEMBERS.map((member) => ({
          publicKey: { ed25519: keyOf(`${member} order`).publicKey },
          power: VOTER_POWER,
        })),
        appState: new Uint8Array(0),
        initialHeight: 1,
      })
    }
  }

  count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1
  }

  get now(): number {
    return Math.floor(this.time.nowMs / 1000)
  }

  /** Calls an application; the process may be killed before or after. Undefined where it was. */
  async #call<Answer>(node: TestNode, ask: (live: LiveNode) => Promise<Answer>): Promise<Answer | undefined> {
    const mayDie = () => {
      if (!this.#random.chance(this.#killChance)) return
      this.count('kill')
      node.kill()
    }
    mayDie()
    const { live } = node
    if (live === undefined) return undefined
    const answer = await ask(live).catch((error: unknown) => {
      if (live.process.alive) throw error
      return undefined
    })
    mayDie()
    return live.process.alive ? answer : undefined
  }

  sign(payload: { key: string; value: number }, type = 'probe.add', life = 60): Signed {
    this.#nonce += 1
    const signed = signEntry(DOCTOR, type, payload, { nonce: this.#nonce, expires: this.now + life })
    this.sent.push(signed)
    return signed
  }

  /** Brings an entry to one door, or to two. Nobody waits. */
  submit(signed: Signed): void {
    const doors = this.#random.chance(0.2) ? 2 : 1
    for (let i = 0; i < doors; i++) {
      const { live } = this.#random.pick(this.nodes)
      live?.node
        .submit([{ entry: signed.entry, privatePart: undefined }], 'none')
        .then(([result]) => this.count(`answer ${result!.status}`))
        .catch(() => this.count('turned away'))
    }
  }

  /** One round: a proposal, votes, and where more than two thirds are for it, a decided block. */
  async round(mutate?: Mutation): Promise<void> {
    const height = this.chain.length + 1
    const isReady = ({ live }: TestNode) => live?.application.height === height - 1
    const proposer = this.nodes[this.#random.integer(this.nodes.length)]!
    if (!isReady(proposer)) return
    const seconds = this.#blockSeconds()
    const time = { seconds, nanos: 0 }
    const prepared = await this.#call(proposer, ({ application, mempool }) =>
      application.prepareProposal({
        maxTxBytes: 4_000_000,
        txs: [...mempool.values()],
        height,
        time,
        proposer: new Uint8Array(20),
      }),
    )
    if (prepared === undefined) return
    const sound = prepared.txs ?? []
    const txs = mutate === undefined ? sound : mutate(sound)
    const request = {
      txs,
      misbehavior: [],
      hash: new Uint8Array(32),
      height,
      time,
      proposer: new Uint8Array(20),
    }
    let votes = 0
    for (const node of this.nodes) {
      if (!isReady(node)) continue
      const answer = await this.#call(node, ({ application }) => application.processProposal(request))
      if (answer?.status === 1) votes += 1
      if (answer === undefined) continue
      if (mutate === undefined && answer.status !== 1) throw new Error('a sound proposal was rejected')
      if (mutate !== undefined && answer.status !== 2) throw new Error('an unsound proposal was accepted')
    }
    this.count(mutate === undefined ? 'proposal' : 'unsound proposal')
    if (votes * 3 <= 2 * this.nodes.length) return
    this.chain.push({ txs, seconds, appHash: undefined })
    this.count(txs.length === 0 ? 'empty block' : 'block')
  }

  /** The engine's time of a block: never before the last, and late after a standstill. */
  #blockSeconds(): number {
    const last = this.chain.at(-1)?.seconds ?? GENESIS_TIME
    return Math.max(last, this.now - this.#random.integer(3))
  }

  /** A node is told of decided blocks that it has not committed, one after another. */
  async catchUp(node: TestNode): Promise<void> {
    for (;;) {
      const at = node.live?.application.height
      if (at === undefined || at >= this.chain.length) return
      const decided = this.chain[at]!
      const height = at + 1
      const finalized = await this.#call(node, ({ application }) =>
        application.finalizeBlock({
          txs: decided.txs,
          misbehavior: [],
          hash: new Uint8Array(32),
          height,
          time: { seconds: decided.seconds, nanos: 0 },
          proposer: new Uint8Array(20),
        }),
      )
      if (finalized === undefined) return
      const appHash = toHex(finalized.appHash!)
      decided.appHash ??= appHash
      if (decided.appHash !== appHash) throw new Error(`${node.member} comes to another app hash`)
      const committed = await this.#call(node, ({ application }) => application.commit())
      if (committed === undefined) return
      await this.#recheck(node, decided.txs)
    }
  }

  async #recheck(node: TestNode, done: readonly Uint8Array[]): Promise<void> {
    const hashes = done.map((tx) => toHex(kernel.sha256(tx)))
    for (const hash of hashes) node.live?.mempool.delete(hash)
    for (const [hash, tx] of [...(node.live?.mempool ?? [])]) {
      const answer = await this.#call(node, ({ application }) => application.checkTx({ tx, type: 1 }))
      if (answer?.code) node.live?.mempool.delete(hash)
    }
  }

  /** What waits in one engine comes to another, beside whatever else happens. */
  gossip(): void {
    const [from, to] = [this.#random.pick(this.nodes).live, this.#random.pick(this.nodes).live]
    if (from === undefined || to === undefined || from.mempool.size === 0) return
    const bytes = this.#random.pick([...from.mempool.values()])
    checkInto(to, bytes).catch((error: unknown) => {
      if (to.process.alive && !/nothing-left/.test(String(error))) this.#failure ??= error
    })
  }

  async step(): Promise<void> {
    const random = this.#random
    switch (
      random.weighted({ send: 20, pass: 15, round: 30, mutant: 8, tell: 40, gossip: 40, restart: 15 })
    ) {
      case 'send': {
        const type = random.pick(['probe.add', 'probe.add', 'probe.add', 'probe.refuse'])
        this.submit(this.sign({ key: `k${random.integer(5)}`, value: 1 }, type, random.pick([5, 60, 600])))
        if (this.sent.length > 3 && random.chance(0.2)) this.submit(random.pick(this.sent))
        break
      }
      case 'pass':
        for (let i = random.integer(6); i >= 0; i--) this.time.step()
        this.time.pass(random.chance(0.02) ? 30_000 : random.integer(500))
        break
      case 'round':
        await this.round()
        break
      case 'mutant':
        await this.round(this.#mutation())
        break
      case 'tell':
        for (const node of this.nodes) if (random.chance(0.6)) await this.catchUp(node)
        break
      case 'gossip':
        this.gossip()
        break
      case 'restart': {
        const node = random.pick(this.nodes)
        if (node.live === undefined) await this.#start(node)
        break
      }
    }
    for (let i = 0; i < 2; i++) await new Promise<void>((resolve) => setImmediate(resolve))
    if (this.#failure !== undefined) throw this.#failure
    for (const { live, member } of this.nodes) {
      if (live?.ledger.halted !== undefined) throw new Error(`${member} has halted: ${live.errors.join()}`)
    }
  }

  #mutation(): Mutation {
    const random = this.#random
    const entry = () => this.sign({ key: 'm', value: 1 }).entry
    const fresh = () => bundleOf('lab', [entry()])
    const flip = (bytes: Uint8Array) => {
      const changed = bytes.slice()
      changed[random.integer(changed.length)]! ^= 1 << random.integer(8)
      return changed
    }
    const decided = this.chain.flatMap(({ txs }) => txs)
    const mutations: { readonly [name: string]: Mutation } = {
      garbage: (txs) => [...txs, random.bytes(random.integer(200))],
      flipped: (txs) => [...txs, flip(fresh())],
      twice: (txs) => {
        const again = txs[0] ?? fresh()
        return txs.length > 0 ? [...txs, again] : [again, again]
      },
      'no node': (txs) => [...txs, bundleOf('watcher', [entry()])],
      stranger: (txs) => [...txs, bundleOf('stranger', [entry()], { signer: 'lab log' })],
      'another key': (txs) => [...txs, bundleOf('lab', [entry()], { signer: 'insurer log' })],
      'another ledger': (txs) => [...txs, bundleOf('lab', [entry()], { ledger: new Uint8Array(32) })],
      'entries of another ledger': (txs) => {
        const other = { nonce: 1, expires: this.now + 60, ledger: new Uint8Array(32) }
        return [
          ...txs,
          bundleOf('lab', [signEntry(DOCTOR, 'probe.add', { key: 'a', value: 1 }, other).entry]),
        ]
      },
      expired: (txs) => {
        const expires = (this.chain.at(-1)?.seconds ?? GENESIS_TIME) - 1
        const old = { nonce: ++this.#nonce, expires }
        return [...txs, bundleOf('lab', [signEntry(DOCTOR, 'probe.add', { key: 'a', value: 1 }, old).entry])]
      },
      'too long': (txs) => [...txs, new Uint8Array(1024 * 1024 + 1).fill(1)],
      ...(decided.length > 0 && { spent: (txs) => [...txs, random.pick(decided)] }),
    }
    const name = random.pick(Object.keys(mutations))
    this.count(`mutation: ${name}`)
    return mutations[name]!
  }

  /** Everyone is started, and told of everything; all that is still sound is decided. */
  async finish(): Promise<void> {
    this.#killChance = 0
    for (let [still, rounds] = [0, 0]; still < 20; still++, rounds++) {
      if (rounds > 2_000) throw new Error('something waits for ever')
      for (const node of this.nodes) if (node.live === undefined) await this.#start(node)
      for (let i = 0; i < 20; i++) {
        this.time.step()
        this.gossip()
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
      await this.round()
      for (const node of this.nodes) await this.catchUp(node)
      if (this.nodes.some(({ live }) => live!.mempool.size > 0)) still = 0
    }
    for (const node of this.nodes) await this.catchUp(node)
  }

  /** What each node's disk holds of the log. */
  dumps(): string[][] {
    return this.nodes.map(({ disk }) => dumpLog(disk))
  }
}
