/**
 * Backups: a copy of a ledger's store as of one moment, taken while the ledger is open and committing, by this process
 * or another. LMDB copies under a read transaction, so the copy ends in a whole block.
 */
import { existsSync } from 'node:fs'
import { mkdir, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LedgerError } from '../base/index.ts'
import { createCheckedStore } from './checked-store.ts'
import { readHead } from './head.ts'
import { copyLmdbStore, openLmdbStore } from './store-lmdb.ts'
import type { LedgerHead } from './types.ts'

/**
 * Copies the store in folder `dir` to the new or empty folder `target`, and returns where the copy stands. Restoring is
 * copying back; a node that signed after the backup was taken must not sign from it before it knows that it is not
 * behind. LedgerError `data.missing` without a store, `data.exists` where the target holds something.
 */
export async function backupLedger(dir: string, target: string): Promise<LedgerHead> {
  if (!existsSync(join(dir, 'data.mdb'))) throw new LedgerError('data.missing')
  await mkdir(target, { recursive: true, mode: 0o700 })
  if ((await readdir(target)).length > 0) throw new LedgerError('data.exists')
  await copyLmdbStore(dir, target)
  await syncFile(join(target, 'data.mdb'))
  await syncFile(target)
  const copy = openLmdbStore(target)
  try {
    const head = readHead(createCheckedStore(copy))
    if (head === undefined)
      throw new LedgerError('data.missing', { message: 'The store holds no ledger yet.' })
    return head
  } finally {
    await copy.close()
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
