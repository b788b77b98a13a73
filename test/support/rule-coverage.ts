/**
 * What of the rules no test has seen: verbs that were never accepted, codes that never refused. Known only where every
 * file of `test/domain` ran: `coverage.test.ts` says what is demanded, the others what they saw.
 */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { TestModule } from 'vitest/node'

interface Outcomes {
  readonly accepted: readonly string[]
  readonly refused: readonly string[]
}

/** What tests hand over (`setup.ts`, `domain/coverage.test.ts`). */
declare module 'vitest' {
  interface TaskMeta {
    outcomes?: Outcomes
    demanded?: Outcomes
  }
}

const DOMAIN = fileURLToPath(new URL('../domain/', import.meta.url))

/** Whether every quick file of `test/domain` ran and passed, and each of their tests. */
function ranWhole(modules: readonly TestModule[]): boolean {
  const ran = new Map(modules.map((module) => [module.moduleId, module]))
  const isWhole = ({ children }: TestModule): boolean =>
    [...children.allTests()].every((test) => test.result().state === 'passed')
  const files = readdirSync(DOMAIN, { recursive: true, encoding: 'utf8' })
  return files
    .filter((name) => name.endsWith('.test.ts') && !name.endsWith('.long.test.ts'))
    .map((name) => ran.get(`${DOMAIN}${name}`))
    .every((module) => module !== undefined && isWhole(module))
}

/** A line for each verb and code that is demanded and was not seen; empty where not all ran. */
export function findUnseen(modules: readonly TestModule[]): string[] {
  const tests = modules.flatMap((module) => [...module.children.allTests()])
  const demanded = tests.map((test) => test.meta().demanded).find((one) => one !== undefined)
  if (demanded === undefined || !ranWhole(modules)) return []
  const seen = tests.flatMap((test) => test.meta().outcomes ?? [])
  const accepted = new Set(seen.flatMap((one) => one.accepted))
  const refused = new Set(seen.flatMap((one) => one.refused))
  return [
    ...demanded.accepted.filter((type) => !accepted.has(type)).map((type) => `no test has ${type} accepted`),
    ...demanded.refused.filter((code) => !refused.has(code)).map((code) => `no test is refused by ${code}`),
  ]
}
