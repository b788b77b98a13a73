/**
 * The vault's desk: who may bring a content, wrap its key, and fetch it (docs/vault.md). The node sees ciphertext and
 * wrapped keys only. What it decides is when they leave, and that rests on the ledger alone: a final access, once, for
 * five minutes, and what the access rests on is looked at again; or the right of those whose content it is.
 */
import type { Content, Wrap } from '../answers/index.ts'
import { type Clock, type Code, fromHex, LedgerError, RELEASE_SECONDS_MAX } from '../base/index.ts'
import { type AccessRelease, type Actor, isStaffOf, type RecordView } from '../domain/index.ts'
import type { Finality } from '../finality/index.ts'
import type { Logger } from '../host/index.ts'
import type { Ledger, StoredTransaction } from '../ledger/index.ts'
import { decodeLeaf, parseBody } from '../protocol/index.ts'
import type { ContentStore, StoredContent } from '../vault/index.ts'

/** A ciphertext on its way in. */
export interface ContentUpload {
  /** SHA-256 of all of it, hex: where it will be found. */
  readonly vaultHash: string
  readonly stream: AsyncIterable<Uint8Array>
  /** Bytes announced, where the sender says; refused before anything is read where there is no room for them. */
  readonly lengthExpected?: number | undefined
}

/** A content on its way out. The stream ends with an error where the disk altered it. */
export interface ContentRelease extends Wrap {
  readonly length: number
  readonly bytes: AsyncIterable<Uint8Array>
}

/** Encrypted contents of this node. Every right is checked here; docs/vault.md lists them. */
export interface NodeVault {
  /** Durable when resolved. Errors as `ContentStore.put`. */
  put(upload: ContentUpload, reader: Actor): Promise<Content>
  /**
   * Keeps a wrap for `readerKey` (X25519, hex): by the content's owner, or by whoever has a wrap itself. LedgerError
   * `read.not-found`, `token.forbidden`, `content.reader-key`, `content.break-glass`, `content.wraps`.
   */
  putWrap(vaultHash: string, readerKey: string, wrap: string, reader: Actor): Promise<void>
  /**
   * Takes a wrap away: the content's owner, who placed it, or the reader whose it is. LedgerError `read.not-found`,
   * `content.break-glass` for that of emergencies.
   */
  removeWrap(vaultHash: string, readerKey: string, reader: Actor): Promise<void>
  /** For the content's owner alone. */
  describe(vaultHash: string, reader: Actor): Promise<Content | undefined>
  /**
   * What an `access.open` or `access.break-glass` of the reader's own key opens. The access is spent, durably, when
   * this resolves. LedgerError `content.release-denied`, `content.release-late`, `content.released`.
   */
  release(openId: string, reader: Actor): Promise<ContentRelease>
  /**
   * The latest content of a record, for those who act for its subject and for who brought it. LedgerError
   * `read.not-found`.
   */
  retrieve(record: string, reader: Actor): Promise<ContentRelease>
  /** Its wrapped key alone, to grant it on; for the same. */
  wrapOf(record: string, reader: Actor): Promise<Wrap>
}

export interface VaultDeskOptions {
  readonly clock: Pick<Clock, 'nowSeconds'>
  readonly ledger: Ledger
  readonly contents: ContentStore
  readonly finality: Pick<Finality, 'head' | 'notes'>
  /** The audit channel. */
  readonly audit: Logger
  /** Throws where the node takes nothing at present. */
  readonly requireTaking: () => void
}

/** A final access of the reader's, in time. */
interface LiveAccess {
  readonly id: Uint8Array
  readonly grant: AccessRelease
}

const deny = (message?: string, code: Code = 'content.release-denied'): never => {
  throw new LedgerError(code, message === undefined ? {} : { message })
}

const isOwner = (reader: Actor, { owner }: StoredContent): boolean =>
  reader.actor === owner || isStaffOf(reader, owner)

export class VaultDesk implements NodeVault {
  readonly #options: VaultDeskOptions

  constructor(options: VaultDeskOptions) {
    this.#options = options
  }

  async put({ vaultHash, stream, lengthExpected }: ContentUpload, reader: Actor): Promise<Content> {
    this.#options.requireTaking()
    const { owner, bytesMax } = await this.#options.ledger.ask('record.contentOwner', reader)
    const upload = { owner, uploader: reader.actor, lengthExpected, ownerBytesMax: bytesMax }
    const { length, state } = await this.#options.contents.put(vaultHash, upload, stream)
    return { vaultHash, length, state }
  }

  async putWrap(vaultHash: string, readerKey: string, wrap: string, reader: Actor): Promise<void> {
    this.#options.requireTaking()
    const { contents, ledger } = this.#options
    const content = this.#kept(vaultHash)
    const isOwn = isOwner(reader, content)
    const ownKey = isOwn ? undefined : await this.#requireReaderOf(vaultHash, reader)
    const standing = contents.wrap(vaultHash, readerKey)
    if (!isOwn && standing !== undefined && standing.by !== reader.actor && ownKey !== readerKey) {
      throw new LedgerError('token.forbidden', { message: "Another reader's wrap stands there already." })
    }
    if (!(await ledger.ask('identity.isReaderKey', readerKey))) throw new LedgerError('content.reader-key')
    await this.#requireEmergencyWrap(vaultHash, readerKey, content)
    // Who wraps its own key anew takes no place of its own for that: it has the one that it was given.
    const by = isOwn ? undefined : ownKey === readerKey ? standing?.by : reader.actor
    await contents.putWrap(vaultHash, readerKey, { wrap, ...(by !== undefined && { by }) })
  }

  async removeWrap(vaultHash: string, readerKey: string, reader: Actor): Promise<void> {
    this.#options.requireTaking()
    const { audit, contents, ledger } = this.#options
    const content = this.#kept(vaultHash)
    const standing = contents.wrap(vaultHash, readerKey)
    const isOwn = isOwner(reader, content)
    const mayRemove =
      isOwn || standing?.by === reader.actor || (await this.#encryptionKeyOf(reader)) === readerKey
    if (standing === undefined || !mayRemove) throw new LedgerError('read.not-found')
    const emergency = await ledger.ask('access.emergencyReader', memberOf(content))
    if (emergency?.encryptionKey === readerKey) {
      const message = "The break-glass key stays a content's reader as long as the content is kept."
      throw new LedgerError('content.break-glass', { message })
    }
    await contents.removeWrap(vaultHash, readerKey)
    audit.info('wrap removed', { reader: reader.actor, content: vaultHash, readerKey })
  }

  async describe(vaultHash: string, reader: Actor): Promise<Content | undefined> {
    const content = this.#options.contents.describe(vaultHash)
    if (content === undefined || !isOwner(reader, content)) return undefined
    const { length, state, erasedBy } = content
    return { vaultHash, length, state, ...(erasedBy !== undefined && { erasedBy }) }
  }

  async release(openId: string, reader: Actor): Promise<ContentRelease> {
    const { audit, clock, contents, ledger } = this.#options
    const { id, grant } = await this.#requireAccess(openId, reader)
    const { content, record } = await this.#contentOf(grant)
    const key = await (grant.wrappedFor === 'signer'
      ? this.#encryptionKeyOf(reader)
      : ledger.ask('access.emergencyKey', memberOf(content)))
    const wrap = key === undefined ? undefined : contents.wrap(grant.vaultHash, key)?.wrap
    if (wrap === undefined) return deny('No wrapped content key is kept for the key that opens it.')
    // From here on the access is spent, also where the connection breaks before the last byte.
    await contents.consume(id, clock.nowSeconds())
    audit.info('content released', { reader: reader.actor, record, transaction: openId })
    return { vaultHash: grant.vaultHash, length: content.length, wrap, bytes: contents.read(grant.vaultHash) }
  }

  async retrieve(record: string, reader: Actor): Promise<ContentRelease> {
    const { content, vaultHash, wrap } = await this.#own(record, reader)
    this.#options.audit.info('own content read', { reader: reader.actor, record })
    return { vaultHash, length: content.length, wrap, bytes: this.#options.contents.read(vaultHash) }
  }

  async wrapOf(record: string, reader: Actor): Promise<Wrap> {
    const { vaultHash, wrap } = await this.#own(record, reader)
    return { vaultHash, wrap }
  }

  /**
   * A content of the latest version of a record that the reader needs no access for: its patient's, or brought by
   * itself.
   */
  async #own(record: string, reader: Actor) {
    const { contents, ledger } = this.#options
    const view = await ledger.ask('record.find', record)
    const vaultHash = view?.erased === false ? view.vaultHash : undefined
    const content = vaultHash === undefined ? undefined : this.#contentFor(view!, vaultHash)
    if (vaultHash === undefined || content === undefined) throw new LedgerError('read.not-found')
    const allowed =
      content.uploader === reader.actor || (await ledger.ask('identity.actsFor', reader, view!.subject))
    const key = allowed ? await this.#encryptionKeyOf(reader) : undefined
    const wrap = key === undefined ? undefined : contents.wrap(vaultHash, key)?.wrap
    if (wrap === undefined) throw new LedgerError('read.not-found')
    return { content, vaultHash, wrap }
  }

  /** The reader's own final access, unused and in time, with what it gives now. */
  async #requireAccess(openId: string, reader: Actor): Promise<LiveAccess> {
    const { clock, contents, finality, ledger } = this.#options
    const id = fromHex(openId, 32)
    const stored = id && (await ledger.transaction(id))
    if (
      id === undefined ||
      !isAcceptedOf(stored, reader) ||
      stored.status.index >= finality.notes.finalSize
    ) {
      return deny()
    }
    if (contents.isConsumed(id)) return deny(undefined, 'content.released')
    const { header } = (await ledger.header(stored.status.height))!
    const now = Math.max(clock.nowSeconds(), finality.head.time)
    if (now > header.time + RELEASE_SECONDS_MAX) return deny(undefined, 'content.release-late')
    const leaf = decodeLeaf((await ledger.leaf(stored.status.index))!)
    if (leaf.kind !== 'transaction') return deny()
    const { type, payload } = parseBody(leaf.body)
    const grant = await ledger.ask('access.release', type, payload, reader)
    return grant === undefined ? deny() : { id, grant }
  }

  async #contentOf({ record, vaultHash }: AccessRelease) {
    const view = await this.#options.ledger.ask('record.find', record)
    if (view === undefined || view.erased) return deny()
    const content = this.#contentFor(view, vaultHash)
    return content === undefined ? deny('This node does not keep the content.') : { content, record }
  }

  /**
   * A content counts as a record's only where both have one owner: naming another's address gives no right to it. Nor
   * does a patient get a content of another length than it stated: the ledger counts that against its quota.
   */
  #contentFor(view: RecordView, vaultHash: string): StoredContent | undefined {
    const content = this.#options.contents.describe(vaultHash)
    if (content?.state !== 'kept' || content.owner !== view.owner) return undefined
    const isMisstated =
      view.vaultHash === vaultHash && view.bytes !== undefined && view.bytes !== content.length
    return isMisstated ? undefined : content
  }

  #kept(vaultHash: string): StoredContent {
    const content = this.#options.contents.describe(vaultHash)
    if (content?.state !== 'kept') throw new LedgerError('read.not-found')
    return content
  }

  /**
   * Who can read a content may wrap its key for another: whoever wraps has it in clear anyway. The reader's own key.
   */
  async #requireReaderOf(vaultHash: string, reader: Actor): Promise<string> {
    const key = await this.#encryptionKeyOf(reader)
    if (key === undefined || this.#options.contents.wrap(vaultHash, key) === undefined) {
      throw new LedgerError('read.not-found')
    }
    return key
  }

  /** Every object of a hospital's has a recipient for emergencies: its wrap is the first. */
  async #requireEmergencyWrap(vaultHash: string, readerKey: string, content: StoredContent): Promise<void> {
    const { contents, ledger } = this.#options
    const reader = await ledger.ask('access.emergencyReader', memberOf(content))
    if (reader === undefined || readerKey === reader.encryptionKey) return
    if (reader.encryptionKey === undefined) {
      const message = `${reader.actor} is not enrolled with an encryption key yet.`
      throw new LedgerError('content.break-glass', { message })
    }
    if (contents.wrap(vaultHash, reader.encryptionKey) === undefined) {
      throw new LedgerError('content.break-glass')
    }
  }

  /** The X25519 key that was enrolled together with the key the reader signs with. */
  #encryptionKeyOf(reader: Actor): Promise<string | undefined> {
    return this.#options.ledger.ask('identity.encryptionKey', reader.key)
  }
}

const memberOf = ({ owner }: StoredContent): string => owner.split(':', 1)[0]!

/**
 * Whether a transaction was accepted and is signed by the very key that reads; whether it is an access, its port says.
 */
const isAcceptedOf = (
  stored: StoredTransaction | undefined,
  reader: Actor,
): stored is StoredTransaction & { readonly signerKey: string } =>
  stored?.status.status === 'accepted' && stored.signerKey === reader.key
