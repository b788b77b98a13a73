/**
 * FHIR R4 by content negotiation: the reads that exist, asked with `Accept: application/fhir+json`. Rights are those of
 * the read; only the form of the answer is another.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LedgerError, toHex } from '../base/index.ts'
import { exportAnswer, FHIR_JSON, provenanceOf } from '../fhir/index.ts'
import type { Node } from '../node/index.ts'
import { decodeBase64, decodeLeaf, parseBody, type Receipt } from '../protocol/index.ts'

/** Whether the client names FHIR among what it takes. */
export const wantsFhir = ({ headers }: FastifyRequest): boolean =>
  headers.accept?.split(',').some((range) => range.split(';', 1)[0]!.trim().toLowerCase() === FHIR_JSON) ??
  false

const send = (reply: FastifyReply, resource: object): FastifyReply =>
  reply.type(`${FHIR_JSON}; charset=utf-8`).send(resource)

/** Answers a read of a module in FHIR. LedgerError `read.no-export` where it has none. */
export function sendExport(
  request: FastifyRequest,
  reply: FastifyReply,
  read: { readonly module: string; readonly path: string; readonly answer: unknown },
): FastifyReply {
  const url = new URL(request.url, 'http://node')
  url.searchParams.delete('cursor')
  const resource = exportAnswer(read.module, read.path, read.answer, `${url.pathname}${url.search}`)
  if (resource === undefined) throw new LedgerError('read.no-export')
  return send(reply, resource)
}

/**
 * Answers a receipt as the Provenance of the record that its transaction is about. LedgerError `read.no-export` for
 * others.
 */
export async function sendProvenance(
  node: Node,
  reply: FastifyReply,
  id: string,
  receipt: Receipt,
): Promise<FastifyReply> {
  const leaf = decodeLeaf(decodeBase64(receipt.entry)!)
  const header = decodeLeaf(decodeBase64(receipt.header)!)
  if (leaf.kind !== 'transaction' || header.kind !== 'header') throw new LedgerError('read.no-export')
  const signer = await node.signer(toHex(leaf.publicKey))
  const { type, payload } = parseBody(leaf.body)
  const provenance =
    signer &&
    provenanceOf({
      id,
      type,
      payload,
      signer: signer.actor.actor,
      owner: signer.actor.role === 'patient' ? signer.actor.actor : signer.actor.member,
      signature: Buffer.from(leaf.signature).toString('base64'),
      time: header.header.time,
    })
  if (provenance === undefined) throw new LedgerError('read.no-export')
  return send(reply, provenance)
}
