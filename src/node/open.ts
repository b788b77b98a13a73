/**
 * Opens the node of a data folder: locks it, reads genesis and keys, starts the engine's and the ledger's threads, and puts
 * them together. Creates nothing but the ledger of a folder that `init` has just made.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, systemClock, toHex } from '../base/index.ts'
import { createEngine, type Disagreement } from '../engine/index.ts'
import { compileKernel, loadKernel } from '../kernel/index.ts'
import { openLedgerThread } from '../ledger/index.ts'
import { createEmbeddedSequencer } from '../sequencer/index.ts'
import { openContentStore, openDocumentStore, openPartThread } from '../vault/index.ts'
import type { NodeConfig } from './config.ts'
import { lockData, openData } from './data-folder.ts'
import type { Logger } from './logger.ts'
import { createNode } from './node.ts'
import type { RunningNode } from './types.ts'

export interface OpenNodeOptions {
  readonly logger: Logger
  readonly clock?: Clock
}

/** What was opened so far, to be closed last first where a later step fails. */
type Closer = () => unknown

/**
 * The node of `config.data`, working. LedgerError: `data.missing`, `data.key`, `data.locked`, `genesis.invalid`,
 * `ledger.genesis-mismatch`, `ledger.corrupt`, `ledger.rules-unknown`; whatever was opened is closed again.
 */
export async function openNode(
  config: Pick<NodeConfig, 'data' | 'threads'>,
  { logger, clock = systemClock }: OpenNodeOptions,
): Promise<RunningNode> {
  const closers: Closer[] = []
  const opened = <Part>(part: Part, close: (part: Part) => unknown): Part => {
    closers.unshift(() => close(part))
    return part
  }
  try {
    const kernelModule = await compileKernel()
    const kernel = await loadKernel({ module: kernelModule })
    const data = openData(kernel, config.data)
    const unlock = opened(lockData(data.folder), (release) => release())
    const engine = opened(
      await createEngine({
        threads: config.threads,
        onDisagreement: (evidence) => keepEvidence(data.folder, evidence, logger),
      }),
      (part) => part.close(),
    )
    const ledger = opened(
      await openLedgerThread({
        dir: data.ledgerFolder,
        genesisBytes: data.genesisBytes,
        create: existsSync(data.newMark),
        kernelModule,
      }),
      (part) => part.close(),
    )
    rmSync(data.newMark, { force: true })
    const parts = opened(await openPartThread(data.vaultFolder), (part) => part.close())
    const contents = opened(await openContentStore(join(data.vaultFolder, 'objects')), (part) => part.close())
    const documents = opened(openDocumentStore(join(data.vaultFolder, 'documents')), (part) => part.close())
    const sequencer = createEmbeddedSequencer({ clock })
    const { keys, member } = data
    const node = await createNode({
      kernel,
      clock,
      engine,
      ledger,
      sequencer,
      parts,
      contents,
      documents,
      keys,
      member,
      logger,
    })
    return onceClosed(node, unlock)
  } catch (error) {
    for (const close of closers) await close()
    throw error
  }
}

/** Raises the alarm when two builds of the kernel differ, and keeps the input for whoever looks into it. */
function keepEvidence(
  folder: string,
  { entries, ledgerId, simd, scalar }: Disagreement,
  logger: Logger,
): void {
  const path = join(folder, 'evidence', `${toHex(scalar.leafHashes.subarray(0, 8))}.json`)
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
  const evidence = {
    ledgerId: toHex(ledgerId),
    entries: base64(entries.bytes),
    offsets: [...entries.offsets],
    simdFaults: [...simd.faults],
    scalarFaults: [...scalar.faults],
  }
  mkdirSync(join(folder, 'evidence'), { recursive: true, mode: 0o700 })
  writeFileSync(path, `${JSON.stringify(evidence)}\n`, { mode: 0o600 })
  logger.error('ALARM: the SIMD kernel differs from the scalar one; it is switched off', { evidence: path })
}

/** `node`, which runs `after` once it is closed. */
function onceClosed(node: RunningNode, after: () => void): RunningNode {
  const close = node.close.bind(node)
  node.close = () => close().finally(after)
  return node
}
