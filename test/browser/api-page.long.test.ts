/** `/docs` in a real browser: whoever puts a token in tries a read there, and without one is told that it needs it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createClient, signingKeyFromPem } from '../../src/client/index.ts'
import { type Running, run, startNode } from '../cli/command.ts'
import { CHROMIUM, describeWith, NEEDS_CHROMIUM } from '../support/needs.ts'

describeWith([NEEDS_CHROMIUM], "the API's page in Chromium", () => {
  let folder: string
  let node: Running & { url: string }
  let browser: Browser
  let page: Page
  const troubles: string[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medseal-api-page-'))
    await run(['init', '--data', 'data', '--member', 'hospital=hospital'], { cwd: folder })
    node = await startNode(['--data', 'data'], { cwd: folder })
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
    page = await browser.newPage()
    page.on('pageerror', ({ message }) => troubles.push(message))
    page.on('console', (message) => {
      if (message.type() === 'error') troubles.push(message.text())
    })
    page.on('response', (response) => {
      if (response.status() === 404) troubles.push(`404 ${response.url()}`)
    })
    await page.goto(`${node.url}/docs#/identity/readIdentityMe`)
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await node?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** Runs the read that is open; its answer, once it has that status. */
  async function tryRead(status: string): Promise<string> {
    await page.locator('.opblock.is-open .execute').click()
    const answer = page
      .locator('.opblock.is-open .live-responses-table .response')
      .filter({ has: page.locator('.response-col_status', { hasText: status }) })
    return answer.locator('.highlight-code').first().innerText()
  }

  it('has its own mark, and nothing that is missing', async () => {
    await page.locator('.opblock.is-open .try-out__btn').click()
    const mark = await page.locator('.topbar img').getAttribute('src')
    const icon = await (await fetch(`${node.url}/favicon.ico`)).text()
    expect(Buffer.from(mark!.split(',')[1]!, 'base64').toString()).toBe(icon)
    expect(troubles).toEqual([])
  })

  it('tries a read without a token, and with one', async () => {
    expect(await tryRead('401')).toContain('token.missing')
    const signer = signingKeyFromPem(await readFile(join(folder, 'data/keys/hospital.pem'), 'utf8'))
    const client = await createClient({ url: node.url, signer, actor: 'hospital' })
    await page.locator('.opblock.is-open .authorization__btn').click()
    await page.locator('.modal-ux input').fill(await client.token())
    await page.locator('.modal-ux .authorize').click()
    await page.locator('.modal-ux .close-modal').click()
    expect(await tryRead('200')).toContain('"actor": "hospital"')
  })
})
