/** `/`: the start page for browsers, what the node is and where to go on as JSON for others; and the icon of a tab. */
import type { Door } from './door.ts'
import { LOGO, LOGO_TYPE } from './logo.ts'
import { PAGE, type SendFile } from './pages.ts'

const LINKS = {
  '/docs': 'the API, to read and to try',
  '/openapi.json': 'the same as OpenAPI 3.1, with the schema of every transaction type',
  '/v1/info': 'ledger, keys, limits and codes',
  '/checkpoint': 'the latest signed checkpoint',
  '/readyz': 'whether this node takes transactions',
} as const

/** Whether a client names HTML among what it accepts, as browsers do; a wildcard is no browser's. */
const acceptsPage = (accepted = ''): boolean =>
  accepted
    .toLowerCase()
    .split(',')
    .map((item) => item.split(';').map((part) => part.trim()))
    .some(
      ([type, ...parameters]) =>
        type === 'text/html' && !parameters.some((text) => /^q=0(\.0*)?$/.test(text)),
    )

export function registerHome({ app, node }: Pick<Door, 'app' | 'node'>, sendFile: SendFile): void {
  // Browsers ask for the second by themselves, and go by the type that is answered.
  for (const path of ['/favicon.svg', '/favicon.ico']) {
    app.get(path, { schema: { hide: true } }, async (_request, reply) =>
      reply.type(LOGO_TYPE).header('cache-control', 'max-age=86400').send(LOGO),
    )
  }

  app.get('/', PAGE, async (request, reply) => {
    reply.header('vary', 'accept')
    if (acceptsPage(request.headers.accept)) return sendFile(request, reply, 'start', 'index.html')
    reply.header('cache-control', 'no-cache')
    const { node: name, origin, size, quorum } = await node.info()
    return { node: name, origin, size, quorum, links: LINKS }
  })
}
