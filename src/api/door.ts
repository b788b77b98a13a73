/** What each file of endpoints is given. */
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Clock } from '../base/index.ts'
import type { Versions } from '../domain/index.ts'
import type { Logger } from '../host/index.ts'
import type { Node } from '../node/index.ts'

/** `app`, whose handlers get parameters, query and body in the types of their schemas. */
export const typed = (app: FastifyInstance) => app.withTypeProvider<TypeBoxTypeProvider>()

export interface Door {
  readonly app: FastifyInstance
  readonly node: Node
  readonly clock: Clock
  readonly logger: Logger
  readonly versions: Versions
  /** An `onRequest` hook that lets only readers pass. */
  readonly requireReader: (request: FastifyRequest) => Promise<void>
}
