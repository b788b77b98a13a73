/**
 * What governance decides about members, carried out where members are kept. Reached through ports only;
 * whether it may be done is governance's own affair, whether a key may be enrolled is looked at here. Status
 * holds from the next block on, keys from the next leaf on.
 */
import { assert } from '../../base/index.ts'
import { type MemberRole, orderKeyName } from '../../protocol/index.ts'
import type { PortContext } from '../contract.ts'
import { scheduleFrom, valueAt } from '../scheduled.ts'
import { endKey, requireNewKey, requireUnusedKey, startKey } from './keys.ts'
import { isKeyValid, KEYS, MEMBERS, type MemberStatus } from './state.ts'

/**
 * Refuses a key that can not become the member's own: unsound, used, or without its statement over the key it
 * replaces.
 */
export function requireMemberKey(
  context: PortContext,
  member: string,
  newKey: { readonly publicKey: string; readonly statement: string },
  at: string,
): void {
  requireNewKey(context, member, MEMBERS.get(context.state, member)?.key, newKey, at)
}

/** Refuses a key that can not become a node's. */
export const requireNodeKey = (context: PortContext, publicKey: string, field: string): void =>
  requireUnusedKey(context, publicKey, field)

/**
 * Refuses a key that can not vote for the node of `member`: unsound, used, or without its statement. What it signs
 * names no actor (`/` stands in no id), so it enrols nobody.
 */
export const requireOrderKey = (
  context: PortContext,
  member: string,
  newKey: { readonly publicKey: string; readonly statement: string },
  at: string,
): void => requireNewKey(context, orderKeyName(member), undefined, newKey, at)

/** Admits a member, or one that was expelled again, under a key that `requireMemberKey` let pass. */
export function putMember(
  context: PortContext,
  member: string,
  terms: {
    readonly roles: readonly MemberRole[]
    readonly publicKey: string
    readonly displayName?: string | undefined
  },
): void {
  const { roles, publicKey, displayName } = terms
  const before = MEMBERS.get(context.state, member)
  if (before !== undefined) endMemberKey(context, before.key)
  startKey(context, member, { publicKey })
  const current = before === undefined ? 'admitted' : valueAt(before.status, context.height)
  const status = scheduleFrom<MemberStatus>(current, 'active', context.height + 1)
  const named = displayName === undefined ? {} : { displayName }
  MEMBERS.put(context.state, { ...named, roles, status, key: publicKey, admittedAt: context.time }, member)
}

export function putMemberName(context: PortContext, member: string, displayName: string): void {
  const row = MEMBERS.get(context.state, member)
  assert(row !== undefined, 'a member that gets a name was admitted')
  MEMBERS.put(context.state, { ...row, displayName }, member)
}

/** Gives a member that lost its key another one. */
export function putMemberKey(context: PortContext, member: string, publicKey: string): void {
  const row = MEMBERS.get(context.state, member)
  assert(row !== undefined, 'a member that gets a key was admitted')
  endMemberKey(context, row.key)
  startKey(context, member, { publicKey })
  MEMBERS.put(context.state, { ...row, key: publicKey }, member)
}

export function putMemberStatus(context: PortContext, member: string, status: MemberStatus): void {
  const row = MEMBERS.get(context.state, member)
  assert(row !== undefined, 'a member whose status changes was admitted')
  const scheduled = scheduleFrom(valueAt(row.status, context.height), status, context.height + 1)
  MEMBERS.put(context.state, { ...row, status: scheduled }, member)
}

/** Takes a key out of use for anything but this node of this member. */
export function putNodeKey(
  context: PortContext,
  member: string,
  publicKey: string,
  use: 'log' | 'cosigner' | 'order',
): void {
  KEYS.put(context.state, { actor: member, use, from: context.time }, publicKey)
}

function endMemberKey(context: PortContext, publicKey: string): void {
  const row = KEYS.get(context.state, publicKey)
  if (row !== undefined && isKeyValid(row, context.time)) endKey(context, publicKey)
}
