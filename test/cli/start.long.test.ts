/** One node at a time on a folder and on a port, and a clean stop. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Finished, type Running, run, startNode } from './command.ts'

describe('medseal start', () => {
  let folder: string
  let node: Running & { url: string }
  const medseal = (args: readonly string[]): Promise<Finished> => run(args, { cwd: folder })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-start-'))
    for (const data of ['data', 'elsewhere']) await medseal(['init', '--data', data])
    node = await startNode(['--data', 'data'], { cwd: folder })
  })
  afterAll(async () => {
    await node?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('lets only one node run on a folder, and stops it cleanly', async () => {
    const second = await medseal(['start', '--data', 'data', '--port', '0', '--log-level', 'error'])
    expect(second).toMatchObject({ code: 1, stderr: expect.stringMatching(/data\.locked/) })
    const port = new URL(node.url).port
    const samePort = await medseal(['start', '--data', 'elsewhere', '--port', port, '--log-level', 'error'])
    expect(samePort).toMatchObject({ code: 1, stderr: expect.stringMatching(/EADDRINUSE[\s\S]*--port/) })
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const ended = await node.stop(signal)
      expect(ended).toMatchObject({ code: 0, stderr: '' })
      // Its URL, and that of its operators.
      expect(ended.stdout.trim().split('\n')).toHaveLength(2)
      node = await startNode(['--data', 'data'], { cwd: folder })
    }
    const { stdout } = await medseal(['info', '--url', node.url, '--data', 'data', '--json'])
    expect((JSON.parse(stdout) as { size: number }).size).toBeGreaterThan(0)
  })
})
