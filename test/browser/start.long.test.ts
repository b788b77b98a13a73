/**
 * The start page of a node in Debian's Chromium: what it says of the node, and its check of receipts, sound, tampered
 * and hostile, against the node's keys and against a genesis file.
 */
import type { AddressInfo } from 'node:net'
import { type Browser, type BrowserContext, chromium, type Page, type Request } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { CHECKED_FILE_BYTES_MAX, JSON_DEPTH_MAX, utf8 } from '../../src/base/index.ts'
import type { Receipt } from '../../src/protocol/index.ts'
import { toRequest } from '../api/support/door.ts'
import { type ExamDoor, flip, openExamDoor } from '../api/support/exam-door.ts'
import { kernel } from '../node/support/world.ts'
import { sampleGenesis } from '../protocol/sample-ledger.ts'
import { CHROMIUM, describeWith, NEEDS_CHROMIUM } from '../support/needs.ts'
import { makeTestReceipt, testLedger } from '../support/receipts.ts'

/** A receipt's check, as its reader sees it. */
interface Shown {
  readonly state: string
  readonly text: string
}

const asFile = (name: string, content: string | Uint8Array) => ({
  name,
  mimeType: 'application/json',
  buffer: Buffer.from(content as string),
})

describeWith([NEEDS_CHROMIUM], 'the start page', () => {
  let door: ExamDoor
  let browser: Browser
  let url: string
  let accepted: Receipt
  let acceptedId: string
  let refused: Receipt
  const contexts: BrowserContext[] = []
  const troubles: string[] = []
  const requests: Request[] = []

  beforeAll(async () => {
    door = await openExamDoor()
    await door.app.listen({ host: '127.0.0.1', port: 0 })
    url = `http://127.0.0.1:${(door.app.server.address() as AddressInfo).port}`
    const receiptOf = async (to: string) => {
      const signed = door.sign('hospital:dr-li', 'note.write', { to })
      await door.post(toRequest(signed), {}, '?wait=final')
      return [signed.id, (await door.get(`/v1/receipts/${signed.id}`, 'hospital:dr-li')).json()] as const
    }
    ;[acceptedId, accepted] = await receiptOf('hospital:patient')
    ;[, refused] = await receiptOf('nobody')
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'],
    })
  })

  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close()
    expect(troubles.splice(0)).toEqual([])
    // Whatever a test does: the node alone is asked, for what anyone may read, and nothing is sent along.
    for (const request of requests.splice(0)) {
      expect([request.method(), request.postData()], request.url()).toEqual(['GET', null])
      const { origin, pathname, search } = new URL(request.url())
      expect([origin, search]).toEqual([url, ''])
      expect(pathname).toMatch(
        /^\/($|start\/|c\/|favicon|v1\/info$|v1\/certificate\/files\/|checkpoint$|trust\.json$)/,
      )
    }
  })

  afterAll(async () => {
    await browser?.close()
    await door?.app.close()
    await door?.node.close()
  })

  /** A phone of its own with the page open; its console's complaints fail the test. */
  async function open(locale = 'en-GB', alter?: (page: Page) => Promise<unknown>): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: 390, height: 844 },
      locale,
      timezoneId: 'Asia/Shanghai',
    })
    contexts.push(context)
    context.on('request', (request) => requests.push(request))
    const page = await context.newPage()
    page.on('pageerror', (error) => troubles.push(String(error)))
    page.on('console', (message) => {
      const isRequest = message.text().startsWith('Failed to load resource')
      if (!isRequest && ['error', 'warning'].includes(message.type())) troubles.push(message.text())
    })
    await alter?.(page)
    await page.goto(url)
    await page.locator('#trusted:not(:empty)').waitFor()
    return page
  }

  async function shownIn(page: Page): Promise<Shown> {
    await page.locator('#result .verdict').waitFor()
    const state = await page.locator('#result .verdict').getAttribute('data-state')
    return { state: state!, text: (await page.locator('#result').textContent())! }
  }

  /** Pastes a text into the receipt's field and has it checked. What was shown before is gone first. */
  async function paste(page: Page, content: unknown): Promise<Shown> {
    await page.locator('#result').evaluate((result) => result.replaceChildren())
    await page.locator('#receipt').fill(typeof content === 'string' ? content : JSON.stringify(content))
    await page.locator('#receipt-form button[type=submit]').click()
    return shownIn(page)
  }

  it('says what the node is, from a checkpoint that it verified', async () => {
    const page = await open()
    await page.locator('#facts dd').first().waitFor()
    const facts = (await page.locator('#facts').textContent())!
    const { origin, size } = (await door.get('/v1/info')).json()
    for (const words of [origin, 'hospital', `Entries${size}`, 'final: cosigned', 'Rules version']) {
      expect(facts).toContain(words)
    }
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    const forged = await open('en-GB', (altered) =>
      altered.route('**/checkpoint', async (route) => {
        const text = (await door.get('/checkpoint')).body
        await route.fulfill({ body: text.replace(`\n${size}\n`, `\n${size + 1}\n`) })
      }),
    )
    await forged.locator('#facts-note:not(:empty)').waitFor()
    expect(await forged.locator('#facts-note').textContent()).toContain('did not verify')
    expect(await forged.locator('#facts dd').count()).toBe(0)
  })

  it('finds a sound receipt valid and says what, when, where, by whom, and whom it trusted', async () => {
    const page = await open()
    // The first page of a phone also fetches, once, what it keeps for the time without a network.
    await page.evaluate(() => navigator.serviceWorker.ready)
    expect(requests.splice(0).map((request) => new URL(request.url()).pathname)).toContain('/v1/info')
    const { state, text } = await paste(page, accepted)
    expect(requests).toEqual([])
    expect(state).toBe('VALID')
    for (const words of ['note.write', 'Jan 2026', 'Block height', 'Index in the log', acceptedId]) {
      expect(text).toContain(words)
    }
    expect(text).toContain('Cosigned byhospital')
    expect(text).toContain('Trusted: the keys that this node names')
    expect(await paste(page, refused)).toMatchObject({
      state: 'REFUSED',
      text: expect.stringContaining('identity.actor-unknown'),
    })
  })

  it('holds a receipt to the id that was given', async () => {
    const page = await open()
    const field = page.locator('#transaction')
    await field.fill(acceptedId)
    expect((await paste(page, accepted)).state).toBe('VALID')
    await field.fill('ab'.repeat(32))
    expect((await paste(page, accepted)).state).toBe('INVALID')
    await field.fill('no id')
    expect((await paste(page, accepted)).state).toBe('NO_TRUST')
  })

  it('finds a receipt invalid whose any field was tampered with, and says why', async () => {
    const page = await open()
    const fields = ['proof', 'entry', 'header', 'headerProof'] as const
    const altered = fields.flatMap((field) => {
      const at = field.endsWith('roof') ? accepted[field].indexOf('\n\n') - 10 : 60
      return [
        { ...accepted, [field]: flip(accepted[field], at) },
        { ...accepted, [field]: refused[field] },
        { ...accepted, [field]: '' },
        { ...accepted, [field]: 7 },
        { ...accepted, [field]: undefined },
      ]
    })
    for (const receipt of [...altered, { ...accepted, more: 1 }, [], null, 7, 'text', {}]) {
      const { state, text } = await paste(page, JSON.stringify(receipt))
      expect(state, JSON.stringify(receipt)).toBe('INVALID')
      expect(text).toContain('(receipt.')
    }
  })

  it('shows what hides or turns as it is written', async () => {
    const page = await open()
    const name = 'x\u202eDILAV'
    await page
      .locator('#genesis-file')
      .setInputFiles(asFile('genesis.json', JSON.stringify({ ...sampleGenesis, name })))
    await page.locator('#trusted', { hasText: 'x\\u{202E}DILAV' }).or(page.locator('#reason')).waitFor()
    const { text } = await paste(page, { ...accepted, [name]: 1 })
    expect(text).toContain('x\\u{202E}DILAV')
    const places = await page.locator('#trusted, #facts, #facts-note, #result').allTextContents()
    expect(places.join('')).not.toContain('\u202e')
  })

  it('checks against a genesis file and then trusts no node', async () => {
    const members = sampleGenesis.members.map((member) => ({ ...member, displayName: `${member.id} 医院` }))
    const other = testLedger(kernel, 'elsewhere.example')
    const genesis = utf8(JSON.stringify({ ...sampleGenesis, members, name: 'named.example' }))
    const { ledgerIdOf, parseGenesis, trustOf } = await import('../../src/protocol/index.ts')
    const named = {
      genesis,
      trust: trustOf(kernel, parseGenesis(kernel, genesis), ledgerIdOf(kernel, genesis)),
    }
    const transaction = { secretKey: new Uint8Array(32).fill(7), time: 1_767_226_000, payload: {} }
    const receipt = makeTestReceipt(kernel, named, { ...transaction, type: 'record.anchor' })

    const page = await open()
    // Of another ledger than the node's.
    const stranger = await paste(page, receipt)
    expect(stranger.state).toBe('INVALID')
    expect(stranger.text).toContain('another ledger')
    await page.locator('#genesis-file').setInputFiles(asFile('genesis.json', genesis))
    await page.locator('#forget').waitFor()
    const found = await paste(page, receipt)
    expect(found.state).toBe('VALID')
    expect(found.text).toContain('city-hospital 医院 (city-hospital), mutual-insurer 医院 (mutual-insurer)')
    expect(found.text).toContain('Trusted: the genesis file that you chose, and no node')
    expect((await paste(page, accepted)).state).toBe('INVALID')
    await page.locator('#genesis-file').setInputFiles(asFile('genesis.json', other.genesis))
    expect((await paste(page, receipt)).state).toBe('INVALID')
    await page.locator('#genesis-file').setInputFiles(asFile('genesis.json', door.genesisBytes))
    expect((await paste(page, accepted)).state).toBe('VALID')
    const bad = Buffer.from(door.genesisBytes).toString().replace('"quorum":1', '"quorum":9')
    await page.locator('#genesis-file').setInputFiles(asFile('genesis.json', bad))
    expect(await shownIn(page)).toMatchObject({
      state: 'NO_TRUST',
      text: expect.stringContaining('quorum'),
    })
    await page.locator('#forget').click()
    expect((await paste(page, accepted)).text).toContain('Trusted: the keys that this node names')
  })

  it('takes files that are dropped, a receipt with its genesis file in any order', async () => {
    const page = await open()
    const texts = [JSON.stringify(accepted), Buffer.from(door.genesisBytes).toString()]
    const transfer = await page.evaluateHandle((contents) => {
      const made = new DataTransfer()
      for (const [i, content] of contents.entries()) made.items.add(new File([content], `${i}.json`))
      return made
    }, texts)
    await page.dispatchEvent('body', 'drop', { dataTransfer: transfer })
    const { state, text } = await shownIn(page)
    expect(state).toBe('VALID')
    expect(text).toContain('Trusted: the genesis file that you chose')
  })

  it('says so where there is nothing to read, or too much', async () => {
    const page = await open()
    const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    for (const text of ['', 'no json', '{"proof":1,"proof":2}', deep(JSON_DEPTH_MAX + 1), deep(500_000)]) {
      expect(await paste(page, text), text.slice(0, 40)).toMatchObject({
        state: 'UNREADABLE',
        text: expect.stringContaining('not JSON'),
      })
    }
    const huge = JSON.stringify({ ...accepted, proof: 'x'.repeat(10_000_000) })
    expect(await paste(page, huge)).toMatchObject({
      state: 'UNREADABLE',
      text: expect.stringContaining('over 1 MiB'),
    })
    for (const content of [huge, deep(5_000_000), deep(CHECKED_FILE_BYTES_MAX / 2 + 1)]) {
      await page.locator('#result').evaluate((result) => result.replaceChildren())
      await page.locator('#receipt-file').setInputFiles(asFile('receipt.json', content))
      expect((await shownIn(page)).state).toBe('UNREADABLE')
    }
    expect((await paste(page, accepted)).state).toBe('VALID')
  })

  it('leads to a certificate by its link, its hash and its file', async () => {
    const office = await door.office(url)
    const { link, hash } = await door.issue(office)
    for (const text of [link, hash.toUpperCase(), ` ${hash} `, `${link}?x=1#y`]) {
      const page = await open()
      await page.locator('#certificate').fill(text)
      await page.locator('#certificate').press('Enter')
      await page.waitForURL(`${url}/c/${hash}`)
    }
    const page = await open()
    const file = (await door.get(`/v1/certificate/files/${hash}`)).body
    await page.locator('#certificate-file').setInputFiles(asFile('certificate.json', file))
    await page.waitForURL(`${url}/c/${hash}`)
    const lost = await open()
    await lost.locator('#certificate').fill('https://elsewhere.example/c/nothing')
    await lost.locator('#certificate').press('Enter')
    expect(await lost.locator('#certificate-note').textContent()).toContain('no hash')
    expect(lost.url()).toBe(`${url}/`)
  })

  it('speaks Chinese where the browser does, and changes when asked', async () => {
    const page = await open('zh-CN')
    expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
    expect((await paste(page, accepted)).text).toMatch(/有效.*信任对象：本节点所称的密钥.*区块高度/s)
    expect(await page.locator('body').textContent()).toContain('查验健康证')
    await page.getByRole('button', { name: 'English' }).click()
    expect((await shownIn(page)).text).toContain('VALID')
    expect(await page.locator('#receipt').inputValue()).toBe(JSON.stringify(accepted))
    await page.getByRole('button', { name: '中文' }).click()
    expect((await shownIn(page)).text).toContain('有效')
  })

  it('is used with a keyboard alone, by names that a screen reader says, and fits a phone', async () => {
    const page = await open()
    const names = await page
      .locator('a, button:visible, input, textarea')
      .evaluateAll((all) =>
        all.map((each) => (each as HTMLInputElement).labels?.[0]?.textContent || each.textContent),
      )
    expect(names.filter((name) => name === '' || name === null)).toEqual([])
    await page.getByLabel('Receipt (JSON)').fill(JSON.stringify(accepted))
    for (const _ of ['file', 'id', 'genesis', 'button']) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect((await shownIn(page)).state).toBe('VALID')
    const [wide, narrow] = await page.evaluate(() => [document.body.scrollWidth, innerWidth])
    expect(wide).toBeLessThanOrEqual(narrow!)
  })

  it('checks without a network once it was loaded', async () => {
    const page = await open()
    await page.evaluate(() => navigator.serviceWorker.ready)
    await page.context().setOffline(true)
    await page.reload()
    await page.locator('#trusted:not(:empty)').waitFor()
    expect(await page.locator('#facts-note').textContent()).toContain('Offline')
    expect((await paste(page, accepted)).state).toBe('VALID')
  })

  it('is small, and reports how small', async () => {
    const context = await browser.newContext()
    contexts.push(context)
    const page = await context.newPage()
    const sizes = new Map<string, number>()
    page.on('response', async (response) => {
      const body = await response.body().catch(() => Buffer.alloc(0))
      sizes.set(new URL(response.url()).pathname, body.length)
    })
    await page.goto(url)
    await page.locator('#facts dd').first().waitFor()
    const own = [...sizes].filter(([path]) => path === '/' || path.startsWith('/start/'))
    const bytes = own.reduce((sum, [, size]) => sum + size, 0)
    expect(bytes).toBeLessThan(220_000)
    console.info(`start page: ${bytes} bytes`, Object.fromEntries(sizes))
  })
})
