/**
 * `/openapi.json` and `/docs`: the API described by the schemas that check it, every transaction type's payload among
 * them, and by the hooks that ask for a token.
 */
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import Type, { type TSchema } from 'typebox'
import { ANSWERS } from '../answers/index.ts'
import { EXPIRES_MAX } from '../base/index.ts'
import { Fields, Hash, type Versions } from '../domain/index.ts'
import type { Door } from './door.ts'
import { LOGO, LOGO_TYPE } from './logo.ts'
import { BODY_SCHEMA, problems } from './schemas.ts'
import { sendTagged, tagOf } from './tagged.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the document shows and the route does not check itself: a path below a point, a body of any form. */
    readonly documented?: { readonly url?: string; readonly params?: TSchema; readonly body?: TSchema }
  }
}

const DESCRIPTION = `A consortium ledger for healthcare. Transactions are signed by their senders and checked by every
node; anyone with a receipt can check it offline. Errors are \`application/problem+json\` with a stable \`code\`;
\`/v1/info\` lists all codes. The payload of a transaction type is the schema of its name.`

const READER = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: `A JWT that the reader's own key signed (EdDSA, at most 300 s, \`kid\` = public key in hex, \`sub\` = actor,
\`aud\` = \`origin\`, a slash and \`node\` of \`/v1/info\`,
\`url\` = the address that is asked). \`medseal token\` prints one.`,
}

const TAGS = {
  transactions: 'Submitting, and what became of it',
  receipts: 'Proof of a transaction, to be checked offline',
  proofs: 'Merkle proofs of the log (RFC 9162)',
  log: 'The log as tlog clients read it (C2SP)',
  events: 'Transactions as they are committed',
  node: 'Ledger and node',
  operations: 'For those who run the node',
  epcis: 'Events in EPCIS 2.0',
  vault: 'Encrypted contents and their keys',
}

/** What each transaction type is for, where its payload's schema stands, and whether a private part comes with it. */
const describeTypes = ({ verbs }: Versions) =>
  Object.fromEntries(
    [...verbs].map(([type, { summary, privatePart }]) => [
      type,
      { summary, privatePart, payload: { $ref: `#/components/schemas/${type}` } },
    ]),
  )

/** What a signature covers, by transaction type: the JSON that stands in a request as base64. */
const describeBody = ({ verbs }: Versions): TSchema =>
  Type.Unsafe({
    oneOf: [...verbs].map(([type, { privatePart }]) =>
      Fields({
        expires: Type.Integer({ minimum: 0, maximum: EXPIRES_MAX }),
        nonce: Type.String({ pattern: '^[0-9a-f]{32}$' }),
        payload: Type.Unsafe({ $ref: `${type}#` }),
        ...(privatePart === 'required' && { privateHash: Hash }),
        ...(privatePart === 'optional' && { privateHash: Type.Optional(Hash) }),
        type: Type.Literal(type),
      }),
    ),
  })

/** Where Swagger UI offers the document. */
const COPIES = ['/docs/json', '/docs/yaml']

interface ApiDocument {
  readonly content: Buffer
  readonly tag: string
}

/** `format: byte` is how OpenAPI 3.0 says base64, and what @fastify/swagger writes whatever the version. */
const sayBase64 = (_name: string, value: unknown): unknown => {
  if ((value as { format?: unknown } | null)?.format !== 'byte') return value
  const { format: _, ...schema } = value as object & { format: 'byte' }
  return { ...schema, contentEncoding: 'base64' }
}

function makeDocument(app: FastifyInstance): ApiDocument {
  const content = Buffer.from(JSON.stringify(app.swagger(), sayBase64))
  return { content, tag: tagOf(content) }
}

interface DocumentOptions extends Pick<Door, 'versions' | 'requireReader'> {
  readonly version: string
}

/** What a route's schema does not say: whether it asks for a token, and what it answers to too many requests. */
function describeRoute(route: RouteOptions, requireReader: Door['requireReader']) {
  const { config, url, onRequest, schema = {} } = route
  if (schema.hide === true) return { schema, url }
  const { url: shown = url, ...parts } = config?.documented ?? {}
  const asks = [onRequest].flat().includes(requireReader)
  const answers = config?.rateLimit === false ? problems(431) : problems(429, 431)
  return {
    schema: {
      ...schema,
      ...parts,
      security: asks ? [{ reader: [] }] : [],
      response: { ...(schema.response as object), ...answers },
    },
    url: shown,
  }
}

/** Registered before any route, so that it sees them all. */
export function registerOpenapi(app: FastifyInstance, options: DocumentOptions): void {
  const { versions, version, requireReader } = options
  for (const [name, schema] of Object.entries(ANSWERS)) app.addSchema({ ...schema, $id: name })
  for (const [type, { payload, summary }] of versions.verbs) {
    app.addSchema({ description: summary, ...payload, $id: type })
  }
  app.addSchema({ ...describeBody(versions), $id: BODY_SCHEMA })
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'medseal',
        version,
        description: DESCRIPTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'this node' }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      components: { securitySchemes: { reader: READER } },
      'x-transaction-types': describeTypes(versions),
    } as NonNullable<swagger.FastifyDynamicSwaggerOptions['openapi']>,
    transform: ({ route }) => describeRoute(route, requireReader),
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
    logo: { type: LOGO_TYPE, content: LOGO },
    theme: {
      title: 'medseal API',
      favicon: [{ filename: 'medseal.svg', rel: 'icon', type: LOGO_TYPE, sizes: 'any', content: LOGO }],
    },
    uiHooks: {
      // The page's own copies are made anew for each request, the one in YAML in a second. JSON is YAML too.
      onRequest: async (request, reply) => {
        if (COPIES.includes(request.routeOptions.url ?? '')) return sendDocument(request, reply)
      },
    },
  })
  app.get('/openapi.json', { schema: { hide: true } }, sendDocument)
}
