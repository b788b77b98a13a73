// A node of its own in a process of its own: executes the blocks of a file on a new ledger and prints, as JSON, where
// it ran (time zone, locale), the header of every block, and the checkpoint it came to. It runs the built code.
import { readFileSync, writeSync } from 'node:fs'
import { fromHex, pack, toHex } from '../../../dist/base/index.js'
import { loadKernel } from '../../../dist/kernel/index.js'
import { createMemoryStore, openLedger } from '../../../dist/ledger/index.js'
import { formatCheckpoint, originOf } from '../../../dist/protocol/index.js'

const { genesis, blocks } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const kernel = await loadKernel()
const genesisBytes = fromHex(genesis)
const ledger = await openLedger({ store: createMemoryStore(), genesisBytes, kernel, create: true })

const headers = []
for (const { time, entries } of blocks) {
  const packed = pack(entries.map((entry) => fromHex(entry)))
  const verdicts = kernel.verifyEntries(packed, ledger.ledgerId)
  const { head } = await ledger.commit({ time, entries: packed, verdicts })
  headers.push(toHex(await ledger.leaf(head.size - 1)))
}
const { size, root } = await ledger.head()
const origin = originOf(ledger.genesis.name, ledger.ledgerId)
const { timeZone, locale } = Intl.DateTimeFormat().resolvedOptions()
// What a rule must not use, to show that the places differ in it.
const habits = {
  hour: new Date(0).getHours(),
  number: (1234.5).toLocaleString(),
  upper: 'i'.toLocaleUpperCase(),
}
const checkpoint = formatCheckpoint({ origin, size, root })
writeSync(1, JSON.stringify({ place: { timeZone, locale, ...habits }, headers, checkpoint }))
