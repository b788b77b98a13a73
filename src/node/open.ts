/**
 * Opens the node of a data folder: locks it, reads genesis and keys, starts the engine's and the ledger's threads, and puts
 * them together. Creates nothing but the ledger of a folder that `init` has just made.
 */
import { existsSync, rmSync } from 'node:fs'
import { type Clock, systemClock, toHex } from '../base/index.ts'
import type { Versions } from '../domain/index.ts'
import { createEngine } from '../engine/index.ts'
import {
  createSignedRecord,
  holdFilesOf,
  openSignedRecord,
  openWitness,
  type SignedRecord,
} from '../finality/index.ts'
import type { Logger, NodeConfig } from '../host/index.ts'
import { freeBytesAt, keepDisagreement, lockData, type NodeData, openData } from '../host/index.ts'
import { compileKernel, loadKernel } from '../kernel/index.ts'
import { type Ledger, openLedgerThread } from '../ledger/index.ts'
import { createEmbeddedSequencer } from '../order/index.ts'
import { openContentStore, openDocumentStore, openPartThread, vaultFoldersOf } from '../vault/index.ts'
import { createNode } from './node.ts'
import { closeAfter, openInOrder } from './opening.ts'
import type { RunningNode } from './types.ts'

export interface OpenNodeOptions {
  readonly logger: Logger
  readonly clock?: Clock
  /** Makes parts otherwise, so that a benchmark can leave one out. No configuration leads here. */
  readonly makers?: Partial<Makers>
  /** The rules versions of a ledger that a test opens with others than this build's. No configuration leads here. */
  readonly versions?: Versions
}

/** How the two parts that do the work are made. */
interface Makers {
  readonly createEngine: typeof createEngine
  readonly openLedger: typeof openLedgerThread
}

/**
 * The node of `config.data`, working. LedgerError: `data.missing`, `data.key`, `data.locked`, `genesis.invalid`,
 * `ledger.genesis-mismatch`, `ledger.corrupt`, `ledger.rules-unknown`; whatever was opened is closed again.
 */
export function openNode(
  config: Pick<NodeConfig, 'data' | 'threads'>,
  { logger, clock = systemClock, makers, versions }: OpenNodeOptions,
): Promise<RunningNode> {
  return openInOrder(async (opened) => {
    const kernelModule = await compileKernel()
    const kernel = await loadKernel({ module: kernelModule })
    const data = openData(kernel, config.data)
    const unlock = opened(lockData(data.folder), (release) => release())
    const engine = opened(
      await (makers?.createEngine ?? createEngine)({
        threads: config.threads,
        onDisagreement: (evidence) => keepDisagreement(data.folder, evidence, logger),
      }),
      (part) => part.close(),
    )
    const ledger = opened(
      await (makers?.openLedger ?? openLedgerThread)({
        dir: data.ledgerFolder,
        genesisBytes: data.genesisBytes,
        create: existsSync(data.newMark),
        kernelModule,
      }),
      (part) => part.close(),
    )
    const holdFiles = holdFilesOf(data.folder)
    const signed = opened(await openRecord(data, holdFiles.signed, ledger), (part) => part.close())
    // A crash before this leaves a ledger of height 0 and its record, which the next start finds as they are.
    rmSync(data.newMark, { force: true })
    const vaultFolders = vaultFoldersOf(data.vaultFolder)
    const parts = opened(await openPartThread(vaultFolders.parts), (part) => part.close())
    const contents = opened(await openContentStore(vaultFolders.contents), (part) => part.close())
    const documents = opened(openDocumentStore(vaultFolders.documents), (part) => part.close())
    const sequencer = createEmbeddedSequencer({ clock })
    const { keys, member } = data
    const witness = openWitness(data.folder, { kernel, clock, logger })
    const node = await createNode({
      kernel,
      clock,
      engine,
      ledger,
      sequencer,
      parts,
      contents,
      documents,
      signed,
      holdFiles,
      freeBytes: () => freeBytesAt(data.ledgerFolder),
      keys,
      member,
      logger,
      witness,
      ...(versions && { versions }),
    })
    return closeAfter(node, unlock)
  })
}

/** The record of what was signed, made where the ledger is new: then nothing was. */
async function openRecord({ newMark }: NodeData, path: string, ledger: Ledger): Promise<SignedRecord> {
  const ledgerId = toHex(ledger.ledgerId)
  const record = await openSignedRecord(path, ledgerId)
  const isNew = existsSync(newMark) && (await ledger.head()).height === 0
  return record.standing === 'missing' && isNew ? createSignedRecord(path, ledgerId) : record
}
