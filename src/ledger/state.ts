/**
 * The state that rules read and write: committed values in the store behind a bounded cache of parsed ones, and for
 * the block that is executed an overlay. What a refused transaction wrote is taken back from it; in the end it becomes
 * the state digest and the writes of the commit.
 *
 * State digest (docs/protocol.md, Leaves): SHA-256 over the keys that accepted transactions of the block put or
 * deleted, in byte order, each with its last value: key length u32 ‖ key ‖ value length u32 (0xffffffff = deleted) ‖
 * value. A key counts as changed when it was written, whether or not its value differs from the one before. It is one
 * long message, for which the platform's SHA-256 takes a ninth of the kernel's time.
 */
import { createHash } from 'node:crypto'
import { assert, decodeUtf8, STATE_CACHE_BYTES_MAX, STATE_KEY_BYTES_MAX } from '../base/index.ts'
import type { StateChange, StateReader, StateValue, StateWriter } from '../domain/index.ts'
import { canonicalJson } from '../protocol/index.ts'
import { createGenerationCache } from './generation-cache.ts'
import { SortedKeys } from './sorted-keys.ts'
import type { Store, Write } from './store.ts'

/** What stood in the overlay before a write to a key that nobody had written. */
const UNWRITTEN = Symbol('unwritten')

/**
 * What was written over a state: values by key, undefined for a deletion, and the keys in order. One map for the block
 * with a journal of the running transaction: a map of its own for each transaction took twice the look-ups.
 */
class Changes {
  readonly values = new Map<string, StateValue | undefined>()
  readonly #keys = new SortedKeys()
  /** Keys that the running transaction wrote, one a write, and what each write replaced: the first `#writeCount`. */
  readonly #journal: string[] = []
  readonly #replaced: (StateValue | undefined | typeof UNWRITTEN)[] = []
  #writeCount = 0

  set(key: string, value: StateValue | undefined): void {
    const before = this.values.get(key)
    const isNew = before === undefined && !this.values.has(key)
    if (isNew) this.#keys.add(key)
    this.#journal[this.#writeCount] = key
    this.#replaced[this.#writeCount] = isNew ? UNWRITTEN : before
    this.#writeCount += 1
    this.values.set(key, value)
  }

  /** Whether a key that starts with `prefix` was written since the last call of `accept` or `discard`. */
  hasWritten(prefix: string): boolean {
    for (let i = 0; i < this.#writeCount; i++) if (this.#journal[i]!.startsWith(prefix)) return true
    return false
  }

  /** Keeps what was written since. */
  accept(): void {
    this.#writeCount = 0
  }

  /** Takes back what was written since, last write first. */
  discard(): void {
    for (let i = this.#writeCount - 1; i >= 0; i--) {
      const key = this.#journal[i]!
      const before = this.#replaced[i]
      if (before === UNWRITTEN) {
        this.values.delete(key)
        this.#keys.remove(key)
      } else this.values.set(key, before)
    }
    this.accept()
  }

  /** Changed keys that start with `prefix`, after `after` where given, in order. */
  keysUnder(prefix: string, after: string | undefined): string[] {
    if (this.values.size === 0) return []
    const found: string[] = []
    for (const key of this.#keys.from(after === undefined || after < prefix ? prefix : after)) {
      if (!key.startsWith(prefix)) break
      if (key !== after) found.push(key)
    }
    return found
  }
}

/** A change of state with its key as text. */
interface StateWrite extends Write {
  readonly text: string
}

/** What a block did to the state, ready to be committed. */
export interface SealedState {
  /** 32 bytes. */
  readonly digest: Uint8Array
  readonly writes: readonly StateWrite[]
}

/** The state while a block is executed. */
export interface BlockState {
  /** What rules write to: the block's overlay over the store. */
  readonly writer: StateWriter
  /** Whether the running transaction wrote a key that starts with `prefix`. */
  hasWritten(prefix: string): boolean
  /** Keeps what the running transaction wrote. The next one starts. */
  accept(): void
  /** Drops what the running transaction wrote. The next one starts. */
  discard(): void
  /** What accepted transactions wrote under a prefix, with what was there before the block, in order of keys. */
  changes(prefix: string): StateChange[]
  /** Digest and writes of what was accepted; what was not is dropped. The state stays as it is until `adopt`. */
  seal(): SealedState
  /** Makes the block's values the committed ones, after the commit of what `seal` gave. */
  adopt(sealed: SealedState): void
}

export interface State {
  /** Committed state. */
  readonly reader: StateReader
  beginBlock(): BlockState
}

/** State keys are printable ASCII, so that the order of text is the order of bytes. */
const STATE_KEY = /^[!-~]+$/
const DELETED = 0xffffffff

function requireStateKey(key: string): string {
  assert(STATE_KEY.test(key) && key.length <= STATE_KEY_BYTES_MAX, `${key} can be a state key`)
  return key
}

const keyBytes = (key: string): Uint8Array => Buffer.from(requireStateKey(key), 'latin1')

/** The committed state in `store`. LedgerError `ledger.corrupt` from reads that meet a damaged record. */
export function openState(store: Store): State {
  const cache = createGenerationCache<StateValue | null>(STATE_CACHE_BYTES_MAX)

  const get = (key: string): StateValue | undefined => {
    let value = cache.get(key)
    if (value === undefined) {
      const bytes = store.get('state', keyBytes(key))
      value = bytes === undefined ? null : parseStateValue(bytes)
      cache.set(key, value, key.length + (bytes?.length ?? 0))
    }
    return value ?? undefined
  }

  const reader: StateReader = {
    get,
    list(prefix, { after, limit }) {
      const start = after === undefined || after < prefix ? keyBytes(prefix) : keyAfter(after)
      return store
        .range('state', { start, end: prefixEnd(prefix), limit })
        .map(([key, value]) => [decodeUtf8(key), parseStateValue(value)] as const)
    },
  }

  return {
    reader,
    beginBlock() {
      const block = new Changes()
      const writer: StateWriter = {
        ...overlay(reader, block),
        put: (key, value) => block.set(key, value),
        delete: (key) => block.set(key, undefined),
      }
      return {
        writer,
        hasWritten: (prefix) => block.hasWritten(prefix),
        accept: () => block.accept(),
        discard: () => block.discard(),
        seal() {
          block.discard()
          return sealChanges(block)
        },
        changes: (prefix) =>
          block.keysUnder(prefix, undefined).map((key) => ({
            key,
            // Read when asked for: a check passes over most keys, and what is new costs a look into the store.
            get before() {
              return reader.get(key)
            },
            after: block.values.get(key),
          })),
        adopt({ writes }) {
          // Most of what a block writes is new and not read again soon: the cache is left to what is read.
          for (const { text, value } of writes) {
            cache.replace(text, block.values.get(text) ?? null, text.length + (value?.length ?? 0))
          }
        },
      }
    },
  }
}

/** A stored value, frozen through and through: it is cached, so a rule that changed it would change the state. */
const parseStateValue = (bytes: Uint8Array): StateValue => freezeJson(JSON.parse(decodeUtf8(bytes)))

function freezeJson<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  for (const item of Object.values(value)) freezeJson(item)
  return Object.freeze(value)
}

/** The first key after `key` in byte order. */
const keyAfter = (key: string): Uint8Array => Uint8Array.of(...keyBytes(key), 0)

/** The first key after all that start with `prefix`: its last byte plus one, since that byte is below 0x7f. */
function prefixEnd(prefix: string): Uint8Array {
  const end = keyBytes(prefix)
  end[end.length - 1]! += 1
  return end
}

/** `base` as it reads with `changes` over it. */
function overlay(base: StateReader, changes: Changes): StateReader {
  return {
    get(key) {
      const value = changes.values.get(key)
      return value !== undefined || changes.values.has(key) ? value : base.get(key)
    },
    list(prefix, { after, limit }) {
      const changed = changes.keysUnder(prefix, after)
      if (changed.length === 0) return base.list(prefix, { after, limit })
      // Each changed key hides at most one of the base's, so this many leave `limit` to be seen: no changed key
      // beyond the end of the base's page can overtake what follows it there.
      const below = base.list(prefix, { after, limit: limit + changed.length })
      const merged = new Map<string, StateValue | undefined>(below)
      for (const key of changed) merged.set(key, changes.values.get(key))
      return [...merged]
        .filter((entry): entry is [string, StateValue] => entry[1] !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .slice(0, limit)
    },
  }
}

/** Digest and writes of a block's changes. One buffer holds the digest's input; the writes are views of it. */
function sealChanges(changes: Changes): SealedState {
  const keys = changes.keysUnder('', undefined)
  const values = keys.map((key) => {
    const value = changes.values.get(key)
    return value === undefined ? undefined : canonicalJson(value)
  })
  // A UTF-16 unit takes at most three bytes of UTF-8.
  const lengthMax = keys.reduce((sum, key, i) => sum + 8 + key.length + 3 * (values[i]?.length ?? 0), 0)
  const input = Buffer.allocUnsafe(lengthMax)
  const writes: StateWrite[] = []
  let at = 0
  for (let i = 0; i < keys.length; i++) {
    const [text, json] = [requireStateKey(keys[i]!), values[i]]
    at = input.writeUInt32BE(text.length, at)
    const key = input.subarray(at, (at += input.write(text, at, 'latin1')))
    const written = json === undefined ? 0 : input.write(json, at + 4, 'utf8')
    at = input.writeUInt32BE(json === undefined ? DELETED : written, at)
    const value = json === undefined ? undefined : input.subarray(at, at + written)
    writes.push({ table: 'state', key, value, text })
    at += written
  }
  return { digest: createHash('sha256').update(input.subarray(0, at)).digest(), writes }
}
