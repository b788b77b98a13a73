/** Shared memory is used again: hundreds of large calls leave the process as large as a few do. */
import { expect, it } from 'vitest'
import { createEngine } from '../../src/engine/index.ts'

const MIB = 1024 * 1024

it('memory stays flat over 400 MiB of calls', async () => {
  const engine = await createEngine({ threads: 2 })
  const entries = Array.from({ length: 32 }, (_, i) => new Uint8Array(32 * 1024).fill(i))
  const call = async () => {
    await Promise.all(Array.from({ length: 10 }, () => engine.hashLeaves(entries)))
  }
  for (let i = 0; i < 5; i++) await call()
  const before = process.memoryUsage().rss
  for (let i = 0; i < 40; i++) await call()
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * MIB)
  await engine.close()
})
