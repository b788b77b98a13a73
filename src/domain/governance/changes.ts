/**
 * What can be decided, one entry a kind: what must hold, and what adopting it does. A change is
 * checked when it is proposed and once more when it is adopted, because the consortium may have changed in
 * between.
 */
import { ORDER_VOTERS_MAX } from '../../base/index.ts'
import { PARAMETERS } from '../context.ts'
import type { PortContext } from '../contract.ts'
import { type Scheduled, scheduleFrom, valueAt } from '../scheduled.ts'
import type { Change, ChangeOf, Kind } from './change-schema.ts'
import {
  countReady,
  FOUNDERS,
  isToCome,
  listFounders,
  listNodes,
  NODES,
  type NodeKeys,
  SETTINGS,
  type SettingName,
  settingAt,
} from './state.ts'

interface Effect<Name extends Kind> {
  /** Refuses what can not be adopted. */
  check(context: PortContext, change: ChangeOf<Name>): void
  apply(context: PortContext, change: ChangeOf<Name>): void
  /** Refuses what may be proposed and is not ready to be adopted. */
  requireReady?(context: PortContext, change: ChangeOf<Name>): void
}

const EFFECTS: { readonly [Name in Kind]: Effect<Name> } = {
  admit: {
    check(context, { member, publicKey, statement, founding }) {
      const standing = context.port('identity.member')(member)
      if (standing !== undefined && standing.statusNext !== 'expelled') refuseStatus(context)
      if (founding && !listFounders(context).includes(member))
        requireSeat(context, listFounders(context).length)
      requireMemberKey(context, 'admit', member, { publicKey, statement })
    },
    apply(context, { member, displayName, roles, publicKey, founding }) {
      context.port('identity.putMember')(member, { displayName, roles, publicKey })
      if (founding) FOUNDERS.put(context.state, { since: context.time }, member)
      else if (FOUNDERS.has(context.state, member)) FOUNDERS.delete(context.state, member)
    },
  },
  suspend: {
    check(context, { member }) {
      requireStatus(context, member, ['active'])
      requireEnoughWithout(context, member)
    },
    apply: (context, { member }) => context.port('identity.putMemberStatus')(member, 'suspended'),
  },
  restore: {
    check: (context, { member }) => requireStatus(context, member, ['suspended']),
    apply: (context, { member }) => context.port('identity.putMemberStatus')(member, 'active'),
  },
  expel: {
    check(context, { member }) {
      requireStatus(context, member, ['active', 'suspended'])
      requireEnoughWithout(context, member)
    },
    apply(context, { member }) {
      context.port('identity.putMemberStatus')(member, 'expelled')
      if (NODES.has(context.state, member)) schedule(context, NODES, {}, member)
    },
  },
  rename: {
    check: (context, { member }) => requireStatus(context, member, ['active', 'suspended']),
    apply: (context, { member, displayName }) => context.port('identity.putMemberName')(member, displayName),
  },
  rekey: {
    check(context, { member, publicKey, statement }) {
      requireStatus(context, member, ['active', 'suspended'])
      requireMemberKey(context, 'rekey', member, { publicKey, statement })
    },
    apply: (context, { member, publicKey }) => context.port('identity.putMemberKey')(member, publicKey),
  },
  node: {
    check(context, { member, logKey, cosignerKey, order }) {
      requireStatus(context, member, ['active', 'suspended'])
      if (logKey === cosignerKey) context.refuse('governance.keys-equal', at('node', 'cosignerKey'))
      const require = context.port('identity.requireNodeKey')
      require(logKey, at('node', 'logKey').field)
      require(cosignerKey, at('node', 'cosignerKey').field)
      if (order !== undefined) requireVoter(context, member, order, [logKey, cosignerKey])
      const limit = context.parameter('seatsMax')
      if (!NODES.has(context.state, member)) {
        requireSeat(context, NODES.list(context.state, [], { limit }).length)
      }
    },
    apply(context, { member, logKey, cosignerKey, order }) {
      context.port('identity.putNodeKey')(member, logKey, 'log')
      context.port('identity.putNodeKey')(member, cosignerKey, 'cosigner')
      if (order === undefined) return schedule(context, NODES, { logKey, cosignerKey }, member)
      context.port('identity.putNodeKey')(member, order.publicKey, 'order')
      schedule(context, NODES, { logKey, cosignerKey, orderKey: order.publicKey }, member)
    },
  },
  retireNode: {
    check(context, { member }) {
      const nodes = listNodes(context, context.height + 1)
      if (!nodes.some((node) => node.member === member)) context.refuse('governance.node-unknown')
      requireQuorum(context, cosigners(context, member), nextQuorum(context))
    },
    apply: (context, { member }) => schedule(context, NODES, {}, member),
  },
  parameter: {
    check(context, { name, value }) {
      const parameter =
        context.parameters.get(name) ??
        context.refuse('governance.parameter-unknown', at('parameter', 'name'))
      if (value < parameter.min || value > parameter.max) {
        context.refuse('governance.parameter-range', at('parameter', 'value'))
      }
    },
    apply(context, { name, value }) {
      const [module = '', short = ''] = name.split('.')
      const row = PARAMETERS.get(context.state, module, short) ?? {
        value: context.parameters.get(name)!.default,
      }
      const current = valueAt(row, context.height)
      PARAMETERS.put(context.state, scheduleFrom(current, value, context.height + 1), module, short)
    },
  },
  quorum: {
    check: (context, { quorum }) => requireQuorum(context, cosigners(context), quorum),
    apply: (context, { quorum }) => setSetting(context, 'quorum', quorum, context.height + 1),
  },
  issuer: {
    check: (context, terms) => context.port('settlement.requireIssuer')(terms, '/payload/change/issuer'),
    apply: (context, terms) => context.port('settlement.putIssuer')(terms),
  },
  rulesVersion: {
    check(context, { version, height }) {
      const setting = SETTINGS.get(context.state, 'rules-version')!
      const current = valueAt(setting, context.height)
      const isTakenBack = version === current && isToCome(setting, context.height)
      if (version <= current && !isTakenBack) {
        context.refuse('governance.version', at('rulesVersion', 'version'))
      }
      if (height <= context.height) context.refuse('governance.height', at('rulesVersion', 'height'))
    },
    apply: (context, { version, height }) => setSetting(context, 'rules-version', version, height),
    requireReady(context, { version }) {
      if (version === settingAt(context.state, 'rules-version', context.height)) return
      const { ready, nodes } = countReady(context, version)
      if (ready * 3 <= nodes * 2) context.refuse('governance.rules-unready', at('rulesVersion', 'version'))
    },
  },
}

/** The one kind that a change names, with its fields. */
function entryOf<Name extends Kind>(change: Change): [Effect<Name>, ChangeOf<Name>] {
  const [kind, fields] = Object.entries(change)[0] as [Name, ChangeOf<Name>]
  return [EFFECTS[kind] as Effect<Name>, fields]
}

/** Refuses a change that could not be adopted now. */
export function checkChange(context: PortContext, change: Change): void {
  const [effect, fields] = entryOf(change)
  effect.check(context, fields)
}

/** Carries out a change that `checkChange` let pass. Refuses one that is not ready. */
export function adoptChange(context: PortContext, change: Change): void {
  const [effect, fields] = entryOf(change)
  effect.requireReady?.(context, fields)
  effect.apply(context, fields)
}

const at = (kind: Kind, field: string): { readonly field: string } => ({
  field: `/payload/change/${kind}/${field}`,
})

const refuseStatus = (context: PortContext): never => context.refuse('governance.member-status')

function requireStatus(context: PortContext, member: string, allowed: readonly string[]): void {
  const standing = context.port('identity.member')(member) ?? context.refuse('governance.member-unknown')
  if (!allowed.includes(standing.statusNext)) refuseStatus(context)
}

function requireMemberKey(
  context: PortContext,
  kind: Kind,
  member: string,
  key: { readonly publicKey: string; readonly statement: string },
): void {
  context.port('identity.requireMemberKey')(member, key, `/payload/change/${kind}`)
}

/** A key that votes has no other job, signed that it will, and there are not as many that vote as may. */
function requireVoter(
  context: PortContext,
  member: string,
  order: { readonly publicKey: string; readonly statement: string },
  others: readonly string[],
): void {
  const { field } = at('node', 'order')
  if (others.includes(order.publicKey))
    context.refuse('governance.keys-equal', { field: `${field}/publicKey` })
  context.port('identity.requireOrderKey')(member, order, field)
  const voters = listNodes(context, context.height + 1).filter(({ keys }) => keys.orderKey !== undefined)
  const without = voters.filter((voter) => voter.member !== member)
  if (without.length >= ORDER_VOTERS_MAX) context.refuse('governance.seats-full')
}

function requireSeat(context: PortContext, taken: number): void {
  if (taken >= context.parameter('seatsMax')) context.refuse('governance.seats-full')
}

/** Members that cosign from the next block on, but for `without`. */
function cosigners(context: PortContext, without?: string): number {
  const isActive = (member: string) => context.port('identity.member')(member)?.statusNext === 'active'
  const nodes = listNodes(context, context.height + 1)
  return nodes.filter(({ member }) => member !== without && isActive(member)).length
}

const nextQuorum = (context: PortContext): number => settingAt(context.state, 'quorum', context.height + 1)

function requireQuorum(context: PortContext, left: number, quorum: number): void {
  if (left < quorum) context.refuse('governance.quorum-unreachable')
}

/** A consortium keeps an active founder to decide, and cosigners enough to make anything final. */
function requireEnoughWithout(context: PortContext, member: string): void {
  const isActive = (other: string) => context.port('identity.member')(other)?.statusNext === 'active'
  if (!listFounders(context).some((other) => other !== member && isActive(other))) {
    context.refuse('governance.founders-needed')
  }
  requireQuorum(context, cosigners(context, member), nextQuorum(context))
}

function schedule(context: PortContext, table: typeof NODES, value: NodeKeys, member: string): void {
  const row: Scheduled<NodeKeys> = table.get(context.state, member) ?? { value: {} }
  table.put(context.state, scheduleFrom(valueAt(row, context.height), value, context.height + 1), member)
}

function setSetting(context: PortContext, name: SettingName, value: number, fromHeight: number): void {
  const current = settingAt(context.state, name, context.height)
  SETTINGS.put(context.state, scheduleFrom(current, value, fromHeight), name)
}
