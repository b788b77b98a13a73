/** Runs the quick start of docs/client.md as it stands, from the built package, against a real demo node. */
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as client from '../../src/client/index.ts'
import { type Running, run, startNode } from '../cli/command.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

describe('docs/client.md', () => {
  let folder: string
  let node: Running & { url: string }
  let page: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-docs-'))
    page = await readFile(join(root, 'docs/client.md'), 'utf8')
    await mkdir(join(folder, 'node_modules'))
    await symlink(root, join(folder, 'node_modules/medseal'))
    await run(['init', '--data', 'data', '--member', 'city-hospital=hospital'], { cwd: folder })
    node = await startNode(['--data', 'data'], { cwd: folder })
  })
  afterAll(async () => {
    await node?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('begins with an example that works', async () => {
    const [, code] = /## Quick start\n.*?```js\n(.*?)```/s.exec(page)!
    await writeFile(join(folder, 'example.mjs'), code!)
    const env = { ...process.env, MEDSEAL_URL: node.url, MEDSEAL_DATA: 'data' }
    const { status, stdout, stderr } = spawnSync(process.execPath, ['example.mjs'], {
      cwd: folder,
      env,
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.trim()),
    ).toEqual(['accepted final', 'true accepted true', 'true 32'])
  })

  it('names only what there is', () => {
    const exported = Object.keys(client)
    const methods = Object.getOwnPropertyNames(client.Client.prototype)
    const called = [...page.matchAll(/`(client\.)?([a-z][A-Za-z]+)\(/g)]
    expect(called.length).toBeGreaterThan(15)
    for (const [, ofClient, name] of called)
      expect(ofClient ? methods : [...exported, 'sign'], name).toContain(name)
  })
})
