/** What the command says about itself, and about mistakes in the command line. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { explainFailure } from '../../src/cli/failure.ts'
import { buildProgram, CLIENT_COMMANDS } from '../../src/cli/program.ts'
import { type Finished, run } from './command.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medseal-usage-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The command line in this process: a process of its own takes the better part of a second to load. */
async function runHere(args: readonly string[]): Promise<Finished> {
  const [stdout, stderr] = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation(() => true),
  )
  let code = 0
  try {
    await (await buildProgram(args[0])).parseAsync(args, { from: 'user' })
  } catch (error) {
    const { text, exitCode } = explainFailure(error)
    process.stderr.write(`${text}\n`)
    code = exitCode
  }
  const written = [stdout!, stderr!].map((spy) => spy.mock.calls.map(([text]) => text).join(''))
  for (const spy of [stdout!, stderr!]) spy.mockRestore()
  return { code, stdout: written[0]!, stderr: written[1]! }
}

/** Every command below `command`, by its words. */
const commandsOf = (command: Command, words: readonly string[] = []): (readonly string[])[] =>
  command.commands.flatMap((one) => [[...words, one.name()], ...commandsOf(one, [...words, one.name()])])

const COMMANDS = commandsOf(await buildProgram(undefined))

describe('help', () => {
  it('names every command, with first steps and exit codes', async () => {
    const { code, stdout } = await run(['--help'])
    expect(code).toBe(0)
    expect(COMMANDS.length).toBeGreaterThan(20)
    for (const [command] of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'))
    expect(stdout).toContain('First steps:')
    expect(stdout).toContain('Exit codes: 0 done; 1 failed')
  })

  it.each(COMMANDS.map((words) => words.join(' ')))('of %s says what it does and takes', async (command) => {
    const { code, stdout, stderr } = await runHere([...command.split(' '), '--help'])
    expect(code, stderr).toBe(0)
    expect(stdout).toContain(`Usage: medseal ${command}`)
    expect(stdout.split('\n')[2]).not.toBe('')
  })

  it.each(CLIENT_COMMANDS)('of %s, a command of clients, needs none of the node', async (command) => {
    const small = commandsOf(await buildProgram(command)).map(([word]) => word)
    expect(small).toContain(command)
    expect(small).not.toContain('start')
  })

  it('tells its version', async () => {
    expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('a wrong command line', () => {
  const WRONG: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [['strat'], /unknown command 'strat'[\s\S]*Did you mean start/],
    [['start', '--prot', '1'], /unknown option '--prot'[\s\S]*Did you mean --port/],
    [['keys', 'new'], /which keys\? Give a FILE/],
    [['keys', 'new', '--member', 'a'], /--member needs --role and --data/],
    [['init'], /--data DIR, or --founders FILE/],
    [['receipt', 'verify', 'x.json'], /required option '--genesis <file>'/],
    [['receipt', 'get', 'abc', '--key', 'x'], /It must be 64 lower-case hex digits/],
    [['info', '--url', 'node.example'], /It must begin with http/],
    [['token', '--seconds', '301'], /whole number from 1 to 300/],
    [['demo', '--visits', '-1'], /--visits/],
    [['init', '--data', 'x', '--member', 'a=king'], /Roles of members: hospital, /],
    [['init', '--data', 'x', '--member', 'a'], /It must be ID=ROLE/],
    [['submit', 'record.anchor', '--wait', 'forever'], /Allowed choices are none, committed, final/],
    [['submit', 'record.anchor', 'missing.json'], /missing\.json: there is no such file/],
    [['token'], /Give --actor ID/],
    [['status', 'ab'.repeat(32), '--key', 'x.pem'], /Give --actor ID/],
  ]

  it('ends the process with its code, and words on stderr', async () => {
    const [args, says] = WRONG[0]!
    const { code, stdout, stderr } = await run(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(says)
  })

  it.each(WRONG)('%j is answered with what to do', async (args, says) => {
    const { code, stdout, stderr } = await runHere(args)
    expect(stderr).toMatch(says)
    expect(stdout).toBe('')
    expect(code).toBe(/no such file/.test(stderr) ? 1 : 2)
    expect(stderr).not.toMatch(/ {4}at /)
    expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(3)
  })

  it('or configuration has every mistake named', async () => {
    await writeFile(join(folder, 'config.json'), '{"prot": 1, "host": ""}')
    const { code, stderr } = await run(['start', '--port', 'eighty', '--threads', '0'], {
      cwd: folder,
      env: { MEDSEAL_CONFIG: 'config.json', MEDSEAL_LOG_LEVEL: 'loud', MEDSEAL_DATE: 'x' },
    })
    expect(code).toBe(2)
    for (const mistake of ['--port', '--threads', 'MEDSEAL_LOG_LEVEL', 'MEDSEAL_DATE', 'prot', 'host']) {
      expect(stderr).toContain(mistake)
    }
  })

  it('or payload is not read as something else', async () => {
    const file = join(folder, 'payload.json')
    for (const text of ['', '{', '[]', '"text"', 'null']) {
      await writeFile(file, text)
      const { code, stderr } = await runHere(['submit', 'record.anchor', file, '--key', 'x.pem'])
      expect(code).toBe(2)
      expect(stderr).toMatch(/payload/)
    }
    const options = { cwd: folder, input: '{' }
    expect(await run(['submit', 'record.anchor', '--key', 'x.pem'], options)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/the payload/),
    })
  })

  it('of another program leaves its variables alone', async () => {
    const env = {
      MEDSEAL_URL: 'http://127.0.0.1:9',
      MEDSEAL_ACTOR: 'a:b',
      MEDSEAL_KEY: 'k',
      MEDSEAL_GENESIS: 'g',
    }
    const { stderr } = await run(['start', '--data', 'nothing'], { cwd: folder, env })
    expect(stderr).toMatch(/medseal init --data .*nothing makes one/)
  })
})

describe('a node that is not there', () => {
  it('is said so, with what to do', async () => {
    const { code, stderr } = await run(['info', '--url', 'http://127.0.0.1:9'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/The node at http:\/\/127\.0\.0\.1:9 is not there\.[\s\S]*medseal start/)
  })

  it('is not made by start', async () => {
    const { code, stderr } = await run(['start', '--data', join(folder, 'nowhere')])
    expect(code).toBe(1)
    expect(stderr).toMatch(/data\.missing/)
  })
})

describe('config check', () => {
  it('shows what a node would start with: flags over variables over the file', async () => {
    const file = join(folder, 'config.json')
    await writeFile(file, JSON.stringify({ data: 'node-a', host: 'from-file', port: 9000 }))
    const env = { MEDSEAL_CONFIG: file, MEDSEAL_HOST: '0.0.0.0', MEDSEAL_PORT: '9002' }
    const { code, stdout } = await run(['config', 'check', '--json', '--port', '9001'], { env })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ data: 'node-a', port: 9001, host: '0.0.0.0' })
  })

  it('names every mistake at once', async () => {
    const env = { MEDSEAL_PORT: '80a', MEDSEAL_LOG_LEVEL: 'loud', MEDSEAL_THRAEDS: '2' }
    const { code, stderr } = await run(['config', 'check', '--threads', '0'], { env })
    expect(code).toBe(2)
    for (const name of ['MEDSEAL_PORT', 'MEDSEAL_LOG_LEVEL', 'MEDSEAL_THRAEDS', '--threads']) {
      expect(stderr).toContain(name)
    }
  })
})
