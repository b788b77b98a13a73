// Flips single bits of a ledger's data file, one at a time on a fresh copy, and tells what becomes of each in three
// steps:   check    what the check of the store made of it: `harmless <size> <root>` or `found <table or message>`
// read     what a ledger opened on it answers: `right` (as the sound one, or an error), `hidden <what>` where a
// transaction is            answered as unknown, or `wrong <what>`   rebuild  what a rebuild from its leaves comes to:
// `rebuilt <size> <root>`, or `refused <code>` One line a step. A damaged file may crash LMDB and with it this process,
// or lead it in circles: its test starts another one with the next step.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadKernel } from '../../../dist/kernel/index.js'
import {
  checkLedger,
  createMemoryStore,
  openLedger,
  openLmdbStore,
  rebuildLedger,
} from '../../../dist/ledger/index.js'

const STEPS = ['check', 'read', 'rebuild']
const [sound, work, genesisPath, seed, firstFlip, firstStep, flipCount] = process.argv.slice(2)
const genesisBytes = new Uint8Array(readFileSync(genesisPath))
const size = readFileSync(join(sound, 'data.mdb')).length
const kernel = await loadKernel()
const hex = (bytes) => Buffer.from(bytes).toString('hex')

/** Where flip `flip` of a seed falls: the same on every run. */
function placeOf(flip) {
  const hash = kernel.sha256(Buffer.from(`${seed} ${flip}`))
  const view = new DataView(hash.buffer, hash.byteOffset)
  return { byte: view.getUint32(0) % size, bit: hash[4] & 7 }
}

async function makeFlipped(folder, { byte, bit }) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  copyFileSync(join(sound, 'data.mdb'), join(folder, 'data.mdb'))
  const file = await openFile(join(folder, 'data.mdb'), 'r+')
  const value = Buffer.alloc(1)
  await file.read(value, 0, 1, byte)
  value[0] ^= 1 << bit
  await file.write(value, 0, 1, byte)
  await file.close()
}

async function check(folder) {
  const store = openLmdbStore(folder)
  const { head, problems, problemCount } = await checkLedger({ store, scratch: createMemoryStore(), kernel })
  await store.close()
  return problemCount > 0 ? `found ${problems[0].table}` : `harmless ${head.size} ${hex(head.root)}`
}

/** Everything that a ledger answers, by question; errors as such. */
async function* answersOf(folder, ids, leafCount) {
  let ledger
  try {
    ledger = await openLedger({ store: openLmdbStore(folder), genesisBytes, kernel, create: false })
  } catch (error) {
    yield ['open', `error ${error.code ?? error.message}`]
    return
  }
  const ask = async (question, answer) => {
    try {
      return [
        question,
        JSON.stringify(await answer(), (_, value) => (value instanceof Uint8Array ? hex(value) : value)),
      ]
    } catch (error) {
      return [question, `error ${error.code ?? error.message}`]
    }
  }
  yield await ask('head', () => ledger.head())
  for (let index = 0; index < leafCount; index++) {
    yield await ask(`leaf ${index}`, () => ledger.leaf(index))
    yield await ask(`proof ${index}`, () => ledger.inclusionProof(index, leafCount))
    yield await ask(`root ${index + 1}`, () => ledger.rootAt(index + 1))
  }
  for (const id of ids) yield await ask(`transaction ${hex(id)}`, () => ledger.transaction(id))
  yield await ask('events', () => ledger.events(0, 1_000))
  yield await ask('trust', () => ledger.ask('governance.trust'))
  await ledger.close()
}

async function readAll(folder) {
  const right = await expected
  let hidden
  for await (const [question, answer] of answersOf(folder, ids, leafCount)) {
    if (answer?.startsWith('error ') || answer === right.get(question)) continue
    if (answer !== undefined || !question.startsWith('transaction')) return `wrong ${question}: ${answer}`
    hidden ??= question
  }
  return hidden === undefined ? 'right' : `hidden ${hidden}`
}

async function rebuild(folder) {
  const [from, into] = [openLmdbStore(folder), createMemoryStore()]
  try {
    const head = await rebuildLedger({ from, into, kernel })
    return `rebuilt ${head.size} ${hex(head.root)}`
  } catch (error) {
    return `refused ${error.code ?? error.message}`
  } finally {
    await from.close()
  }
}

const { ids, leafCount } = await (async () => {
  const ledger = await openLedger({ store: openLmdbStore(sound), genesisBytes, kernel, create: false })
  const { events } = await ledger.events(0, 1_000)
  const head = await ledger.head()
  await ledger.close()
  return { ids: events.map(({ id }) => new Uint8Array(Buffer.from(id, 'hex'))), leafCount: head.size }
})()
const expected = (async () => {
  const answers = new Map()
  for await (const [question, answer] of answersOf(sound, ids, leafCount)) answers.set(question, answer)
  return answers
})()

const run = { check, read: readAll, rebuild }
for (let flip = Number(firstFlip), step = Number(firstStep); flip < Number(flipCount); flip++, step = 0) {
  const place = placeOf(flip)
  const folder = join(work, String(flip))
  for (; step < STEPS.length; step++) {
    writeSync(1, `start ${flip} ${step}\n`)
    await makeFlipped(folder, place)
    const answer = await run[STEPS[step]](folder).catch((error) => `found ${error.code ?? error.message}`)
    writeSync(1, `${flip} ${STEPS[step]} ${String(answer).replaceAll('\n', ' ')}\n`)
  }
  rmSync(folder, { recursive: true, force: true })
}
