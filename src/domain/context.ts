/**
 * Makes what rules, reads and ports are given. The one place where their walls stand: a module sees and
 * changes only its own state, values are frozen, a parameter is what genesis or governance says or else its
 * default, and a refusal can not be mistaken for a fault.
 */
import Type from 'typebox'
import { assert, type Code, type ErrorDetails } from '../base/index.ts'
import type {
  Actor,
  PortContext,
  ReadContext,
  RuleContext,
  RuleCrypto,
  StateReader,
  StateValue,
  StateWriter,
} from './contract.ts'
import type { Ports } from './ports.ts'
import { inexact, Refusal } from './refusal.ts'
import type { Registry } from './registry.ts'
import { type Scheduled, ScheduledOf, valueAt } from './scheduled.ts'
import { createTable } from './table.ts'

/**
 * Parameters that genesis or governance has set, by module and name. Where a row is missing the default
 * holds.
 */
export const PARAMETERS = createTable('governance/parameter', {
  id: ['module', 'name'],
  row: ScheduledOf(Type.Integer()),
  meaning: 'a parameter that genesis or governance has set',
})

/** Where rules and reads run: the whole state, and the block. */
export interface Scene {
  /** A writer for rules; a plain reader for reads. */
  readonly state: StateReader | StateWriter
  readonly crypto: RuleCrypto
  /** Unix seconds: block time; for a read the later of the node's clock and the last block. */
  readonly time: number
  /** Height of the block that is executed; for a read that of the last block plus one. */
  readonly height: number
}

/** What a transaction brings. */
export interface RuleInput {
  readonly module: string
  readonly payload: unknown
  readonly signer: Actor
  readonly privateHash: string | undefined
}

/** Calls a port by name. */
export type PortCall = <Name extends keyof Ports>(name: Name) => Ports[Name]

/** The ports of `registry` in a scene. */
export const bindPorts = (registry: Registry, scene: Scene): PortCall => bindScene(registry, scene).port

/** The context of one transaction's rule. Its payload is taken to fit the verb's schema, and is frozen. */
export function createRuleContext(registry: Registry, scene: Scene, input: RuleInput): RuleContext<never> {
  const { module, payload, signer, privateHash } = input
  const context = bindScene(registry, scene).contextOf(module)
  // Field by field: spread, this took as long as many a rule.
  return {
    state: context.state,
    crypto: context.crypto,
    time: context.time,
    height: context.height,
    port: context.port,
    parameter: context.parameter,
    parameters: context.parameters,
    refuse: context.refuse,
    payload: deepFreeze(payload) as never,
    signer,
    privateHash,
  }
}

/** The context of one read of `module`. */
export function createReadContext(
  registry: Registry,
  scene: Scene,
  input: { readonly module: string; readonly reader: Actor; readonly query: ReadContext['query'] },
): ReadContext {
  return {
    ...bindScene(registry, scene).contextOf(input.module),
    reader: input.reader,
    query: input.query,
  }
}

/**
 * Runs the rule of a transaction whose payload fits its schema and whose signer is active. Returns the
 * refusal, or undefined where it was accepted. What a refused rule wrote before is the caller's to discard.
 * Any other error is a broken invariant of ours and is thrown on.
 */
export function executeRule(
  registry: Registry,
  scene: Scene,
  input: Omit<RuleInput, 'module'> & { readonly type: string },
): Refusal | undefined {
  const verb = registry.verb(input.type)
  assert(verb !== undefined, 'the executor knows the type')
  const module = input.type.slice(0, input.type.indexOf('.'))
  try {
    verb.rule(createRuleContext(registry, scene, { ...input, module }))
    return undefined
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

function refuse(code: Code, details?: ErrorDetails): never {
  throw new Refusal(code, details)
}

interface SceneBinding {
  readonly registry: Registry
  readonly port: PortCall
  contextOf(module: string): PortContext
}

/** A block is one scene for thousands of transactions: what is bound to it is kept as long as the scene is. */
const bindings = new WeakMap<Scene, SceneBinding>()

function bindScene(registry: Registry, scene: Scene): SceneBinding {
  let binding = bindings.get(scene)
  if (binding === undefined || binding.registry !== registry) {
    binding = createBinding(registry, scene)
    bindings.set(scene, binding)
  }
  return binding
}

/** Contexts and ports of one scene, each made when first asked for. */
function createBinding(registry: Registry, scene: Scene): SceneBinding {
  const contexts = new Map<string, PortContext>()

  /** The ports as `caller` sees them: the name of a module, or undefined for whoever stands outside the rules. */
  function portsOf(caller: string | undefined): PortCall {
    const ports = new Map<keyof Ports, unknown>()
    return (name) => {
      let bound = ports.get(name)
      if (bound === undefined) {
        const provider = registry.portProvider(name)
        bound = provider.make(contextOf(provider.module), caller)
        ports.set(name, bound)
      }
      return bound as Ports[typeof name]
    }
  }

  function contextOf(module: string): PortContext {
    let context = contexts.get(module)
    if (context === undefined) {
      context = {
        state: confine(scene.state, `${module}/`),
        crypto: scene.crypto,
        time: scene.time,
        height: scene.height,
        port: portsOf(module),
        parameter: parametersOf(registry, scene, module),
        parameters: registry.parameters,
        refuse,
      }
      contexts.set(module, context)
    }
    return context
  }

  return { registry, port: portsOf(undefined), contextOf }
}

/** Reads a module's parameters. The row is read each time, its key made once: rules ask thousands of times a block. */
function parametersOf(registry: Registry, scene: Scene, module: string): (name: string) => number {
  const known = new Map<string, { readonly key: string; readonly default: number }>()
  return (name) => {
    let found = known.get(name)
    if (found === undefined) {
      const parameter = registry.parameters.get(`${module}.${name}`)
      assert(parameter !== undefined, `the module ${module} has a parameter ${name}`)
      found = { key: PARAMETERS.key(module, name), default: parameter.default }
      known.set(name, found)
    }
    const row = scene.state.get(found.key) as Scheduled<number> | undefined
    return row === undefined ? found.default : valueAt(row, scene.height)
  }
}

/** A view of `state` that reaches only keys under `prefix`. */
function confine(state: StateReader | StateWriter, prefix: string): StateWriter {
  const check = (key: string) => {
    // The message is made where it is needed: this runs at every access.
    if (!key.startsWith(prefix)) assert(false, `${key} lies under ${prefix}`)
  }
  const writer = 'put' in state ? state : undefined
  return {
    get(key) {
      check(key)
      return state.get(key)
    },
    list(start, options) {
      check(start)
      return state.list(start, options)
    },
    put(key, value) {
      check(key)
      assert(writer !== undefined, 'a read writes nothing')
      writer.put(key, deepFreeze(value, requireExact) as StateValue)
    },
    delete(key) {
      check(key)
      assert(writer !== undefined, 'a read writes nothing')
      writer.delete(key)
    },
  }
}

/** A number that the state can not hold would keep its block from being sealed: the transaction is refused instead. */
function requireExact(value: unknown): void {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) inexact()
}

/** Freezes a JSON value through and through, so that no later change can reach the state. */
function deepFreeze(value: unknown, look?: (leaf: unknown) => void): unknown {
  if (typeof value !== 'object' || value === null) {
    look?.(value)
    return value
  }
  if (Object.isFrozen(value)) return value
  // Plain JSON inherits no keys, and a list of them for each value would be most of what freezing costs.
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key]
    if (typeof item === 'object') deepFreeze(item, look)
    else look?.(item)
  }
  return Object.freeze(value)
}
