/**
 * `/openapi.json` and `/docs`: the API described by the schemas that check it, every transaction type's payload among
 * them.
 */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ANSWERS } from '../answers/index.ts'
import type { Versions } from '../domain/index.ts'
import { sendTagged, tagOf } from './tagged.ts'

const DESCRIPTION = `A consortium ledger for healthcare. Transactions are signed by their senders and checked by every
node; anyone with a receipt can check it offline. Readers send \`Authorization: Bearer\` with a JWT that their own key
signed (EdDSA, at most 300 s, \`kid\` = public key in hex, \`sub\` = actor, \`aud\` = the node's name). Errors are
\`application/problem+json\` with a stable \`code\`; \`/v1/info\` lists all codes.`

/** What each transaction type is for, where its payload's schema stands, and whether a private part comes with it. */
const describeTypes = ({ verbs }: Versions) =>
  Object.fromEntries(
    [...verbs].map(([type, { summary, privatePart }]) => [
      type,
      { summary, privatePart, payload: { $ref: `#/components/schemas/${type}` } },
    ]),
  )

/** Where Swagger UI offers the document. */
const COPIES = ['/docs/json', '/docs/yaml']

interface ApiDocument {
  readonly content: Buffer
  readonly tag: string
}

function makeDocument(app: FastifyInstance): ApiDocument {
  const content = Buffer.from(JSON.stringify(app.swagger()))
  return { content, tag: tagOf(content) }
}

/** Registered before any route, so that it sees them all. */
export function registerOpenapi(app: FastifyInstance, versions: Versions, version: string): void {
  for (const [name, schema] of Object.entries(ANSWERS)) app.addSchema({ ...schema, $id: name })
  for (const [type, { payload, summary }] of versions.verbs) {
    app.addSchema({ description: summary, ...payload, $id: type })
  }
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'medseal', version, description: DESCRIPTION, license: { name: 'Apache-2.0' } },
      components: {
        securitySchemes: { reader: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      },
      'x-transaction-types': describeTypes(versions),
    } as NonNullable<swagger.FastifyDynamicSwaggerOptions['openapi']>,
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json.$id ?? `schema-${i}`) },
  })
  // Made once, with its tag: a text for each of many slow readers would fill the memory, and making it holds up
  // everyone.
  let made: ApiDocument | undefined
  const sendDocument = async (request: FastifyRequest, reply: FastifyReply) => {
    made ??= makeDocument(app)
    return sendTagged(request, reply.type('application/json; charset=utf-8'), made.content, made.tag)
  }
  app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { docExpansion: 'list', deepLinking: true },
    theme: { title: 'medseal API' },
    uiHooks: {
      // The page's own copies are made anew for each request, the one in YAML in a second. JSON is YAML too.
      onRequest: async (request, reply) => {
        if (COPIES.includes(request.routeOptions.url ?? '')) return sendDocument(request, reply)
      },
    },
  })
  app.get('/openapi.json', { schema: { hide: true } }, sendDocument)
}
