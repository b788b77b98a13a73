/** `medseal mirror`: a node that follows another's log, verifies all of it itself, and answers reads. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import { startServer } from '../api/index.ts'
import { LedgerError, systemClock, TOKEN_SECONDS_MAX, toHex } from '../base/index.ts'
import { createClient, ledgerIdOf, loadKernel, type SeededKey, signToken } from '../client/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { initMirror, openMirror, type RunningMirror } from '../node/index.ts'
import { createFolderSource, createHttpSource, fetchGenesis, type LogSource } from '../order/follow/index.ts'
import { UsageError } from './failure.ts'
import { type ActorOptions, addActorOptions, parseHex32, readActorKey } from './options.ts'
import { formatCount, printLines } from './output.ts'
import { addSettings, readSettings } from './settings.ts'
import { untilStopped } from './signals.ts'

interface MirrorOptions extends ActorOptions {
  readonly data?: string
  readonly genesis?: string
  readonly ledger?: string
  readonly compare?: readonly string[]
}

/** Tokens are made anew a minute before they end. */
const TOKEN_RENEW_SECONDS = TOKEN_SECONDS_MAX - 60

/** A bearer token for the node at `url`, signed when it is needed. */
function tokenMaker(url: string, key: SeededKey, actor: string): () => Promise<string> {
  let made: { readonly token: Promise<string>; readonly until: number } | undefined
  const make = async (): Promise<string> => {
    const { node } = await createClient({ url, triesMax: 1 })
    return signToken(key, { actor, origin: node.origin, node: node.node, url })
  }
  return () => {
    const now = systemClock.nowSeconds()
    if (made === undefined || now >= made.until) {
      const token = make()
      made = { token, until: now + TOKEN_RENEW_SECONDS }
      token.catch(() => {
        made = undefined
      })
    }
    return made.token
  }
}

const isUrl = (text: string): boolean => URL.canParse(text) && /^https?:/.test(text)

async function openSource(place: string, options: MirrorOptions): Promise<LogSource> {
  if (!isUrl(place)) return createFolderSource(place)
  const { actor } = options
  if (actor === undefined) return createHttpSource({ url: place })
  return createHttpSource({ url: place, token: tokenMaker(place, await readActorKey(options), actor) })
}

/** The folder of a new follower. Says whose word the genesis rests on. */
async function init(
  kernel: Kernel,
  folder: string,
  source: LogSource,
  options: MirrorOptions,
): Promise<void> {
  const genesis =
    options.genesis === undefined
      ? await fetchGenesis(kernel, source, options.ledger, new AbortController().signal)
      : await readFile(options.genesis)
  const ledgerId = toHex(ledgerIdOf(kernel, genesis))
  if (options.ledger !== undefined && options.ledger !== ledgerId) {
    throw new LedgerError('client.other-ledger', {
      message: `${options.genesis} is of the ledger ${ledgerId}.`,
    })
  }
  initMirror(kernel, folder, genesis)
  const hasWord = options.genesis !== undefined || options.ledger !== undefined
  if (hasWord) return printLines(`Following the ledger ${ledgerId} in ${folder}`)
  printLines(
    `Following the ledger ${ledgerId} in ${folder}, as ${source.name} names it.`,
    'Compare this id with what another member says: everything that follows is checked against it.',
  )
}

/** One line when the log was caught up with for the first time. */
async function announce({ follower, log }: RunningMirror, signal: AbortSignal): Promise<void> {
  const startMs = performance.now()
  while (!signal.aborted && follower.state.is === 'catching up') {
    await systemClock.sleep(200, signal).catch(() => {})
  }
  if (follower.state.is !== 'working') return
  const { size } = await log.head()
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
  printLines(`caught up: ${formatCount(size)} leaves verified and executed in ${seconds} s`)
}

async function mirror(place: string, options: MirrorOptions, command: Command): Promise<void> {
  if (options.key !== undefined && options.actor === undefined)
    throw new UsageError('whose key is it? Give --actor ID.')
  const kernel = await loadKernel()
  const config = readSettings(command, { data: 'medseal-mirror' })
  const source = await openSource(place, options)
  if (!existsSync(join(config.data, 'genesis.json'))) await init(kernel, config.data, source, options)
  const compared = await Promise.all((options.compare ?? []).map((other) => openSource(other, options)))
  // Readers' tokens name the node they are for: the member that runs it, whose own key is its operator's.
  const name = options.actor?.split(':')[0] ?? 'mirror'
  const stop = untilStopped()
  let node: RunningMirror | undefined
  try {
    const server = await startServer(config, {
      open: async (settings, rest) => {
        node = await openMirror(settings, { ...rest, source, compared, name })
        return node
      },
    })
    printLines(`medseal mirror of ${source.name} is ready at ${server.url} (stop with Ctrl-C)`)
    printLines(`its operators look at ${server.operationsUrl}/metrics`)
    if (node !== undefined) void announce(node, stop.signal)
    await stop.stopped
    await server.close()
  } finally {
    stop.release()
  }
}

const HELP = `
The source is a node, a static file server, or a folder that \`medseal export\` wrote. Every tile is held against the
signed checkpoint, every signature checked, every rule run again. Entries of a node are for operators and auditors: give
--key and --actor. If the log ever shows two histories, both signed checkpoints are kept in evidence/, an alarm is
raised, and following ends; what was verified is still served.

Examples:
  $ medseal mirror http://127.0.0.1:8080 --data mirror --port 8081 --key audit.pem --actor audit-office
  $ medseal mirror https://node-a.example --genesis genesis.json --compare https://node-b.example
  $ medseal mirror exported-log --ledger e810f5cb3af97a0b…`

export function addMirrorCommand(program: Command): void {
  const command = addSettings(
    program
      .command('mirror <source>')
      .description("follow another node's log: verify all of it, answer reads, notice a split view"),
  )
    .addOption(new Option('--genesis <file>', 'genesis of the ledger').env('MEDSEAL_GENESIS'))
    .option('--ledger <id>', 'ledger id that a fetched genesis must have', parseHex32)
    .option('--compare <url...>', 'other nodes of the same log: what they show is compared')
    .addHelpText('after', HELP)
    .action(mirror)
  addActorOptions(command)
}
