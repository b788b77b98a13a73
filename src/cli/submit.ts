/** `medseal submit`: signs one transaction and sends it. */
import type { Command } from 'commander'
import { Option } from 'commander'
import { LedgerError } from '../base/index.ts'
import type { SubmissionResult, TransactionAnswer } from '../client/index.ts'
import type { AnyJson, Payload } from '../protocol/index.ts'
import { EXIT, UsageError } from './failure.ts'
import {
  type ActorOptions,
  addActorOptions,
  addJsonOption,
  addNodeOptions,
  type NodeOptions,
  openClient,
  parseInteger,
  readTextFrom,
} from './options.ts'
import { formatTable, printJson, printLines } from './output.ts'

interface SubmitOptions extends NodeOptions, ActorOptions {
  readonly private?: string
  readonly wait: 'none' | 'committed' | 'final'
  readonly expiresIn?: number
  readonly json?: boolean
}

async function readJsonFrom(path: string, what: string): Promise<unknown> {
  const text = await readTextFrom(path)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(
      `${what} (${path === '-' ? 'stdin' : path}) is not JSON: ${(error as Error).message}`,
    )
  }
}

async function readPayload(path: string): Promise<Payload> {
  const payload = await readJsonFrom(path, 'the payload')
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    throw new UsageError('the payload must be a JSON object.')
  }
  return payload as Payload
}

/** What an answer means, as lines for people. */
export function describeAnswer(answer: SubmissionResult | TransactionAnswer): string[] {
  const details = answer.details as Readonly<Record<string, unknown>> | undefined
  const settled = 'settled' in answer ? answer.settled : undefined
  const message = typeof details?.['message'] === 'string' ? details['message'] : undefined
  const field = typeof details?.['field'] === 'string' ? details['field'] : undefined
  const rows: [string, string][] = [
    ['id', answer.id ?? 'none: the bytes are no transaction'],
    ['status', settled ? `${answer.status}, ${settled}` : answer.status],
  ]
  if (answer.code !== undefined) rows.push(['code', answer.code])
  if (message !== undefined) rows.push(['reason', message])
  if (field !== undefined) rows.push(['field', field])
  if (answer.index !== undefined) rows.push(['leaf', String(answer.index)])
  if (answer.height !== undefined) rows.push(['block', String(answer.height)])
  return formatTable(rows)
}

async function submit(type: string, payloadFile: string, options: SubmitOptions): Promise<void> {
  const payload = await readPayload(payloadFile)
  const privatePart =
    options.private === undefined ? undefined : await readJsonFrom(options.private, 'the private part')
  const client = await openClient(options, { signer: true })
  const draft = {
    type,
    payload,
    ...(privatePart !== undefined && { privatePart: privatePart as AnyJson }),
    ...(options.expiresIn !== undefined && { expiresInSeconds: options.expiresIn }),
  }
  const transaction = await client.sign(draft).catch((error: unknown) => {
    // What a body can not hold: the sender's mistake, not a fault of ours.
    if (error instanceof TypeError || error instanceof RangeError) {
      throw new LedgerError(
        'form.payload',
        { message: `The transaction can not be signed: ${error.message}.` },
        error,
      )
    }
    throw error
  })
  const [answer] = await client.submit([transaction], options.wait === 'none' ? {} : { wait: options.wait })
  if (options.json) printJson({ ...answer, id: transaction.id })
  else printLines(...describeAnswer({ ...answer!, id: transaction.id }))
  if (answer!.status === 'rejected' || answer!.status === 'refused') process.exitCode = EXIT.failed
}

const EXAMPLES = `
Examples:
  $ medseal submit record.anchor payload.json --key keys/hospital-a.pem
  $ jq -n '{...}' | medseal submit record.anchor - --data medseal-data --actor hospital-a --wait final

Exit code 1 where the node rejects or the ledger refuses. Sending again is safe: a transaction counts once.`

export function addSubmitCommand(program: Command): void {
  const command = program
    .command('submit')
    .description('sign a transaction and send it to a node')
    .argument('<type>', 'module.verb, such as record.anchor')
    .argument('[payload]', 'file with the payload as JSON; - or nothing for stdin', '-')
    .option('--private <file>', 'file with the private part as JSON, for the parties only')
    .addOption(
      new Option('--wait <until>', 'how far to wait')
        .choices(['none', 'committed', 'final'])
        .default('committed'),
    )
    .option('--expires-in <seconds>', 'life of the transaction, 600 by default', parseInteger(1, 86_400))
    .addHelpText('after', EXAMPLES)
    .action(submit)
  addJsonOption(addActorOptions(addNodeOptions(command)))
}
