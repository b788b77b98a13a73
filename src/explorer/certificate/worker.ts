/**
 * Service worker of the certificate page: answers page, script, style and wasm from the network while there is one, and
 * from the last load when there is none. Certificates and keys are the page's own matter and pass by here.
 */
interface WorkerFetchEvent extends Event {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}

interface WorkerInstallEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}

const CACHE = 'certificate-page-1'
const SHELL = '/c/page'
const FILES = [SHELL, '/c/assets/page.js', '/c/assets/page.css', '/c/assets/kernel.wasm']

self.addEventListener('install', (event) => {
  const keepAll = caches.open(CACHE).then((cache) => cache.addAll(FILES))
  ;(event as WorkerInstallEvent).waitUntil(keepAll)
})

/** Every certificate's link is the same page: it reads the hash from its address. */
const keyOf = (path: string): string => (/^\/c\/[0-9a-f]{64}$/.test(path) ? SHELL : path)

async function answer(request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch (error) {
    const kept = await (await caches.open(CACHE)).match(keyOf(new URL(request.url).pathname))
    if (kept === undefined) throw error
    return kept
  }
}

self.addEventListener('fetch', (event) => {
  const { request } = event as WorkerFetchEvent
  const { pathname, origin } = new URL(request.url)
  const ours = origin === location.origin && request.method === 'GET' && FILES.includes(keyOf(pathname))
  if (ours) (event as WorkerFetchEvent).respondWith(answer(request))
})
