/**
 * The pages for browsers: `/`, the start page, and `/c/<credential hash>`, the page behind a certificate's link, which
 * is one for every link and reads the hash from its own address. Both check in the browser. Built by `vite build` from
 * src/explorer into dist/explorer.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LedgerError } from '../base/index.ts'
import type { Door } from './door.ts'
import { isKnown, tagOf } from './tagged.ts'

// The same path from src/ and dist/.
const FOLDER = new URL('../../dist/explorer/', import.meta.url)

/** What a page needs and nothing else: its own script, style, icon and wasm, and this node to ask. */
const CONTENT_SECURITY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
    styleSrc: ["'self'"],
    connectSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    workerSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
}

/** Of a route that answers with a page. */
export const PAGE = { schema: { hide: true }, helmet: { contentSecurityPolicy: CONTENT_SECURITY } }

type PageName = 'certificate' | 'start'

/** Answers with a built file of a page. LedgerError `node.page-missing`, `read.no-endpoint`. */
export type SendFile = (
  request: FastifyRequest,
  reply: FastifyReply,
  page: PageName,
  name: string,
) => FastifyReply

/**
 * Tags of a page's files by name; empty where the page was not built. Of contents, because names stay and size with
 * time of change, from which the static plugin makes its own, may stay where a package manager unifies times.
 */
function tagFiles(folder: URL): ReadonlyMap<string, string> {
  try {
    return new Map(readdirSync(folder).map((name) => [name, tagOf(readFileSync(new URL(name, folder)))]))
  } catch {
    return new Map()
  }
}

/** Routes of the pages' files. `folder` is where the built pages lie. The result sends such a file at any route. */
export function registerPages({ app }: Pick<Door, 'app'>, folder = FOLDER): SendFile {
  const tags = {
    certificate: tagFiles(new URL('certificate/', folder)),
    start: tagFiles(new URL('start/', folder)),
  }
  const ownHeaders = { etag: false, lastModified: false, cacheControl: false, acceptRanges: false }
  if (tags.certificate.size + tags.start.size > 0) {
    app.register(fastifyStatic, { root: fileURLToPath(folder), serve: false, ...ownHeaders })
  }

  const send: SendFile = (request, reply, page, name) => {
    if (!tags[page].has('index.html')) throw new LedgerError('node.page-missing')
    const tag = tags[page].get(name)
    if (tag === undefined) throw new LedgerError('read.no-endpoint')
    // Names do not change with contents, so a browser asks each time whether what it has still holds.
    reply.header('cache-control', 'no-cache').header('etag', tag)
    return isKnown(request, tag) ? reply.status(304).send() : reply.sendFile(`${page}/${name}`)
  }
  const nameOf = (request: FastifyRequest) => (request.params as { readonly name: string }).name

  // `/c/page` and `/start/page` are the names under which the pages are kept for the time without a network.
  app.get('/c/:hash', PAGE, async (request, reply) => send(request, reply, 'certificate', 'index.html'))
  app.get('/start/page', PAGE, async (request, reply) => send(request, reply, 'start', 'index.html'))

  const hidden = { schema: { hide: true } }
  app.get('/c/assets/:name', hidden, async (request, reply) =>
    send(request, reply, 'certificate', nameOf(request)),
  )
  app.get('/start/:name', hidden, async (request, reply) => send(request, reply, 'start', nameOf(request)))

  app.get('/c/worker.js', hidden, async (request, reply) =>
    send(request, reply.header('service-worker-allowed', '/c/'), 'certificate', 'worker.js'),
  )
  app.get('/start/worker.js', hidden, async (request, reply) =>
    send(request, reply.header('service-worker-allowed', '/'), 'start', 'worker.js'),
  )
  return send
}
