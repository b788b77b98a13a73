/**
 * A client of one node: signs, submits, waits and reads. It holds no state but the ledger it speaks to and a token, and
 * believes nothing about validity that it has not recomputed: see `verifyReceipt`.
 */
import {
  type AnyNodeInfo,
  isLedgerEvent,
  isNodeInfo,
  isPage,
  isReceipt,
  isTransactionAnswer,
  type Settlement,
  type SubmissionResult,
  type TransactionAnswer,
} from '../answers/index.ts'
import {
  CLIENT_POLL_MS,
  CLIENT_WAIT_SECONDS_DEFAULT,
  type Clock,
  fromHex,
  LedgerError,
  systemClock,
  TOKEN_SECONDS_MAX,
  TOKEN_SKEW_SECONDS,
  toHex,
} from '../base/index.ts'
import { type Kernel, loadKernel } from '../kernel/index.ts'
import { ledgerIdOf, parseTrustChain, type Receipt, type TrustChain } from '../protocol/index.ts'
import { type CertificateFile, parseCertificateFile } from '../w3c/index.ts'
import { type SendOptions, sendBatches } from './batches.ts'
import { readEvents, type StreamEvent } from './events.ts'
import { createTransport, readJson, type Transport, type TransportRequest } from './http.ts'
import type { Signer } from './keys.ts'
import type { ReadValues } from './rules.ts'
import { signToken } from './token.ts'
import { type SignedTransaction, signTransaction } from './transaction.ts'
import type { Asked, Draft, ItemOf, ListName, ReadAnswer, ReadName, ReadPath } from './typed.ts'

export interface ClientOptions {
  /** The node's address, such as `http://127.0.0.1:8080`. */
  readonly url: string
  /** Who signs and reads; without one only what anyone may read is there. */
  readonly signer?: Signer
  /** The signer's actor id, needed for reads: `<member>:<local>`, or the member's id for a member's own key. */
  readonly actor?: string
  /** Exact bytes of the genesis file. With them a node of another ledger is refused; without, the node is believed. */
  readonly genesis?: Uint8Array
  readonly kernel?: Kernel
  readonly fetch?: typeof fetch
  readonly clock?: Clock
  /** 0 to 1; spreads retries. */
  readonly random?: () => number
  /** Tries of one request. */
  readonly triesMax?: number
}

export interface SubmitOptions extends SendOptions {
  /** How long to wait in all, where `wait` is given; 60 s where absent. */
  readonly timeoutSeconds?: number
}

export interface WaitOptions {
  readonly timeoutSeconds?: number
  readonly signal?: AbortSignal | undefined
}

export interface EventOptions {
  /** Leaf index of the last event already seen. */
  readonly lastEventId?: string
  /** Leaf index to begin at, where none was seen; what comes next where neither is given. */
  readonly from?: number
  readonly signal?: AbortSignal
}

const isJson = (_value: unknown): _value is unknown => true

/** The path of a read by its name, or a path as it is; what does not stand in the path is its query. */
function pathOf(name: string, values: ReadValues = {}): string {
  const rest = new Map(Object.entries(values).filter(([, value]) => value !== undefined))
  const inPath = (part: string): string => {
    const value = rest.get(part)
    if (value === undefined) throw new TypeError(`the read ${name} needs ${part}`)
    rest.delete(part)
    return encodeURIComponent(value)
  }
  const path = name.startsWith('/')
    ? name
    : `/v1/${name.replaceAll(/:([a-zA-Z-]+)/g, (_match, part) => inPath(part))}`
  const pairs = [...rest].map(([part, value]) => [part, String(value)])
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs)}`
}

/** Whether a submitted transaction has reached what its sender waits for. */
const isSettled = (answer: SubmissionResult, wait: Settlement): boolean =>
  answer.status === 'rejected' || answer.settled === 'final' || answer.settled === wait

/** See the file's comment. Made by `createClient`. */
export class Client {
  readonly kernel: Kernel
  /** The node's answer when this client was made. */
  readonly node: AnyNodeInfo
  /** 32 bytes. */
  readonly ledgerId: Uint8Array
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #random: () => number
  readonly #signer: Signer | undefined
  readonly #actor: string | undefined
  readonly #url: string
  #token: { readonly text: string; readonly until: number } | undefined

  constructor(kernel: Kernel, node: AnyNodeInfo, transport: Transport, options: ClientOptions) {
    this.kernel = kernel
    this.node = node
    this.ledgerId = fromHex(node.ledgerId, 32)!
    this.#transport = transport
    this.#clock = options.clock ?? systemClock
    this.#random = options.random ?? Math.random
    this.#signer = options.signer
    this.#actor = options.actor
    this.#url = options.url
  }

  /** `GET /v1/info`, asked anew. */
  async info(): Promise<AnyNodeInfo> {
    return readJson(await this.#transport({ path: '/v1/info' }), isNodeInfo)
  }

  /** Signs a draft with this client's signer for this ledger. Nothing is sent. */
  sign<const Type extends string>(draft: Draft<Type>): Promise<SignedTransaction> {
    if (!this.#signer) throw new TypeError('this client has no signer')
    const { kernel, ledgerId } = this
    return signTransaction(draft, { kernel, ledgerId, signer: this.#signer, clock: this.#clock })
  }

  /**
   * Sends signed transactions, whoever signed them, as batches of MessagePack; one answer each, in order. With `wait`
   * resolves once each is rejected, refused or settled; LedgerError `client.timeout` when time runs out, after which
   * the same transactions may be submitted again.
   */
  async submit(
    transactions: readonly SignedTransaction[],
    options: SubmitOptions = {},
  ): Promise<SubmissionResult[]> {
    const context = { transport: this.#transport, clock: this.#clock, random: this.#random }
    const answers = await sendBatches(transactions, context, options)
    const { wait } = options
    if (!wait) return answers
    const endMs = this.#clock.monotonicMs() + 1000 * (options.timeoutSeconds ?? CLIENT_WAIT_SECONDS_DEFAULT)
    for (;;) {
      const open = answers.flatMap((answer, i) => (isSettled(answer, wait) ? [] : [i]))
      if (open.length === 0) return answers
      if (this.#clock.monotonicMs() >= endMs) {
        const message = `${open.length} of ${transactions.length} transactions are not ${wait} yet.`
        throw new LedgerError('client.timeout', { message, ids: open.map((i) => transactions[i]!.id) })
      }
      await this.#clock.sleep(CLIENT_POLL_MS, options.signal)
      // Sending the same bytes again is how one goes on waiting: an id in a block answers with its result.
      const later = await sendBatches(
        open.map((i) => transactions[i]!),
        context,
        options,
      )
      open.forEach((i, position) => {
        answers[i] = later[position]!
      })
    }
  }

  /** Signs and submits one transaction. */
  async send<const Type extends string>(
    draft: Draft<Type>,
    options: SubmitOptions = {},
  ): Promise<SubmissionResult & { readonly id: string }> {
    const transaction = await this.sign(draft)
    const [answer] = await this.submit([transaction], options)
    return { ...answer!, id: transaction.id }
  }

  /** What became of a transaction that this client's actor signed or is a party of; `unknown` for every other. */
  async transaction(id: string, signal?: AbortSignal): Promise<TransactionAnswer> {
    try {
      const response = await this.#readAs(`/v1/transactions/${encodeURIComponent(id)}`, signal)
      return await readJson(response, isTransactionAnswer)
    } catch (error) {
      // A node says "nothing there, or not for you" as 404, with the same answer inside.
      const answer = error instanceof LedgerError ? error.details['transaction'] : undefined
      if (isTransactionAnswer(answer)) return answer
      throw error
    }
  }

  /** Asks until a transaction is accepted or refused; LedgerError `client.timeout` when time runs out. */
  async waitFor(id: string, options: WaitOptions = {}): Promise<TransactionAnswer> {
    const endMs = this.#clock.monotonicMs() + 1000 * (options.timeoutSeconds ?? CLIENT_WAIT_SECONDS_DEFAULT)
    for (;;) {
      const answer = await this.transaction(id, options.signal)
      if (answer.status === 'accepted' || answer.status === 'refused') return answer
      if (this.#clock.monotonicMs() >= endMs) {
        throw new LedgerError('client.timeout', { message: `Transaction ${id} is still ${answer.status}.` })
      }
      await this.#clock.sleep(CLIENT_POLL_MS, options.signal)
    }
  }

  /** The receipt of a transaction; check it with `verifyReceipt`. LedgerError `read.not-found` before commitment. */
  async receipt(id: string, signal?: AbortSignal): Promise<Receipt> {
    return readJson(await this.#readAs(`/v1/receipts/${encodeURIComponent(id)}`, signal), isReceipt)
  }

  /** The latest checkpoint, a signed note, as the node has it. */
  async checkpoint(): Promise<string> {
    return (await this.#transport({ path: '/checkpoint' })).text()
  }

  /** How the keys and quorum of genesis became those of now: give it to `trustGenesis` or `checkReceipt`. */
  async trustChain(): Promise<TrustChain> {
    return parseTrustChain(await readJson(await this.#transport({ path: '/trust.json' }), isJson))
  }

  /**
   * What a node has behind a certificate's link, for whoever knows the credential's hash; check it with
   * `checkCertificateFile`. LedgerError `read.not-found`.
   */
  async certificateFile(hash: string): Promise<CertificateFile> {
    const path = `/v1/certificate/files/${encodeURIComponent(hash)}`
    return parseCertificateFile(await readJson(await this.#transport({ path }), isJson))
  }

  /**
   * A read of a module by its name, such as `record/records/:ref` with its `ref`, or by a path that begins with `/`,
   * whose answer nobody knows beforehand. TypeError where the path lacks a value.
   */
  async read<const Name extends ReadName | ListName | ReadPath>(
    name: Name,
    ...[query, options]: Asked<Name>
  ): Promise<ReadAnswer<Name>> {
    const response = await this.#readAs(pathOf(name, query as ReadValues), options?.signal)
    return (await readJson(response, isJson)) as ReadAnswer<Name>
  }

  /** Every item of a list, page after page. */
  async *list<const Name extends ListName | ReadPath>(
    name: Name,
    ...[query, options]: Asked<Name>
  ): AsyncGenerator<ItemOf<Name>> {
    let cursor: string | undefined
    do {
      const asked = cursor === undefined ? query : { ...query, cursor }
      const response = await this.#readAs(pathOf(name, asked as ReadValues), options?.signal)
      const page = await readJson(response, isPage)
      yield* page.items as readonly ItemOf<Name>[]
      cursor = page.next
    } while (cursor !== undefined)
  }

  /**
   * Events that concern this client's actor, from the last one seen on, until the signal aborts. Lost connections are
   * taken up again; ends with a LedgerError once the node no longer admits the key, and with `read.ahead`, whose
   * details hold the log's `size`, where the node has fewer leaves than were seen: it was restored, or is another.
   */
  async *events(options: EventOptions = {}): AsyncGenerator<StreamEvent> {
    let lastEventId = options.lastEventId
    const isPlaced = lastEventId !== undefined || options.from !== undefined
    // A fixed beginning, so that a connection lost before its first event leaves no gap.
    const from = isPlaced ? options.from : (await this.info()).size
    for (;;) {
      const seen = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
      const path = pathOf('/v1/events', lastEventId === undefined ? { from } : {})
      const response = await this.#readAs(path, options.signal, { accept: 'text/event-stream', ...seen }, 0)
      try {
        for await (const event of readEvents(response.body!)) {
          const { id, data } = event
          if (!isLedgerEvent(data)) {
            throw new LedgerError('client.answer', { message: `Event ${id} is none of a ledger.` })
          }
          lastEventId = id
          yield { ...event, data }
        }
      } catch (error) {
        if (error instanceof LedgerError || options.signal?.aborted) throw error
      }
      await this.#clock.sleep(CLIENT_POLL_MS, options.signal)
    }
  }

  /**
   * A request with this client's token, for endpoints that have no method here. Rejects with a LedgerError unless 2xx.
   */
  async request(request: TransportRequest): Promise<Response> {
    const headers = { ...request.headers, authorization: `Bearer ${await this.token()}` }
    return this.#transport({ ...request, headers })
  }

  /** A token for this node, renewed before it ends. TypeError without signer and actor. */
  async token(): Promise<string> {
    if (!this.#signer || this.#actor === undefined)
      throw new TypeError('reading needs a signer and its actor id')
    const now = this.#clock.nowSeconds()
    if (!this.#token || now >= this.#token.until) {
      const { origin, node } = this.node
      const request = { actor: this.#actor, origin, node, url: this.#url, clock: this.#clock }
      const until = now + TOKEN_SECONDS_MAX - 2 * TOKEN_SKEW_SECONDS
      this.#token = { text: await signToken(this.#signer, request), until }
    }
    return this.#token.text
  }

  async #readAs(
    path: string,
    signal: AbortSignal | undefined,
    headers: Readonly<Record<string, string>> = {},
    timeoutMs?: number,
  ): Promise<Response> {
    return this.request({
      path,
      headers: { accept: 'application/json', ...headers },
      signal,
      ...(timeoutMs !== undefined && { timeoutMs }),
    })
  }
}

/**
 * A client of the node at `url`: loads the kernel and asks the node which ledger it keeps. LedgerError
 * `client.other-ledger` where `genesis` is another's, `client.unreachable` where no node answers.
 */
export async function createClient(options: ClientOptions): Promise<Client> {
  const kernel = options.kernel ?? (await loadKernel())
  const transport = createTransport({
    url: options.url,
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    triesMax: options.triesMax,
  })
  const node = await readJson(await transport({ path: '/v1/info' }), isNodeInfo)
  const expected = options.genesis && toHex(ledgerIdOf(kernel, options.genesis))
  if (expected !== undefined && expected !== node.ledgerId) {
    throw new LedgerError('client.other-ledger', {
      message: `The node at ${options.url} keeps ledger ${node.ledgerId}, not ${expected}.`,
    })
  }
  return new Client(kernel, node, transport, options)
}
