/**
 * Health certificates as their institution handles them: the credential is made and signed here, bound to the ledger by
 * its hash, and put up on a node for its link; status lists say what was suspended or revoked (docs/certificates.md).
 */
import type { SubmissionResult } from '../answers/index.ts'
import {
  type Clock,
  CODES,
  type Code,
  LedgerError,
  STATUS_INDEX_MAX,
  STATUS_LIST_SECONDS_MAX,
  systemClock,
  toHex,
  utf8,
} from '../base/index.ts'
import {
  didOfKey,
  encodeStatusList,
  formatTime,
  hashDocument,
  healthCertificate,
  makeStatusList,
  type SecuredDocument,
  STATUS_PURPOSES,
  type StatusPurpose,
  secureDocument,
  statusListCredential,
} from '../w3c/index.ts'
import type { Client } from './client.ts'
import type { SeededKey } from './keys.ts'
import type { SignedTransaction } from './transaction.ts'

/** What an institution certifies. Times are unix seconds. */
export interface CertificateDraft {
  readonly certId: string
  /** Local id of the exam on which it rests. */
  readonly examId: string
  /** The holder's subject at the institution, hex. */
  readonly subject: string
  /** As it shall be shown to whoever has the link; left out, the page shows no name. */
  readonly holderName?: string
  readonly trades: readonly string[]
  readonly validFrom: number
  readonly validUntil: number
  /** Place in the status lists, 0 to STATUS_INDEX_MAX, which no other certificate has; the next free one if absent. */
  readonly statusIndex?: number
  /** Local id of the certificate that this one renews. */
  readonly renews?: string
}

/** A certificate signed, not sent: what may be sent again as often as needed. */
export interface PreparedCertificate {
  /** `<institution>:<certId>`. */
  readonly certificate: string
  readonly credential: SecuredDocument
  /** Hash of the credential, hex. Whoever knows it can fetch the certificate. */
  readonly hash: string
  /** What the QR code holds. */
  readonly link: string
  readonly transaction: SignedTransaction
}

export interface CertificateOfficeOptions {
  /** Member id. */
  readonly institution: string
  /** The institution's own key, which signs credentials, transactions and lists alike; also the client's signer. */
  readonly key: SeededKey
  /** Address at which holders and inspectors reach the node, such as `https://check.example`. */
  readonly publicUrl: string
  readonly clock?: Clock
}

interface WithheldItem {
  readonly state: string
  readonly statusIndex: number
  readonly validUntil: number
}

/** How often lists are made anew because a certificate changed while they were made. */
const PUBLISH_TRIES_MAX = 8

const JSON_HEADERS = { 'content-type': 'application/json' }

/** The address behind a certificate's QR code. */
export const certificateLink = (publicUrl: string, hash: string): string =>
  `${publicUrl.replace(/\/+$/, '')}/c/${hash}`

function requireAccepted({ status, code = '', details }: SubmissionResult): void {
  if (status === 'accepted') return
  throw new LedgerError(Object.hasOwn(CODES, code) ? (code as Code) : 'client.answer', { ...details })
}

/** The desk of one institution at one node. Its client signs and reads with the institution's own key. */
export class CertificateOffice {
  readonly #client: Client
  readonly #options: CertificateOfficeOptions
  readonly #clock: Clock
  #statusIndexNext = 0

  constructor(client: Client, options: CertificateOfficeOptions) {
    this.#client = client
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /** Makes and signs credential and transaction. RangeError for a `statusIndex` that no list has. */
  async prepare(draft: CertificateDraft): Promise<PreparedCertificate> {
    const { institution, key, publicUrl } = this.#options
    const { kernel, node } = this.#client
    const { holderName, renews, statusIndex = await this.#nextStatusIndex(), ...issued } = draft
    if (!Number.isInteger(statusIndex) || statusIndex < 0 || statusIndex > STATUS_INDEX_MAX) {
      throw new RangeError(`statusIndex must be 0 to ${STATUS_INDEX_MAX}, not ${statusIndex}`)
    }
    const certificate = `${institution}:${draft.certId}`
    const unsigned = healthCertificate({
      ...issued,
      issuerKey: key.publicKey,
      certificate,
      ledger: node.origin,
      statusLists: {
        revocation: this.#listUrl('revocation'),
        suspension: this.#listUrl('suspension'),
        index: statusIndex,
      },
      id: `urn:uuid:${crypto.randomUUID()}`,
      ...(holderName !== undefined && { holderName }),
    })
    const credential = secureDocument(kernel, unsigned, key.seed, formatTime(this.#clock.nowSeconds()))
    const hash = toHex(hashDocument(kernel, credential))
    const transaction = await this.#client.sign({
      type: renews === undefined ? 'certificate.issue' : 'certificate.renew',
      payload: {
        ...issued,
        institution,
        credentialHash: hash,
        statusIndex,
        ...(renews !== undefined && { renews }),
      },
    })
    return { certificate, credential, hash, link: certificateLink(publicUrl, hash), transaction }
  }

  /**
   * Sends a prepared certificate to the ledger and puts it up for its link; the same one again changes nothing.
   * LedgerError with the ledger's code where a rule refuses it.
   */
  async issue({ credential, hash, transaction }: PreparedCertificate): Promise<void> {
    const [answer] = await this.#client.submit([transaction], { wait: 'committed' })
    requireAccepted(answer!)
    await this.#put(`/v1/certificate/files/${hash}`, { credential, transaction: transaction.id })
  }

  /** Suspends, restores or revokes a certificate on the ledger, and publishes lists that say so. */
  async changeStatus(verb: 'suspend' | 'restore' | 'revoke', certId: string, subject: string): Promise<void> {
    const payload = { institution: this.#options.institution, certId, subject }
    requireAccepted(await this.#client.send({ type: `certificate.${verb}`, payload }, { wait: 'committed' }))
    await this.publishStatusLists()
  }

  /**
   * Publishes both lists, on the ledger and at the node: at least once a day, or certificates read as "status unknown".
   * What they say follows from the ledger alone. LedgerError with the ledger's code where a rule refuses it.
   */
  async publishStatusLists(): Promise<void> {
    for (let triesLeft = PUBLISH_TRIES_MAX; ; triesLeft--) {
      const { lists, transaction } = await this.#makeLists()
      const [answer] = await this.#client.submit([transaction], { wait: 'committed' })
      // Another desk changed a certificate meanwhile: the lists are made anew.
      if (answer?.code === 'certificate.lists-stale' && triesLeft > 1) continue
      requireAccepted(answer!)
      for (const purpose of STATUS_PURPOSES) {
        await this.#put(this.#listPath(purpose), { list: lists[purpose], transaction: transaction.id })
      }
      return
    }
  }

  /** Removes a certificate from its link; on the ledger it stays as it is. */
  async withdraw(hash: string): Promise<void> {
    await this.#client.request({ method: 'DELETE', path: `/v1/certificate/files/${hash}` })
  }

  /** Both lists as the ledger has it now, and the transaction that publishes them where nothing has changed since. */
  async #makeLists() {
    // Counted first: what changes after it makes the publication stale, what changed before is in the lists.
    const { changeCount } = await this.#readInstitution()
    const withheld = await this.#readWithheld()
    const lists: Record<StatusPurpose, SecuredDocument> = {
      revocation: await this.#makeList('revocation', withheld),
      suspension: await this.#makeList('suspension', withheld),
    }
    const hashOf = (list: SecuredDocument): string => toHex(hashDocument(this.#client.kernel, list))
    const transaction = await this.#client.sign({
      type: 'certificate.publish-lists',
      payload: {
        institution: this.#options.institution,
        changeCount,
        revocation: hashOf(lists.revocation),
        suspension: hashOf(lists.suspension),
      },
    })
    return { lists, transaction }
  }

  async #readInstitution() {
    return (await this.#client.read('/v1/certificate/status-index')) as {
      readonly statusIndexNext: number
      readonly changeCount: number
    }
  }

  /** Places that no certificate has, one after another, also of certificates that are prepared and not yet issued. */
  async #nextStatusIndex(): Promise<number> {
    const { statusIndexNext } = await this.#readInstitution()
    this.#statusIndexNext = Math.max(this.#statusIndexNext, statusIndexNext)
    return this.#statusIndexNext++
  }

  /** All certificates that are revoked or suspended now and not past their end, as the ledger has them. */
  async #readWithheld(): Promise<readonly WithheldItem[]> {
    const found: WithheldItem[] = []
    for await (const item of this.#client.list('/v1/certificate/withheld')) {
      const withheld = item as unknown as WithheldItem
      if (withheld.validUntil > this.#clock.nowSeconds()) found.push(withheld)
    }
    return found
  }

  async #makeList(purpose: StatusPurpose, withheld: readonly WithheldItem[]): Promise<SecuredDocument> {
    const { key } = this.#options
    const state = purpose === 'revocation' ? 'REVOKED' : 'SUSPENDED'
    const set = withheld.filter((item) => item.state === state).map(({ statusIndex }) => statusIndex)
    const now = this.#clock.nowSeconds()
    const list = statusListCredential({
      id: this.#listUrl(purpose),
      issuer: didOfKey(key.publicKey),
      purpose,
      encodedList: await encodeStatusList(makeStatusList(set, STATUS_INDEX_MAX + 1)),
      validFrom: formatTime(now),
      validUntil: formatTime(now + STATUS_LIST_SECONDS_MAX),
    })
    return secureDocument(this.#client.kernel, list, key.seed, formatTime(now))
  }

  #listPath(purpose: StatusPurpose): string {
    return `/v1/certificate/status-lists/${this.#options.institution}/${purpose}`
  }

  #listUrl(purpose: StatusPurpose): string {
    return `${this.#options.publicUrl.replace(/\/+$/, '')}${this.#listPath(purpose)}`
  }

  async #put(path: string, document: unknown): Promise<void> {
    await this.#client.request({
      method: 'PUT',
      path,
      headers: JSON_HEADERS,
      body: utf8(JSON.stringify(document)),
    })
  }
}
