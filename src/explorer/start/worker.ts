/**
 * Service worker of the start page: answers page, script, style and wasm from the network while there is one, and from
 * the last load when there is none. It keeps nothing that a reader checks.
 */
interface WorkerFetchEvent extends Event {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}

interface WorkerInstallEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}

const CACHE = 'start-page-1'
/** The page under a name whose answer does not depend on what is accepted. */
const SHELL = '/start/page'
const FILES = [SHELL, '/start/page.js', '/start/page.css', '/start/kernel.wasm']

self.addEventListener('install', (event) => {
  const keepAll = caches.open(CACHE).then((cache) => cache.addAll(FILES))
  ;(event as WorkerInstallEvent).waitUntil(keepAll)
})

async function answer(request: Request, key: string): Promise<Response> {
  try {
    return await fetch(request)
  } catch (error) {
    const kept = await (await caches.open(CACHE)).match(key)
    if (kept === undefined) throw error
    return kept
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event as WorkerFetchEvent
  const { pathname, origin } = new URL(request.url)
  const key = pathname === '/' && request.mode === 'navigate' ? SHELL : pathname
  const ours = origin === location.origin && request.method === 'GET' && FILES.includes(key)
  if (ours) (event as WorkerFetchEvent).respondWith(answer(request, key))
})
