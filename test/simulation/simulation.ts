/**
 * A consortium in one process: a node that keeps the log, a mirror that follows it, clients that send, send again and
 * give up, disks that fail, processes that are killed at any moment, clocks that jump. All that happens is drawn from a
 * seed, which replays the run; the judge looks after every step.
 */

import type { SubmissionResult } from '../../src/answers/index.ts'
import { LedgerError } from '../../src/base/index.ts'
import type { RunningNode } from '../../src/node/index.ts'
import type { LogSource } from '../../src/order/follow/index.ts'
import { parseTilePath } from '../../src/protocol/index.ts'
import { publicKeyOf, type Sent, START_SECONDS, signDraft } from './consortium.ts'
import { COMMIT_FAULTS } from './faults.ts'
import { Judge } from './invariants.ts'
import { SimulatedNode } from './node.ts'
import { createRandom, type Random } from './random.ts'
import { SimulatedTime } from './time.ts'
import { createWorkload, type Workload } from './workload.ts'

const ACTIONS = {
  pass: 40,
  send: 25,
  sendAgain: 10,
  look: 8,
  failCommit: 2,
  failPart: 1,
  kill: 1,
  killMirror: 1,
  cutMirror: 1,
  jumpClock: 1,
} as const
type Action = keyof typeof ACTIONS

/** How many of the things happened that a run is made for. */
export type Counts = { [name: string]: number }

/** Sent, and possibly never answered. */
interface Remembered {
  readonly sent: Sent
  readonly parts: boolean
}

const SENT_MEMORY = 400

export class Simulation {
  readonly counts: Counts = {}
  readonly #random: Random
  readonly #time = new SimulatedTime(START_SECONDS)
  readonly #workload: Workload
  readonly #log: SimulatedNode
  readonly #mirror: SimulatedNode
  #judge!: Judge
  readonly #sent: Remembered[] = []
  #mirrorIsCut = false
  /** Broken promises of the judge's, met in the answers to clients. */
  #failure: unknown

  constructor(seed: number) {
    this.#random = createRandom(seed)
    this.#workload = createWorkload(this.#random)
    const shared = {
      time: this.#time,
      random: this.#random,
      onFault: (fault: string) => this.#count(`commit ${fault}`),
      onTrick: () => this.#count('entry ordered again'),
    }
    this.#log = new SimulatedNode(shared)
    this.#mirror = new SimulatedNode({
      ...shared,
      source: this.#source(),
      onSplitView: ({ size }) => {
        this.#failure = new Error(`the mirror saw a split view at size ${size}`)
      },
    })
  }

  async open(): Promise<void> {
    await this.#log.start()
    await this.#mirror.start()
    this.#judge = await Judge.open(this.#log.disk)
  }

  /** One thing happens; then everything must hold. */
  async step(): Promise<void> {
    const action = this.#random.weighted(ACTIONS)
    await this.#act(action)
    await this.#settleDown()
    await this.#check()
  }

  /** Everything is mended, everyone who has no answer asks again, and all must come to the same end. */
  async finish(): Promise<void> {
    this.#mirrorIsCut = false
    for (const node of [this.#log, this.#mirror]) {
      const { live } = node
      if (live !== undefined)
        Object.assign(live.process, { fault: undefined, partsFail: false, errorSeconds: 0 })
      if (live === undefined || live.ledger.halted !== undefined) {
        node.kill()
        await node.start()
      }
    }
    for (const remembered of this.#sent) this.#submit([remembered], 'final')
    for (let i = 0; i < 4_000; i++) {
      this.#time.step()
      await this.#settleDown()
      if (i % 50 === 0) await this.#check()
    }
    await this.#check()
    const [log, mirror] = [this.#log.live!, this.#mirror.live!]
    await this.#judge.everythingIsThere(log)
    this.#judge.comparesTo(this.#log.disk)
    this.#judge.comparesTo(this.#mirror.disk)
    const same = (await log.node.checkpoint()) === (await mirror.node.checkpoint())
    if (!same) throw new Error('the mirror did not come to the checkpoint of the log')
    this.counts['transactions told'] = this.#judge.toldCount
    this.counts['checkpoints'] = this.#judge.checkpoints
    this.counts['receipts'] = this.#judge.receipts
    this.counts['leaves'] = await this.#judge.size()
  }

  async #act(action: Action): Promise<void> {
    this.#count(action)
    const random = this.#random
    switch (action) {
      case 'pass':
        for (let i = 1 + random.integer(8); i > 0; i--) {
          this.#time.step()
          await this.#settleDown()
        }
        return
      case 'send':
        return this.#send()
      case 'sendAgain':
        return this.#sendAgain()
      case 'look':
        if (this.#log.live && !this.#log.live.ledger.halted) {
          await this.#judge.nothingIsLost(this.#log.live, random, 3)
        }
        return
      case 'failCommit': {
        const node = random.chance(0.7) ? this.#log : this.#mirror
        if (node.live) node.live.process.fault = random.pick(COMMIT_FAULTS)
        return
      }
      case 'failPart':
        if (this.#log.live) this.#log.live.process.partsFail = true
        return
      case 'kill':
        return this.#log.kill()
      case 'killMirror':
        return this.#mirror.kill()
      case 'cutMirror':
        this.#mirrorIsCut = !this.#mirrorIsCut
        return
      case 'jumpClock':
        if (this.#log.live) this.#log.live.process.errorSeconds = random.pick([-7_200, -30, 0, 0, 0, 20, 59])
        return
      default:
        action satisfies never
    }
  }

  #send(): void {
    const now = Math.floor(this.#time.nowMs / 1000)
    const batch = Array.from({ length: 1 + this.#random.integer(6) }, () => {
      const draft = this.#workload.draft(now)
      return { sent: signDraft(this.#random, now, draft), parts: this.#random.chance(0.95) }
    })
    this.#sent.push(...batch)
    if (this.#sent.length > SENT_MEMORY) this.#sent.splice(0, this.#sent.length - SENT_MEMORY)
    this.#submit(batch, this.#random.pick(['none', 'committed', 'final']))
  }

  #sendAgain(): void {
    if (this.#sent.length === 0) return
    const batch = Array.from({ length: 1 + this.#random.integer(4) }, () => this.#random.pick(this.#sent))
    this.#submit(batch, this.#random.pick(['none', 'committed']))
  }

  /** Sends without waiting: the answer comes, or never does. */
  #submit(batch: readonly Remembered[], wait: 'none' | 'committed' | 'final'): void {
    const { live } = this.#log
    if (live === undefined) return
    const submissions = batch.map(({ sent: { entry, privatePart }, parts }) => ({
      entry,
      privatePart: parts ? privatePart : undefined,
    }))
    const answered = (results: SubmissionResult[]): void => {
      for (const result of results) {
        this.#count(`answer ${result.status}`)
        this.#judge.told(result)
      }
    }
    Promise.race([live.node.submit(submissions, wait), live.killed])
      .then(answered)
      .catch((error: unknown) => {
        // A coded refusal of the whole request, or a process that is gone. Anything else is a fault of ours.
        if (error instanceof LedgerError) this.#count(`turned away: ${error.code}`)
        else if (!live.process.alive) this.#count('never answered')
        else this.#failure ??= error
      })
  }

  /** Everything that needs no time happens: nothing in a simulated node waits for anything else. */
  async #settleDown(): Promise<void> {
    for (let i = 0; i < 2; i++) await new Promise<void>((resolve) => setImmediate(resolve))
  }

  async #check(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    await this.#judge.followDisk()
    await this.#judge.valueIsConserved()
    const { live } = this.#log
    if (live !== undefined && live.ledger.halted === undefined) {
      await this.#judge.checkpointIsSound(live)
      await this.#judge.nothingIsLost(live, this.#random, 1)
    }
    if (this.#random.chance(0.02)) this.#judge.comparesTo(this.#log.disk)
    await this.#restart(this.#log, 'restart')
    await this.#restart(this.#mirror, 'restart of the mirror')
  }

  /** A process that is gone, or whose ledger has halted, is started again after a while. */
  async #restart(node: SimulatedNode, name: string): Promise<void> {
    const isDown = node.live === undefined || node.live.ledger.halted !== undefined
    if (!isDown || !this.#random.chance(0.3)) return
    node.kill()
    await node.start()
    this.#count(name)
  }

  /** The log's node as the mirror reaches it. */
  #source(): LogSource {
    const reach = (): RunningNode => {
      const { live } = this.#log
      if (live === undefined || this.#mirrorIsCut) throw new LedgerError('source.unreachable')
      return live.node
    }
    const auditor = async () => (await reach().signer(publicKeyOf('auditor')))!.actor
    return {
      name: 'hospital',
      checkpoint: async () => reach().checkpoint(),
      trustChain: async () => reach().trustChain(),
      file: async (path) => {
        const parsed = parseTilePath(path)!
        if (parsed.kind === 'tile') return reach().log.tile(parsed.level, parsed.index, parsed.width)
        return reach().entryBundle(parsed.index, parsed.width, await auditor())
      },
    }
  }

  #count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1
  }
}
