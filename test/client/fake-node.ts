/** A fetch that answers from a script, and a clock that only moves when somebody sleeps. */
import type { Clock } from '../../src/base/index.ts'
import { createTransport, type Transport } from '../../src/client/http.ts'

export interface SentRequest {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: Uint8Array | undefined
}

export type Answer = Response | Error | ((request: SentRequest) => Response | Promise<Response>)

export const jsonResponse = (value: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json', ...headers } })

export const problem = (code: string, status: number, more: object = {}, headers = {}): Response =>
  jsonResponse({ type: 'about:blank', title: 'x', status, code, ...more }, status, headers)

/** Answers the n-th request with the n-th answer, and every later one with the last. */
export function fakeFetch(answers: readonly Answer[]): { fetch: typeof fetch; requests: SentRequest[] } {
  const requests: SentRequest[] = []
  const fetchOne = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    init.signal?.throwIfAborted()
    const request: SentRequest = {
      url: String(input),
      method: init.method ?? 'GET',
      headers: new Headers(init.headers),
      body: init.body === undefined || init.body === null ? undefined : (init.body as Uint8Array).slice(),
    }
    const answer = answers[Math.min(requests.length, answers.length - 1)]!
    requests.push(request)
    if (answer instanceof Error) throw answer
    return typeof answer === 'function' ? answer(request) : answer.clone()
  }
  return { fetch: fetchOne, requests }
}

/** A clock at `start` whose time is what was slept; `sleeps` holds each delay in milliseconds. */
export function sleepyClock(start = 1_700_000_000): Clock & { sleeps: number[] } {
  const sleeps: number[] = []
  const sleptMs = (): number => sleeps.reduce((sum, ms) => sum + ms, 0)
  return {
    sleeps,
    nowSeconds: () => start + Math.floor(sleptMs() / 1000),
    monotonicMs: sleptMs,
    sleep: async (delayMs, signal) => {
      signal?.throwIfAborted()
      sleeps.push(delayMs)
    },
  }
}

export function fakeTransport(answers: readonly Answer[], triesMax?: number) {
  const { fetch, requests } = fakeFetch(answers)
  const clock = sleepyClock()
  const transport: Transport = createTransport({
    url: 'http://node.example',
    fetch,
    clock,
    random: () => 1,
    triesMax,
  })
  return { transport, requests, clock, random: () => 1 }
}
