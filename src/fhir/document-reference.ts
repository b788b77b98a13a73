/** `DocumentReference` (R4 10.5) of a record: what the ledger commits to, never what the record says. */
import type { DocumentReference, Organization } from '@medplum/fhirtypes'
import { instantOf } from '../base/index.ts'
import { memberOf } from '../protocol/index.ts'
import {
  fhirIdOf,
  identifierOf,
  RESOURCE_TYPES_SYSTEM,
  referTo,
  referToActor,
  referToSubject,
} from './terms.ts'

/** A record as `GET /v1/record/records/:ref` answers it. */
export interface RecordAnswer {
  readonly ref: string
  readonly owner: string
  readonly subject: string
  readonly kind: string
  readonly encounterAt: number
  readonly anchoredAt: number
  readonly erasure?: { readonly reason: string; readonly at: number }
  readonly latest: {
    readonly version: number
    readonly contentHash: string
    readonly vaultHash?: string
    readonly by: string
    readonly at: number
  }
}

/** Where the content can be fetched by those who may, relative to the node. */
const contentUrl = (ref: string): string => `/v1/vault/records/${ref}/content`

export function documentReferenceOf(record: RecordAnswer): DocumentReference {
  const { ref, owner, latest, erasure } = record
  const { version, contentHash, vaultHash } = latest
  const isKept = vaultHash !== undefined && erasure === undefined
  return {
    resourceType: 'DocumentReference',
    id: fhirIdOf(ref),
    meta: { versionId: String(version), lastUpdated: instantOf(erasure?.at ?? latest.at) },
    masterIdentifier: identifierOf('record', `${ref}/${version}`),
    identifier: [
      identifierOf('record', ref),
      identifierOf('contentHash', contentHash),
      ...(vaultHash === undefined ? [] : [identifierOf('vaultHash', vaultHash)]),
    ],
    // R4 has no status for a document that was destroyed; the last known one stands, and its place is gone.
    status: 'current',
    ...(erasure !== undefined && {
      description: `Content erased (${erasure.reason}) at ${instantOf(erasure.at)}`,
    }),
    type: { coding: [{ system: RESOURCE_TYPES_SYSTEM, code: record.kind }] },
    subject: referToSubject(record.subject),
    date: instantOf(latest.at),
    author: [referToActor(latest.by)],
    custodian: referTo<Organization>('Organization', 'member', memberOf(owner)),
    ...(version > 1 && {
      relatesTo: [
        {
          code: 'replaces' as const,
          target: referTo<DocumentReference>('DocumentReference', 'record', `${ref}/${version - 1}`),
        },
      ],
    }),
    content: [
      {
        attachment: {
          contentType: 'application/fhir+json',
          creation: instantOf(latest.at),
          ...(isKept && { url: contentUrl(ref) }),
        },
      },
    ],
    context: { period: { start: instantOf(record.encounterAt) } },
  }
}
