/** `/`: a page for whoever opens the node's address in a browser, and the icon of its tab. */
import type { Door } from './door.ts'
import { LOGO, LOGO_TYPE } from './logo.ts'

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const LINKS = [
  ['/docs', 'The API, to read and to try'],
  ['/openapi.json', 'The same as OpenAPI 3.1, with the schema of every transaction type'],
  ['/v1/info', 'Ledger, keys, limits and codes'],
  ['/checkpoint', 'The latest signed checkpoint'],
  ['/readyz', 'Whether this node takes transactions'],
] as const

export function registerHome({ app, node }: Door): void {
  // Browsers ask for this name by themselves, and go by the type that is answered.
  app.get('/favicon.ico', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(LOGO_TYPE).header('cache-control', 'max-age=86400').send(LOGO),
  )

  app.get('/', { schema: { hide: true } }, async (_request, reply) => {
    const { origin, size, quorum } = await node.info()
    const links = LINKS.map(([path, text]) => `<li><a href="${path}"><code>${path}</code></a> ${text}</li>`)
    return reply.type('text/html; charset=utf-8').send(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>medseal · ${escapeHtml(node.name)}</title>
<style>
  body { font: 16px/1.6 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; color: #1b2a33 }
  a { color: #0b6e63 } code { background: #eef4f3; padding: 0 .3em; border-radius: 3px }
  ul { padding-left: 1.2rem }
</style>
<h1>medseal</h1>
<p>This is the node <strong>${escapeHtml(node.name)}</strong> of the ledger <code>${escapeHtml(origin)}</code>:
${size} leaves, final with ${quorum} of its members' cosignatures.</p>
<ul>
${links.join('\n')}
</ul>
</html>
`)
  })
}
