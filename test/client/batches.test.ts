import { describe, expect, it } from 'vitest'
import { BATCH_COUNT_MAX, REQUEST_BYTES_MAX } from '../../src/base/index.ts'
import { sendBatches, splitBatches } from '../../src/client/batches.ts'
import type { SignedTransaction } from '../../src/client/index.ts'
import { decodeBatch, encodeBatch } from '../../src/protocol/index.ts'
import { fakeTransport, jsonResponse, type SentRequest } from './fake-node.ts'

/** Stands for a signed transaction: the sender looks at its length only. */
const fakeTransaction = (number: number, entryBytes = 100, privateBytes?: number): SignedTransaction => {
  const entry = new Uint8Array(entryBytes)
  new DataView(entry.buffer).setUint32(0, number)
  return { id: String(number), entry, ...(privateBytes && { privatePart: new Uint8Array(privateBytes) }) }
}

const numberOf = (entry: Uint8Array): number => new DataView(entry.buffer, entry.byteOffset).getUint32(0)
const count = (length: number) => Array.from({ length }, (_, i) => i)

/** Answers each item with its number as id. */
const acceptAll = (request: SentRequest): Response =>
  jsonResponse(
    decodeBatch(request.body!).map(({ entry }) => ({ id: String(numberOf(entry)), status: 'pending' })),
  )

describe('batches', () => {
  it('hold at most 4,096 transactions, in order', () => {
    const transactions = count(2 * BATCH_COUNT_MAX + 1).map((i) => fakeTransaction(i))
    const batches = splitBatches(transactions)
    expect(batches.map((batch) => batch.length)).toEqual([BATCH_COUNT_MAX, BATCH_COUNT_MAX, 1])
    expect(batches.flat()).toEqual(transactions)
    expect(splitBatches([])).toEqual([])
  })

  it('never encode to more than a node takes', () => {
    const transactions = count(300).map((i) => fakeTransaction(i, 65_535, 65_536))
    const sizes = splitBatches(transactions).map((batch) => encodeBatch(batch).length)
    expect(sizes.length).toBe(3)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(REQUEST_BYTES_MAX)
    expect(Math.max(...sizes)).toBeGreaterThan(REQUEST_BYTES_MAX - 140_000)
  })

  it('are sent as MessagePack and answered in order, one or more at once', async () => {
    const transactions = count(BATCH_COUNT_MAX + 5).map((i) => fakeTransaction(i))
    for (const batchesAtOnce of [1, 2, 8]) {
      const node = fakeTransport([acceptAll])
      const answers = await sendBatches(transactions, node, { batchesAtOnce })
      expect(answers.map(({ id }) => id)).toEqual(transactions.map(({ id }) => id))
      expect(node.requests).toHaveLength(2)
      expect(node.requests[0]!.headers.get('content-type')).toBe('application/vnd.msgpack')
    }
  })

  it('send again, alone, what was rejected for overload', async () => {
    const overloaded = { id: null, status: 'rejected', code: 'overload.queue-full' }
    const first = jsonResponse([{ id: '0', status: 'pending' }, overloaded, { id: '2', status: 'pending' }])
    const node = fakeTransport([first, acceptAll])
    const answers = await sendBatches(
      count(3).map((i) => fakeTransaction(i)),
      node,
      {},
    )
    expect(answers.map(({ id, status }) => [id, status])).toEqual(count(3).map((i) => [String(i), 'pending']))
    expect(decodeBatch(node.requests[1]!.body!).map(({ entry }) => numberOf(entry))).toEqual([1])
    expect(node.clock.sleeps).toHaveLength(1)
  })

  it('leave other rejections to the caller', async () => {
    const rejected = { id: '0', status: 'rejected', code: 'admission.expired' }
    const node = fakeTransport([jsonResponse([rejected])])
    expect(await sendBatches([fakeTransaction(0)], node, {})).toEqual([rejected])
    expect(node.requests).toHaveLength(1)
  })

  it('refuse an answer of another length or shape', async () => {
    for (const answer of [[], {}, [{ id: 7, status: 'pending' }], [{ id: '0', status: 'odd' }]]) {
      const node = fakeTransport([jsonResponse(answer)])
      await expect(sendBatches([fakeTransaction(0)], node, {})).rejects.toMatchObject({
        code: 'client.answer',
      })
    }
  })
})
