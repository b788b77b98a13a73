/** Figures of a running node as Prometheus reads them. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Node, NodeMetrics } from '../node/index.ts'

type Figure = readonly [name: string, help: string, read: (metrics: NodeMetrics) => number]

const GAUGES: readonly Figure[] = [
  ['medseal_height', 'Height of the last committed block', ({ head }) => head.height],
  ['medseal_log_leaves', 'Leaves in the log', ({ head }) => head.size],
  ['medseal_block_time_seconds', 'Time of the last committed block, unix seconds', ({ head }) => head.time],
  ['medseal_rules_version', 'Rules version of the last committed block', ({ head }) => head.rulesVersion],
  [
    'medseal_rules_unknown_height',
    'First height for which rules are proposed or adopted that this build does not know; 0 for none',
    ({ rulesUnknownFromHeight }) => rulesUnknownFromHeight ?? 0,
  ],
  ['medseal_queued_transactions', 'Accepted for ordering, not in a block yet', ({ queued }) => queued],
  ['medseal_pending_transactions', 'Admitted, not committed yet', ({ pending }) => pending],
  ['medseal_event_streams', 'Open event streams', ({ streams }) => streams],
  ['medseal_commit_last_milliseconds', 'Duration of the last commit', ({ commitMs }) => commitMs.last],
  ['medseal_disk_free_bytes', 'Free space where the ledger lies', ({ diskFreeBytes }) => diskFreeBytes],
  [
    'medseal_takes_transactions',
    '1 while transactions are taken, 0 while the node only answers reads',
    ({ takesTransactions }) => Number(takesTransactions),
  ],
  ['medseal_engine_threads', 'Threads of the engine', ({ engine }) => engine.threads],
  ['medseal_engine_queued_bytes', 'Bytes waiting in the engine', ({ engine }) => engine.queuedBytes],
  ['medseal_engine_waiting_callers', 'Callers waiting for the engine', ({ engine }) => engine.waitingCallers],
]

const ORDER: readonly Figure[] = [
  [
    'medseal_order_working',
    '1 while the order gives blocks',
    ({ order }) => Number(order.state === 'working'),
  ],
  ['medseal_order_epoch', 'Epoch of the order', ({ order }) => order.epoch],
  ['medseal_order_height', 'Height of the order that was committed last', ({ order }) => order.height],
  ['medseal_order_voters', 'Members that vote on blocks', ({ order }) => order.voters.length],
  [
    'medseal_order_peers',
    'Members whose engines are connected',
    ({ order }) => order.peers.filter(({ connected }) => connected).length,
  ],
  ['medseal_order_engine_starts', 'Starts of the engine of the order', ({ orderStarts }) => orderStarts],
  [
    'medseal_order_misbehavior',
    'Reports of members that voted as no honest node does, the latest',
    ({ order }) => order.misbehavior.length,
  ],
]

const COUNTERS: readonly Figure[] = [
  ['medseal_blocks_total', 'Blocks committed', ({ blocks }) => blocks],
  ['medseal_transactions_accepted_total', 'Transactions accepted', ({ accepted }) => accepted],
  ['medseal_transactions_refused_total', 'Transactions that a rule refused', ({ refused }) => refused],
  ['medseal_transactions_rejected_total', 'Transactions not admitted', ({ rejected }) => rejected],
  ['medseal_transactions_dropped_total', 'Ordered transactions that left no leaf', ({ dropped }) => dropped],
  ['medseal_commit_milliseconds_total', 'Time spent in commits', ({ commitMs }) => commitMs.sum],
  ['medseal_engine_jobs_total', 'Jobs of the engine', ({ engine }) => engine.jobs],
  ['medseal_engine_checks_total', 'Signatures checked', ({ engine }) => engine.checks],
  ['medseal_engine_invalid_checks_total', 'Signatures found false', ({ engine }) => engine.invalidChecks],
  ['medseal_engine_retried_jobs_total', 'Jobs run again', ({ engine }) => engine.retriedJobs],
  ['medseal_engine_replaced_workers_total', 'Workers replaced', ({ engine }) => engine.replacedWorkers],
]

/** The figures of a node and of its door. */
export interface Metrics {
  readonly contentType: string
  /** Text of all figures, the process's own among them. The node is read when it is asked. */
  text(): Promise<string>
  /** Counts an answered request. */
  observe(request: FastifyRequest, reply: FastifyReply): void
}

export function createMetrics(node: Pick<Node, 'metrics'>): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const gauges = [...GAUGES, ...ORDER].map(
    ([name, help, read]) => [new Gauge({ name, help, registers }), read] as const,
  )
  const counters = COUNTERS.map(
    ([name, help, read]) => [new Counter({ name, help, registers }), read] as const,
  )
  const requests = new Histogram({
    name: 'medseal_http_request_seconds',
    help: 'Duration of requests',
    labelNames: ['method', 'route', 'status'],
    registers,
  })
  return {
    contentType: registry.contentType,
    async text() {
      const metrics = await node.metrics()
      for (const [gauge, read] of gauges) gauge.set(read(metrics))
      for (const [counter, read] of counters) {
        counter.reset()
        counter.inc(read(metrics))
      }
      return registry.metrics()
    },
    observe({ method, routeOptions }, { statusCode: status, elapsedTime }) {
      requests.observe({ method, route: routeOptions.url ?? 'none', status }, elapsedTime / 1000)
    },
  }
}
