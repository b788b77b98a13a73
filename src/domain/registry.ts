/**
 * All modules of a rules version, checked against one another once, and what the executor, the API and the
 * client ask of them. The list of modules is in `versions.ts`.
 */
import type { TSchema } from 'typebox'
import Schema from 'typebox/schema'
import { assert, LedgerError } from '../base/index.ts'
import type { Genesis } from '../protocol/index.ts'
import { bindPorts, PARAMETERS, type PortCall, type Scene } from './context.ts'
import type { DomainModule, Parameter, PortContext, Read, StateWriter, Verb } from './contract.ts'
import type { Ports } from './ports.ts'
import { findFault, type SchemaFault } from './schema-fault.ts'

/** Where a port comes from. */
export interface PortProvider<Name extends keyof Ports> {
  readonly module: string
  make(context: PortContext, caller: string | undefined): Ports[Name]
}

/** A read with the module it belongs to. */
export interface ModuleRead {
  readonly module: string
  readonly read: Read
}

export interface Registry {
  readonly modules: readonly DomainModule[]
  /** The verb of a transaction type `module.verb`; undefined where no module has it. */
  verb(type: string): Verb | undefined
  /** Every transaction type, in order. */
  types(): readonly string[]
  /**
   * The first fault of a payload against its type's schema, by JSON pointer from the body. The type must
   * exist.
   */
  checkPayload(type: string, payload: unknown): SchemaFault | undefined
  read(module: string, path: string): Read | undefined
  reads(): readonly ModuleRead[]
  /** Every parameter, by `module.name`, in order of names. */
  readonly parameters: ReadonlyMap<string, Parameter>
  /** Default of every parameter, by `module.name`. */
  readonly parameterDefaults: { readonly [name: string]: number }
  portProvider<Name extends keyof Ports>(name: Name): PortProvider<Name>
  /** The ports in a scene, for whoever stands outside the rules: admission, rights of readers. */
  bindPorts(scene: Scene): PortCall
  /** Writes the state of height 0. LedgerError `genesis.invalid` names what the rules forbid. */
  applyGenesis(genesis: Genesis, state: StateWriter): void
}

/** Builds a registry. Throws where two modules clash or a port is missing: a fault of this build. */
export function createRegistry(modules: readonly DomainModule[]): Registry {
  const byName = new Map<string, DomainModule>()
  for (const module of modules) {
    assert(/^[a-z][a-z0-9-]*$/.test(module.name), `${module.name} is a module name`)
    assert(!byName.has(module.name), `the module ${module.name} stands once`)
    byName.set(module.name, module)
  }
  const verbs = collectVerbs(modules)
  const reads = collectReads(modules)
  const providers = collectPorts(modules)
  const parameters = collectParameters(modules)

  const registry: Registry = {
    modules,
    verb: (type) => verbs.get(type)?.verb,
    types: () => [...verbs.keys()].sort(),
    checkPayload(type, payload) {
      const entry = verbs.get(type)
      assert(entry !== undefined, 'the type exists')
      return findFault(entry.validator(), payload, '/payload')
    },
    read: (module, path) => reads.get(`${module} ${path}`)?.read,
    reads: () => [...reads.values()],
    parameters,
    parameterDefaults: Object.fromEntries([...parameters].map(([name, row]) => [name, row.default])),
    portProvider(name) {
      const provider = providers.get(name)
      assert(provider !== undefined, `a module offers the port ${name}`)
      return provider as PortProvider<typeof name>
    },
    bindPorts: (scene) => bindPorts(registry, scene),
    applyGenesis(genesis, state) {
      for (const [name, value] of Object.entries(genesis.parameters)) {
        applyParameter(parameters, state, name, value)
      }
      for (const module of modules) module.genesis?.(genesis, state)
    },
  }
  return registry
}

/** A validator is compiled when its verb is first used: a client that signs one type pays for one. */
function lazyValidator(schema: TSchema): () => Schema.Validator {
  let compiled: Schema.Validator | undefined
  return () => (compiled ??= Schema.Compile(schema))
}

function collectVerbs(modules: readonly DomainModule[]) {
  const verbs = new Map<string, { verb: Verb; validator: () => Schema.Validator }>()
  for (const module of modules) {
    for (const [name, verb] of Object.entries(module.verbs)) {
      assert(/^[a-z][a-z0-9-]*$/.test(name), `${name} is a verb name`)
      verbs.set(`${module.name}.${name}`, { verb, validator: lazyValidator(verb.payload) })
    }
  }
  return verbs
}

function collectReads(modules: readonly DomainModule[]) {
  const reads = new Map<string, ModuleRead>()
  for (const module of modules) {
    for (const read of module.reads) {
      const id = `${module.name} ${read.path}`
      assert(!reads.has(id), `the read ${id} stands once`)
      assert(/^(\/:?[a-z][a-zA-Z-]*)+$/.test(read.path), `${read.path} is a path`)
      reads.set(id, { module: module.name, read })
    }
  }
  return reads
}

function collectPorts(modules: readonly DomainModule[]) {
  const providers = new Map<string, PortProvider<keyof Ports>>()
  for (const module of modules) {
    for (const [name, make] of Object.entries(module.ports)) {
      assert(name.startsWith(`${module.name}.`), `the port ${name} carries its module's name`)
      assert(!providers.has(name), `the port ${name} has one provider`)
      providers.set(name, { module: module.name, make: make as PortProvider<keyof Ports>['make'] })
    }
  }
  for (const module of modules) {
    for (const name of module.needs) assert(providers.has(name), `${module.name} finds the port ${name}`)
  }
  return providers
}

function collectParameters(modules: readonly DomainModule[]): ReadonlyMap<string, Parameter> {
  const rows: [string, Parameter][] = []
  for (const module of modules) {
    for (const [name, parameter] of Object.entries(module.parameters)) {
      const sound = parameter.min <= parameter.default && parameter.default <= parameter.max
      assert(sound && Number.isSafeInteger(parameter.default), `${module.name}.${name} lies in its bounds`)
      rows.push([`${module.name}.${name}`, parameter])
    }
  }
  return new Map(rows.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function applyParameter(
  parameters: ReadonlyMap<string, Parameter>,
  state: StateWriter,
  fullName: string,
  value: number,
): void {
  const [module = '', name = ''] = fullName.split('.')
  const parameter = parameters.get(fullName)
  const field = `/parameters/${fullName}`
  if (parameter === undefined)
    throw new LedgerError('genesis.invalid', { field, message: `${fullName} is unknown.` })
  if (!Number.isSafeInteger(value) || value < parameter.min || value > parameter.max) {
    const message = `${fullName} must be an integer of ${parameter.min} to ${parameter.max}.`
    throw new LedgerError('genesis.invalid', { field, message })
  }
  PARAMETERS.put(state, { value }, module, name)
}
