/**
 * The SDK in a real browser: the built package, bundled by each of three bundlers as a page would, checks a receipt
 * offline and signs what this process finds sound. The page may fetch nothing but its own script.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBit, pack, toHex } from '../../src/base/index.ts'
import type * as Sdk from '../../src/client/index.ts'
import { type Kernel, loadKernel } from '../../src/kernel/index.ts'
import { CHROMIUM, describeWith, NEEDS_CHROMIUM } from '../support/needs.ts'
import { makeTestReceipt, testLedger } from '../support/receipts.ts'
import { BUNDLERS, type BundlerName, makeProject } from './support/bundle.ts'

const MEDIA_TYPES: Record<string, string> = { '.js': 'text/javascript' }

declare global {
  var medsealClient: typeof Sdk
}

const SCRIPT = `
  import * as client from './client.js'
  globalThis.medsealClient = client
`
const PAGE = `<!doctype html><title>medseal</title><script type="module">${SCRIPT}</script>`

/** Scripts of its own and wasm, and no fetch whatever. */
const HASH = createHash('sha256').update(SCRIPT).digest('base64')
const POLICY = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-${HASH}'`

const serveFolder = (folder: string): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer(async (request, response) => {
      const name = request.url === '/' ? 'index.html' : join('/', request.url!).slice(1)
      const bytes = await readFile(join(folder, name)).catch(() => undefined)
      const type = MEDIA_TYPES[extname(name)] ?? 'text/html'
      const headers = { 'content-type': type, 'content-security-policy': POLICY }
      response.writeHead(bytes ? 200 : 404, headers).end(bytes)
    })
    server.listen(0, '127.0.0.1', () => resolve(server))
  })

describeWith([NEEDS_CHROMIUM], 'the SDK in Chromium', () => {
  describe.each(Object.keys(BUNDLERS) as BundlerName[])('bundled by %s', (name) => {
    let folder: string
    let server: Server
    let browser: Browser
    let page: Page
    let kernel: Kernel

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'medseal-browser-'))
      await makeProject(folder, { 'client.js': "export * from 'medseal/client'\n" })
      await BUNDLERS[name](folder, 'client.js')
      await writeFile(join(folder, 'out/index.html'), PAGE)
      server = await serveFolder(join(folder, 'out'))
      browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
      page = await browser.newPage()
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      await page.waitForFunction(() => globalThis.medsealClient !== undefined)
      kernel = await loadKernel()
    }, 120_000)

    afterAll(async () => {
      await browser?.close()
      server?.close()
      await rm(folder, { recursive: true, force: true })
    })

    it('checks a receipt with the kernel, and refuses a tampered one', async () => {
      const ledger = testLedger(kernel)
      const receipt = makeTestReceipt(kernel, ledger, {
        secretKey: new Uint8Array(32).fill(7),
        time: 1_767_226_000,
        type: 'record.anchor',
        payload: { recordId: 'visit-1' },
      })
      const verdicts = await page.evaluate(
        async ({ receipt, genesis }) => {
          const { checkReceipt, loadKernel } = globalThis.medsealClient
          const pageKernel = await loadKernel()
          const bytes = new TextEncoder().encode(genesis)
          const digit = receipt.entry[40] === 'A' ? 'B' : 'A'
          const altered = { ...receipt, entry: receipt.entry.slice(0, 40) + digit + receipt.entry.slice(41) }
          return [receipt, altered].map((each) => checkReceipt(pageKernel, each, bytes))
        },
        { receipt, genesis: new TextDecoder().decode(ledger.genesis) },
      )
      expect(verdicts[0]).toMatchObject({
        ok: true,
        status: 'accepted',
        final: true,
        body: { type: 'record.anchor' },
      })
      expect(verdicts[1]).toMatchObject({ ok: false })
    })

    it('signs a transaction that is sound here, and keeps its key as PEM', async () => {
      const signed = await page.evaluate(async () => {
        const client = globalThis.medsealClient
        const signer = client.signingKeyFromPem(client.signingKeyToPem(client.generateSigningKey()))
        const pageKernel = await client.loadKernel()
        const ledgerId = new Uint8Array(32).fill(5)
        const draft = {
          type: 'record.anchor',
          payload: { recordId: 'visit-1' },
          privatePart: { note: 'über' },
        }
        const transaction = await client.signTransaction(draft, { kernel: pageKernel, ledgerId, signer })
        return { id: transaction.id, entry: [...transaction.entry], part: [...transaction.privatePart!] }
      })
      const verdicts = kernel.verifyEntries(pack([Uint8Array.from(signed.entry)]), new Uint8Array(32).fill(5))
      expect(hasBit(verdicts.valid, 0)).toBe(true)
      expect(toHex(verdicts.ids)).toBe(signed.id)
      const body = new TextDecoder().decode(Uint8Array.from(signed.entry).subarray(97))
      expect(JSON.parse(body).privateHash).toBe(toHex(kernel.sha256(Uint8Array.from(signed.part))))
    })
  })
})
