/**
 * Founding a ledger that several nodes keep: each founder's keys (`medseal keys new --member`), the genesis of all
 * (`medseal init --founders`), and the data folder of each (`medseal init --genesis`).
 */
import { readFile, writeFile } from 'node:fs/promises'
import { LedgerError, ORDER_VOTERS_MAX, systemClock, toHex } from '../base/index.ts'
import { ledgerIdOf, loadKernel } from '../client/index.ts'
import { adoptGenesis, makeMemberKeys } from '../host/index.ts'
import { type Founder, foundConsortium, nodeIdOf } from '../node/index.ts'
import { isMemberRole, type MemberRole } from '../protocol/index.ts'
import { UsageError } from './failure.ts'
import { formatTable, printJson, printLines } from './output.ts'

export interface FounderOptions {
  readonly member: string
  readonly role?: string
  readonly data?: string
  readonly displayName?: string
  readonly out?: string
}

/** Makes a founder's keys, and prints the public part, which the others need. */
export async function makeFounder({ member, role, data, displayName, out }: FounderOptions): Promise<void> {
  if (data === undefined || role === undefined) throw new UsageError('--member needs --role and --data.')
  const roles = role.split(',')
  const known = roles.filter((name): name is MemberRole => isMemberRole(name))
  if (known.length < roles.length) throw new UsageError(`${role} is no role of members.`)
  const kernel = await loadKernel()
  const { p2pKey, ...keys } = makeMemberKeys(data, member)
  const founder: Founder = {
    member,
    ...(displayName !== undefined && { displayName }),
    roles: known,
    key: toHex(keys.key),
    logKey: toHex(keys.logKey),
    cosignerKey: toHex(keys.cosignerKey),
    orderKey: toHex(keys.orderKey),
    nodeId: nodeIdOf(kernel, p2pKey),
  }
  if (out !== undefined) await writeFile(out, `${JSON.stringify(founder, null, 2)}\n`, { flag: 'wx' })
  printJson(founder)
}

const TEXTS = ['member', 'key', 'logKey', 'cosignerKey', 'orderKey', 'nodeId'] as const

/** A founder's file. What a genesis may hold is checked where that is made. */
async function readFounder(path: string): Promise<Founder> {
  const text = await readFile(path, 'utf8')
  try {
    const founder = JSON.parse(text) as Founder
    if (TEXTS.every((name) => typeof founder[name] === 'string') && Array.isArray(founder.roles))
      return founder
  } catch {
    // Said below.
  }
  throw new LedgerError('config.invalid', {
    message: `${path} is not what medseal keys new --member prints.`,
  })
}

export interface FoundersOptions {
  readonly founders: readonly string[]
  readonly name: string
  readonly quorum?: number
  readonly out?: string
  readonly json?: boolean
}

/** Writes the genesis of founders, and prints what each of them needs. */
export async function initFounders({ founders: paths, ...options }: FoundersOptions): Promise<void> {
  const { name, quorum, out = 'genesis.json', json } = options
  if (paths.length > ORDER_VOTERS_MAX) throw new UsageError(`At most ${ORDER_VOTERS_MAX} members may vote.`)
  const kernel = await loadKernel()
  const founders = await Promise.all(paths.map(readFounder))
  const genesis = foundConsortium(kernel, founders, { name, quorum, time: systemClock.nowSeconds() })
  await writeFile(out, genesis, { flag: 'wx' })
  const ledger = toHex(ledgerIdOf(kernel, genesis))
  if (json) return printJson({ genesis: out, ledgerId: ledger })
  printLines(
    `Wrote the genesis of ${name} to ${out}`,
    ...formatTable([
      ['ledger', ledger],
      ['members', founders.map(({ member }) => member).join(', ')],
    ]),
    '',
    'Each founder compares the ledger with the others, and puts the file beside its own keys:',
    `  medseal init --genesis ${out} --data DIR`,
    'Each names the others with --peer, with the hosts at which they are:',
    ...founders.map(({ member, nodeId }) => `  ${member}=${nodeId}@HOST:26656,https://HOST`),
  )
}

/** Puts a genesis beside the keys of one of its members. */
export async function initGenesis(options: {
  readonly genesis: string
  readonly data: string
  readonly json?: boolean
}): Promise<void> {
  const kernel = await loadKernel()
  const genesis = new Uint8Array(await readFile(options.genesis))
  const member = adoptGenesis(kernel, options.data, genesis)
  const ledgerId = toHex(ledgerIdOf(kernel, genesis))
  if (options.json) return printJson({ data: options.data, ledgerId, node: member })
  printLines(
    `The node of ${member} is ready in ${options.data}`,
    ...formatTable([['ledger', ledgerId]]),
    '',
    `Start it with: medseal start --data ${options.data} --order cometbft --peer …`,
  )
}
