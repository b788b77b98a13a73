/**
 * What the command says when something went wrong: one or two lines on stderr with what to do, and an exit code. Stack
 * traces appear only for faults of our own.
 */
import { CommanderError } from 'commander'
import { type Code, LedgerError } from '../base/index.ts'

/** 0: done. 1: it failed, or the ledger refused. 2: the command line or configuration is wrong. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const

/** The command line is wrong in a way that commander can not see. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export interface Failure {
  /** For stderr; empty where everything has been said already. */
  readonly text: string
  readonly exitCode: number
}

/** What to do about a code, where its own text does not say so. */
const ADVICE: Partial<Record<Code, string>> = {
  'client.unreachable':
    'Is a node running there? Start one with `medseal start`, or name another with --url.',
  'client.other-ledger': 'Use the genesis file of that node, or the address of the right one.',
  'client.key': 'Make one with `medseal keys new FILE` or `openssl genpkey -algorithm ed25519`.',
  'read.not-found': 'Only its signer and its parties see a transaction: check the id, --actor and --key.',
  'token.invalid': 'Does --actor belong to --key, and is the key enrolled and active?',
  'node.listen':
    'Stop what is there, or choose another: --port 8081, or --port 0 for a free one (npm start -- --port 8081); ' +
    'operators have --operations-port.',
  'data.locked': 'Stop that process first, or use another --data folder.',
  'data.exists': 'Use another --data folder, or `medseal start` to run what is there.',
  'admission.key-unknown': 'Have the key enrolled first (`identity.enrol`).',
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string'

function explainSystemError(error: NodeJS.ErrnoException): string {
  const place = error.path ?? (error as { address?: string }).address ?? ''
  if (error.code === 'ENOENT') return `${place}: there is no such file.`
  if (error.code === 'EACCES') return `${place}: permission denied.`
  if (error.code === 'EEXIST') return `${place} exists already and is not overwritten.`
  if (error.code === 'EISDIR') return `${place} is a folder, not a file.`
  return error.message
}

function explainLedgerError(error: LedgerError): string {
  const mistakes = error.details['mistakes']
  if (error.code === 'config.invalid' && Array.isArray(mistakes) && mistakes.length > 1) {
    return [
      `The configuration has ${mistakes.length} mistakes:`,
      ...mistakes.map((text) => `  ${text}`),
    ].join('\n')
  }
  const advice = ADVICE[error.code]
  return `${error.message} [${error.code}]${advice ? `\n${advice}` : ''}`
}

/** Any thrown value as a text and an exit code. */
export function explainFailure(error: unknown): Failure {
  // Commander has printed its own errors and help texts.
  if (error instanceof CommanderError)
    return { text: '', exitCode: error.exitCode === 0 ? EXIT.ok : EXIT.usage }
  if (error instanceof UsageError) return { text: `medseal: ${error.message}`, exitCode: EXIT.usage }
  if (error instanceof LedgerError) {
    const exitCode = error.code === 'config.invalid' ? EXIT.usage : EXIT.failed
    return { text: `medseal: ${explainLedgerError(error)}`, exitCode }
  }
  if (isSystemError(error)) return { text: `medseal: ${explainSystemError(error)}`, exitCode: EXIT.failed }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { text: `medseal: an unexpected fault of medseal itself:\n${text}`, exitCode: EXIT.failed }
}
