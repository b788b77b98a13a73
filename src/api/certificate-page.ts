/**
 * `/c/<credential hash>`: the page behind a certificate's link. Every link gets the same page, which reads the hash
 * from its own address, fetches the file, and checks it in the browser. Built by `vite build` from src/explorer into
 * dist/explorer.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LedgerError } from '../base/index.ts'
import type { Door } from './door.ts'
import { isKnown, tagOf } from './tagged.ts'

// The same path from src/ and dist/.
const FOLDER = new URL('../../dist/explorer/certificate/', import.meta.url)

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

/**
 * Tags of the page's files by name; empty where the page was not built. Of contents, because names stay and size with
 * time of change, from which the static plugin makes its own, may stay where a package manager unifies times.
 */
function tagFiles(folder: URL): ReadonlyMap<string, string> {
  try {
    return new Map(readdirSync(folder).map((name) => [name, tagOf(readFileSync(new URL(name, folder)))]))
  } catch {
    return new Map()
  }
}

/** `folder` is where the built page lies. */
export function registerCertificatePage({ app }: Pick<Door, 'app'>, folder = FOLDER): void {
  const tags = tagFiles(folder)
  const isBuilt = tags.has('index.html')
  const ownHeaders = { etag: false, lastModified: false, cacheControl: false, acceptRanges: false }
  if (isBuilt) app.register(fastifyStatic, { root: fileURLToPath(folder), serve: false, ...ownHeaders })

  const send = (request: FastifyRequest, reply: FastifyReply, name: string): FastifyReply => {
    if (!isBuilt) throw new LedgerError('node.page-missing')
    const tag = tags.get(name)
    if (tag === undefined) throw new LedgerError('read.no-endpoint')
    // Names do not change with contents, so a browser asks each time whether what it has still holds.
    reply.header('cache-control', 'no-cache').header('etag', tag)
    return isKnown(request, tag) ? reply.status(304).send() : reply.sendFile(name)
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
