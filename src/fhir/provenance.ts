/**
 * `Provenance` (R4 6.3) of a transaction about a record, from its receipt: who signed what, when it was committed, and
 * where the proof is. The Ed25519 signature stands in it, over the signing input that docs/protocol.md defines.
 */
import type { DocumentReference, Provenance } from '@medplum/fhirtypes'
import { instantOf } from '../base/index.ts'
import { identifierOf, referTo, referToActor } from './terms.ts'

/** A committed transaction with who signed it. */
export interface SignedFact {
  /** Transaction id, hex. */
  readonly id: string
  readonly type: string
  readonly payload: unknown
  /** Actor id. */
  readonly signer: string
  /** Whose records it writes: a member, or a patient's actor id. */
  readonly owner: string
  /** Base64. */
  readonly signature: string
  /** Block time, unix seconds. */
  readonly time: number
}

const DATA_OPERATION = 'http://terminology.hl7.org/CodeSystem/v3-DataOperation'
const OPERATIONS: { readonly [type: string]: string } = {
  'record.anchor': 'CREATE',
  'record.import': 'CREATE',
  'record.amend': 'UPDATE',
  'record.erase': 'DELETE',
}

/** The Provenance of a fact about a record; undefined for every other type. */
export function provenanceOf(fact: SignedFact): Provenance | undefined {
  if (!Object.hasOwn(OPERATIONS, fact.type)) return undefined
  const { recordId, supersedes } = fact.payload as { readonly recordId: string; readonly supersedes?: number }
  const record = `${fact.owner}:${recordId}`
  const who = referToActor(fact.signer)
  return {
    resourceType: 'Provenance',
    id: fact.id,
    target: [
      {
        ...referTo<DocumentReference>('DocumentReference', 'record', record),
        display: supersedes === undefined ? record : `${record}, version ${supersedes + 1}`,
      },
    ],
    occurredDateTime: instantOf(fact.time),
    recorded: instantOf(fact.time),
    activity: { coding: [{ system: DATA_OPERATION, code: OPERATIONS[fact.type]! }] },
    agent: [
      {
        type: {
          coding: [
            { system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code: 'author' },
          ],
        },
        who,
      },
    ],
    entity: [
      {
        role: 'source',
        what: { reference: `/v1/receipts/${fact.id}`, identifier: identifierOf('transaction', fact.id) },
      },
      ...(supersedes === undefined
        ? []
        : [
            {
              role: 'revision' as const,
              what: referTo<DocumentReference>('DocumentReference', 'record', `${record}/${supersedes}`),
            },
          ]),
    ],
    signature: [
      {
        type: [{ system: 'urn:iso-astm:E1762-95:2013', code: '1.2.840.10065.1.12.1.1' }],
        when: instantOf(fact.time),
        who,
        targetFormat: 'application/vnd.medseal.transaction',
        sigFormat: 'application/vnd.medseal.ed25519',
        data: fact.signature,
      },
    ],
  }
}
