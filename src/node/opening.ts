/**
 * Opening the parts that a node has whatever its role, from its data folder, one after another; and closing them again
 * where a later one fails.
 */
import { existsSync } from 'node:fs'
import type { Clock } from '../base/index.ts'
import type { Versions } from '../domain/index.ts'
import { createEngine } from '../engine/index.ts'
import { openWitness } from '../finality/index.ts'
import { freeBytesAt, keepDisagreement, type LedgerData, type Logger, lockData } from '../host/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { openLedgerThread } from '../ledger/index.ts'
import { openContentStore, openDocumentStore, openPartThread, vaultFoldersOf } from '../vault/index.ts'
import type { NodeParts } from './compose.ts'
import type { RunningNode } from './types.ts'

/** Notes how to close a part that was opened. */
export type Opened = <Part>(part: Part, close: (part: Part) => unknown) => Part

/** Runs `open`; where it fails, what it noted is closed, last first. */
export async function openInOrder<Node>(open: (opened: Opened) => Promise<Node>): Promise<Node> {
  const closers: (() => unknown)[] = []
  try {
    return await open((part, close) => {
      closers.unshift(() => close(part))
      return part
    })
  } catch (error) {
    for (const close of closers) await close()
    throw error
  }
}

/** `node`, which runs `after` once it is closed. */
export function closeAfter<Node extends RunningNode>(node: Node, after: () => void): Node {
  const close = node.close.bind(node)
  node.close = () => close().finally(after)
  return node
}

/** How the two parts that do the work are made. */
export interface Makers {
  readonly createEngine: typeof createEngine
  readonly openLedger: typeof openLedgerThread
}

export interface OpenPartsOptions {
  readonly kernelModule: WebAssembly.Module
  readonly kernel: Kernel
  readonly data: LedgerData
  readonly member: string
  readonly threads: number
  readonly clock: Clock
  readonly logger: Logger
  readonly makers?: Partial<Makers> | undefined
  readonly versions?: Versions | undefined
}

/** Locks the folder and opens what lies in it. The lock goes when `unlock` is called. */
export async function openParts(
  opened: Opened,
  { kernelModule, kernel, data, member, threads, clock, logger, makers, versions }: OpenPartsOptions,
): Promise<{ readonly parts: NodeParts; readonly unlock: () => void }> {
  const unlock = opened(lockData(data.folder), (release) => release())
  const close = (part: { close(): unknown }) => part.close()
  const onDisagreement = (evidence: Parameters<typeof keepDisagreement>[1]) =>
    keepDisagreement(data.folder, evidence, logger)
  const engine = opened(await (makers?.createEngine ?? createEngine)({ threads, onDisagreement }), close)
  const { genesisBytes, ledgerFolder: dir, vaultFolder } = data
  const create = existsSync(data.newMark)
  const openLedger = makers?.openLedger ?? openLedgerThread
  const ledger = opened(await openLedger({ dir, genesisBytes, create, kernelModule }), close)
  const folders = vaultFoldersOf(vaultFolder)
  return {
    unlock,
    parts: {
      kernel,
      clock,
      engine,
      ledger,
      parts: opened(await openPartThread(folders.parts), close),
      contents: opened(await openContentStore(folders.contents), close),
      documents: opened(openDocumentStore(folders.documents), close),
      member,
      logger,
      freeBytes: () => freeBytesAt(dir),
      witness: openWitness(data.folder, { kernel, clock, logger }),
      ...(versions && { versions }),
    },
  }
}
