/** For the service worker of a page: its files come from the network while there is one, else from the last load. */
interface WorkerFetchEvent extends Event {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}

interface WorkerInstallEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}

export interface OfflinePage {
  /** Name of the cache, with its version. */
  readonly cache: string
  /** Paths that are kept. */
  readonly files: readonly string[]
  /** Under which of them a request is kept; what is none of them passes by. */
  readonly keyOf: (request: Request, path: string) => string
}

export function keepPage({ cache, files, keyOf }: OfflinePage): void {
  self.addEventListener('install', (event) => {
    const keepAll = caches.open(cache).then((opened) => opened.addAll([...files]))
    ;(event as WorkerInstallEvent).waitUntil(keepAll)
  })

  async function answer(request: Request, key: string): Promise<Response> {
    try {
      return await fetch(request)
    } catch (error) {
      const kept = await (await caches.open(cache)).match(key)
      if (kept === undefined) throw error
      return kept
    }
  }

  self.addEventListener('fetch', (event) => {
    const { request } = event as WorkerFetchEvent
    const { pathname, origin } = new URL(request.url)
    const key = keyOf(request, pathname)
    const ours = origin === location.origin && request.method === 'GET' && files.includes(key)
    if (ours) (event as WorkerFetchEvent).respondWith(answer(request, key))
  })
}
