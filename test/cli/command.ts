/** Runs the built `medseal` command as a user would: a process of its own, with its own folder and environment. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** What stdin holds. */
  readonly input?: string
  /** Another build of the command. */
  readonly main?: string
  /** Another Node to run it. */
  readonly node?: string
}

export interface Running {
  readonly child: ChildProcess
  /** What was printed so far. */
  output(): string
  /** Resolves once stdout matches; rejects where the process ends first. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  readonly finished: Promise<Finished>
  /** Asks for a clean stop. */
  stop(signal?: NodeJS.Signals): Promise<Finished>
}

/** The environment without settings of the machine's own. */
function cleanEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('MEDSEAL_'))
  return { ...Object.fromEntries(kept), ...extra }
}

/** Starts the command. */
export function start(args: readonly string[], options: RunOptions = {}): Running {
  const child = spawn(options.node ?? process.execPath, [options.main ?? MAIN, ...args], {
    cwd: options.cwd,
    env: cleanEnvironment(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdin.on('error', () => undefined).end(options.input ?? '')
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
  return {
    child,
    finished,
    output: () => stdout,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(stdout)
          if (match) resolve(match)
        }
        child.stdout.on('data', look)
        look()
        void finished.then(() => reject(new Error(`ended without ${pattern}:\n${stdout}\n${stderr}`)))
      }),
    stop: (signal = 'SIGTERM') => {
      child.kill(signal)
      return finished
    },
  }
}

/** Runs the command to its end. */
export const run = (args: readonly string[], options: RunOptions = {}): Promise<Finished> =>
  start(args, options).finished

/** Starts a node and waits for its address. */
export async function startNode(
  args: readonly string[],
  options: RunOptions = {},
): Promise<Running & { url: string; operationsUrl: string }> {
  const running = start(['start', '--port', '0', '--threads', '1', '--log-level', 'error', ...args], options)
  const [, url] = await running.until(/^medseal is ready at (http:\/\/\S+)/m)
  const [, operationsUrl] = await running.until(/^its operators look at (http:\/\/\S+)\/metrics$/m)
  return { ...running, url: url!, operationsUrl: operationsUrl! }
}
