// A process that commits blocks without end and prints a line of each once it is acknowledged: size, root, ids. Its
// test kills it, or takes its disk away: then its last line is the code with which the ledger stopped. It runs the
// built code, and its ledger lives on the ledger thread, as a node's does.
import { createPrivateKey, randomBytes, sign } from 'node:crypto'
import { readFileSync, writeSync } from 'node:fs'
import { pack, toHex } from '../../../dist/base/index.js'
import { loadKernel } from '../../../dist/kernel/index.js'
import { openLedgerThread } from '../../../dist/ledger/index.js'
import { encodeBody, encodeTransactionLeaf, signingInput } from '../../../dist/protocol/index.js'

const [dir, genesisPath, keyHex, publicKeyHex] = process.argv.slice(2)
const privateKey = createPrivateKey({ key: Buffer.from(keyHex, 'hex'), format: 'der', type: 'pkcs8' })
const publicKey = Buffer.from(publicKeyHex, 'hex')
const kernel = await loadKernel()
const ledger = await openLedgerThread({
  dir,
  genesisBytes: new Uint8Array(readFileSync(genesisPath)),
  create: true,
})

/** A subject of its own for the one patient; one in five is refused, for no such patient. */
function makeEntry(time) {
  const payload = {
    subject: randomBytes(32).toString('hex'),
    patient: Math.random() < 0.2 ? 'hospital:nobody' : 'hospital:patient',
  }
  const nonce = randomBytes(16).toString('hex')
  const body = encodeBody({ expires: time + 600, nonce, payload, type: 'identity.enrol-subject' })
  const signature = sign(null, signingInput(ledger.ledgerId, publicKey, body), privateKey)
  return encodeTransactionLeaf(publicKey, signature, body)
}

async function commitBlock() {
  const { time } = await ledger.head()
  const entries = pack(Array.from({ length: 1 + Math.floor(Math.random() * 60) }, () => makeEntry(time)))
  const verdicts = kernel.verifyEntries(entries, ledger.ledgerId)
  const ids = toHex(verdicts.ids)
  const { head } = await ledger.commit({ time: time + 1, entries, verdicts })
  writeSync(1, `${head.size} ${toHex(head.root)} ${ids}\n`)
}

try {
  for (;;) await commitBlock()
} catch (error) {
  writeSync(1, `${error.code} ${ledger.halted?.details.message}\n`)
  await ledger.close()
}
