/** Retries are safe: a node that is killed and started again while a client submits loses and doubles nothing. */
import { createPrivateKey, sign } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BATCH_COUNT_MAX, toHex } from '../../src/base/index.ts'
import { createClient, randomBytes, type Signer, signingKeyFromPem } from '../../src/client/index.ts'
import { type Running, run, startNode } from '../cli/command.ts'

describe('a node that is killed while a client submits', () => {
  let folder: string
  let node: Running & { url: string }
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-restart-'))
    await run(['init', '--data', 'data', '--member', 'ward=hospital'], { cwd: folder })
    node = await startNode(['--data', 'data'], { cwd: folder })
  })
  afterAll(async () => {
    await node?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** The ward's key, with the platform's signing: thousands of signatures are wanted. */
  async function openSigner(): Promise<Signer> {
    const pem = await readFile(join(folder, 'data/keys/ward.pem'), 'utf8')
    const key = createPrivateKey(pem)
    return { publicKey: signingKeyFromPem(pem).publicKey, sign: (message) => sign(null, message, key) }
  }

  it('has every transaction exactly once in the end', async () => {
    let restarted: Promise<unknown> | undefined
    let triesAfterKill = 0
    const client = await createClient({
      url: node.url,
      signer: await openSigner(),
      fetch: async (input, init) => {
        if (init?.method !== 'POST') return fetch(input, init)
        if (restarted) triesAfterKill++
        const response = await fetch(input, init)
        // The first batch is answered: the node dies with the second one on its way.
        restarted ??= (async () => {
          await new Promise((resolve) => setTimeout(resolve, 50))
          const { port } = new URL(node.url)
          await node.stop('SIGKILL')
          node = await startNode(['--data', 'data', '--port', port], { cwd: folder })
        })()
        return response
      },
    })
    const drafts = Array.from({ length: 2 * BATCH_COUNT_MAX + 100 }, () => ({
      type: 'identity.enrol-subject',
      payload: { subject: toHex(randomBytes(32)) },
    }))
    const transactions = await Promise.all(drafts.map((draft) => client.sign(draft)))
    const answers = await client.submit(transactions, { wait: 'final', timeoutSeconds: 100 })
    await restarted
    expect(answers.map(({ id }) => id)).toEqual(transactions.map(({ id }) => id))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['accepted']))
    expect(new Set(answers.map(({ index }) => index)).size).toBe(transactions.length)
    expect(triesAfterKill).toBeGreaterThan(2)

    // Once more, and the node that came back answers for what the one before it took.
    const again = await client.submit(transactions, { wait: 'final' })
    expect(again.map(({ index }) => index)).toEqual(answers.map(({ index }) => index))
  }, 180_000)
})
