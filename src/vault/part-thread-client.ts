/**
 * The part store on a thread of its own, for whoever must not wait for a disk. Answers come in the order of the calls.
 */
import { LedgerError } from '../base/index.ts'
import { startThread, transferable } from '../threads/index.ts'
import { type PartMethods, type PartThreadData, packParts } from './part-thread-messages.ts'
import type { PartStore } from './types.ts'

// The same path from src/ and dist/: workers always run what was built.
const THREAD_URL = new URL('../../dist/vault/part-thread.js', import.meta.url)

/**
 * Opens the store in `folder` on a thread of its own. Behaves as `openPartStore`; once the thread has ended, every call
 * is `vault.write`: nothing was taken.
 */
export async function openPartThread(folder: string): Promise<PartStore> {
  const thread = startThread<PartMethods, void>({
    url: THREAD_URL,
    workerData: { folder } satisfies PartThreadData,
    endedError: (reason) => new LedgerError('vault.write', {}, new Error(`The vault's thread ${reason}.`)),
  })
  await thread.opened
  return {
    keep: (parts) => {
      const packed = packParts(parts)
      return thread.call(
        'keep',
        [packed],
        transferable([packed.ids, packed.parts.bytes, packed.parts.offsets]),
      )
    },
    get: (id) => thread.call('get', [id.slice()]),
    erase: (ids) => thread.call('erase', [ids.map((id) => id.slice())]),
    expired: (time, limit) => thread.call('expired', [time, limit]),
    settle: (ids, drop) => thread.call('settle', [ids.slice(), drop.map((id) => id.slice())]),
    close: () => thread.call('close', []),
  }
}
