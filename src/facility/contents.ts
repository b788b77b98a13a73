/**
 * What records commit to: each content's hash with its salt, or its place in the vault, made once and written down
 * before anything is signed, so that a later run commits to the same.
 */
import { createHash, randomBytes } from 'node:crypto'
import { fromHex } from '../base/index.ts'
import type { Vault } from '../client/index.ts'
import { type Journal, openJournal } from './journal.ts'
import type { Person } from './people.ts'

/** One row of `import/contents.jsonl`: what was committed to. Without the salt nobody can prove what it was. */
export interface ContentRow {
  readonly record: string
  readonly contentHash: string
  /** Hex; absent where the content is in the vault, which has its salt within. */
  readonly salt?: string
  readonly vaultHash?: string
}

export class Contents {
  readonly #journal: Journal<ContentRow>
  readonly #vault: Vault | undefined
  /** By record. */
  readonly #committed: Map<string, ContentRow>

  /** Opens the journal at `path`. Contents go into `vault`, where one is given. */
  constructor(path: string, vault: Vault | undefined) {
    this.#journal = openJournal<ContentRow>(path)
    this.#vault = vault
    this.#committed = new Map(this.#journal.rows.map((row) => [row.record, row]))
  }

  find(record: string): ContentRow | undefined {
    return this.#committed.get(record)
  }

  /** What a record of `patient` commits to: made at the first call, the same ever after. */
  async commitTo(record: string, bytes: Uint8Array, patient: Person): Promise<ContentRow> {
    const before = this.#committed.get(record)
    if (before !== undefined) return before
    const row = { record, ...(await this.#commit(bytes, patient)) }
    this.#journal.add(row)
    this.#committed.set(record, row)
    return row
  }

  async #commit(bytes: Uint8Array, patient: Person): Promise<Omit<ContentRow, 'record'>> {
    if (this.#vault !== undefined) {
      const readers = [fromHex(patient.encryptionKey)!]
      const { contentHash, vaultHash } = await this.#vault.storeContent(() => [bytes], readers)
      return { contentHash, vaultHash }
    }
    const salt = randomBytes(32)
    const contentHash = createHash('sha256').update(salt).update(bytes).digest('hex')
    return { contentHash, salt: salt.toString('hex') }
  }

  close(): void {
    this.#journal.close()
  }
}
