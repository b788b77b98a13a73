/**
 * The order of several nodes for a node of a data folder: its engine's home, its engine, and what both know of the
 * other members. An engine is started once it is known that the node may sign, since it votes.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, LedgerError, ORDER_REPORTS_MAX, toHex, utf8 } from '../base/index.ts'
import type { Divergence } from '../finality/index.ts'
import {
  errorFields,
  keyPath,
  type Logger,
  type NodeConfig,
  type NodeData,
  readSigningSeed,
  replaceSynced,
} from '../host/index.ts'
import { type Verdicts, verifyOrdered } from '../intake/index.ts'
import type { Ledger } from '../ledger/index.ts'
import {
  type CometOrder,
  createCometOrder,
  deriveHome,
  Engine,
  type EngineLook,
  findProgram,
  readFirstEpoch,
  writeHome,
} from '../order/cometbft/index.ts'
import type { SourceState } from '../order/index.ts'
import type { NodeParts } from './compose.ts'

/** What an operator says of an order of several. */
export type CometConfig = Pick<
  NodeConfig,
  'cometbft' | 'orderExternal' | 'p2pAddress' | 'privateNetwork' | 'peers'
>

export interface CometOptions {
  readonly parts: NodeParts
  readonly data: NodeData
  readonly config: CometConfig
  readonly verdicts: Verdicts
}

/** A validator that did what it must not, as a decided block reports it. */
export interface MisbehaviorReport {
  /** Of the height at which it did it. */
  readonly height: number
  /** The first 20 bytes of SHA-256(order key), hex. */
  readonly address: string
  readonly kind: 'double-vote' | 'light-client-attack'
}

/** An order of several with its engine. */
export interface Comet {
  readonly order: CometOrder
  readonly look: () => EngineLook
  readonly reports: readonly MisbehaviorReport[]
  /** Keeps two notes that contradict each other, and raises the alarm. */
  readonly onDiverged: (evidence: Divergence) => void
  readonly config: CometConfig
  /** Of the engine's program; undefined where something else starts it. */
  readonly version: string | undefined
  /** Starts the engine, which votes from then on. LedgerError `order.votes-lost`, `order.socket`. */
  start(): Promise<void>
}

const NOT_STARTED: EngineLook = {
  state: {
    is: 'in trouble',
    reason: 'order not started',
    error: new LedgerError('order.away', { message: 'The engine of this node was not started.' }),
  },
  starts: 0,
  status: undefined,
}

/** LedgerError `order.engine-version`, `order.other-chain`, `config.invalid`, `data.key`. */
export async function openComet({ parts, data, config, verdicts }: CometOptions): Promise<Comet> {
  const { kernel, ledger, member, engine: verifier } = parts
  const clock: Clock = parts.clock
  const logger: Logger = parts.logger.child({ channel: 'order' })
  const program = config.orderExternal ? undefined : findProgram(config.cometbft)
  const start = await readFirstEpoch(kernel, ledger)
  const home = join(data.folder, 'order', String(start.epoch))
  const seeds = {
    orderSeed: readSigningSeed(keyPath(data.folder, 'order')),
    p2pSeed: readSigningSeed(keyPath(data.folder, 'p2p')),
  }
  const reports: MisbehaviorReport[] = []
  let engine: Engine | undefined
  let nodes = ''

  /** Writes the home for the members whose nodes are active now; whether that is others than before. */
  async function write(): Promise<boolean> {
    const active = await activeMembers(ledger)
    const peers = config.peers.filter((peer) => peer.member !== member && active.includes(peer.member))
    const settings = {
      member,
      peers,
      p2pAddress: config.p2pAddress,
      isPrivateNetwork: config.privateNetwork,
    }
    writeHome(home, deriveHome(kernel, { start, settings, ...seeds }), order.application.height > 0)
    const before = nodes
    nodes = peers.map((peer) => peer.member).join()
    return before !== nodes
  }

  const order = await createCometOrder({
    kernel,
    clock,
    ledger,
    member,
    start,
    logKeys: [data.keys, ...(data.keys.later ?? [])].map(({ log }) => log),
    verify: (entries) => verifyOrdered({ engine: verifier, ledger, verdicts }, entries),
    send: async (bundle) => engine?.send(bundle),
    state: (): SourceState => engine?.state ?? NOT_STARTED.state,
    stop: async () => engine?.stop(),
    onCommitted({ changedVoters }) {
      engine?.moved()
      if (changedVoters) void follow()
    },
    onMisbehavior(found) {
      for (const { type, validator, height } of found) {
        const address = toHex(validator?.address ?? new Uint8Array(0))
        const kind = type === 1 ? 'double-vote' : 'light-client-attack'
        logger.error('ALARM: a member voted as no honest node does', { height, address, kind })
        reports.push({ height, address, kind })
        if (reports.length > ORDER_REPORTS_MAX) reports.shift()
      }
    },
  })

  /** Who is a member's node has changed: whoever is none any more is let in no more, which takes a new start. */
  async function follow(): Promise<void> {
    try {
      if (!(await write())) return
      logger.warn('other members have nodes now: the engine is started again')
      engine?.restart()
    } catch (error) {
      logger.error('the settings of the engine could not be written', { reason: String(error) })
    }
  }

  return {
    order,
    config,
    version: program?.version,
    reports,
    onDiverged: (evidence) => keepDivergence(data.folder, evidence, logger),
    look: () => engine?.look ?? NOT_STARTED,
    async start() {
      await write()
      engine = new Engine({
        home,
        program: program?.path,
        application: order.application,
        clock,
        logger,
        voterCount: async () => Object.keys(order.application.voters).length,
        onGivenUp: (error) => order.fail(error),
      })
      await engine.open()
      logger.info('the engine is started', { version: program?.version, home })
    },
  }
}

const activeMembers = async (ledger: Pick<Ledger, 'trust'>): Promise<readonly string[]> =>
  (await ledger.trust()).next.nodes.map(({ member }) => member)

/** Two members have executed otherwise: one of the two notes is of a node that is wrong, or lies. */
function keepDivergence(folder: string, evidence: Divergence, logger: Logger): void {
  const dir = join(folder, 'evidence')
  const path = join(dir, `diverged-${evidence.size}.json`)
  logger.error('ALARM: another member has signed another tree of a size that was signed here', {
    size: evidence.size,
    evidence: path,
  })
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    replaceSynced(path, utf8(`${JSON.stringify(evidence, null, 2)}\n`))
  } catch (error) {
    // A full disk must not keep a node from saying so.
    logger.error('the evidence could not be kept', errorFields(error))
  }
}
