/**
 * The BitstringStatusListCredential (W3C Bitstring Status List 1.0) that carries an institution's list: making one, and
 * reading one that came from anywhere.
 */
import { LedgerError } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { didOfKey, type JsonDocument, verifyDocument } from './data-integrity.ts'
import { decodeStatusList, type StatusList } from './status-list.ts'
import { parseTime } from './time.ts'

export const STATUS_PURPOSES = ['revocation', 'suspension'] as const
export type StatusPurpose = (typeof STATUS_PURPOSES)[number]

/** What a BitstringStatusListCredential needs to be one, before it is signed. Times are RFC 3339. */
export interface StatusListFacts {
  /** URL of the list; credentials name it in `statusListCredential`. */
  readonly id: string
  /** DID of the institution. */
  readonly issuer: string
  readonly purpose: StatusPurpose
  readonly encodedList: string
  readonly validFrom: string
  readonly validUntil: string
}

/** The unsigned credential that carries a list. */
export function statusListCredential(facts: StatusListFacts): JsonDocument {
  return {
    '@context': ['https://www.w3.org/ns/credentials/v2'],
    id: facts.id,
    type: ['VerifiableCredential', 'BitstringStatusListCredential'],
    issuer: facts.issuer,
    validFrom: facts.validFrom,
    validUntil: facts.validUntil,
    credentialSubject: {
      id: `${facts.id}#list`,
      type: 'BitstringStatusList',
      statusPurpose: facts.purpose,
      encodedList: facts.encodedList,
    },
  }
}

/** A list that one key signed. */
export interface OpenedStatusList {
  /** Public key (32 bytes) that signed it, which is its issuer's. */
  readonly key: Uint8Array
  readonly id: string
  readonly purpose: StatusPurpose
  /** Since when it holds, unix seconds. */
  readonly at: number
  readonly list: StatusList
}

/** What a list says. LedgerError `content.credential` for one that is malformed or whose issuer has not signed it. */
export async function openStatusList(kernel: Kernel, document: JsonDocument): Promise<OpenedStatusList> {
  const refuse = (message: string): never => {
    throw new LedgerError('content.credential', { message })
  }
  const key = verifyDocument(kernel, document) ?? refuse('The signature of the status list does not verify.')
  if (document['issuer'] !== didOfKey(key)) refuse('Another key than the issuer signed the status list.')
  const { id, type, credentialSubject } = document
  const { statusPurpose, encodedList } = (credentialSubject ?? {}) as Readonly<Record<string, unknown>>
  if (!Array.isArray(type) || !type.includes('BitstringStatusListCredential')) {
    refuse('The document is no status list.')
  }
  const purpose = STATUS_PURPOSES.find((name) => name === statusPurpose)
  const at = parseTime(document['validFrom'])
  if (typeof id !== 'string' || purpose === undefined || at === undefined) {
    return refuse('The status list has no sound id, statusPurpose or validFrom.')
  }
  const list = typeof encodedList === 'string' ? await decodeStatusList(encodedList) : undefined
  return list === undefined
    ? refuse('The bits of the status list do not decode.')
    : { key, id, purpose, at, list }
}
