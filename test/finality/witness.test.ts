/** A witness cosigns growth and nothing else, and remembers across restarts what it has cosigned. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NOTE_BYTES_MAX, toHex } from '../../src/base/index.ts'
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
  formatSignature,
  formatVkey,
  formatWitnessRequest,
  KEY_TYPE,
  makeCosigner,
  makeLogSigner,
  makeVkey,
  openNote,
  parseNote,
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

/** A line that claims the witness's own key, and verifies under none. */
const forgedLine = (): string => {
  const { name, keyId } = parseVkey(kernel, open().vkey)
  return formatSignature({ name, keyId, signature: new Uint8Array(72).fill(1) })
}
const strangersLines = (count: number): string =>
  Array.from({ length: count }, (_, i) =>
    formatSignature({ name: `other.example/${i}`, keyId: i, signature: new Uint8Array(64).fill(i) }),
  ).join('')

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
    expect(codeOf(() => witness.addCheckpoint(requestOf(7, 7, { other: true })))).toBe('witness.inconsistent')
    const alarm = JSON.parse(lines.find((line) => line.includes('ALARM'))!)
    const roots = [alarm.cosigned, alarm.note].map((note) => openNote(kernel, note, [log.vkey]).text)
    expect(roots[0]).not.toBe(roots[1])
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

  it.each([
    ['none', () => ''],
    ['one under its own name and key id', forgedLine],
    ['as many as a note may have', () => strangersLines(127)],
    ['the log’s own line again and again', (note: string) => note.slice(note.lastIndexOf('—')).repeat(127)],
  ])('goes on after a restart, whatever lines stood below the checkpoint: %s', (_, linesOf) => {
    const request = requestOf(0, 7)
    expect(open().addCheckpoint(`${request}${linesOf(request)}`)).toHaveProperty('cosignature')
    const again = open()
    const kept = again.latest(toHex(kernel.sha256(Buffer.from(ORIGIN))))!
    expect(parseNote(kept).signatures).toHaveLength(2)
    expect(openNote(kernel, kept, [log.vkey, parseVkey(kernel, again.vkey)]).verified).toHaveLength(2)
    expect(again.addCheckpoint(requestOf(7, 9))).toHaveProperty('cosignature')
  })

  it('cosigns nothing that it could not read again', () => {
    const request = requestOf(0, 7, { extension: `${'x'.repeat(NOTE_BYTES_MAX - 300)}\n` })
    expect(codeOf(() => open().addCheckpoint(request))).toBe('witness.form')
    expect(open().addCheckpoint(requestOf(0, 7))).toHaveProperty('cosignature')
  })

  it('knows one log of size 0: the root of the empty tree', () => {
    const empty = (root: Uint8Array) => {
      const text = formatCheckpoint({ origin: ORIGIN, size: 0, root })
      return formatWitnessRequest({ oldSize: 0, proof: [], note: formatNote(text, [log.sign(text)]) })
    }
    expect(codeOf(() => open().addCheckpoint(empty(new Uint8Array(32))))).toBe('witness.inconsistent')
    const ofNothing = kernel.sha256(new Uint8Array())
    expect(open().addCheckpoint(empty(ofNothing))).toHaveProperty('cosignature')
    expect(open().addCheckpoint(empty(ofNothing))).toHaveProperty('cosignature')
    expect(codeOf(() => open().addCheckpoint(empty(new Uint8Array(32))))).toBe('witness.inconsistent')
    expect(open().addCheckpoint(requestOf(0, 3))).toHaveProperty('cosignature')
  })

  it('shows what it cosigned last, of the logs that it knows', () => {
    const originHash = toHex(kernel.sha256(Buffer.from(ORIGIN)))
    expect(open().latest(originHash)).toBeUndefined()
    const witness = open()
    for (const [old, size] of [
      [0, 3],
      [3, 7],
      [7, 7],
    ] as const) {
      const { cosignature } = witness.addCheckpoint(requestOf(old, size)) as { cosignature: string }
      expect(witness.latest(originHash)).toContain(cosignature)
    }
    expect(witness.latest('00'.repeat(32))).toBeUndefined()
    expect(witness.latest('logs')).toBeUndefined()
  })

  it('writes nothing for what it has cosigned before', () => {
    const witness = open()
    witness.addCheckpoint(requestOf(0, 7))
    const path = join(data, 'witness', toHex(kernel.sha256(Buffer.from(ORIGIN))))
    rmSync(path)
    expect(witness.addCheckpoint(requestOf(7, 7))).toHaveProperty('cosignature')
    expect(existsSync(path)).toBe(false)
    expect(witness.addCheckpoint(requestOf(7, 7, { extension: 'more\n' }))).toHaveProperty('cosignature')
    expect(existsSync(path)).toBe(true)
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
