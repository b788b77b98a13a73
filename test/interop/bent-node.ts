/** A node whose answers can be bent on their way: what a client takes for the node, and what a lying one would say. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** Answers to paths that begin with `path` are bent by `bend`. */
export interface Lie {
  readonly path: string
  readonly bend: (answer: Buffer) => Buffer
}

export interface BentNode {
  /** Where clients ask. */
  readonly url: string
  /** The node behind it. */
  target: string
  /** None until it is set. */
  lie: Lie | undefined
  close(): void
}

async function pass(node: BentNode, asked: IncomingMessage, reply: ServerResponse): Promise<void> {
  const { 'accept-encoding': _, host: __, ...headers } = asked.headers
  const forward = request(node.target + asked.url, { method: asked.method ?? 'GET', headers })
  reply.on('close', () => forward.destroy())
  asked.pipe(forward)
  const [answer] = (await once(forward, 'response')) as [IncomingMessage]
  const { lie } = node
  if (lie !== undefined && asked.url!.startsWith(lie.path) && answer.statusCode === 200) {
    const bent = lie.bend(await buffer(answer))
    reply.writeHead(200, { ...answer.headers, 'content-length': bent.length }).end(bent)
    return
  }
  reply.writeHead(answer.statusCode!, answer.headers)
  answer.pipe(reply)
}

export async function startBentNode(): Promise<BentNode> {
  const server = createServer((asked, reply) => {
    pass(node, asked, reply).catch(() => reply.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const node: BentNode = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: '',
    lie: undefined,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
  return node
}
