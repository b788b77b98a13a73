// Flips single bits of a ledger's data file, one at a time on a fresh copy, and says what a check made of each:
// `<flip> <byte> <bit> harmless|found <damage>`. A damaged file may crash LMDB and with it this process: its test starts
// another one with the next flip.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadKernel } from '../../../dist/kernel/index.js'
import { checkLedger, createMemoryStore, openLmdbStore } from '../../../dist/ledger/index.js'

const [sound, work, seed, firstFlip, flipCount] = process.argv.slice(2)
const size = readFileSync(join(sound, 'data.mdb')).length
const kernel = await loadKernel()

/** Where flip `flip` of a seed falls: the same on every run. */
function placeOf(flip) {
  const hash = kernel.sha256(Buffer.from(`${seed} ${flip}`))
  const view = new DataView(hash.buffer, hash.byteOffset)
  return { byte: view.getUint32(0) % size, bit: hash[4] & 7 }
}

async function checkFlipped(folder, { byte, bit }) {
  mkdirSync(folder, { recursive: true })
  copyFileSync(join(sound, 'data.mdb'), join(folder, 'data.mdb'))
  const file = await openFile(join(folder, 'data.mdb'), 'r+')
  const value = Buffer.alloc(1)
  await file.read(value, 0, 1, byte)
  value[0] ^= 1 << bit
  await file.write(value, 0, 1, byte)
  await file.close()
  try {
    const store = openLmdbStore(folder)
    const report = await checkLedger({ store, scratch: createMemoryStore(), kernel })
    await store.close()
    if (report.problemCount > 0) return `found ${report.problems[0].table}`
    return report.head.size > 0
      ? `harmless ${report.head.size} ${Buffer.from(report.head.root).toString('hex')}`
      : 'found'
  } catch (error) {
    return `found ${error.message.replaceAll('\n', ' ')}`
  }
}

for (let flip = Number(firstFlip); flip < Number(flipCount); flip++) {
  const place = placeOf(flip)
  const folder = join(work, String(flip))
  writeSync(1, `start ${flip}\n`)
  writeSync(1, `${flip} ${place.byte} ${place.bit} ${await checkFlipped(folder, place)}\n`)
  rmSync(folder, { recursive: true, force: true })
}
