/**
 * The certificates' desk: institutions put up credentials that they issued and the lists of what they revoked or
 * suspended; whoever holds the link of a certificate fetches it with its receipt. The hash of a credential is what
 * gives access: it covers a random id, and no answer but to the hash itself tells that there is one.
 */
import { type Clock, fromHex, LedgerError, toHex } from '../base/index.ts'
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
  openPublishedList,
  PUBLISH_TYPE,
  type PublishedList,
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
   * Keeps a status list that the reader, the institution itself, published on the ledger. LedgerError
   * `token.forbidden`, `content.credential`, `content.list-older`.
   */
  putStatusList(place: StatusListPlace, upload: StatusListUpload, reader: Actor): Promise<void>
  statusList(institution: string, purpose: StatusPurpose): Promise<JsonDocument | undefined>
}

export interface CertificateDeskOptions {
  readonly kernel: Kernel
  readonly clock: Pick<Clock, 'nowSeconds'>
  readonly ledger: Pick<Ledger, 'ask' | 'read' | 'transaction'>
  readonly documents: DocumentStore
  readonly finality: Pick<Finality, 'trust'>
  readonly prove: (stored: StoredTransaction) => Promise<Receipt>
  /** The audit channel. */
  readonly audit: Logger
  /** Throws where the node takes nothing at present. */
  readonly requireTaking: () => void
}

/** Where a list is kept. */
export interface StatusListPlace {
  readonly institution: string
  readonly purpose: StatusPurpose
}

/** A list that its institution published on the ledger. */
export interface StatusListUpload {
  readonly list: JsonDocument
  /** Id of the `certificate.publish-lists` transaction that names its hash, hex. */
  readonly transaction: string
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
    const issue = await this.#requireOwn(transaction, ISSUE_TYPES, reader)
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
      STATUS_PURPOSES.map((purpose) => this.#publishedList({ institution: kept.institution, purpose })),
    )
    const institution = await this.#options.ledger.ask('identity.member', kept.institution)
    return {
      credential: kept.credential,
      receipt: await this.#options.prove(issue),
      statusLists: lists.filter((list) => list !== undefined),
      ...(institution?.displayName !== undefined && { institutionName: institution.displayName }),
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
    { institution, purpose }: StatusListPlace,
    { list, transaction }: StatusListUpload,
    reader: Actor,
  ): Promise<void> {
    const { audit, clock, documents, finality, kernel, ledger, prove, requireTaking } = this.#options
    requireTaking()
    if (reader.role !== MEMBER || reader.member !== institution) {
      throw new LedgerError('token.forbidden', {
        message: 'Only the key of the institution brings its lists.',
      })
    }
    const receipt = await prove(await this.#requireOwn(transaction, [PUBLISH_TYPE], reader))
    const reading = { kernel, trust: finality.trust, institution, now: clock.nowSeconds() }
    const { purpose: found } = await openPublishedList(reading, { list, receipt })
    if (found !== purpose) refuse('The status list has another purpose than the address it was sent to.')
    // Of two publications the later one on the ledger stands, in whatever order they come here.
    const current = (await ledger.read(
      'certificate',
      '/published-lists/:institution',
      { institution },
      reader,
    )) as { readonly [name in StatusPurpose]: string } | undefined
    if (current?.[purpose] !== toHex(hashDocument(kernel, list))) throw new LedgerError('content.list-older')
    const kept: StatusListUpload = { list, transaction }
    await documents.put(listName(institution, purpose), kept)
    audit.info('status list published', { reader: reader.actor, purpose })
  }

  async statusList(institution: string, purpose: StatusPurpose): Promise<JsonDocument | undefined> {
    return (await this.#keptList({ institution, purpose }))?.list
  }

  async #publishedList(place: StatusListPlace): Promise<PublishedList | undefined> {
    const kept = await this.#keptList(place)
    const published = kept && (await this.#options.ledger.transaction(fromHex(kept.transaction, 32)!))
    return kept && published && { list: kept.list, receipt: await this.#options.prove(published) }
  }

  async #keptList({ institution, purpose }: StatusListPlace): Promise<StatusListUpload | undefined> {
    return (await this.#options.documents.get(listName(institution, purpose))) as StatusListUpload | undefined
  }

  async #kept(hash: string): Promise<KeptFile | undefined> {
    return (await this.#options.documents.get(fileName(hash))) as KeptFile | undefined
  }

  /** An accepted transaction of such a type by the reader itself. What is in it, the caller looks at. */
  async #requireOwn(
    transaction: string,
    types: readonly string[],
    reader: Actor,
  ): Promise<StoredTransaction> {
    const id = fromHex(transaction, 32)
    const stored = id && (await this.#options.ledger.transaction(id))
    const isSuch = stored?.status.status === 'accepted' && types.includes(stored.type ?? '')
    if (stored === undefined || !isSuch || stored.signer !== reader.actor) {
      throw new LedgerError('token.forbidden', {
        message: `The transaction is no accepted ${types.join(' or ')} of yours.`,
      })
    }
    return stored
  }
}
