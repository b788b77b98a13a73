/** `/`: the start page for browsers, JSON for others; the page's files and the icon. */
import Fastify from 'fastify'
import { afterAll, describe, expect, it } from 'vitest'
import { registerPages } from '../../src/api/pages.ts'
import { registerProblems } from '../../src/api/problems.ts'
import { openDoor, problemOf } from './support/door.ts'

const door = await openDoor()
afterAll(() => door.node.close())

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
const ask = (accept?: string, headers: Record<string, string> = {}) =>
  door.get('/', undefined, { ...(accept !== undefined && { accept }), ...headers })

describe('/', () => {
  it('is a page for whoever names HTML, and JSON for everybody else', async () => {
    for (const accept of [BROWSER, 'text/html', 'application/json, TEXT/HTML;q=0.1']) {
      const { statusCode, headers } = await ask(accept)
      expect([statusCode, headers['content-type']], accept).toEqual([200, 'text/html; charset=utf-8'])
      expect(headers['vary'], accept).toBe('accept')
    }
    for (const accept of [undefined, '*/*', 'application/json', 'text/html;q=0', 'text/html-not', 'text/*']) {
      const answer = await ask(accept)
      expect(answer.headers['content-type'], accept).toMatch(/^application\/json/)
      expect(answer.headers['vary'], accept).toBe('accept')
      const { origin, size } = (await door.get('/v1/info')).json()
      expect(answer.json()).toMatchObject({ node: 'hospital', origin, size, quorum: 1 })
      for (const path of Object.keys(answer.json().links)) {
        expect((await door.get(path)).statusCode, path).toBe(200)
      }
    }
  })

  it('has a policy that lets in nothing from elsewhere, and nothing inline', async () => {
    const { headers, body } = await ask(BROWSER)
    const policy = String(headers['content-security-policy'])
    for (const words of [
      "default-src 'none'",
      "script-src 'self' 'wasm-unsafe-eval'",
      "connect-src 'self'",
    ]) {
      expect(policy).toContain(words)
    }
    expect(policy).not.toContain('unsafe-inline')
    expect(body).not.toMatch(/<script(?![^>]*\bsrc=)/)
    expect(body).not.toMatch(/<style|\s(on\w+|style)=/)
    expect(body).not.toMatch(/(src|href)="(https?:)?\/\//)
  })

  it('is asked for again each time, and sent again only when it changed', async () => {
    const { headers } = await ask(BROWSER)
    expect(headers['cache-control']).toBe('no-cache')
    const again = await ask(BROWSER, { 'if-none-match': String(headers.etag) })
    expect([again.statusCode, again.body, again.headers['vary']]).toEqual([304, '', 'accept'])
    expect((await ask('*/*', { 'if-none-match': String(headers.etag) })).statusCode).toBe(200)
  })

  it('labels what it has to fill in, and every link of it is there', async () => {
    const { body } = await ask(BROWSER)
    const fields = [...body.matchAll(/<(?:input|textarea)[^>]* id="([^"]+)"/g)].map(([, id]) => id)
    expect(fields.length).toBeGreaterThan(4)
    for (const id of fields) expect(body).toContain(`<label for="${id}"`)
    for (const [, path] of body.matchAll(/(?:href|src)="(\/[^"]*)"/g)) {
      expect((await door.get(path!)).statusCode, path).toBe(200)
    }
  })

  it('says so where it was not built', async () => {
    const app = Fastify()
    registerProblems(app, door.logger)
    registerPages({ app }, new URL('file:///nowhere/'))
    for (const url of ['/start/page', '/start/worker.js', '/start/page.js']) {
      expect(problemOf(await app.inject({ url })).code).toBe('node.page-missing')
    }
  })
})

describe('/start', () => {
  it('serves the files of the page alone', async () => {
    for (const [name, type] of [
      ['page', 'text/html; charset=utf-8'],
      ['page.js', 'application/javascript; charset=utf-8'],
      ['page.css', 'text/css; charset=utf-8'],
      ['kernel.wasm', 'application/wasm'],
      ['worker.js', 'application/javascript; charset=utf-8'],
    ] as const) {
      const { statusCode, headers } = await door.get(`/start/${name}`)
      expect([statusCode, headers['content-type'], headers['cache-control']], name).toEqual([
        200,
        type,
        'no-cache',
      ])
    }
    expect((await door.get('/start/worker.js')).headers['service-worker-allowed']).toBe('/')
    for (const name of ['none.js', '..%2fcertificate%2fpage.js', '__proto__', 'page.js.map']) {
      expect((await door.get(`/start/${name}`)).statusCode, name).toBe(404)
    }
  })
})

describe('the icon of a tab', () => {
  it('has two names and is small', async () => {
    const [svg, ico] = await Promise.all([door.get('/favicon.svg'), door.get('/favicon.ico')])
    expect(svg.headers['content-type']).toBe('image/svg+xml')
    expect(svg.rawPayload.length).toBeLessThan(1_000)
    expect(ico.body).toBe(svg.body)
  })
})
