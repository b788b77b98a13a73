/**
 * A witness of other logs (C2SP tlog-witness): cosigns a checkpoint once it has seen that the log has only grown since the one
 * it cosigned before. It says *consistent*, never *executed*, and has a key of its own.
 *
 * `DIR/witness/name` is the name of its key, `DIR/keys/witness.pem` the key, `DIR/witness/logs` the verifier keys of the logs
 * that it knows, one a line. For each log the note that was cosigned last lies in `DIR/witness/<hash of the origin>`.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, LedgerError, toHex, utf8, WITNESS_LOGS_MAX } from '../base/index.ts'
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
   * Answers one `add-checkpoint`. Durable when it returns. Synchronous from the look at what was cosigned last to the write of
   * what is cosigned now, so that two requests can not pass between. LedgerError `witness.form`, `witness.unknown-log`,
   * `witness.untrusted`, `witness.inconsistent`.
   */
  addCheckpoint(request: string): WitnessAnswer
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

/** Lets the witness know a log, by its verifier key. LedgerError `config.invalid` over the bound, or for a name it may not have. */
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

/** Cosigners of a medseal log are named after its origin, and count toward its quorum: a witness must not look like one. */
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

  return {
    vkey: formatVkey(cosigner.vkey),
    addCheckpoint(request) {
      const { oldSize, proof, note } = parseWitnessRequest(request)
      const { text, signatures } = parseNote(note)
      const checkpoint = parseCheckpoint(text, { extensions: true })
      const keys = logs.get(checkpoint.origin)
      if (keys === undefined) throw new LedgerError('witness.unknown-log')
      requireSigned(kernel, note, keys)
      if (oldSize > checkpoint.size) {
        throw new LedgerError('witness.form', { message: 'The old size is beyond the checkpoint.' })
      }
      const before = latest.get(checkpoint.origin)
      if (oldSize !== (before?.size ?? 0)) return { conflict: before?.size ?? 0 }
      if (before !== undefined && !isSameAtSameSize(before, checkpoint)) {
        // Signed by the log itself: two histories of one size. Both notes are kept by whoever reads this line.
        logger.error('ALARM: a log has signed two roots of one size', { origin: checkpoint.origin, note })
        return { conflict: before.size }
      }
      requireGrowth(kernel, before, checkpoint, proof)
      const signature = cosigner.cosign(text, clock.nowSeconds())
      // Commit point. A crash before it leaves the older note, and nobody has the cosignature; after it the newer, and the log
      // asks again and gets another signature of the same checkpoint.
      latest.put(checkpoint, formatNote(text, [...signatures, signature]))
      return { cosignature: formatSignature(signature) }
    },
  }
}

/** A note that a key of the log signed; others' signatures on it do not matter here. */
function requireSigned(kernel: Kernel, note: string, keys: readonly Vkey[]): void {
  try {
    openNote(kernel, note, keys)
  } catch (error) {
    throw new LedgerError('witness.untrusted', {}, error)
  }
}

const isSameAtSameSize = (before: Checkpoint, now: Checkpoint): boolean =>
  before.size !== now.size || toHex(before.root) === toHex(now.root)

function requireGrowth(
  kernel: Kernel,
  before: Checkpoint | undefined,
  now: Checkpoint,
  proof: readonly Uint8Array[],
): void {
  const isConsistent =
    before === undefined || before.size === 0
      ? proof.length === 0
      : kernel.verifyConsistency(before.size, now.size, before.root, now.root, packHashes(proof))
  if (!isConsistent) throw new LedgerError('witness.inconsistent')
}

/** What was cosigned last, by origin; each in a file of its own. */
function openLatest(kernel: Kernel, data: string, cosigner: Cosigner) {
  const known = new Map<string, Checkpoint>()
  const pathOf = (origin: string) => join(folderOf(data), toHex(kernel.sha256(utf8(origin))))
  return {
    get(origin: string): Checkpoint | undefined {
      const path = pathOf(origin)
      if (!known.has(origin) && existsSync(path)) {
        // Our own cosignature tells a torn or altered file from one that we wrote.
        const { text } = openNote(kernel, readFileSync(path, 'utf8'), [cosigner.vkey])
        known.set(origin, parseCheckpoint(text, { extensions: true }))
      }
      return known.get(origin)
    },
    put(checkpoint: Checkpoint, note: string): void {
      replaceSynced(pathOf(checkpoint.origin), utf8(note))
      known.set(checkpoint.origin, checkpoint)
    },
  }
}
