/**
 * A new ledger from a plan: who takes part, in words. Keys are made here, one for each job, and never leave the result.
 */
import { type Clock, LedgerError, toHex, utf8 } from '../base/index.ts'
import type { NewData } from '../host/index.ts'
import { generateKey, keyPath } from '../host/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { type ActorRole, type Genesis, type MemberRole, parseGenesis } from '../protocol/index.ts'

/** Who founds a ledger that starts with one node. */
export interface ConsortiumPlan {
  /** First part of the origin: no space, no `+`. */
  readonly name: string
  /** The member whose node this is. */
  readonly node: string
  readonly members: readonly {
    readonly id: string
    readonly displayName?: string
    readonly roles: readonly MemberRole[]
  }[]
  readonly actors?: readonly { readonly id: string; readonly role: ActorRole }[]
  readonly parameters?: { readonly [name: string]: number }
}

/**
 * Genesis and private keys of `plan`, for `initData`: `log`, `cosigner`, each member and actor by id, and each actor's
 * X25519 key as `<actor id>.encryption`. What the plan may hold is checked where the genesis is read.
 */
export function planConsortium(plan: ConsortiumPlan, clock: Pick<Clock, 'nowSeconds'>): NewData {
  const keys: { [name: string]: string } = {}
  const make = (name: string, kind: 'ed25519' | 'x25519' = 'ed25519'): string => {
    // Two names may fall on one file: a member called "log", or "a:b" beside "a_b".
    if (Object.keys(keys).some((taken) => keyPath('', taken) === keyPath('', name))) {
      throw new LedgerError('genesis.invalid', {
        message: `${name} would share its key file with another name.`,
      })
    }
    const { pem, publicKey } = generateKey(kind)
    keys[name] = pem
    return toHex(publicKey)
  }
  const genesis: Genesis = {
    name: plan.name,
    time: clock.nowSeconds(),
    quorum: 1,
    members: plan.members.map(({ id, displayName, roles }) => ({
      id,
      ...(displayName !== undefined && { displayName }),
      roles,
      key: make(id),
      ...(id === plan.node && { logKey: make('log'), cosignerKey: make('cosigner') }),
    })),
    actors: (plan.actors ?? []).map(({ id, role }) => ({
      id,
      member: id.split(':', 1)[0]!,
      role,
      key: make(id),
      encryptionKey: make(`${id}.encryption`, 'x25519'),
    })),
    parameters: plan.parameters ?? {},
  }
  return { genesis: utf8(`${JSON.stringify(genesis, null, 2)}\n`), keys }
}

/** A founder of a ledger of several nodes, as `medseal keys new` prints it: keys in hex. */
export interface Founder {
  readonly member: string
  readonly displayName?: string
  readonly roles: readonly MemberRole[]
  readonly key: string
  readonly logKey: string
  readonly cosignerKey: string
  readonly orderKey: string
  /** What its engine is known by to the others'; no part of genesis. */
  readonly nodeId: string
}

/**
 * The least whose cosignatures show that no other checkpoint of the same size can have as many: more than two thirds.
 */
export const soundQuorum = (nodeCount: number): number => Math.floor((2 * nodeCount) / 3) + 1

/**
 * The genesis of founders that all run a node. LedgerError `genesis.invalid` where it is none, also for a quorum below
 * `soundQuorum`, which is the default: two checkpoints of one size could both be final.
 */
export function foundConsortium(
  kernel: Kernel,
  founders: readonly Founder[],
  terms: { readonly name: string; readonly time: number; readonly quorum?: number | undefined },
): Uint8Array {
  const least = soundQuorum(founders.length)
  const { name, time, quorum = least } = terms
  if (quorum < least) {
    const message = `A quorum of ${quorum} of ${founders.length} nodes is too small: it is ${least} at least.`
    throw new LedgerError('genesis.invalid', { message })
  }
  const sorted = [...founders].sort((a, b) => (a.member < b.member ? -1 : 1))
  const genesis: Genesis = {
    name,
    time,
    quorum,
    members: sorted.map(({ member: id, displayName, roles, key, logKey, cosignerKey, orderKey }) => ({
      id,
      ...(displayName !== undefined && { displayName }),
      roles,
      key,
      logKey,
      cosignerKey,
      orderKey,
    })),
    actors: [],
    parameters: {},
  }
  const bytes = utf8(`${JSON.stringify(genesis, null, 2)}\n`)
  parseGenesis(kernel, bytes)
  return bytes
}
