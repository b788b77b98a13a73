/**
 * Draws docs/pictures/start-page.png: a receipt that the start page found valid, with a node of its own in a temporary
 * folder, in Debian's Chromium. Run this after `npm run build` when the page changed.
 */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { startServer } from '../dist/api/index.js'
import { systemClock } from '../dist/base/index.js'
import { commitSubject, createClient, generateSigningKey, signingKeyFromPem } from '../dist/client/index.js'
import { initData, loadConfig } from '../dist/host/index.js'
import { loadKernel } from '../dist/kernel/index.js'
import { planConsortium } from '../dist/node/index.js'

const PICTURE = fileURLToPath(new URL('../docs/pictures/start-page.png', import.meta.url))
const BYTES_MAX = 150_000

const PLAN = {
  name: 'riverside',
  node: 'city-hospital',
  members: [
    { id: 'city-hospital', displayName: 'City Hospital', roles: ['hospital'] },
    { id: 'audit-office', displayName: 'Audit Office', roles: ['auditor'] },
  ],
  actors: [],
}

const folder = mkdtempSync(join(tmpdir(), 'medseal-picture-'))
const data = join(folder, 'data')
const kernel = await loadKernel()
initData(kernel, data, planConsortium(PLAN, systemClock))
const config = loadConfig({ flags: { data, port: '0', threads: '1', logLevel: 'error' } })
const server = await startServer(config, { writeLog: () => {} })
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-lcd-text'],
})
try {
  const signer = signingKeyFromPem(readFileSync(join(data, 'keys/city-hospital.pem'), 'utf8'))
  const client = await createClient({ url: server.url, signer, actor: 'city-hospital' })
  const { subject } = commitSubject(kernel, 'city-hospital', generateSigningKey().publicKey)
  const { id } = await client.send(
    { type: 'identity.enrol-subject', payload: { subject } },
    { wait: 'final' },
  )
  const page = await browser.newPage({ viewport: { width: 720, height: 900 }, locale: 'en-GB' })
  await page.goto(server.url)
  await page.locator('#trusted:not(:empty)').waitFor()
  await page.locator('#receipt').fill(JSON.stringify(await client.receipt(id)))
  await page.locator('#receipt-form button[type=submit]').click()
  await page.locator('.verdict[data-state=VALID]').waitFor()
  await page.locator('section[aria-labelledby=receipt-heading]').screenshot({ path: PICTURE })
} finally {
  await browser.close()
  await server.close()
  rmSync(folder, { recursive: true, force: true })
}
const { size } = statSync(PICTURE)
if (size > BYTES_MAX) throw new Error(`the picture has ${size} bytes, more than ${BYTES_MAX}`)
console.info(`${PICTURE}: ${size} bytes`)
