/** Races of real processes for one lock that was left behind. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const RACER = fileURLToPath(new URL('lock-racer.mjs', import.meta.url))

function startRacer() {
  const child = spawn(process.execPath, [RACER], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    ask: async (...words: readonly string[]): Promise<string> => {
      child.stdin.write(`${words.join('\t')}\n`)
      return String((await lines.next()).value)
    },
    stop: () => child.kill(),
  }
}

/** What lies in a folder before each round: locks by name, each of a process that is gone. */
export type LeftLocks = readonly string[]

/** What each process said, round by round. After each round the folder must be empty. */
export async function race(processes: number, rounds: number, left: LeftLocks): Promise<string[][]> {
  const folder = mkdtempSync(join(tmpdir(), 'medseal-lock-'))
  const racers = Array.from({ length: processes }, startRacer)
  const outcomes: string[][] = []
  try {
    for (let round = 0; round < rounds; round++) {
      for (const name of left) writeFileSync(join(folder, name), '4194304 1')
      const at = String(Date.now() + 3)
      outcomes.push(await Promise.all(racers.map(({ ask }) => ask('take', folder, at))))
      await Promise.all(racers.map(({ ask }) => ask('release')))
      if (readdirSync(folder).length > 0) throw new Error(`left behind: ${readdirSync(folder)}`)
    }
  } finally {
    for (const { stop } of racers) stop()
    rmSync(folder, { recursive: true })
  }
  return outcomes
}
