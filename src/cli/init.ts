/** `medseal init`: founds a ledger in a new data folder, with keys for everyone it names. */
import { type Command, InvalidArgumentError } from 'commander'
import { LedgerError, ORDER_VOTERS_MAX, systemClock, toHex } from '../base/index.ts'
import { ledgerIdOf, loadKernel } from '../client/index.ts'
import { initData, type NewData } from '../host/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { type ConsortiumPlan, planConsortium } from '../node/index.ts'
import {
  ACTOR_ROLES,
  type ActorRole,
  isActorRole,
  isDisplayName,
  isMemberRole,
  MEMBER_ROLES,
  type MemberRole,
} from '../protocol/index.ts'
import { UsageError } from './failure.ts'
import { initFounders, initGenesis } from './founding.ts'
import { addJsonOption, parseInteger } from './options.ts'
import { formatTable, printJson, printLines } from './output.ts'

type PlannedMember = ConsortiumPlan['members'][number]
type PlannedActor = NonNullable<ConsortiumPlan['actors']>[number]

/** Id and roles of `ID=ROLE[,ROLE]`. */
function splitPair(value: string): [id: string, roles: string[]] {
  const [id, roles, ...rest] = value.split('=')
  if (!id || !roles || rest.length > 0) throw new InvalidArgumentError('It must be ID=ROLE.')
  return [id, roles.split(',')]
}

function parseMember(value: string, before: readonly PlannedMember[] = []): PlannedMember[] {
  const [id, names] = splitPair(value)
  const roles = names.filter((name): name is MemberRole => isMemberRole(name))
  if (roles.length < names.length)
    throw new InvalidArgumentError(`Roles of members: ${MEMBER_ROLES.join(', ')}.`)
  return [...before, { id, roles }]
}

function parseActor(value: string, before: readonly PlannedActor[] = []): PlannedActor[] {
  const [id, [role, ...more]] = splitPair(value)
  if (more.length > 0 || !isActorRole(role!))
    throw new InvalidArgumentError(`Roles of actors: ${ACTOR_ROLES.join(', ')}.`)
  return [...before, { id, role: role as ActorRole }]
}

function parseName(value: string, before: ReadonlyMap<string, string> = new Map()): Map<string, string> {
  const equals = value.indexOf('=')
  const [id, name] = [value.slice(0, equals), value.slice(equals + 1)]
  if (equals < 1 || !isDisplayName(name)) {
    throw new InvalidArgumentError('It must be ID=NAME; docs/protocol.md has the characters of a name.')
  }
  return new Map([...before, [id, name]])
}

interface InitOptions {
  readonly data?: string
  readonly name: string
  readonly founders?: readonly string[]
  readonly quorum?: number
  readonly out?: string
  readonly genesis?: string
  readonly member?: readonly PlannedMember[]
  readonly actor?: readonly PlannedActor[]
  readonly displayName?: ReadonlyMap<string, string>
  readonly json?: boolean
}

function nameMembers(
  members: readonly PlannedMember[],
  names: ReadonlyMap<string, string>,
): readonly PlannedMember[] {
  for (const id of names.keys()) {
    if (!members.some((member) => member.id === id)) {
      throw new LedgerError('config.invalid', { message: `--display-name: ${id} is no --member.` })
    }
  }
  return members.map((member) => {
    const displayName = names.get(member.id)
    return displayName === undefined ? member : { ...member, displayName }
  })
}

/** Makes keys and genesis of `plan`, and writes them into a new data folder. */
function found(kernel: Kernel, folder: string, plan: ConsortiumPlan): NewData {
  try {
    const data = planConsortium(plan, systemClock)
    initData(kernel, folder, data)
    return data
  } catch (error) {
    // The plan came from the command line: its mistakes are those of the flags.
    if (!(error instanceof LedgerError) || error.code !== 'genesis.invalid') throw error
    throw new LedgerError(
      'config.invalid',
      { message: `--name, --member or --actor: ${error.message}` },
      error,
    )
  }
}

async function init({ data, founders, genesis, ...options }: InitOptions): Promise<void> {
  if (founders !== undefined && data === undefined) return initFounders({ ...options, founders })
  if (data === undefined || founders !== undefined) {
    throw new UsageError('--data DIR, or --founders FILE… for a genesis alone?')
  }
  if (genesis !== undefined) return initGenesis({ ...options, genesis, data })
  return initAlone({ ...options, data })
}

async function initAlone(options: InitOptions & { readonly data: string }): Promise<void> {
  const kernel = await loadKernel()
  const members = nameMembers(
    options.member ?? [{ id: 'hospital-a', roles: ['hospital'] }],
    options.displayName ?? new Map(),
  )
  const plan = { name: options.name, node: members[0]!.id, members, actors: options.actor ?? [] }
  const data = found(kernel, options.data, plan)
  const ledgerId = toHex(ledgerIdOf(kernel, data.genesis))
  const keyNames = Object.keys(data.keys)
  if (options.json) return printJson({ data: options.data, ledgerId, node: members[0]!.id, keys: keyNames })
  printLines(
    `Founded the ledger ${options.name} in ${options.data}`,
    ...formatTable([
      ['ledger', ledgerId],
      ['node of', members[0]!.id],
      ['keys', `${keyNames.length} in ${options.data}/keys (mode 0600): ${keyNames.join(', ')}`],
    ]),
    '',
    `Give ${options.data}/genesis.json to whoever shall check receipts, and each member its own key.`,
    `Start the node with: medseal start --data ${options.data}`,
  )
}

const EXAMPLES = `
Examples:
  $ medseal init --data node-a --name riverside --member hospital-a=hospital
  $ medseal init --data node-a --name riverside \\
      --member hospital-a=hospital --display-name 'hospital-a=Riverside Hospital' \\
      --member insurer-b=insurer --actor hospital-a:dr-wang=doctor
  $ medseal init --founders hospital-a.json insurer-b.json lab-c.json fund-d.json --name riverside
  $ medseal init --genesis genesis.json --data node-a`

export function addInitCommand(program: Command): void {
  const command = program
    .command('init')
    .description('found a ledger in a new data folder')
    .option('--data <dir>', 'folder to make; it must not exist, or be empty')
    .option('--name <name>', 'name of the ledger, without space or +', 'medseal')
    .option('--member <id=role,...>', 'a member; repeat for more. The first one runs this node', parseMember)
    .option('--display-name <id=name>', 'public name of a member; repeat for more', parseName)
    .option('--actor <id=role>', 'a person or device of a member; repeat for more', parseActor)
    .option(
      '--founders <file...>',
      'public parts of founders: write the genesis of a ledger that they all keep',
    )
    .option('--quorum <count>', 'how many of them make a checkpoint final', parseInteger(1, ORDER_VOTERS_MAX))
    .option('--out <file>', 'where that genesis goes; genesis.json by default')
    .option('--genesis <file>', 'put that genesis beside the keys in --data')
    .addHelpText('after', EXAMPLES)
    .action(init)
  addJsonOption(command)
}
