/** A node's log in memory, as a source that can be made to lie, and a ledger that follows it. */
import { createRegistry, type Registry } from '../../../../src/domain/index.ts'
import type { VerifiedBlock } from '../../../../src/ledger/index.ts'
import { createMemoryStore, type Ledger, openLedger } from '../../../../src/ledger/index.ts'
import type { LogSource } from '../../../../src/order/follow/index.ts'
import {
  cosignerName,
  formatCheckpoint,
  formatNote,
  makeCosigner,
  makeLogSigner,
  parseTilePath,
} from '../../../../src/protocol/index.ts'
import { genesisBytes, kernel, keyOf } from '../../../ledger/support/consortium.ts'
import { probeRulesOf } from '../../../ledger/support/probe-module.ts'

/** Rules of a ledger whose operator has switched a refusal off. */
export const lenientRulesOf = (version: number) => makeLenient(probeRulesOf(version))

export function openMemoryLedger(
  rulesOf: (version: number) => Registry | undefined = probeRulesOf,
): Promise<Ledger> {
  return openLedger({ store: createMemoryStore(), genesisBytes, kernel, rulesOf, create: true })
}

function makeLenient(rules: Registry | undefined): Registry | undefined {
  if (rules === undefined) return undefined
  const modules = rules.modules.map((module) => {
    if (module.name !== 'probe') return module
    const { refuse } = module.verbs
    return {
      ...module,
      verbs: { ...module.verbs, refuse: { ...refuse!, rule: () => undefined, parties: () => [] } },
    }
  })
  return createRegistry(modules)
}

/** The signed note of a size and root of this ledger. */
export function noteOf(origin: string, size: number, root: Uint8Array, time = 1_767_225_700): string {
  const text = formatCheckpoint({ origin, size, root })
  const log = makeLogSigner(kernel, origin, keyOf('hospital log'))
  const cosigner = makeCosigner(kernel, cosignerName(origin, 'hospital'), keyOf('hospital cosigner'))
  return formatNote(text, [log.sign(text), cosigner.cosign(text, time)])
}

export interface FakeSource extends LogSource {
  /** What was asked for. */
  readonly asked: string[]
  /** Makes a file say something else; undefined for a file that is not there. */
  alter: (path: string, bytes: Uint8Array | undefined) => Uint8Array | undefined
  /** The note instead of the ledger's own. */
  note: string | undefined
  /** The chain of trust, as JSON has it. */
  chain: unknown
}

/** A ledger as a log server offers it. */
export function sourceOf(ledger: Ledger, name = 'node-a'): FakeSource {
  const source: FakeSource = {
    name,
    asked: [],
    alter: (_path, bytes) => bytes,
    note: undefined,
    chain: undefined,
    async checkpoint() {
      const { size, root } = await ledger.head()
      return source.note ?? noteOf(ledger.origin, size, root)
    },
    async trustChain() {
      return source.chain
    },
    async file(path) {
      source.asked.push(path)
      const parsed = parseTilePath(path)
      if (parsed === undefined) throw new Error(`${path} is no path`)
      const bytes =
        parsed.kind === 'tile'
          ? await ledger.tile(parsed.level, parsed.index, parsed.width)
          : await ledger.bundle(parsed.index, parsed.width)
      return source.alter(path, bytes)
    },
  }
  return source
}

/** Commits blocks one after another. */
export async function commitAll(ledger: Ledger, blocks: readonly VerifiedBlock[]): Promise<void> {
  for (const block of blocks) await ledger.commit(structuredClone(block))
}
