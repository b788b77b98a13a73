/** `medseal status`, `medseal token` and `medseal info`: what a node says. */
import type { Command } from 'commander'
import { TOKEN_SECONDS_MAX } from '../base/index.ts'
import { type Client, signToken } from '../client/index.ts'
import { EXIT, UsageError } from './failure.ts'
import {
  type ActorOptions,
  addActorOptions,
  addJsonOption,
  addNodeOptions,
  type NodeOptions,
  openClient,
  parseHex32,
  parseInteger,
  readActorKey,
} from './options.ts'
import { formatCount, formatTable, printJson, printLines } from './output.ts'
import { describeAnswer } from './submit.ts'

interface ReadOptions extends NodeOptions, ActorOptions {
  readonly json?: boolean
}

async function showStatus(id: string, options: ReadOptions): Promise<void> {
  const client = await openClient(options, { signer: true, reads: true })
  const answer = await client.transaction(id)
  if (options.json) printJson(answer)
  else if (answer.status === 'unknown') printLines(`This node knows no transaction ${id}.`)
  else printLines(...describeAnswer(answer))
  if (answer.status === 'refused' || answer.status === 'unknown') process.exitCode = EXIT.failed
}

async function printToken(options: ReadOptions & { seconds?: number }): Promise<void> {
  if (options.actor === undefined) throw new UsageError('whose token? Give --actor ID.')
  const signer = await readActorKey(options)
  const { actor, url, seconds } = options
  const { origin, node } = (await openClient(options, { signer: false })).node
  const life = seconds === undefined ? {} : { seconds }
  printLines(await signToken(signer, { actor, origin, node, url, ...life }))
}

type Upcoming = NonNullable<Client['node']['rules']>['upcoming'][number]

const describeUpcoming = ({ version, height, state, known, ready, nodes }: Upcoming) =>
  [
    '',
    `version ${version}, ${state} from height ${formatCount(height)}, ${ready} of ${nodes} nodes ready${known ? '' : '; UNKNOWN to this node'}`,
  ] as const

async function showInfo(options: ReadOptions): Promise<void> {
  const { node } = await openClient(options, { signer: false })
  if (options.json) return printJson(node)
  const members = node.vkeys.cosigners.map((vkey) => vkey.split('+', 1)[0]!.split('/').at(-1)!)
  printLines(
    `The node ${node.node} at ${options.url}`,
    ...formatTable([
      ['ledger', node.ledgerId],
      ['origin', node.origin],
      ['leaves', formatCount(node.size)],
      ['quorum', `${node.quorum} of ${members.length} (${members.join(', ')})`],
      ['rules', `version ${node.rulesVersion}`],
      ...(node.rules?.upcoming ?? []).map(describeUpcoming),
    ]),
  )
}

export function addReadCommands(program: Command): void {
  const status = program
    .command('status')
    .description('what became of a transaction, for its signer and parties')
    .argument('<id>', 'transaction id', parseHex32)
    .addHelpText('after', '\nExit code 1 where it was refused or is unknown.')
    .action(showStatus)
  addJsonOption(addActorOptions(addNodeOptions(status)))

  const token = program
    .command('token')
    .description('a token to read with at --url and nowhere else, for `Authorization: Bearer`')
    .option('--seconds <n>', 'life, at most 300', parseInteger(1, TOKEN_SECONDS_MAX))
    .addHelpText(
      'after',
      '\nExample:\n  $ curl -H "Authorization: Bearer $(medseal token --data medseal-data --actor hospital-a)" \\\n' +
        '      http://127.0.0.1:8080/v1/identity/me',
    )
    .action(printToken)
  addActorOptions(addNodeOptions(token))

  const info = program
    .command('info')
    .description('which ledger a node keeps, and how far it is')
    .action(showInfo)
  addJsonOption(addNodeOptions(info))
}
