/**
 * The page behind a certificate's link, `/c/<credential hash>`: fetches the certificate's file and the ledger's keys
 * from the node that served it, and checks all of it here. What was loaded once is kept, so that the same link can be
 * checked again without a network; a status list then ages as it should.
 */
import { toHex } from '../../base/index.ts'
import { loadKernel } from '../../kernel/index.ts'
import {
  type CertificateVerdict,
  checkCertificate,
  hashDocument,
  parseCertificateFile,
} from '../../w3c/index.ts'
import { type LedgerInfo, trustOfNow } from '../ledger-info.ts'
import type { Language } from './texts.ts'
import { draw, type PageFacts } from './view.ts'

/** As JSON, from the node or from storage: nothing of it is believed. */
interface Loaded {
  readonly info: LedgerInfo
  readonly file: unknown
}

/** The node was reached and has no certificate of this hash. */
class NotFound extends Error {}

const hash = location.pathname.split('/').at(-1) ?? ''
const view = document.getElementById('view') as HTMLElement
let language: Language = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
let shown: PageFacts = { verdict: undefined, state: 'CHECKING', checkedAt: 0, fromCache: false }

function show(facts: PageFacts): void {
  shown = facts
  draw(view, facts, language, () => {
    language = language === 'zh' ? 'en' : 'zh'
    show(shown)
  })
}

async function fetchJson(path: string): Promise<unknown> {
  const response = await fetch(path, { credentials: 'omit', cache: 'no-store' })
  if (response.status === 404 || response.status === 400) throw new NotFound()
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return response.json()
}

const storageName = `certificate ${hash}`

/** From the node; from the last load where the node can not be reached; else why there is nothing. */
async function load(): Promise<{ loaded: Loaded; fromCache: boolean } | 'NOT_FOUND' | 'UNREACHABLE'> {
  try {
    const [info, file] = await Promise.all([
      fetchJson('/v1/info') as Promise<LedgerInfo>,
      fetchJson(`/v1/certificate/files/${hash}`),
    ])
    try {
      localStorage.setItem(storageName, JSON.stringify({ info, file }))
    } catch {
      // A full or forbidden storage costs the offline check, not this one.
    }
    return { loaded: { info, file }, fromCache: false }
  } catch (error) {
    // Withdrawn: what was kept is not shown in its place.
    if (error instanceof NotFound) {
      localStorage.removeItem(storageName)
      return 'NOT_FOUND'
    }
    const kept = localStorage.getItem(storageName)
    return kept === null ? 'UNREACHABLE' : { loaded: JSON.parse(kept) as Loaded, fromCache: true }
  }
}

async function check(loaded: Loaded, now: number): Promise<CertificateVerdict> {
  const { info } = loaded
  const file = parseCertificateFile(loaded.file)
  const kernel = await loadKernel({ url: new URL('/c/assets/kernel.wasm', location.href) })
  if (toHex(hashDocument(kernel, file.credential)) !== hash) {
    return { state: 'INVALID', reason: 'The node answered with another certificate than the link names.' }
  }
  return checkCertificate(kernel, file, trustOfNow(kernel, info), now)
}

/** How the node names the institution. The check does not prove it. */
function nameIn(file: unknown): string | undefined {
  const { institutionName } = file as { readonly institutionName?: unknown }
  return typeof institutionName === 'string' ? institutionName : undefined
}

async function main(): Promise<void> {
  show(shown)
  const found = await load()
  const checkedAt = Math.floor(Date.now() / 1000)
  if (typeof found === 'string') {
    return show({ verdict: undefined, state: found, checkedAt, fromCache: false })
  }
  const { loaded, fromCache } = found
  const verdict = await check(loaded, checkedAt)
  show({ verdict, state: verdict.state, checkedAt, fromCache, institutionName: nameIn(loaded.file) })
}

// Keeps page, script and wasm for the next time without a network. Browsers allow it on https and localhost only.
navigator.serviceWorker?.register('/c/worker.js', { scope: '/c/' }).catch(() => undefined)

main().catch((error: unknown) => {
  const reason = error instanceof Error ? error.message : String(error)
  show({ verdict: { state: 'INVALID', reason }, state: 'INVALID', checkedAt: 0, fromCache: false })
})
