/**
 * `medseal vouch`: ends the hold of a node that may be behind what it has signed, on the word of a checkpoint that
 * others cosigned, or on the operator's own.
 */
import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { systemClock, toHex } from '../base/index.ts'
import { holdFilesOf, openSignedRecord, type Voucher, vouchFor } from '../finality/index.ts'
import { lockData, openData } from '../host/index.ts'
import { type Kernel, loadKernel } from '../kernel/index.ts'
import { openLedger, openLmdbStore, readTrust } from '../ledger/index.ts'
import { parseVkey } from '../protocol/index.ts'
import { addDataCommand, requireLedger } from './at-rest.ts'
import { UsageError } from './failure.ts'
import { parseInteger } from './options.ts'
import { formatCount, printJson, printLines } from './output.ts'

interface VouchOptions {
  readonly data: string
  readonly notBehind?: number
  readonly checkpoint?: string
  readonly witness: readonly string[]
  readonly json?: boolean
}

async function readVoucher(kernel: Kernel, options: VouchOptions): Promise<Voucher> {
  const { notBehind, checkpoint, witness } = options
  if ((notBehind === undefined) === (checkpoint === undefined)) {
    throw new UsageError('who says so? Give --checkpoint FILE, or --not-behind SIZE on your own word.')
  }
  if (checkpoint === undefined) return { size: notBehind! }
  return {
    note: await readFile(checkpoint, 'utf8'),
    witnesses: witness.map((text) => parseVkey(kernel, text)),
  }
}

async function vouch(options: VouchOptions): Promise<void> {
  const kernel = await loadKernel()
  const voucher = await readVoucher(kernel, options)
  const data = openData(kernel, options.data)
  requireLedger(data.ledgerFolder)
  const unlock = lockData(data.folder)
  try {
    const store = openLmdbStore(data.ledgerFolder)
    const ledger = await openLedger({ store, genesisBytes: data.genesisBytes, kernel, create: false })
    const files = holdFilesOf(data.folder)
    const record = await openSignedRecord(files.signed, toHex(ledger.ledgerId))
    try {
      const head = await ledger.head()
      const trust = await readTrust(kernel, ledger)
      const { member } = data
      const held = { kernel, ledger, head, trust, record, files, clock: systemClock, member }
      await vouchFor(held, voucher)
      if (options.json) printJson({ size: head.size, root: toHex(head.root), released: true })
      else printLines(`The node goes on from ${formatCount(head.size)} leaves at its next start.`)
    } finally {
      await Promise.all([record.close(), ledger.close()])
    }
  } finally {
    unlock()
  }
}

const collect = (value: string, all: readonly string[]): readonly string[] => {
  if (value === '') throw new InvalidArgumentError('It must be a verifier key.')
  return [...all, value]
}

const HELP = `
A node whose folder was restored or copied may be behind what it has signed. It answers reads and signs nothing until
something says that it is not behind:
  --checkpoint  a checkpoint that another member (or a named witness) cosigned after the node was held: fetch it from
                them now. The ledger must reach its size and have its root.
  --not-behind  your own word, with the size of the ledger as it stands: that nothing larger was ever signed. If that
                is not so, two trees exist, and whoever holds a receipt of the other can prove it.
A node that is known to be behind, or to have signed another root, is not let go by either. Stop the node first.

Examples:
  $ curl -s https://insurer.example/checkpoint > fresh
  $ medseal vouch --data node-a --checkpoint fresh
  $ medseal vouch --data node-a --not-behind 24577`

export function addVouchCommand(program: Command): void {
  addDataCommand(program, 'vouch', 'let a held node sign again: show or say that it is not behind', HELP)
    .option('--checkpoint <file>', 'a checkpoint that others cosigned after the node was held')
    .option('--witness <vkey>', 'a witness whose cosignature counts; may be given again', collect, [])
    .option('--not-behind <size>', 'on your own word: the size of the ledger', parseInteger(1, 2 ** 53 - 1))
    .action(vouch)
}
