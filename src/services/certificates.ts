/**
 * The certificates' desk: institutions put up credentials that they issued and the lists of what they revoked or
 * suspended; whoever holds the link of a certificate fetches it with its receipt. The hash of a credential is what
 * gives access: it covers a random id, and no answer but to the hash itself tells that there is one.
 */
import { type Clock, fromHex, LedgerError, STATUS_LIST_AHEAD_SECONDS_MAX, toHex } from '../base/index.ts'
import { type Actor, MEMBER } from '../domain/index.ts'
import type { Finality } from '../finality/index.ts'
import type { Logger } from '../host/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { Ledger, StoredTransaction } from '../ledger/index.ts'
import type { Receipt } from '../protocol/index.ts'
import type { DocumentStore } from '../vault/index.ts'
import {
  type CertificateFile,
  checkCertificate,
  hashDocument,
  ISSUE_TYPES,
  type JsonDocument,
  openStatusList,
  parseTime,
  STATUS_PURPOSES,
  type StatusPurpose,
} from '../w3c/index.ts'

/** A certificate that its institution puts up for checking. */
export interface CertificateUpload {
  /** The signed credential. */
  readonly credential: JsonDocument
  /** Id of the transaction that issued it, hex. */
  readonly transaction: string
}

/**
 * Certificates and status lists that institutions put up on this node; whoever has a credential's hash may read its
 * file.
 */
export interface NodeCertificates {
  /**
   * Keeps a certificate for its link: by the institution's own key. LedgerError `token.forbidden` where the reader has
   * not issued it, `content.credential` where it does not verify or hashes to something else.
   */
  putFile(hash: string, upload: CertificateUpload, reader: Actor): Promise<void>
  /**
   * The certificate with its receipt under the latest checkpoint and the institution's lists; undefined where none is
   * kept.
   */
  file(hash: string): Promise<CertificateFile | undefined>
  /** Removes a certificate from its link: by the institution's own key. LedgerError `read.not-found`. */
  withdrawFile(hash: string, reader: Actor): Promise<void>
  /**
   * Keeps a status list signed by the reader's key, the institution's own. LedgerError `token.forbidden`,
   * `content.credential`, `content.list-older`.
   */
  putStatusList(institution: string, purpose: StatusPurpose, list: JsonDocument, reader: Actor): Promise<void>
  statusList(institution: string, purpose: StatusPurpose): Promise<JsonDocument | undefined>
}

export interface CertificateDeskOptions {
  readonly kernel: Kernel
  readonly clock: Pick<Clock, 'nowSeconds'>
  readonly ledger: Pick<Ledger, 'transaction'>
  readonly documents: DocumentStore
  readonly finality: Pick<Finality, 'trust'>
  readonly prove: (stored: StoredTransaction) => Promise<Receipt>
  /** The audit channel. */
  readonly audit: Logger
  /** Throws where the node takes nothing at present. */
  readonly requireTaking: () => void
}

/** What is kept behind a link. */
interface KeptFile extends CertificateUpload {
  readonly institution: string
}

const fileName = (hash: string): string => `file/${hash}`
const listName = (institution: string, purpose: StatusPurpose): string => `list/${institution}/${purpose}`

const refuse = (message: string): never => {
  throw new LedgerError('content.credential', { message })
}

export class CertificateDesk implements NodeCertificates {
  readonly #options: CertificateDeskOptions

  constructor(options: CertificateDeskOptions) {
    this.#options = options
  }

  async putFile(hash: string, { credential, transaction }: CertificateUpload, reader: Actor): Promise<void> {
    const { audit, clock, documents, finality, kernel, prove, requireTaking } = this.#options
    requireTaking()
    const issue = await this.#requireIssue(transaction, reader)
    if (toHex(hashDocument(kernel, credential)) !== hash) {
      refuse('The credential does not hash to the address it was sent to.')
    }
    const file = { credential, receipt: await prove(issue), statusLists: [] }
    const verdict = await checkCertificate(kernel, file, finality.trust, clock.nowSeconds())
    if (verdict.state === 'INVALID') return refuse(verdict.reason)
    const kept: KeptFile = { credential, transaction, institution: verdict.institution }
    await documents.put(fileName(hash), kept)
    audit.info('certificate put up', { reader: reader.actor, transaction })
  }

  async file(hash: string): Promise<CertificateFile | undefined> {
    const kept = await this.#kept(hash)
    const issue = kept && (await this.#options.ledger.transaction(fromHex(kept.transaction, 32)!))
    if (kept === undefined || issue === undefined) return undefined
    const lists = await Promise.all(
      STATUS_PURPOSES.map((purpose) => this.statusList(kept.institution, purpose)),
    )
    return {
      credential: kept.credential,
      receipt: await this.#options.prove(issue),
      statusLists: lists.filter((list) => list !== undefined),
    }
  }

  async withdrawFile(hash: string, reader: Actor): Promise<void> {
    const kept = await this.#kept(hash)
    if (kept === undefined || reader.role !== MEMBER || reader.member !== kept.institution) {
      throw new LedgerError('read.not-found')
    }
    await this.#options.documents.remove(fileName(hash))
    this.#options.audit.info('certificate withdrawn', {
      reader: reader.actor,
      transaction: kept.transaction,
    })
  }

  async putStatusList(
    institution: string,
    purpose: StatusPurpose,
    list: JsonDocument,
    reader: Actor,
  ): Promise<void> {
    const { audit, clock, documents, kernel, requireTaking } = this.#options
    requireTaking()
    const isExaminer = reader.memberRoles.includes('exam-institution')
    if (reader.role !== MEMBER || reader.member !== institution || !isExaminer) {
      throw new LedgerError('token.forbidden', {
        message: 'Only the key of the institution brings its lists.',
      })
    }
    const { at, key, purpose: found } = await openStatusList(kernel, list)
    if (toHex(key) !== reader.key) refuse('Another key than that of the reader signed the status list.')
    if (found !== purpose) refuse('The status list has another purpose than the address it was sent to.')
    if (at > clock.nowSeconds() + STATUS_LIST_AHEAD_SECONDS_MAX) refuse('The status list is of the future.')
    const isNewer = (kept: unknown) => at > parseTime((kept as JsonDocument)['validFrom'])!
    const isKept = await documents.put(listName(institution, purpose), list, isNewer)
    if (!isKept) throw new LedgerError('content.list-older')
    audit.info('status list published', { reader: reader.actor, purpose })
  }

  async statusList(institution: string, purpose: StatusPurpose): Promise<JsonDocument | undefined> {
    return (await this.#options.documents.get(listName(institution, purpose))) as JsonDocument | undefined
  }

  async #kept(hash: string): Promise<KeptFile | undefined> {
    return (await this.#options.documents.get(fileName(hash))) as KeptFile | undefined
  }

  /** An accepted issue by the reader itself. What it is the issue of, the check of the certificate tells. */
  async #requireIssue(transaction: string, reader: Actor): Promise<StoredTransaction> {
    const id = fromHex(transaction, 32)
    const stored = id && (await this.#options.ledger.transaction(id))
    const isIssue = stored?.status.status === 'accepted' && ISSUE_TYPES.includes(stored.type ?? '')
    if (stored === undefined || !isIssue || stored.signer !== reader.actor) {
      throw new LedgerError('token.forbidden', { message: 'The transaction is no accepted issue of yours.' })
    }
    return stored
  }
}
