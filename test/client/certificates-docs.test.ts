/**
 * Runs the examples of docs/certificates.md as they stand, from the built package, against a node of an exam
 * institution.
 */
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Running, run, startNode } from '../cli/command.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

describe('docs/certificates.md', () => {
  let folder: string
  let node: Running & { url: string }
  let page: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-docs-'))
    page = await readFile(join(root, 'docs/certificates.md'), 'utf8')
    await mkdir(join(folder, 'node_modules'))
    await symlink(root, join(folder, 'node_modules/medseal'))
    const members = ['--member', 'exam=exam-institution', '--actor', 'exam:dr-li=doctor']
    await run(['init', '--data', 'data', ...members], { cwd: folder })
    node = await startNode(['--data', 'data'], { cwd: folder })
  })
  afterAll(async () => {
    await node?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('issues a certificate that the command finds valid', async () => {
    const [, code] = /```js\n(.*?)```/s.exec(page)!
    await writeFile(join(folder, 'example.mjs'), code!)
    const example = spawnSync(process.execPath, ['example.mjs'], {
      cwd: folder,
      env: { ...process.env, MEDSEAL_URL: node.url },
      encoding: 'utf8',
    })
    expect(example).toMatchObject({ stderr: '', stdout: 'true\n', status: 0 })

    const [, shell] = /```sh\n(.*?)```/s.exec(page)!
    const commands = shell!.trim().split('\n')
    const [now, past, link, qr] = await Promise.all(
      commands.map((line) => run(line.split(' ').slice(1), { cwd: folder })),
    )
    expect(now).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('VALID: the certificate is genuine'),
    })
    expect(past).toMatchObject({ code: 1, stdout: expect.stringContaining('NOT YET VALID') })
    expect(link!.stdout).toMatch(/^https:\/\/check\.example\/c\/[0-9a-f]{64}\n$/)
    expect(qr!.code).toBe(0)
  })
})
