/** What each file of endpoints is given. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Clock } from '../base/index.ts'
import type { Registry } from '../domain/index.ts'
import type { Logger, Node } from '../node/index.ts'

export interface Door {
  readonly app: FastifyInstance
  readonly node: Node
  readonly clock: Clock
  readonly logger: Logger
  readonly registry: Registry
  /** An `onRequest` hook that lets only readers pass. */
  readonly requireReader: (request: FastifyRequest) => Promise<void>
}
