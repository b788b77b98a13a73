import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../src/base/index.ts'
import { readEvents, type StreamEvent } from '../../src/client/events.ts'

const streamOf = (chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk)
      controller.close()
    },
  })

const collect = async (chunks: readonly Uint8Array[]): Promise<StreamEvent<unknown>[]> => {
  const events: StreamEvent<unknown>[] = []
  for await (const event of readEvents(streamOf(chunks))) events.push(event)
  return events
}

const TEXT = [
  ': keep-alive\r\n\r\n',
  'id: 17\r\nevent: record.anchor\r\ndata: {"index":17,"type":"record.anchor"}\r\n\r\n',
  'id:18\nevent:identity.enrol\ndata: {"index":\ndata: 18}\nretry: 10\n\n',
  'id: 19\rdata: "über"\r\r',
  'event: nothing\n\n',
  'id: 20\ndata: {"unfinished":true}\n',
].join('')

const EXPECTED = [
  { id: '17', event: 'record.anchor', data: { index: 17, type: 'record.anchor' } },
  { id: '18', event: 'identity.enrol', data: { index: 18 } },
  { id: '19', event: 'message', data: 'über' },
]

describe('an event stream', () => {
  it('reads events, skips comments and unfinished ones', async () => {
    expect(await collect([utf8(TEXT)])).toEqual(EXPECTED)
  })

  it('reads the same however its bytes are cut', async () => {
    const bytes = utf8(TEXT)
    const cuts = fc.uniqueArray(fc.integer({ min: 0, max: bytes.length }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        const edges = [0, ...at.sort((a, b) => a - b), bytes.length]
        const chunks = edges.slice(1).map((end, i) => bytes.subarray(edges[i], end))
        expect(await collect(chunks)).toEqual(EXPECTED)
      }),
    )
  })

  it('refuses data that is not JSON and lines without end', async () => {
    await expect(collect([utf8('data: {\n\n')])).rejects.toMatchObject({ code: 'client.answer' })
    await expect(collect([new Uint8Array(1_100_000).fill(0x61)])).rejects.toMatchObject({
      code: 'client.answer',
    })
  })
})
