/** The source of a log over HTTP: what it asks for, and what it does not take. */
import { describe, expect, it } from 'vitest'
import { createHttpSource } from '../../../src/order/follow/index.ts'

const signal = new AbortController().signal

function sourceOf(answer: () => Response) {
  const sent: { url: string; headers: Headers; redirect: string | undefined }[] = []
  const send = (async (url, init) => {
    sent.push({ url: String(url), headers: new Headers(init?.headers), redirect: init?.redirect })
    return answer()
  }) as typeof fetch
  return {
    sent,
    source: createHttpSource({ url: 'https://log.example/a/', token: async () => 'abc', fetch: send }),
  }
}

describe('a source over HTTP', () => {
  it('takes what is compressed and what is not, and shows its token for entries alone', async () => {
    const { sent, source } = sourceOf(() => new Response('x'))
    await source.checkpoint(signal)
    await source.file('tile/0/000', signal)
    await source.file('tile/entries/000', signal)
    expect(sent.map(({ url }) => url)).toEqual([
      'https://log.example/a/checkpoint',
      'https://log.example/a/tile/0/000',
      'https://log.example/a/tile/entries/000',
    ])
    for (const { headers, redirect } of sent) {
      expect(headers.get('accept-encoding')).toBe('br, gzip, identity')
      expect(redirect).toBe('error')
    }
    expect(sent.map(({ headers }) => headers.get('authorization'))).toEqual([null, null, 'Bearer abc'])
  })

  it('has no file where the answer is 404, and takes none that is too long', async () => {
    const missing = sourceOf(() => new Response('', { status: 404 })).source
    expect(await missing.file('tile/0/000', signal)).toBeUndefined()
    const long = sourceOf(() => new Response(new Uint8Array(140_000))).source
    await expect(long.checkpoint(signal)).rejects.toMatchObject({ code: 'source.answer' })
  })
})
