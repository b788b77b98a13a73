/** A witness cosigns growth and nothing else, and remembers across restarts what it has cosigned. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toHex } from '../../src/base/index.ts'
import {
  addWitnessLog,
  initWitness,
  openWitness,
  parseLogVkey,
  readWitnessLogs,
  type Witness,
} from '../../src/finality/index.ts'
import { createLogger, generateKey, keyPath } from '../../src/host/index.ts'
import {
  consistencyProof,
  formatCheckpoint,
  formatNote,
  formatVkey,
  formatWitnessRequest,
  KEY_TYPE,
  makeCosigner,
  makeLogSigner,
  makeVkey,
  openNote,
  parseVkey,
  rootAt,
} from '../../src/protocol/index.ts'
import { kernel, keyOf } from '../ledger/support/consortium.ts'

const ORIGIN = 'log.example/2026'
const NOW = 1_767_225_600
const log = makeLogSigner(kernel, ORIGIN, keyOf('some log'))

/** Leaf hashes of a log and of one that has another leaf 4. */
const leavesOf = (other: boolean) =>
  Array.from({ length: 20 }, (_, i) => kernel.leafHash(Uint8Array.of(i, other && i === 4 ? 1 : 0)))
const readerOf =
  (leaves: readonly Uint8Array[]) =>
  (level: number, index: number): Uint8Array =>
    kernel.merkleRootOfHashes(Buffer.concat(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)))

interface RequestOptions {
  readonly other?: boolean
  readonly signers?: readonly { sign(text: string): ReturnType<typeof log.sign> }[]
  readonly extension?: string
  readonly proof?: readonly Uint8Array[]
}

/** A request from `old` to `size`, with the right proof where none is given. */
function requestOf(old: number, size: number, options: RequestOptions = {}): string {
  const read = readerOf(leavesOf(options.other ?? false))
  const text = `${formatCheckpoint({ origin: ORIGIN, size, root: rootAt(kernel, size, read) })}${options.extension ?? ''}`
  const note = formatNote(
    text,
    (options.signers ?? [log]).map((signer) => signer.sign(text)),
  )
  const proof = options.proof ?? (old === 0 || old > size ? [] : consistencyProof(kernel, old, size, read))
  return formatWitnessRequest({ oldSize: old, proof, note })
}

let data: string
const lines: string[] = []
const logger = createLogger({
  level: 'error',
  clock: { nowSeconds: () => NOW },
  write: (line) => lines.push(line),
})
const open = (): Witness => openWitness(data, { kernel, clock: { nowSeconds: () => NOW }, logger })!

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'medseal-witness-'))
  await mkdir(join(data, 'keys'))
  writeFileSync(keyPath(data, 'witness'), generateKey('ed25519').pem, { mode: 0o600 })
  initWitness(data, 'witness.example/w1')
  addWitnessLog(kernel, data, log.vkey)
  lines.length = 0
})
afterEach(() => rm(data, { recursive: true, force: true }))

const codeOf = (run: () => unknown): unknown => {
  try {
    return run()
  } catch (error) {
    return (error as { code?: string }).code ?? error
  }
}

describe('add-checkpoint', () => {
  it('cosigns a first checkpoint, then growth, and the same size again', () => {
    const witness = open()
    const vkey = parseVkey(kernel, witness.vkey)
    for (const [old, size] of [
      [0, 3],
      [3, 7],
      [7, 7],
      [7, 20],
    ] as const) {
      const request = requestOf(old, size)
      const answer = witness.addCheckpoint(request) as { cosignature: string }
      const note = request.slice(request.indexOf('\n\n') + 2)
      const opened = openNote(kernel, `${note}${answer.cosignature}`, [vkey])
      expect(opened.verified).toEqual([{ vkey, time: NOW }])
    }
  })

  it('tells the size that it knows, also after a restart', () => {
    expect(open().addCheckpoint(requestOf(5, 7))).toEqual({ conflict: 0 })
    open().addCheckpoint(requestOf(0, 7))
    const again = open()
    expect(again.addCheckpoint(requestOf(0, 9))).toEqual({ conflict: 7 })
    expect(again.addCheckpoint(requestOf(3, 9))).toEqual({ conflict: 7 })
    expect(again.addCheckpoint(requestOf(7, 9))).toHaveProperty('cosignature')
  })

  it('never cosigns two roots: not of one size, not of a log that does not contain what it cosigned', () => {
    const witness = open()
    witness.addCheckpoint(requestOf(0, 7))
    expect(witness.addCheckpoint(requestOf(7, 7, { other: true }))).toEqual({ conflict: 7 })
    expect(lines.join()).toContain('ALARM')
    expect(codeOf(() => witness.addCheckpoint(requestOf(7, 9, { other: true })))).toBe('witness.inconsistent')
    expect(codeOf(() => witness.addCheckpoint(requestOf(7, 9, { proof: [] })))).toBe('witness.inconsistent')
    expect(witness.addCheckpoint(requestOf(7, 9))).toHaveProperty('cosignature')
  })

  it('refuses what is malformed, unknown, unsigned, or goes back', () => {
    const witness = open()
    const stranger = makeLogSigner(kernel, ORIGIN, keyOf('stranger'))
    const unknown = requestOf(0, 3).replace(`\n\n${ORIGIN}`, '\n\nother.example')
    expect(codeOf(() => witness.addCheckpoint('old 1'))).toBe('witness.form')
    expect(codeOf(() => witness.addCheckpoint(unknown))).toBe('witness.unknown-log')
    expect(codeOf(() => witness.addCheckpoint(requestOf(0, 3, { signers: [stranger] })))).toBe(
      'witness.untrusted',
    )
    expect(codeOf(() => witness.addCheckpoint(requestOf(0, 3).replace('\n3\n', '\n4\n')))).toBe(
      'witness.untrusted',
    )
    expect(codeOf(() => witness.addCheckpoint(requestOf(9, 3)))).toBe('witness.form')
    const needless = [new Uint8Array(32)]
    expect(codeOf(() => witness.addCheckpoint(requestOf(0, 3, { proof: needless })))).toBe(
      'witness.inconsistent',
    )
    expect(witness.addCheckpoint(requestOf(0, 3, { signers: [stranger, log] }))).toHaveProperty('cosignature')
  })

  it('cosigns a checkpoint with extension lines whole', () => {
    const witness = open()
    const request = requestOf(0, 3, { extension: 'more to say\n' })
    const { cosignature } = witness.addCheckpoint(request) as { cosignature: string }
    const note = request.slice(request.indexOf('\n\n') + 2)
    expect(openNote(kernel, note + cosignature, [parseVkey(kernel, witness.vkey)]).text).toContain(
      'more to say',
    )
  })

  it('keeps what it cosigns before it answers, and believes no file that it did not write', () => {
    open().addCheckpoint(requestOf(0, 7))
    const [file] = readdirSync(join(data, 'witness')).filter((name) => name.length === 64)
    const path = join(data, 'witness', file!)
    expect(file).toBe(toHex(kernel.sha256(Buffer.from(ORIGIN))))
    writeFileSync(path, readFileSync(path, 'utf8').replace('\n7\n', '\n6\n'))
    expect(codeOf(() => open().addCheckpoint(requestOf(6, 9)))).toBe('signature.invalid')
  })
})

describe('a witness of a data folder', () => {
  it('is there once it was made, with a name that no cosigner of a log could have', async () => {
    const none = await mkdtemp(join(tmpdir(), 'medseal-none-'))
    expect(openWitness(none, { kernel, clock: { nowSeconds: () => NOW }, logger })).toBeUndefined()
    expect(existsSync(join(none, 'witness'))).toBe(false)
    await rm(none, { recursive: true })
    const same = makeVkey(kernel, 'witness.example', KEY_TYPE.log, keyOf('x').publicKey)
    expect(codeOf(() => addWitnessLog(kernel, data, same))).toBe('config.invalid')
    expect(codeOf(() => initWitness(data, 'another'))).toBe('data.exists')
    expect(codeOf(() => initWitness(data, 'a name'))).toBe('config.invalid')
  })

  it('knows each log once, and takes keys of logs only', () => {
    addWitnessLog(kernel, data, log.vkey)
    expect(readWitnessLogs(kernel, data).map(formatVkey)).toEqual([formatVkey(log.vkey)])
    const cosigner = makeCosigner(kernel, ORIGIN, keyOf('x')).vkey
    expect(codeOf(() => parseLogVkey(kernel, formatVkey(cosigner)))).toBe('form.note')
    writeFileSync(join(data, 'witness', 'logs'), 'nonsense\n')
    expect(codeOf(open)).toBe('config.invalid')
  })
})
