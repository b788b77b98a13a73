/** `/v1/receipts`: proof of what became of a transaction, to be checked offline. */
import type { Static } from 'typebox'
import { readerOf } from './auth.ts'
import type { Door } from './door.ts'
import { sendProvenance, wantsFhir } from './fhir.ts'
import { IdParams, problems, refer } from './schemas.ts'

export function registerReceipts({ app, node, requireReader }: Door): void {
  app.get(
    '/v1/receipts/:id',
    {
      onRequest: requireReader,
      schema: {
        operationId: 'getReceipt',
        tags: ['receipts'],
        summary:
          'The receipt of a transaction, once it is committed: for signer, parties, operator and auditors',
        params: IdParams,
        response: { 200: refer('Receipt'), ...problems(400, 401, 404) },
      },
    },
    async (request, reply) => {
      const { id } = request.params as Static<typeof IdParams>
      const receipt = await node.receipt(id, readerOf(request))
      return wantsFhir(request) ? sendProvenance(node, reply, id, receipt) : receipt
    },
  )
}
