/**
 * Members that run as operators run them: a process for each node, and below it one for its engine, on this machine.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type Client, createClient } from '../../../../src/client/index.ts'
import { readSigningKey } from '../../../../src/host/index.ts'
import type { Founder } from '../../../../src/node/index.ts'
import { type Running, run, start } from '../../../cli/command.ts'
import { COMETBFT } from '../../../support/needs.ts'

const MEMBERS = {
  hospital: 'hospital',
  insurer: 'insurer',
  lab: 'exam-institution',
  council: 'health-commission',
}

export const sleep = (delayMs: number) => new Promise<void>((resolve) => setTimeout(resolve, delayMs))

/** Waits until `isSo`, looking again and again; an error says what it waited for. */
export async function until(what: string, seconds: number, isSo: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 1000 * seconds
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > endMs) throw new Error(`waited ${seconds} s for ${what}`)
    await sleep(50)
  }
}

/** A port that is free now. */
const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

/** The child process of `pid`; undefined where it has none. */
function childOf(pid: number): number | undefined {
  for (const name of readdirSync('/proc').filter((one) => /^[0-9]+$/.test(one))) {
    try {
      // The fields behind the command's name, which is in parentheses: state, parent.
      const [, parent] = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
      if (Number(parent) === pid) return Number(name)
    } catch {
      // It ended meanwhile.
    }
  }
  return undefined
}

export class Member {
  readonly id: string
  readonly data: string
  readonly url: string
  readonly p2pAddress: string
  readonly founder: Founder
  readonly #operationsUrl: string
  #running: Running | undefined
  #args: readonly string[] = []

  constructor(folder: string, founder: Founder, ports: readonly number[]) {
    this.id = founder.member
    this.founder = founder
    this.data = join(folder, founder.member)
    this.p2pAddress = `127.0.0.1:${ports[0]}`
    this.url = `http://127.0.0.1:${ports[1]}`
    this.#operationsUrl = `http://127.0.0.1:${ports[2]}`
  }

  /** How the others name it. */
  get peer(): string {
    return `${this.id}=${this.founder.nodeId}@${this.p2pAddress},${this.url}`
  }

  configure(others: readonly Member[], more: readonly string[] = []): void {
    const portOf = (url: string) => new URL(url).port
    this.#args = [
      ...['start', '--data', this.data, '--port', portOf(this.url)],
      ...['--operations-port', portOf(this.#operationsUrl), '--threads', '1', '--log-level', 'warn'],
      ...['--order', 'cometbft', '--cometbft', COMETBFT!],
      ...['--p2p-address', this.p2pAddress, '--private-network'],
      ...others.flatMap(({ peer }) => ['--peer', peer]),
      ...more,
    ]
  }

  get isRunning(): boolean {
    return this.#running !== undefined
  }

  start(): void {
    this.#running = start(this.#args)
    const { child } = this.#running
    child.once('exit', () => {
      if (this.#running?.child === child) this.#running = undefined
    })
  }

  async stop(): Promise<void> {
    await this.#running?.stop()
  }

  /** Kills the node's process; its engine ends itself. */
  killNode(): void {
    this.#running?.child.kill('SIGKILL')
    this.#running = undefined
  }

  /** The engine's process; undefined while there is none. */
  get enginePid(): number | undefined {
    const pid = this.#running?.child.pid
    return pid === undefined ? undefined : childOf(pid)
  }

  killEngine(): void {
    const pid = this.enginePid
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
  }

  async reasons(): Promise<string[]> {
    const answer = await fetch(`${this.#operationsUrl}/readyz`)
    return ((await answer.json()) as { reasons: string[] }).reasons
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.#operationsUrl}/metrics`)).text()
  }

  ready(seconds = 40): Promise<void> {
    return until(`${this.id} to be ready`, seconds, async () => (await this.reasons()).length === 0)
  }

  /** Speaks to its door as a member. */
  client(actor: Member): Promise<Client> {
    const signer = readSigningKey(join(actor.data, 'keys', `${actor.id}.pem`))
    return createClient({ url: this.url, signer, actor: actor.id, triesMax: 1 })
  }

  /** Size and root of its newest checkpoint. */
  async head(): Promise<string> {
    const note = await (await fetch(`${this.url}/checkpoint`)).text()
    return note.split('\n').slice(1, 3).join(' ')
  }
}

/** Founds a ledger as its members would, with the command alone. */
export async function foundMembers(folder: string): Promise<Member[]> {
  const must = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(args, { cwd: folder })
    if (code !== 0) throw new Error(stderr)
    return stdout
  }
  const ids = Object.keys(MEMBERS) as (keyof typeof MEMBERS)[]
  const founders: Founder[] = []
  for (const id of ids) {
    const flags = ['--member', id, '--role', MEMBERS[id], '--data', id, '--out', `${id}.json`]
    founders.push(JSON.parse(await must('keys', 'new', ...flags)) as Founder)
  }
  await must('init', '--name', 'several.example', '--founders', ...ids.map((id) => `${id}.json`))
  const members: Member[] = []
  for (const founder of founders) {
    await must('init', '--genesis', 'genesis.json', '--data', founder.member)
    const ports = [await freePort(), await freePort(), await freePort()]
    members.push(new Member(folder, founder, ports))
  }
  for (const member of members) member.configure(members.filter((other) => other !== member))
  return members
}

/** Whether all have the same newest checkpoint; of size `size` at least. */
export async function agree(members: readonly Member[], size = 0): Promise<boolean> {
  const heads = await Promise.all(members.map((member) => member.head()))
  return new Set(heads).size === 1 && Number(heads[0]!.split(' ')[0]) >= size
}

export const readText = (path: string): Promise<string> => readFile(path, 'utf8')
