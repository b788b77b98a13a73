/**
 * What a rules version is, and how a table of them is made: each version is the one before with some verbs, reads,
 * parameters or ports replaced, added or removed. What a version does not name it has from the one before, so that
 * only what changed is written twice, and the version before stays as it is: its blocks replay to the same bytes.
 */
import { assert, LedgerError } from '../base/index.ts'
import type { DomainModule, Parameter, Read, Verb } from './contract.ts'
import { createRegistry, type ModuleRead, type Registry } from './registry.ts'

/** Something of a module in the form that a version gives it, or that it is no more. */
export type Changed<Thing> = Thing | 'removed'

/** What a version changes of one module. A name that the module has is replaced, another one is added. */
export interface ModuleChange {
  readonly verbs?: { readonly [verb: string]: Changed<Verb> }
  /** By path. */
  readonly reads?: { readonly [path: string]: Changed<Read> }
  /** A value that was set before keeps its place, within the new bounds or not. */
  readonly parameters?: { readonly [name: string]: Changed<Parameter> }
  readonly ports?: {
    readonly [Name in keyof DomainModule['ports']]?: Changed<NonNullable<DomainModule['ports'][Name]>>
  }
  /** Ports that the module calls from this version on. */
  readonly needs?: DomainModule['needs']
  readonly checkBlock?: NonNullable<DomainModule['checkBlock']>
}

/** One version: of the first one all modules, of a later one what differs from the version before. */
export interface Version {
  readonly version: number
  /** Modules that come with this version. Every ledger begins with version 1, so only its modules write at genesis. */
  readonly modules?: readonly DomainModule[]
  readonly changes?: { readonly [module: string]: ModuleChange }
}

/** The rules versions that a build executes. */
export interface Versions {
  /** Their numbers, ascending, from 1. */
  readonly known: readonly number[]
  /** The rules of a version; undefined where this build does not know it, and a node must stop. */
  readonly rulesOf: (version: number) => Registry | undefined
  /** The rules of the newest version. */
  readonly newest: Registry
  /** Every read that some version has, as the newest of these defines it. */
  readonly reads: readonly ModuleRead[]
  /** Every transaction type that some version has, in order, as the newest of these defines it. */
  readonly verbs: ReadonlyMap<string, Verb>
}

/**
 * The table of `versions`, the first one being 1. Throws where one does not fit the one before: a fault of this build.
 */
export function createVersions(versions: readonly Version[]): Versions {
  assert(versions[0]?.version === 1, 'the first version is 1')
  const table = new Map<number, Registry>()
  let [last, modules]: [number, readonly DomainModule[]] = [0, []]
  for (const step of versions) {
    assert(Number.isInteger(step.version) && step.version > last, `version ${step.version} follows ${last}`)
    modules = nextModules(modules, step)
    last = step.version
    table.set(last, createRegistry(modules))
  }
  const registries = [...table.values()]
  const reads = registries.flatMap((registry) =>
    registry.reads().map((one) => [`${one.module} ${one.read.path}`, one] as const),
  )
  const verbs = registries.flatMap((registry) =>
    registry.types().map((type) => [type, registry.verb(type)!] as const),
  )
  return {
    known: [...table.keys()],
    rulesOf: (version) => table.get(version),
    newest: table.get(last)!,
    reads: [...new Map(reads).values()],
    verbs: new Map([...new Map(verbs)].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

/** Why nothing can be executed under a version. */
export const rulesUnknown = (version: number): LedgerError =>
  new LedgerError('ledger.rules-unknown', {
    message: `This build does not know rules version ${version}: install a newer one.`,
  })

function nextModules(
  before: readonly DomainModule[],
  { version, modules = [], changes = {} }: Version,
): readonly DomainModule[] {
  for (const name of Object.keys(changes)) {
    const isThere = before.some((module) => module.name === name)
    assert(isThere, `version ${version} changes ${name}, which the version before has`)
  }
  for (const { name, genesis } of modules) {
    assert(version === 1 || genesis === undefined, `${name} comes after genesis, and writes nothing there`)
  }
  const changed = before.map((module) => {
    const change = Object.hasOwn(changes, module.name) ? changes[module.name] : undefined
    return change === undefined ? module : changeModule(module, change)
  })
  return [...changed, ...modules]
}

function changeModule(module: DomainModule, change: ModuleChange): DomainModule {
  for (const [path, read] of Object.entries(change.reads ?? {})) {
    assert(read === 'removed' || read.path === path, `the read ${path} stands under its path`)
  }
  const reads = Object.fromEntries(module.reads.map((read) => [read.path, read]))
  return {
    ...module,
    verbs: changeNames(module.verbs, change.verbs),
    reads: Object.values(changeNames(reads, change.reads)),
    parameters: changeNames(module.parameters, change.parameters),
    ports: changeNames<unknown>(module.ports, change.ports),
    needs: [...new Set([...module.needs, ...(change.needs ?? [])])],
    ...(change.checkBlock !== undefined && { checkBlock: change.checkBlock }),
  }
}

type Named<Thing> = { readonly [name: string]: Thing }

function changeNames<Thing>(before: Named<Thing>, changes: Named<Changed<Thing>> = {}): Named<Thing> {
  const kept = new Map(Object.entries(before))
  for (const [name, thing] of Object.entries(changes)) {
    if (thing !== 'removed') kept.set(name, thing as Thing)
    else assert(kept.delete(name), `${name}, which a version removes, was there`)
  }
  return Object.fromEntries(kept)
}
