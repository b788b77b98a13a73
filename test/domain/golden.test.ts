/**
 * The bytes of state and answers: what every verb writes, accepted after many tries, and what every read answers to
 * every reader of a busy world, folded into hashes that must stay. A build that changes how rows are written or shown,
 * and not what, leaves them alone. Where the rules are meant to change, or fast-check draws other payloads:
 * `TEST_GOLDEN=make npx vitest run test/domain/golden.test.ts`
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { registry } from '../../src/domain/index.ts'
import { busyWorld } from './support/busy-world.ts'
import { type Folded, foldWorlds } from './support/fold.ts'
import { fitting, type Vocabulary } from './support/payloads.ts'
import type { World } from './support/world.ts'

const PATH = fileURLToPath(new URL('./golden/bytes.json', import.meta.url))
const SEED = 20_240_713
const PAYLOADS = 120
const QUERIES = 8

/**
 * Tries payloads of every verb, each on the world as it was, then leaves the world with what a few of each did to it.
 */
function tryVerbs(world: World, known: Vocabulary, signers: readonly string[]): number {
  let accepted = 0
  const start = world.state
  for (const type of registry.types()) {
    const inputs = fc.tuple(fitting(registry.verb(type)!.payload, known), fc.constantFrom(...signers))
    const samples = fc.sample(inputs, { seed: SEED, numRuns: PAYLOADS })
    world.state = start
    for (const [payload, signer] of samples) {
      world.state = start
      if (world.run(signer, type, payload) === 'ok') accepted += 1
    }
  }
  world.state = start
  for (const type of registry.types()) {
    world.pass(60)
    const inputs = fc.tuple(fitting(registry.verb(type)!.payload, known), fc.constantFrom(...signers))
    for (const [payload, signer] of fc.sample(inputs, { seed: SEED + 1, numRuns: PAYLOADS })) {
      if (world.isActive(signer) && world.run(signer, type, payload) === 'ok') accepted += 1
    }
  }
  return accepted
}

/** Asks every read as every reader, page by page where it is a list. */
function askReads(world: World, known: Vocabulary, readers: readonly string[]): void {
  for (const { module, read } of registry.reads()) {
    const queries = fc.sample(fitting(read.query, known), { seed: SEED, numRuns: QUERIES })
    for (const query of queries as { [name: string]: string | number }[]) {
      for (const reader of readers) {
        if (read.list) world.list(reader, module, read.path, { limit: 2, ...query })
        else world.read(reader, module, read.path, query)
      }
    }
  }
}

it('writes and answers the bytes that it did', () => {
  const fold = foldWorlds()
  const { world, known, signers } = busyWorld()
  askReads(world, known, signers)
  const accepted = tryVerbs(world, known, signers)
  askReads(world, known, signers)
  const folded = fold.end()
  expect(accepted).toBeGreaterThan(100)
  if (process.env['TEST_GOLDEN'] === 'make') writeFileSync(PATH, `${JSON.stringify(folded, null, 2)}\n`)
  expect(folded).toEqual(JSON.parse(readFileSync(PATH, 'utf8')) as Folded)
}, 120_000)
