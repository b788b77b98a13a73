/**
 * `/c/<credential hash>`: the page behind a certificate's link. Every link gets the same page, which reads the hash from its own
 * address, fetches the file, and checks it in the browser. Built by `vite build` from src/explorer into dist/explorer.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LedgerError } from '../base/index.ts'
import type { Door } from './door.ts'
import { sendTagged } from './tagged.ts'

// The same path from src/ and dist/.
const FOLDER = new URL('../../dist/explorer/certificate/', import.meta.url)

const TYPES: { readonly [ending: string]: string } = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
}

/** What the page needs and nothing else: its own script, style and wasm, and this node to ask. */
const CONTENT_SECURITY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
    styleSrc: ["'self'"],
    connectSrc: ["'self'"],
    imgSrc: ['data:'],
    workerSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
}

/** The page's files by name; empty where the page was not built. */
function readFiles(folder: URL): ReadonlyMap<string, Buffer> {
  try {
    const names = readdirSync(folder).filter((name) => extname(name) in TYPES)
    return new Map(names.map((name) => [name, readFileSync(new URL(name, folder))]))
  } catch {
    return new Map()
  }
}

/** `folder` is where the built page lies. */
export function registerCertificatePage({ app }: Pick<Door, 'app'>, folder = FOLDER): void {
  const files = readFiles(folder)

  const send = (request: FastifyRequest, reply: FastifyReply, name: string): FastifyReply => {
    if (!files.has('index.html')) throw new LedgerError('node.page-missing')
    const content = files.get(name)
    if (content === undefined) throw new LedgerError('read.no-endpoint')
    // Names do not change with contents, so a browser asks each time whether what it has still holds.
    reply.type(TYPES[extname(name)]!).header('cache-control', 'no-cache')
    return sendTagged(request, reply, content)
  }

  const page = { schema: { hide: true }, helmet: { contentSecurityPolicy: CONTENT_SECURITY } }
  // `/c/page` is the name under which the page is kept for the time without a network.
  app.get('/c/:hash', page, async (request, reply) => send(request, reply, 'index.html'))

  app.get('/c/assets/:name', { schema: { hide: true } }, async (request, reply) =>
    send(request, reply, (request.params as { readonly name: string }).name),
  )

  app.get('/c/worker.js', { schema: { hide: true } }, async (request, reply) =>
    send(request, reply.header('service-worker-allowed', '/c/'), 'worker.js'),
  )
}
