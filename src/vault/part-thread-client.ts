/** The part store on a thread of its own, for whoever must not wait for a disk. Answers come in the order of the calls. */
import { Worker } from 'node:worker_threads'
import { LedgerError } from '../base/index.ts'
import { type PartCall, type PartReply, packParts } from './part-thread-messages.ts'
import type { ExpiredParts, PartStore } from './types.ts'

// The same path from src/ and dist/: workers always run what was built.
const THREAD_URL = new URL('../../dist/vault/part-thread.js', import.meta.url)

interface OpenCall {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: LedgerError) => void
}

/** The worker with its open calls. Once it has ended, every call is `vault.write`: nothing was taken. */
class PartThread {
  readonly opened: Promise<void>
  readonly #worker: Worker
  readonly #calls = new Map<number, OpenCall>()
  #lastCall = 0
  #ended = false

  constructor(folder: string) {
    this.#worker = new Worker(THREAD_URL, { workerData: { folder } })
    this.opened = new Promise((resolve, reject) => {
      this.#worker.on('message', (reply: PartReply) => {
        if ('opened' in reply) resolve()
        else this.#settle(reply)
      })
      this.#worker.once('error', reject)
      this.#worker.once('exit', () => {
        this.#end()
        reject(new LedgerError('vault.write'))
      })
    })
  }

  call(
    method: keyof PartStore,
    args: readonly unknown[],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<unknown> {
    if (this.#ended) return Promise.reject(new LedgerError('vault.write'))
    const call = ++this.#lastCall
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject })
      this.#worker.postMessage({ call, method, args } satisfies PartCall, transfer)
    })
  }

  #settle(reply: Exclude<PartReply, { opened: true }>): void {
    const open = this.#calls.get(reply.call)
    this.#calls.delete(reply.call)
    if ('code' in reply) open?.reject(new LedgerError(reply.code, reply.details))
    else open?.resolve(reply.answer)
  }

  #end(): void {
    this.#ended = true
    for (const { reject } of this.#calls.values()) reject(new LedgerError('vault.write'))
    this.#calls.clear()
  }
}

/** Opens the store in `folder` on a thread of its own. Behaves as `openPartStore`. */
export async function openPartThread(folder: string): Promise<PartStore> {
  const thread = new PartThread(folder)
  await thread.opened
  return {
    keep: async (parts) => {
      const packed = packParts(parts)
      const buffers = [packed.ids, packed.parts.bytes, packed.parts.offsets].map(({ buffer }) => buffer)
      await thread.call('keep', [packed], buffers as ArrayBuffer[])
    },
    get: (id) => thread.call('get', [id.slice()]) as Promise<Uint8Array | undefined>,
    erase: (ids) => thread.call('erase', [ids.map((id) => id.slice())]) as Promise<void>,
    expired: (time, limit) => thread.call('expired', [time, limit]) as Promise<ExpiredParts>,
    settle: (ids, drop) =>
      thread.call('settle', [ids.slice(), drop.map((id) => id.slice())]) as Promise<void>,
    close: () => thread.call('close', []) as Promise<void>,
  }
}
