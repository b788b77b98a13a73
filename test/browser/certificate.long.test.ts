/**
 * The page behind a certificate's link, in Debian's Chromium, served by a node: every verdict, tampering, and no
 * network.
 */
import type { AddressInfo } from 'node:net'
import { type Browser, type BrowserContext, chromium, type Page, type Response } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { CertificateOffice, PreparedCertificate } from '../../src/client/index.ts'
import { DAY, type ExamDoor, flip, openExamDoor } from '../api/support/exam-door.ts'
import { CHROMIUM, describeWith, NEEDS_CHROMIUM } from '../support/needs.ts'

/** What a page says, as its reader sees it. */
interface Shown {
  readonly state: string
  readonly heading: string
  readonly text: string
  readonly lang: string
}

/** A certificate's file, as far as tests alter it. */
interface FileJson {
  readonly credential: object
  readonly receipt: { readonly entry: string; readonly header: string }
  readonly statusLists: readonly { readonly list: object; readonly receipt: object }[]
}

describeWith([NEEDS_CHROMIUM], 'the certificate page', () => {
  let door: ExamDoor
  let office: CertificateOffice
  let browser: Browser
  let url: string
  const contexts: BrowserContext[] = []
  const troubles: string[] = []

  beforeAll(async () => {
    door = await openExamDoor()
    await door.app.listen({ host: '127.0.0.1', port: 0 })
    url = `http://127.0.0.1:${(door.app.server.address() as AddressInfo).port}`
    office = await door.office(url)
    const flags = ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [...flags, '--disable-component-update', '--disable-sync'],
    })
  })

  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close()
    expect(troubles.splice(0)).toEqual([])
  })

  afterAll(async () => {
    await browser?.close()
    await door?.app.close()
    await door?.node.close()
  })

  /** A phone of its own, whose clock stands at the ledger's time. What its console complains of, the test fails on. */
  async function openPhone(locale = 'en-GB', now = door.clock.now): Promise<Page> {
    const viewport = { width: 390, height: 844 }
    const context = await browser.newContext({ viewport, locale, timezoneId: 'Asia/Shanghai' })
    contexts.push(context)
    const page = await context.newPage()
    await page.clock.setFixedTime(now * 1000)
    page.on('pageerror', (error) => troubles.push(String(error)))
    page.on('console', (message) => {
      // Chromium reports each failed request there; the page tells of them itself.
      const isRequest = message.text().startsWith('Failed to load resource')
      if (!isRequest && ['error', 'warning'].includes(message.type())) troubles.push(message.text())
    })
    return page
  }

  async function read(page: Page): Promise<Shown> {
    const verdict = page.locator('.verdict:not([data-state="CHECKING"])')
    await verdict.waitFor()
    const [state, heading, text, lang] = await Promise.all([
      verdict.getAttribute('data-state'),
      verdict.locator('h1').textContent(),
      page.locator('body').textContent(),
      page.locator('html').getAttribute('lang'),
    ])
    return { state: state!, heading: heading!, text: text!, lang: lang! }
  }

  async function look(link: string, now?: number, locale?: string): Promise<Shown> {
    const page = await openPhone(locale, now)
    await page.goto(link)
    return read(page)
  }

  /** Opens a link whose file `change` alters on its way. */
  async function lookAltered(
    link: string,
    change: (json: never) => unknown,
    path = '**/v1/certificate/files/*',
  ): Promise<Shown> {
    const page = await openPhone()
    await page.route(path, async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, json: change((await response.json()) as never) })
    })
    await page.goto(link)
    return read(page)
  }

  const issue = async (draft = {}): Promise<PreparedCertificate> => {
    const certificate = await door.issue(office, draft)
    door.clock.now += 1
    await office.publishStatusLists()
    return certificate
  }
  const idOf = ({ certificate }: PreparedCertificate): string => certificate.split(':')[1]!

  it('shows a name that would turn the line around as it is written', async () => {
    const { text } = await look((await issue({ holderName: 'ann\u202eDILAV' })).link)
    expect(text).toContain('ann\\u{202E}DILAV')
    expect(text).not.toContain('\u202e')
  })

  it('finds a sound certificate valid, and says for whom and for what, not what the exam found', async () => {
    const { link } = await issue()
    const { state, heading, text, lang } = await look(link)
    expect({ state, heading, lang }).toEqual({ state: 'VALID', heading: 'VALID', lang: 'en' })
    for (const words of ['王小明', 'food, drinking water', 'hospital', 'Jan 2026'])
      expect(text).toContain(words)
    expect(text).not.toMatch(/exam-|stool|x-ray/)
  })

  it('speaks Chinese where the browser does, and changes when asked', async () => {
    const { link } = await issue()
    const page = await openPhone('zh-CN')
    await page.goto(link)
    const chinese = await read(page)
    expect(chinese).toMatchObject({ state: 'VALID', heading: '有效', lang: 'zh-CN' })
    for (const words of ['持证人', '王小明', '食品', '饮用水', '发证机构', '2026年']) {
      expect(chinese.text).toContain(words)
    }
    await page.getByRole('button', { name: 'English' }).click()
    expect(await read(page)).toMatchObject({ heading: 'VALID', lang: 'en' })
    await page.getByRole('button', { name: '中文' }).click()
    expect(await read(page)).toMatchObject({ heading: '有效', lang: 'zh-CN' })
  })

  it('knows a certificate whose time is over, or has not begun', async () => {
    const { link } = await issue({
      validFrom: door.clock.now + 5 * DAY,
      validUntil: door.clock.now + 50 * DAY,
    })
    expect(await look(link)).toMatchObject({ state: 'NOT_YET_VALID', heading: 'NOT YET VALID' })
    expect(await look(link, door.clock.now + 50 * DAY)).toMatchObject({
      state: 'EXPIRED',
      heading: 'EXPIRED',
    })
    expect((await look(link, door.clock.now + 50 * DAY, 'zh-CN')).heading).toBe('已过期')
  })

  it('knows a suspended and a revoked certificate', async () => {
    const certificate = await issue()
    door.clock.now += 1
    await office.changeStatus('suspend', idOf(certificate), door.holder)
    expect(await look(certificate.link)).toMatchObject({ state: 'SUSPENDED', heading: 'SUSPENDED' })
    expect((await look(certificate.link, door.clock.now, 'zh-CN')).heading).toBe('已暂停')
    door.clock.now += 1
    await office.changeStatus('revoke', idOf(certificate), door.holder)
    expect(await look(certificate.link)).toMatchObject({ state: 'REVOKED', heading: 'REVOKED' })
    expect((await look(certificate.link, door.clock.now, 'zh-CN')).heading).toBe('已吊销')
  })

  it('says since when the status is unknown', async () => {
    const { link } = await issue()
    const shown = await look(link, door.clock.now + DAY + 60)
    expect(shown).toMatchObject({ state: 'STATUS_UNKNOWN', heading: 'STATUS UNKNOWN' })
    expect(shown.text).toMatch(/Status unknown since\s*\d+ Jan 2026/)
    const chinese = await look(link, door.clock.now + DAY + 60, 'zh-CN')
    expect(chinese.heading).toBe('状态未知')
    expect(chinese.text).toContain('状态未知，自')
  })

  it('finds what was tampered with invalid, and says why', async () => {
    const { link } = await issue()
    const other = await issue()
    const otherFile = (await door.get(`/v1/certificate/files/${other.hash}`)).json()
    const rename = { credentialSubject: { name: '李四', trades: ['food'] } }
    const changes: readonly [what: string, change: (file: FileJson) => unknown][] = [
      ['another holder', (file) => ({ ...file, credential: { ...file.credential, ...rename } })],
      ['another certificate', () => otherFile],
      ["another's receipt", (file) => ({ ...file, receipt: otherFile.receipt })],
      [
        'its entry',
        (file) => ({ ...file, receipt: { ...file.receipt, entry: flip(file.receipt.entry, 60) } }),
      ],
      [
        'its header',
        (file) => ({ ...file, receipt: { ...file.receipt, header: flip(file.receipt.header, 30) } }),
      ],
      ['no receipt', (file) => ({ ...file, receipt: null })],
      ['no form', () => []],
      ['no credential', (file) => ({ ...file, credential: 7 })],
    ]
    for (const [what, change] of changes) {
      const shown = await lookAltered(link, change)
      expect(shown, what).toMatchObject({ state: 'INVALID', heading: 'INVALID' })
      expect(shown.text, what).not.toContain('王小明')
      expect(shown.text.length, what).toBeGreaterThan(80)
    }
  })

  it('finds a certificate of another ledger invalid, and believes no list but the institution’s', async () => {
    const { link } = await issue()
    const origin = 'other.example/0011223344556677'
    const elsewhere = await lookAltered(link, (info: object) => ({ ...info, origin }), '**/v1/info')
    expect(elsewhere.state).toBe('INVALID')
    const renumber = (info: object) => ({ ...info, ledgerId: 'ab'.repeat(32) })
    expect((await lookAltered(link, renumber, '**/v1/info')).state).toBe('INVALID')
    const forge = (file: FileJson) => ({
      ...file,
      statusLists: file.statusLists.map(({ list, receipt }) => ({
        list: { ...list, validFrom: '2026-01-02T00:00:00Z' },
        receipt,
      })),
    })
    expect((await lookAltered(link, forge)).state).toBe('STATUS_UNKNOWN')
  })

  it('says when there is no such certificate, also after it was withdrawn', async () => {
    expect(await look(`${url}/c/${'ab'.repeat(32)}`)).toMatchObject({
      state: 'NOT_FOUND',
      heading: 'NOT FOUND',
    })
    expect((await look(`${url}/c/nonsense`, door.clock.now, 'zh-CN')).heading).toBe('未找到')
    const { link, hash } = await issue()
    const page = await openPhone()
    await page.goto(link)
    expect((await read(page)).state).toBe('VALID')
    await office.withdraw(hash)
    await page.reload()
    expect((await read(page)).state).toBe('NOT_FOUND')
  })

  it('works without a network once it was loaded, and lets the status age', async () => {
    const { link } = await issue()
    const page = await openPhone()
    await page.goto(link)
    expect((await read(page)).state).toBe('VALID')
    await page.evaluate(() => navigator.serviceWorker.ready)
    await page.context().setOffline(true)
    await page.reload()
    const offline = await read(page)
    expect(offline.state).toBe('VALID')
    expect(offline.text).toContain('Offline: checked with the data that was loaded last.')
    await page.clock.setFixedTime((door.clock.now + 2 * DAY) * 1000)
    await page.reload()
    expect((await read(page)).state).toBe('STATUS_UNKNOWN')
    // Another link was never loaded here: the page comes, the certificate does not.
    await page.goto(`${url}/c/${'cd'.repeat(32)}`)
    expect((await read(page)).state).toBe('UNREACHABLE')
  })

  it('asks nobody but its node, for little, and reports what it took', async () => {
    const { link } = await issue()
    const page = await openPhone()
    const answers: Response[] = []
    page.on('response', (response) => answers.push(response))
    const startMs = performance.now()
    await page.goto(link)
    await read(page)
    const verdictMs = Math.round(performance.now() - startMs)
    const sent = answers.filter((answer) => answer.url() !== 'data:,')
    expect(sent.every((answer) => answer.url().startsWith(url))).toBe(true)
    const sizes = await Promise.all(
      sent.map(async (answer) => [new URL(answer.url()).pathname, (await answer.body()).length] as const),
    )
    const bytes = sizes.reduce((sum, [, size]) => sum + size, 0)
    expect(bytes).toBeLessThan(200_000)
    console.info(`certificate page: ${bytes} bytes, verdict after ${verdictMs} ms`, Object.fromEntries(sizes))
  })
})
