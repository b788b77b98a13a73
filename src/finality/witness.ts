/**
 * A witness of other logs (C2SP tlog-witness): cosigns a checkpoint once it has seen that the log has only grown since
 * the one it cosigned before. It says *consistent*, never *executed*, and has a key of its own.
 *
 * `DIR/witness/name` is the name of its key, `DIR/keys/witness.pem` the key, `DIR/witness/logs` the verifier keys of
 * the logs that it knows, one a line. For each log the note that was cosigned last lies in `DIR/witness/<hash of the
 * origin>`.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Clock,
  equalBytes,
  LedgerError,
  NOTE_BYTES_MAX,
  NOTE_SIGNATURES_MAX,
  toHex,
  utf8,
  WITNESS_LOGS_MAX,
} from '../base/index.ts'
import type { Logger } from '../host/index.ts'
import { keyPath, readSigningKey, replaceSynced } from '../host/index.ts'
import type { Kernel } from '../kernel/index.ts'
import {
  type Checkpoint,
  type Cosigner,
  formatNote,
  formatSignature,
  formatVkey,
  isKeyName,
  KEY_TYPE,
  makeCosigner,
  type Note,
  type NoteSignature,
  openNote,
  packHashes,
  parseCheckpoint,
  parseNote,
  parseVkey,
  parseWitnessRequest,
  type Vkey,
} from '../protocol/index.ts'

/** What a witness answers: its signature line, or the size that it cosigned last. */
export type WitnessAnswer = { readonly cosignature: string } | { readonly conflict: number }

export interface Witness {
  /** Text of its verifier key. */
  readonly vkey: string
  /**
   * Answers one `add-checkpoint`. Durable when it returns. Synchronous from the look at what was cosigned last to the
   * write of what is cosigned now, so that two requests can not pass between. LedgerError `witness.form`,
   * `witness.unknown-log`, `witness.untrusted`, `witness.inconsistent`.
   */
  addCheckpoint(request: string): WitnessAnswer
  /** The note that was cosigned last, of the log whose origin has this SHA-256 (hex); undefined for any other. */
  latest(originHash: string): string | undefined
}

const folderOf = (data: string): string => join(data, 'witness')
const logsPath = (data: string): string => join(folderOf(data), 'logs')
const namePath = (data: string): string => join(folderOf(data), 'name')

/** Verifier keys of the logs that a data folder's witness knows. LedgerError `config.invalid` names the line. */
export function readWitnessLogs(kernel: Kernel, data: string): Vkey[] {
  const lines = existsSync(logsPath(data)) ? readFileSync(logsPath(data), 'utf8').split('\n') : []
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return []
    try {
      return [parseLogVkey(kernel, line)]
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new LedgerError(
        'config.invalid',
        { message: `${logsPath(data)}, line ${i + 1}: ${reason}` },
        error,
      )
    }
  })
}

/** Reads the verifier key of a log. LedgerError `form.note` where it is none. */
export function parseLogVkey(kernel: Kernel, text: string): Vkey {
  const vkey = parseVkey(kernel, text)
  if (vkey.type !== KEY_TYPE.log) {
    throw new LedgerError('form.note', {
      message: 'This is the key of a cosigner; a log signs with type 0x01.',
    })
  }
  return vkey
}

/** Makes a witness of a data folder; its key must lie there already. LedgerError `config.invalid` for an unfit name. */
export function initWitness(data: string, name: string): void {
  if (!isKeyName(name)) {
    throw new LedgerError('config.invalid', { message: 'The name of a witness has no space and no +.' })
  }
  mkdirSync(folderOf(data), { recursive: true, mode: 0o700 })
  if (existsSync(namePath(data))) {
    throw new LedgerError('data.exists', { message: `${folderOf(data)} has a witness already.` })
  }
  replaceSynced(namePath(data), utf8(`${name}\n`))
}

/**
 * Lets the witness know a log, by its verifier key. LedgerError `config.invalid` over the bound, or for a name it may
 * not have.
 */
export function addWitnessLog(kernel: Kernel, data: string, vkey: Vkey): void {
  const logs = readWitnessLogs(kernel, data)
  const texts = logs.map(formatVkey)
  if (texts.includes(formatVkey(vkey))) return
  if (logs.length >= WITNESS_LOGS_MAX) {
    throw new LedgerError('config.invalid', {
      message: `A witness knows at most ${WITNESS_LOGS_MAX} keys of logs.`,
    })
  }
  requireOtherName(readFileSync(namePath(data), 'utf8').trim(), vkey)
  replaceSynced(logsPath(data), utf8([...texts, formatVkey(vkey), ''].join('\n')))
}

/**
 * Cosigners of a medseal log are named after its origin, and count toward its quorum: a witness must not look like one.
 */
function requireOtherName(name: string, { name: origin }: Vkey): void {
  if (!name.startsWith(origin)) return
  const message = `The witness ${name} must not be named after the log ${origin}: so are the log's own cosigners.`
  throw new LedgerError('config.invalid', { message })
}

export interface WitnessOptions {
  readonly kernel: Kernel
  readonly clock: Pick<Clock, 'nowSeconds'>
  readonly logger: Logger
}

/** The witness of a data folder; undefined where it has none. LedgerError `data.key`, `config.invalid`, `form.note`. */
export function openWitness(data: string, { kernel, clock, logger }: WitnessOptions): Witness | undefined {
  if (!existsSync(namePath(data))) return undefined
  const name = readFileSync(namePath(data), 'utf8').trim()
  const cosigner = makeCosigner(kernel, name, readSigningKey(keyPath(data, 'witness')))
  const logs = new Map<string, Vkey[]>()
  for (const vkey of readWitnessLogs(kernel, data))
    logs.set(vkey.name, [...(logs.get(vkey.name) ?? []), vkey])
  for (const keys of logs.values()) requireOtherName(name, keys[0]!)
  const latest = openLatest(kernel, data, cosigner)

  const origins = new Map([...logs.keys()].map((origin) => [toHex(kernel.sha256(utf8(origin))), origin]))

  return {
    vkey: formatVkey(cosigner.vkey),
    latest(originHash) {
      const origin = origins.get(originHash)
      return origin === undefined ? undefined : latest.get(origin)?.note
    },
    addCheckpoint(request) {
      const { oldSize, proof, note } = parseWitnessRequest(request)
      const parsed = parseNote(note)
      const { text } = parsed
      const checkpoint = parseCheckpoint(text, { extensions: true })
      const keys = logs.get(checkpoint.origin)
      if (keys === undefined) throw new LedgerError('witness.unknown-log')
      const signatures = requireSigned(kernel, parsed, keys)
      if (oldSize > checkpoint.size) {
        throw new LedgerError('witness.form', { message: 'The old size is beyond the checkpoint.' })
      }
      const cosigned = latest.get(checkpoint.origin)
      const before = cosigned?.checkpoint
      if (oldSize !== (before?.size ?? 0)) return { conflict: before?.size ?? 0 }
      if (before?.size === checkpoint.size && !equalBytes(before.root, checkpoint.root)) {
        // Signed by the log itself: two histories of one size. Whoever reads this line has the proof.
        const notes = { cosigned: cosigned!.note, note: formatNote(text, signatures) }
        logger.error('ALARM: a log has signed two roots of one size', { origin: checkpoint.origin, ...notes })
        throw new LedgerError('witness.inconsistent', { message: 'The log has another root of this size.' })
      }
      requireGrowth(kernel, before, checkpoint, proof)
      const signature = cosigner.cosign(text, clock.nowSeconds())
      // Commit point. A crash before it leaves the older note, and nobody has the cosignature; after it the newer, and
      // the log asks again and gets another signature of the same checkpoint.
      latest.put({ checkpoint, text, note: formatKept(text, [signature, ...signatures]) })
      return { cosignature: formatSignature(signature) }
    },
  }
}

/**
 * The signatures by which keys of the log signed a note, one a key; what others wrote below it is not kept. LedgerError
 * `witness.untrusted` where there is none.
 */
function requireSigned(kernel: Kernel, note: Note, keys: readonly Vkey[]): readonly NoteSignature[] {
  try {
    // Every line that claims one of these keys has verified, or the note is refused.
    const { verified } = openNote(kernel, note, keys)
    return verified.map(({ vkey: { name, keyId } }) => {
      return note.signatures.find((line) => line.name === name && line.keyId === keyId)!
    })
  } catch (error) {
    throw new LedgerError('witness.untrusted', {}, error)
  }
}

/** The note to keep. LedgerError `witness.form` for one that is too long to be read again. */
function formatKept(text: string, signatures: readonly NoteSignature[]): string {
  const note = formatNote(text, signatures.slice(0, NOTE_SIGNATURES_MAX))
  if (note.length > NOTE_BYTES_MAX) {
    throw new LedgerError('witness.form', { message: 'The checkpoint is too long to be cosigned.' })
  }
  return note
}

function requireGrowth(
  kernel: Kernel,
  before: Checkpoint | undefined,
  now: Checkpoint,
  proof: readonly Uint8Array[],
): void {
  if (now.size === 0 && !equalBytes(now.root, kernel.sha256(new Uint8Array()))) {
    throw new LedgerError('witness.inconsistent', { message: 'A log of size 0 has one root, and not this.' })
  }
  const isConsistent =
    before === undefined || before.size === 0
      ? proof.length === 0
      : kernel.verifyConsistency(before.size, now.size, before.root, now.root, packHashes(proof))
  if (!isConsistent) throw new LedgerError('witness.inconsistent')
}

interface Cosigned {
  readonly checkpoint: Checkpoint
  /** Of the note, with its extension lines. */
  readonly text: string
  /** With the signatures of the log and of the witness. */
  readonly note: string
}

/** What was cosigned last, by origin; each in a file of its own. */
function openLatest(kernel: Kernel, data: string, cosigner: Cosigner) {
  const known = new Map<string, Cosigned>()
  const pathOf = (origin: string) => join(folderOf(data), toHex(kernel.sha256(utf8(origin))))
  return {
    get(origin: string): Cosigned | undefined {
      const path = pathOf(origin)
      if (!known.has(origin) && existsSync(path)) {
        const note = readFileSync(path, 'utf8')
        // Our own cosignature tells a torn or altered file from one that we wrote.
        const { text } = openNote(kernel, note, [cosigner.vkey])
        known.set(origin, { checkpoint: parseCheckpoint(text, { extensions: true }), text, note })
      }
      return known.get(origin)
    },
    put(cosigned: Cosigned): void {
      const { origin } = cosigned.checkpoint
      // What is cosigned again lies on the disk with an older time. Anyone may ask for it, and it costs no write.
      if (known.get(origin)?.text !== cosigned.text) replaceSynced(pathOf(origin), utf8(cosigned.note))
      known.set(origin, cosigned)
    },
  }
}
