/** The HTTP application over a node of the tests. */
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { type ApiOptions, buildApi } from '../../../src/api/index.ts'
import { createMetrics } from '../../../src/api/metrics.ts'
import { buildOperations } from '../../../src/api/operations.ts'
import { toHex } from '../../../src/base/index.ts'
import {
  createWorld,
  NODE_URL,
  type Signed,
  type World,
  type WorldOptions,
} from '../../node/support/world.ts'

export interface TestDoor extends World {
  readonly app: FastifyInstance
  /** The operators' address. */
  readonly operations: FastifyInstance
  /** Text of `/metrics`. */
  figures(): Promise<string>
  /** GET as an actor, or without a token. */
  get(url: string, as?: string, headers?: Record<string, string>): Promise<LightMyRequestResponse>
  post(payload: unknown, headers?: Record<string, string>, query?: string): Promise<LightMyRequestResponse>
}

/** One transaction as the JSON door takes it. */
export const toRequest = ({ entry, privatePart }: Signed) => ({
  publicKey: toHex(entry.subarray(1, 33)),
  signature: toHex(entry.subarray(33, 97)),
  body: Buffer.from(entry.subarray(97)).toString('base64'),
  ...(privatePart && { private: Buffer.from(privatePart).toString('base64') }),
})

export async function openDoor(
  options: WorldOptions & Pick<ApiOptions, 'requestsPerMinute' | 'trustedProxies'> = {},
): Promise<TestDoor> {
  const world = await createWorld(options)
  const { clock, logger, versions } = world
  const { requestsPerMinute = 1_000_000, trustedProxies = [] } = options
  const metrics = createMetrics(world.node)
  const operations = buildOperations(world.node, { metrics, logger })
  const app = buildApi(world.node, {
    metrics,
    publicUrls: () => [NODE_URL],
    clock,
    logger,
    versions,
    requestsPerMinute,
    trustedProxies,
    // The engine of these tests works on this thread, and a busy machine makes it slow.
    eventLoopDelayMsMax: 0,
  })
  return {
    ...world,
    app,
    operations,
    figures: async () => (await operations.inject('/metrics')).body,
    get: (url, as, headers = {}) => {
      const authorization = as === undefined ? {} : { authorization: `Bearer ${world.token(as)}` }
      return app.inject({ url, headers: { ...authorization, ...headers } })
    },
    post: (payload, headers = {}, query = '?wait=committed') =>
      app.inject({
        method: 'POST',
        url: `/v1/transactions${query}`,
        headers: { 'content-type': 'application/json', ...headers },
        payload: payload as NonNullable<InjectOptions['payload']>,
      }),
  }
}

/** The code of a problem, after checking its form. */
export function problemOf(response: LightMyRequestResponse): {
  code: string
  field?: string
  [name: string]: unknown
} {
  const problem = response.json()
  if (!String(response.headers['content-type']).startsWith('application/problem+json')) {
    throw new Error(`not a problem but ${response.headers['content-type']}: ${response.body}`)
  }
  if (problem.status !== response.statusCode)
    throw new Error(`status ${problem.status} in ${response.statusCode}`)
  return problem
}
