/**
 * The start page of a node, `/`: says what the node is, leads to certificates, and checks receipts on the reader's
 * device. What the reader brings is sent nowhere; the node is asked for what anyone may read, at fixed addresses.
 */
import { fromHex, LedgerError, showHidden, toHex } from '../../base/index.ts'
import { type Kernel, loadKernel } from '../../kernel/index.ts'
import type { AnyJson } from '../../protocol/index.ts'
import { hashDocument, type JsonDocument } from '../../w3c/index.ts'
import { type Brought, checkReceipt, hashIn, recogniseFile, recogniseText, stateOf } from './check.ts'
import { type FixedText, type Language, TEXTS } from './texts.ts'
import { type NodeWord, type Trusted, trustGenesisFile, trustNode } from './trust.ts'
import { nodeTerms, type Result, resultElements, trustedText } from './view.ts'

/** How often the node is asked what it is, while the page is looked at. */
const REFRESH_MS = 60_000
const STORAGE_NAME = 'start'

const find = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind

let language: Language = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
let kernel: Kernel | undefined
let word: NodeWord | undefined
/** Where `word` is from. */
let reached: 'loading' | 'now' | 'before' | 'never' = 'loading'
let genesis: Uint8Array | undefined
let result: Result | undefined

/** What receipts are checked against now. LedgerError where the node's keys have no form. */
function trustedNow(loaded: Kernel): Trusted | undefined {
  if (genesis !== undefined) return trustGenesisFile(loaded, genesis, word)
  return word === undefined ? undefined : trustNode(loaded, word)
}

function showNode(): void {
  const texts = TEXTS[language]
  const notes = { loading: texts.loading, now: '', before: texts.cached, never: texts.unreachable }
  let note = notes[reached]
  try {
    if (kernel !== undefined && word !== undefined) {
      find('facts').replaceChildren(...nodeTerms(kernel, word, trustNode(kernel, word), language))
    }
  } catch (error) {
    note = `${texts.unproven}${error instanceof Error ? error.message : error}`
    find('facts').replaceChildren()
  }
  find('facts-note').textContent = showHidden(note)
}

function showTrusted(): void {
  find('forget').hidden = genesis === undefined
  let text = ''
  try {
    const trusted = kernel && trustedNow(kernel)
    if (trusted !== undefined) text = trustedText(trusted, language)
  } catch {
    // The node's facts say what is wrong with its keys.
  }
  find('trusted').textContent = showHidden(text)
}

function showResult(): void {
  find('result').replaceChildren(...(result === undefined ? [] : resultElements(result, language)))
}

function showAll(): void {
  const texts = TEXTS[language]
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  document.title = `medseal · ${texts.title}`
  for (const fixed of document.querySelectorAll<HTMLElement>('[data-text]')) {
    fixed.textContent = texts[fixed.dataset['text'] as FixedText]
  }
  find('language').textContent = texts.other
  find('command').textContent = [
    `curl -s ${location.origin}/checkpoint`,
    `curl -s ${location.origin}/trust.json -o trust.json`,
    'medseal receipt verify receipt.json --genesis genesis.json --trust trust.json',
  ].join('\n')
  showNode()
  showTrusted()
  showResult()
}

async function ask(path: string): Promise<Response> {
  const response = await fetch(path, { credentials: 'omit', cache: 'no-cache' })
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return response
}

/** The node's word; that of the last load where it can not be reached. Nothing new is asked where no checkpoint is. */
async function refresh(): Promise<void> {
  try {
    const checkpoint = await (await ask('/checkpoint')).text()
    if (reached === 'now' && checkpoint === word?.checkpoint) return
    const [info, chain] = await Promise.all([
      ask('/v1/info').then((response) => response.json()),
      ask('/trust.json').then(
        (response) => response.json(),
        () => undefined,
      ),
    ])
    word = { info, checkpoint, chain }
    reached = 'now'
    try {
      localStorage.setItem(STORAGE_NAME, JSON.stringify(word))
    } catch {
      // A full or forbidden storage costs what is shown offline, not this.
    }
  } catch {
    if (word === undefined) {
      const kept = localStorage.getItem(STORAGE_NAME)
      if (kept !== null) word = JSON.parse(kept) as NodeWord
    }
    reached = word === undefined ? 'never' : 'before'
  }
  showNode()
  showTrusted()
}

function judge(value: AnyJson): Result {
  const id = find<HTMLInputElement>('transaction').value.trim()
  if (id !== '' && fromHex(id, 32) === undefined) return { state: 'NO_TRUST', problem: 'noId' }
  try {
    const trusted = kernel && trustedNow(kernel)
    if (kernel === undefined || trusted === undefined) return { state: 'NO_TRUST', problem: 'noTrust' }
    const verdict = checkReceipt(kernel, value, trusted, id)
    return { state: stateOf(verdict), verdict, trusted }
  } catch (error) {
    return { state: 'NO_TRUST', reason: error instanceof Error ? error.message : String(error) }
  }
}

function openCertificate(hash: string | undefined): void {
  find('certificate-note').textContent = hash === undefined ? TEXTS[language].noHash : ''
  if (hash !== undefined) location.assign(`/c/${hash}`)
}

function hashOf(credential: AnyJson): string | undefined {
  try {
    return kernel && toHex(hashDocument(kernel, credential as JsonDocument))
  } catch (error) {
    if (error instanceof LedgerError) return undefined
    throw error
  }
}

function takeGenesis(bytes: Uint8Array): void {
  try {
    // Read for its faults alone: trust is made anew at each check.
    if (kernel !== undefined) trustGenesisFile(kernel, bytes, undefined)
    genesis = bytes
    result = undefined
  } catch (error) {
    result = { state: 'NO_TRUST', reason: error instanceof Error ? error.message : String(error) }
  }
  showTrusted()
}

/** Does with what was brought what belongs to it, wherever it was put. */
function take(brought: Brought): void {
  if (brought.is === 'certificate') openCertificate(hashOf(brought.credential))
  else if (brought.is === 'genesis') takeGenesis(brought.bytes)
  else if (brought.is === 'receipt') result = judge(brought.value)
  else result = { state: 'UNREADABLE', problem: brought.problem }
  showResult()
}

async function takeFiles(files: FileList | null | undefined): Promise<void> {
  await ready
  // A genesis file first, so that a receipt that comes with it is checked against it.
  const brought = await Promise.all([...(files ?? [])].slice(0, 4).map(recogniseFile))
  const isGenesis = ({ is }: Brought) => is === 'genesis'
  for (const one of [...brought.filter(isGenesis), ...brought.filter((one) => !isGenesis(one))]) take(one)
}

function listen(): void {
  find('language').addEventListener('click', () => {
    language = language === 'zh' ? 'en' : 'zh'
    showAll()
  })
  find('certificate-form').addEventListener('submit', (event) => {
    event.preventDefault()
    openCertificate(hashIn(find<HTMLInputElement>('certificate').value.slice(0, 4_096)))
  })
  find('receipt-form').addEventListener('submit', async (event) => {
    event.preventDefault()
    await ready
    take(recogniseText(find<HTMLTextAreaElement>('receipt').value))
  })
  for (const id of ['certificate-file', 'receipt-file', 'genesis-file']) {
    const input = find<HTMLInputElement>(id)
    input.addEventListener('change', async () => {
      await takeFiles(input.files)
      // The same file may be chosen again.
      input.value = ''
    })
  }
  find('forget').addEventListener('click', () => {
    genesis = undefined
    result = undefined
    showTrusted()
    showResult()
  })
  document.addEventListener('dragover', (event) => {
    event.preventDefault()
    document.body.classList.add('dropping')
  })
  document.addEventListener('dragleave', () => document.body.classList.remove('dropping'))
  document.addEventListener('drop', (event) => {
    event.preventDefault()
    document.body.classList.remove('dropping')
    void takeFiles(event.dataTransfer?.files)
  })
  find('copy').addEventListener('click', async () => {
    const command = find('command')
    // Without https there is no clipboard: what is to be copied is marked at least.
    getSelection()?.selectAllChildren(command)
    await navigator.clipboard?.writeText(command.textContent)
    find('copy').textContent = TEXTS[language][navigator.clipboard === undefined ? 'copy' : 'copied']
  })
}

async function start(): Promise<void> {
  const asked = refresh()
  kernel = await loadKernel({ url: new URL('/start/kernel.wasm', location.href) })
  await asked
  showNode()
  showTrusted()
}

showAll()
const ready = start().catch((error: unknown) => {
  find('facts-note').textContent = String(error)
})
listen()
setInterval(() => {
  if (document.visibilityState === 'visible') void refresh()
}, REFRESH_MS)
// Keeps page, script and wasm for the next time without a network. Browsers allow it on https and localhost only.
navigator.serviceWorker?.register('/start/worker.js', { scope: '/' }).catch(() => undefined)
