/**
 * The OpenAPI document: complete, its references sound, every transaction type's payload in it. Codes and their page
 * agree.
 */
import { existsSync, readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { CODES } from '../../src/base/index.ts'
import { RELEASED } from '../../src/domain/index.ts'
import { testVersionAfter } from '../ledger/support/test-version.mjs'
import { openDoor, problemOf } from './support/door.ts'
import { findingsOf } from './support/lint.ts'

const door = await openDoor({ laterVersions: [testVersionAfter(RELEASED)] })
afterAll(() => door.node.close())

interface Operation {
  readonly operationId?: string
  readonly summary?: string
  readonly security?: readonly { readonly [scheme: string]: readonly string[] }[]
  readonly requestBody?: { readonly content: { readonly [type: string]: unknown } }
  readonly responses?: { readonly [status: string]: unknown }
}

const document = (await door.get('/openapi.json')).json() as {
  readonly openapi: string
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } }
  readonly components: { readonly schemas: { readonly [name: string]: { readonly properties?: object } } }
  readonly 'x-transaction-types': { readonly [type: string]: { readonly payload: { readonly $ref: string } } }
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

describe('/openapi.json', () => {
  it('describes every endpoint, under an operation id of its own', () => {
    expect(document.openapi).toBe('3.1.0')
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(ids).not.toContain(undefined)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { path, operation } of operations) expect(operation.summary, path).toBeTruthy()
    const paths = Object.keys(document.paths)
    for (const path of [
      '/v1/transactions',
      '/v1/transactions/{id}',
      '/v1/receipts/{id}',
      '/v1/proofs/inclusion',
      '/v1/proofs/consistency',
      '/checkpoint',
      '/v1/info',
      '/v1/events',
      '/livez',
      '/readyz',
    ]) {
      expect(paths).toContain(path)
    }
    for (const { module, read } of door.versions.reads) {
      expect(paths).toContain(`/v1/${module}${read.path.replaceAll(/:([a-zA-Z-]+)/g, '{$1}')}`)
    }
  })

  it('has nothing that a linter finds', async () => {
    expect(await findingsOf((await door.get('/openapi.json')).body)).toEqual([])
  })

  it('would have something found if an operation did not say who may', async () => {
    const { path, method, operation } = operations[0]!
    const { security: _, ...silent } = operation
    const paths = { ...document.paths, [path]: { [method]: silent } }
    expect(await findingsOf(JSON.stringify({ ...document, paths }))).toEqual([
      expect.stringMatching(/^security-defined: /),
    ])
  })

  it('is made once, for the copies of the page too, and need not be fetched twice', async () => {
    const first = await door.get('/openapi.json')
    expect(first.headers['etag']).toMatch(/^"[A-Za-z0-9_-]{43}"$/)
    for (const path of ['/openapi.json', '/docs/json', '/docs/yaml']) {
      const again = await door.get(path)
      expect(again.statusCode, path).toBe(200)
      expect(again.headers['etag'], path).toBe(first.headers['etag'])
      expect(again.rawPayload.equals(first.rawPayload), path).toBe(true)
      const known = await door.get(path, undefined, { 'if-none-match': String(first.headers['etag']) })
      expect([known.statusCode, known.body], path).toEqual([304, ''])
    }
  })

  it('has only references that lead somewhere', () => {
    const references = JSON.stringify(document).match(/"\$ref":"[^"]*"/g) ?? []
    expect(references.length).toBeGreaterThan(10)
    for (const text of new Set(references)) {
      const [, name] = /^"\$ref":"#\/components\/schemas\/(.+)"$/.exec(text) ?? []
      expect(name, text).toBeDefined()
      expect(Object.keys(document.components.schemas)).toContain(name)
    }
  })

  it('carries the payload of every transaction type', () => {
    const types = Object.keys(document['x-transaction-types'])
    expect(types).toEqual([...door.versions.verbs.keys()])
    // What a version adds that does not hold yet, and what one removes that still does.
    expect(types).toEqual(expect.arrayContaining(['record.stamp', 'identity.link']))
    for (const type of types) {
      expect(document['x-transaction-types'][type]!.payload.$ref).toBe(`#/components/schemas/${type}`)
      expect(document.components.schemas[type], type).toHaveProperty('properties')
    }
    expect(Object.keys(document.components.schemas['note.write']!.properties!)).toEqual(['to'])
  })

  it('says of the body of a transaction that it is JSON in base64, and what it says by type', () => {
    const request = JSON.stringify(document.paths['/v1/transactions']!['post']!.requestBody)
    expect(request).toContain('"contentEncoding":"base64"')
    expect(request).toContain('"contentSchema":{"$ref":"#/components/schemas/TransactionBody"}')
    const { oneOf } = document.components.schemas['TransactionBody'] as unknown as { oneOf: unknown[] }
    expect(oneOf.length).toBe(door.versions.verbs.size)
    expect(JSON.stringify(document)).not.toContain('"format":"byte"')
  })

  it('is shown by pages that load nothing from elsewhere', async () => {
    const page = await door.get('/docs')
    const sources = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!)
    expect(sources.length).toBeGreaterThan(2)
    for (const url of sources) {
      expect(url).not.toMatch(/^(https?:)?\/\//)
      const path = new URL(url, 'http://x/docs/').pathname
      expect((await door.get(path)).statusCode, path).toBe(200)
    }
  })
})

describe('the security of an operation', () => {
  const ask = (path: string, method: string, { requestBody }: Operation) =>
    door.app.inject({
      method: method.toUpperCase() as 'GET',
      url: path.replaceAll(/\{[^}]+\}/g, '0'),
      headers: requestBody ? { 'content-type': Object.keys(requestBody.content)[0]! } : {},
      ...(requestBody && { payload: '{}' }),
    })

  it('is said of each: a token, or none', () => {
    const said = new Set(operations.map(({ operation }) => JSON.stringify(operation.security)))
    expect(said).toEqual(new Set(['[]', '[{"reader":[]}]']))
  })

  it('is what the endpoint asks of a call without a token', async () => {
    for (const { path, method, operation } of operations) {
      const answer = await ask(path, method, operation)
      const asksToken = operation.security!.length > 0
      expect(answer.statusCode === 401, `${method} ${path}: ${answer.statusCode}`).toBe(asksToken)
      expect('401' in operation.responses!, `${method} ${path}`).toBe(asksToken)
      if (asksToken) expect(problemOf(answer).code, path).toBe('token.missing')
    }
  })
})

describe('the icon', () => {
  it("is medseal's own, in a browser's tab and on the page of the API", async () => {
    const icon = await door.get('/favicon.ico')
    expect([icon.statusCode, icon.headers['content-type']]).toEqual([200, 'image/svg+xml'])
    const page = (await door.get('/docs')).body
    const [, href] = /<link rel="icon" type="image\/svg\+xml" href="([^"]+)"/.exec(page)!
    expect((await door.get(new URL(href!, 'http://x/docs/').pathname)).body).toBe(icon.body)
    const start = (await door.get('/docs/static/swagger-initializer.js')).body
    expect(start).toContain(Buffer.from(icon.rawPayload).toString('base64'))
  })
})

describe('docs/errors.md', () => {
  const path = new URL('../../docs/errors.md', import.meta.url)

  it('lists exactly the codes of the table', () => {
    expect(existsSync(path)).toBe(true)
    const rows = readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line) => {
        const match = /^\| (\d+) \| `([a-z0-9.-]+)` \| (\d{3}) \| (.+) \|$/i.exec(line)
        return match
          ? [{ number: Number(match[1]), code: match[2], status: Number(match[3]), meaning: match[4] }]
          : []
      })
    expect(rows).toEqual(
      Object.entries(CODES)
        .map(([code, row]) => ({ code, ...row }))
        .sort((a, b) => a.number - b.number),
    )
  })

  it('and the table has no number twice', () => {
    const numbers = Object.values(CODES).map(({ number }) => number)
    expect(new Set(numbers).size).toBe(numbers.length)
    for (const { number, status } of Object.values(CODES)) {
      expect(number).toBeLessThanOrEqual(0xffff)
      expect(status).toBeGreaterThanOrEqual(400)
    }
  })
})
