/**
 * The health certificate as a W3C Verifiable Credential 2.0, and the check that anyone can make of it, offline: the
 * institution's signature, the receipt of its `certificate.issue` on the ledger, and a status list of the institution.
 *
 * The credential says who may work in which trades from when to when. It holds no result of the exam.
 */
import { LedgerError, STATUS_LIST_AHEAD_SECONDS_MAX, STATUS_LIST_SECONDS_MAX, toHex } from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { type AcceptedVerdict, type Trust, verifyReceipt } from '../protocol/index.ts'
import { didOfKey, hashDocument, type JsonDocument, verifyDocument } from './data-integrity.ts'
import { statusAt } from './status-list.ts'
import {
  type OpenedStatusList,
  openStatusList,
  STATUS_PURPOSES,
  type StatusPurpose,
} from './status-list-credential.ts'
import { formatTime, parseTime } from './time.ts'

/** What an institution certifies. Times are unix seconds. */
export interface CertificateFacts {
  /** Public key (32 bytes) that signs the credential, its ledger transaction and its status lists. */
  readonly issuerKey: Uint8Array
  /** `<institution>:<certId>` on the ledger. */
  readonly certificate: string
  /** Origin of the ledger. */
  readonly ledger: string
  /** The holder's subject at the institution, hex. */
  readonly subject: string
  /** As printed on the card; shown to whoever holds the link. */
  readonly holderName?: string
  readonly trades: readonly string[]
  readonly validFrom: number
  readonly validUntil: number
  /** URLs of the institution's status lists and the certificate's entry in both. */
  readonly statusLists: { readonly revocation: string; readonly suspension: string; readonly index: number }
  /** Random, so that the credential's hash, which is public, can not be guessed: `urn:uuid:…`. */
  readonly id: string
}

const TERMS = 'https://medseal.example/terms#'
const CONTEXT = [
  'https://www.w3.org/ns/credentials/v2',
  {
    HealthCertificate: `${TERMS}HealthCertificate`,
    LedgerEntry: `${TERMS}LedgerEntry`,
    certificate: `${TERMS}certificate`,
    ledger: `${TERMS}ledger`,
    trades: `${TERMS}trades`,
  },
]

/** The unsigned credential; `secureDocument` signs it. */
export function healthCertificate(facts: CertificateFacts): JsonDocument {
  const { revocation, suspension, index } = facts.statusLists
  const entry = (statusPurpose: string, list: string) => ({
    id: `${list}#${index}`,
    type: 'BitstringStatusListEntry',
    statusPurpose,
    statusListIndex: String(index),
    statusListCredential: list,
  })
  return {
    '@context': CONTEXT,
    id: facts.id,
    type: ['VerifiableCredential', 'HealthCertificate'],
    issuer: didOfKey(facts.issuerKey),
    validFrom: formatTime(facts.validFrom),
    validUntil: formatTime(facts.validUntil),
    credentialSubject: {
      id: `urn:medseal:subject:${facts.subject}`,
      ...(facts.holderName !== undefined && { name: facts.holderName }),
      trades: [...facts.trades],
    },
    credentialStatus: [entry('revocation', revocation), entry('suspension', suspension)],
    evidence: [{ type: ['LedgerEntry'], ledger: facts.ledger, certificate: facts.certificate }],
  }
}

/** Everything a check needs beside the trusted keys; what a link to a certificate fetches. */
export interface CertificateFile {
  readonly credential: JsonDocument
  /** Receipt of the `certificate.issue` or `certificate.renew` transaction. */
  readonly receipt: unknown
  /** The institution's status lists, where they could be had. */
  readonly statusLists: readonly PublishedList[]
  /** The institution's public display name, as the node that answered has it; the check does not look at it. */
  readonly institutionName?: string
}

/** A status list, and what shows that its institution's own key published it, and when. */
export interface PublishedList {
  readonly list: JsonDocument
  /** Receipt of the `certificate.publish-lists` transaction that names the list's hash. */
  readonly receipt: unknown
}

/**
 * A file out of JSON from anywhere; what stands in it is not looked at. LedgerError `content.credential` where it is
 * none.
 */
export function parseCertificateFile(value: unknown): CertificateFile {
  const { credential, receipt, statusLists } = record(value)
  if (!isDocument(credential) || !Array.isArray(statusLists) || !statusLists.every(isPublishedList)) {
    const message = 'The file has not the form {credential, receipt, statusLists}.'
    throw new LedgerError('content.credential', { message })
  }
  return { credential, receipt, statusLists }
}

export type CertificateState =
  | 'VALID'
  | 'NOT_YET_VALID'
  | 'EXPIRED'
  | 'SUSPENDED'
  | 'REVOKED'
  | 'STATUS_UNKNOWN'

/** What a certificate is worth now. */
export type CertificateVerdict =
  | { readonly state: 'INVALID'; readonly reason: string }
  | {
      readonly state: CertificateState
      /** With STATUS_UNKNOWN: the last moment at which the status was known, unix seconds. */
      readonly unknownSince?: number
      /** Member id of the institution, from the certificate's ledger reference. */
      readonly institution: string
      readonly holderName: string | undefined
      readonly trades: readonly string[]
      readonly validFrom: number
      readonly validUntil: number
      /** When the issue entered the ledger, and whether the quorum cosigned it. */
      readonly issuedAt: number
      readonly final: boolean
    }

/** Checks a certificate at `now` (unix seconds) against the ledger's keys. Never throws for what the file holds. */
export async function checkCertificate(
  kernel: Kernel,
  file: CertificateFile,
  trust: Trust,
  now: number,
): Promise<CertificateVerdict> {
  try {
    const key = verifyDocument(kernel, file.credential)
    if (key === undefined) return invalid('The signature of the credential does not verify.')
    const claims = readClaims(file.credential)
    if (claims.issuer !== didOfKey(key)) return invalid('Another key than the issuer signed the credential.')
    const receipt = verifyReceipt(kernel, file.receipt, trust)
    if (!receipt.ok) return invalid(`The receipt proves nothing: ${receipt.reason}`)
    if (receipt.status !== 'accepted') return invalid('The ledger refused the certificate.')
    checkIssue(kernel, file.credential, claims, receipt, toHex(key), trust.origin)
    const published = { kernel, trust, institution: institutionOf(claims), now }
    const status = await readStatus(published, file.statusLists, claims.entries)
    return { ...describe(claims, receipt), ...stateAt(claims, status, receipt.time, now) }
  } catch (error) {
    if (error instanceof LedgerError) return invalid(error.message)
    throw error
  }
}

/** A certificate's place in a status list. */
export interface StatusEntry {
  readonly purpose: StatusPurpose
  readonly index: number
  /** Id of the list, its URL. */
  readonly list: string
}

interface Claims {
  readonly issuer: string
  readonly certificate: string
  readonly ledger: string
  readonly holderName: string | undefined
  readonly trades: readonly string[]
  readonly validFrom: number
  readonly validUntil: number
  readonly entries: readonly StatusEntry[]
}

const invalid = (reason: string): CertificateVerdict => ({ state: 'INVALID', reason })

function malformed(what: string): never {
  throw new LedgerError('content.credential', { message: `The credential has no sound ${what}.` })
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

const isPublishedList = (value: unknown): value is PublishedList =>
  isDocument(value) && isDocument(value['list'])

const isDocument = (value: unknown): value is JsonDocument =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function readClaims(credential: JsonDocument): Claims {
  const subject = record(credential['credentialSubject'])
  const evidence = record((credential['evidence'] as unknown[] | undefined)?.[0])
  const { issuer } = credential
  const { trades, name } = subject
  const { certificate, ledger } = evidence
  if (!Array.isArray(credential['type']) || !credential['type'].includes('HealthCertificate'))
    malformed('type')
  if (typeof issuer !== 'string') malformed('issuer')
  if (typeof certificate !== 'string' || typeof ledger !== 'string') malformed('evidence')
  if (!Array.isArray(trades) || !trades.every((trade) => typeof trade === 'string')) malformed('trades')
  return {
    issuer,
    certificate,
    ledger,
    holderName: typeof name === 'string' ? name : undefined,
    trades,
    validFrom: parseTime(credential['validFrom']) ?? malformed('validFrom'),
    validUntil: parseTime(credential['validUntil']) ?? malformed('validUntil'),
    entries: statusEntriesOf(credential),
  }
}

/**
 * A certificate's places in its institution's two lists. LedgerError `content.credential` where it does not name them.
 */
export function statusEntriesOf(credential: JsonDocument): StatusEntry[] {
  const value = credential['credentialStatus']
  if (!Array.isArray(value) || value.length !== 2) return malformed('credentialStatus')
  return STATUS_PURPOSES.map((purpose) => {
    const entry = record(value.find((candidate) => record(candidate)['statusPurpose'] === purpose))
    const { statusListIndex: index, statusListCredential: list } = entry
    if (typeof index !== 'string' || !/^(0|[1-9]\d{0,8})$/.test(index) || typeof list !== 'string') {
      malformed('credentialStatus')
    }
    return { purpose, index: Number(index), list }
  })
}

/** Transactions that put a certificate on the ledger. */
export const ISSUE_TYPES: readonly string[] = ['certificate.issue', 'certificate.renew']
/** The transaction that publishes an institution's status lists. */
export const PUBLISH_TYPE = 'certificate.publish-lists'

/** Whether the ledger's entry is the issue of this very credential. */
function checkIssue(
  kernel: Kernel,
  credential: JsonDocument,
  claims: Claims,
  { body, publicKey }: AcceptedVerdict,
  key: string,
  origin: string,
): void {
  const { institution, certId, trades, validFrom, validUntil, credentialHash, statusIndex } = body.payload
  const differs = (what: string): never => {
    throw new LedgerError('content.credential', { message: `The ledger's entry names another ${what}.` })
  }
  if (!ISSUE_TYPES.includes(body.type)) differs('type of transaction')
  if (publicKey !== key) differs('key')
  if (claims.ledger !== origin) differs('ledger')
  if (credentialHash !== toHex(hashDocument(kernel, credential))) differs('credential')
  // The rule accepted it, so the institution named is that of the key which signed.
  if (claims.certificate !== `${institution}:${certId}`) differs('certificate')
  if (validFrom !== claims.validFrom || validUntil !== claims.validUntil) differs('time')
  if (claims.entries.some(({ index }) => index !== statusIndex)) differs('place in the status lists')
  if (!Array.isArray(trades) || trades.join() !== claims.trades.join()) differs('trades')
}

interface Status {
  readonly revoked: boolean
  readonly suspended: boolean
  /** Up to when both are known: the older list's time; undefined where a list is missing. */
  readonly knownAt: number | undefined
}

/** Where lists are read, and of whom. */
export interface Reading {
  readonly kernel: Kernel
  readonly trust: Trust
  /** Member id. */
  readonly institution: string
  /** Unix seconds. */
  readonly now: number
}

/**
 * A revocation is for good: one list that counts and has the bit set is enough, however many others have it clear. A
 * suspension may be lifted: the newest list that counts tells.
 */
async function readStatus(
  reading: Reading,
  lists: readonly PublishedList[],
  entries: readonly StatusEntry[],
): Promise<Status> {
  const read = (await Promise.all(lists.map((list) => readList(reading, list)))).filter(
    (list) => list !== undefined,
  )
  let knownAt: number | undefined = reading.now
  const set = { revocation: false, suspension: false }
  for (const { purpose, index } of entries) {
    const found = read
      .filter((list) => list.purpose === purpose)
      .map(({ at, list }) => ({ at, isSet: statusAt(list, index) }))
      .filter(({ isSet }) => isSet !== undefined)
      .sort((a, b) => b.at - a.at)
    const newest = found[0]
    if (newest === undefined) knownAt = undefined
    else {
      if (knownAt !== undefined) knownAt = Math.min(knownAt, newest.at)
      const isSet = purpose === 'revocation' ? found.some((list) => list.isSet) : newest.isSet
      set[purpose] = isSet === true
    }
  }
  return { revoked: set.revocation, suspended: set.suspension, knownAt }
}

/**
 * A list of an institution, with the time up to which it tells. LedgerError `content.credential` for one that does not
 * count. It counts where the ledger accepted its publication, signed by the very key that signed the list: so the key
 * was the institution's own at that time. Keys come and go; a key that was replaced publishes nothing any more.
 */
export async function openPublishedList(
  { kernel, trust, institution, now }: Reading,
  { list: document, receipt }: PublishedList,
): Promise<Pick<OpenedStatusList, 'purpose' | 'at' | 'list'>> {
  const refuse = (message: string): never => {
    throw new LedgerError('content.credential', { message })
  }
  const { key, purpose, at, list } = await openStatusList(kernel, document)
  if (at > now + STATUS_LIST_AHEAD_SECONDS_MAX) refuse('The status list is of the future.')
  const published = verifyReceipt(kernel, receipt, trust)
  if (!published.ok) return refuse(`The receipt of the status list proves nothing: ${published.reason}`)
  if (published.status !== 'accepted' || published.body.type !== PUBLISH_TYPE) {
    return refuse('The ledger did not accept a publication of the status list.')
  }
  const { payload } = published.body
  if (published.publicKey !== toHex(key)) refuse('Another key signed the status list than published it.')
  if (payload['institution'] !== institution) refuse('Another institution published the status list.')
  if (payload[purpose] !== toHex(hashDocument(kernel, document))) refuse('Another status list was published.')
  // What was signed ahead of its time tells no more than when it was published.
  return { purpose, at: Math.min(at, published.time), list }
}

/** The same; undefined for a list that does not count. */
async function readList(reading: Reading, published: PublishedList) {
  try {
    return await openPublishedList(reading, published)
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}

const institutionOf = ({ certificate }: Claims): string => certificate.slice(0, certificate.lastIndexOf(':'))

function describe(claims: Claims, receipt: AcceptedVerdict) {
  return {
    institution: institutionOf(claims),
    holderName: claims.holderName,
    trades: claims.trades,
    validFrom: claims.validFrom,
    validUntil: claims.validUntil,
    issuedAt: receipt.time,
    final: receipt.final,
  }
}

/** A revocation stands however old the list; every other answer needs a list of the last 24 hours. */
function stateAt(
  claims: Claims,
  { revoked, suspended, knownAt }: Status,
  issuedAt: number,
  now: number,
): { state: CertificateState; unknownSince?: number } {
  if (revoked) return { state: 'REVOKED' }
  if (now >= claims.validUntil) return { state: 'EXPIRED' }
  if (now < claims.validFrom) return { state: 'NOT_YET_VALID' }
  if (knownAt === undefined || now - knownAt > STATUS_LIST_SECONDS_MAX) {
    return { state: 'STATUS_UNKNOWN', unknownSince: Math.max(knownAt ?? issuedAt, issuedAt) }
  }
  return { state: suspended ? 'SUSPENDED' : 'VALID' }
}
