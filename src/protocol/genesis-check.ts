/**
 * The rules of a genesis file, each mistake named with its JSON pointer. One key has one job: no key may stand twice,
 * whoever holds it.
 */

import {
  DISPLAY_NAME_LENGTH_MAX,
  EXPIRES_MAX,
  fromHex,
  LEDGER_NAME_LENGTH_MAX,
  ORDER_VOTERS_MAX,
} from '../base/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { isDisplayName } from './display-name.ts'
import { isLocalId, isParameterName, parseReference } from './identifier.ts'
import { isMap } from './json.ts'
import { isActorRole, isMemberRole } from './roles.ts'
import type { AnyJson } from './strict-json.ts'
import { isKeyName } from './vkey.ts'

export interface GenesisMistake {
  /** JSON pointer; empty for the file as a whole. */
  readonly field: string
  readonly message: string
}

type Fields = { readonly [key: string]: AnyJson }

/** Collects mistakes, and the ids and keys seen so far with the place of each. */
interface Findings {
  readonly kernel: Kernel
  readonly mistakes: GenesisMistake[]
  readonly ids: Map<string, string>
  readonly keys: Map<string, string>
}

function report(findings: Findings, field: string, message: string): void {
  findings.mistakes.push({ field, message })
}

/** The map at `field` if it is one; its missing and unknown fields are reported. */
function asFields(
  findings: Findings,
  field: string,
  value: AnyJson | undefined,
  required: readonly string[],
  optional: readonly string[],
): Fields | undefined {
  if (!isMap(value)) {
    report(findings, field, 'is not a map.')
    return undefined
  }
  for (const name of required) {
    if (!Object.hasOwn(value, name)) report(findings, `${field}/${name}`, 'is missing.')
  }
  for (const name of Object.keys(value)) {
    if (!required.includes(name) && !optional.includes(name)) {
      report(findings, `${field}/${escapePointer(name)}`, 'is not a field of a genesis.')
    }
  }
  return value
}

/** RFC 6901 section 3. */
const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** Items of the list at `field`; none, reported, where it is not a list. */
function asList(findings: Findings, field: string, value: AnyJson | undefined): readonly AnyJson[] {
  if (Array.isArray(value)) return value
  if (value !== undefined) report(findings, field, 'is not a list.')
  return []
}

function checkInteger(
  findings: Findings,
  field: string,
  value: AnyJson | undefined,
  min: number,
  max: number,
): void {
  if (value === undefined) return
  if (typeof value !== 'number' || value < min || value > max) {
    report(findings, field, `is not an integer of ${min} to ${max}.`)
  }
}

function checkUnique(findings: Findings, seen: Map<string, string>, field: string, value: string): void {
  const before = seen.get(value)
  if (before !== undefined) report(findings, field, `is the same as ${before}.`)
  else seen.set(value, field)
}

function checkKey(
  findings: Findings,
  field: string,
  value: AnyJson | undefined,
  curve: 'Ed25519' | 'X25519',
): void {
  if (value === undefined) return
  const bytes = typeof value === 'string' ? fromHex(value, 32) : undefined
  if (bytes === undefined) {
    report(findings, field, 'is not 64 lower-case hex digits.')
    return
  }
  if (curve === 'Ed25519' && !findings.kernel.isEnrollableKey(bytes)) {
    report(findings, field, 'is not the canonical encoding of a point of the prime-order subgroup.')
  }
  checkUnique(findings, findings.keys, field, value as string)
}

function checkDisplayName(findings: Findings, field: string, value: AnyJson | undefined): void {
  if (value === undefined || (typeof value === 'string' && isDisplayName(value))) return
  const what = `1 to ${DISPLAY_NAME_LENGTH_MAX} letters, digits and simple punctuation, spaces only between them`
  report(findings, field, `is not ${what} (docs/protocol.md lists the characters).`)
}

/** Keys of a member's node. */
const NODE_KEYS = ['logKey', 'cosignerKey', 'orderKey']

function checkMember(findings: Findings, field: string, value: AnyJson): void {
  const member = asFields(findings, field, value, ['id', 'roles', 'key'], ['displayName', ...NODE_KEYS])
  if (member === undefined) return
  if (member.id !== undefined) {
    if (typeof member.id !== 'string' || !isLocalId(member.id)) {
      report(findings, `${field}/id`, 'does not match [A-Za-z0-9._-]{1,64}.')
    } else checkUnique(findings, findings.ids, `${field}/id`, member.id)
  }
  checkDisplayName(findings, `${field}/displayName`, member.displayName)
  const roles = asList(findings, `${field}/roles`, member.roles)
  if (Array.isArray(member.roles) && roles.length === 0) report(findings, `${field}/roles`, 'is empty.')
  roles.forEach((role, i) => {
    if (typeof role !== 'string' || !isMemberRole(role)) {
      report(findings, `${field}/roles/${i}`, 'is not a role of members.')
    } else if (roles.indexOf(role) !== i) report(findings, `${field}/roles/${i}`, 'stands twice.')
  })
  for (const name of ['key', ...NODE_KEYS]) {
    checkKey(findings, `${field}/${name}`, member[name], 'Ed25519')
  }
  if (Object.hasOwn(member, 'logKey') !== Object.hasOwn(member, 'cosignerKey')) {
    report(findings, field, 'has one of logKey and cosignerKey: who runs a node needs both.')
  }
  if (Object.hasOwn(member, 'orderKey') && !Object.hasOwn(member, 'cosignerKey')) {
    report(findings, `${field}/orderKey`, 'votes for a member that does not cosign.')
  }
}

function checkActor(findings: Findings, field: string, value: AnyJson, members: ReadonlySet<AnyJson>): void {
  const actor = asFields(findings, field, value, ['id', 'member', 'role', 'key', 'encryptionKey'], [])
  if (actor === undefined) return
  if (actor.member !== undefined && !members.has(actor.member)) {
    report(findings, `${field}/member`, 'is not the id of a member.')
  }
  if (actor.id !== undefined) {
    const owner = typeof actor.id === 'string' ? parseReference(actor.id)?.owner : undefined
    if (owner === undefined || owner !== actor.member) {
      report(findings, `${field}/id`, 'is not <member>:<local>, in all at most 64 of A-Z a-z 0-9 . _ -')
    } else checkUnique(findings, findings.ids, `${field}/id`, actor.id as string)
  }
  if (actor.role !== undefined && !(typeof actor.role === 'string' && isActorRole(actor.role))) {
    report(findings, `${field}/role`, 'is not a role of actors.')
  }
  checkKey(findings, `${field}/key`, actor.key, 'Ed25519')
  checkKey(findings, `${field}/encryptionKey`, actor.encryptionKey, 'X25519')
}

function checkParameters(findings: Findings, value: AnyJson | undefined): void {
  if (value === undefined) return
  if (!isMap(value)) {
    report(findings, '/parameters', 'is not a map.')
    return
  }
  for (const [name, setting] of Object.entries(value)) {
    const field = `/parameters/${escapePointer(name)}`
    if (!isParameterName(name)) report(findings, field, 'is not named module.parameter.')
    if (typeof setting !== 'number') report(findings, field, 'is not an integer.')
  }
}

/** Every mistake of a genesis read as JSON (integers exact, no key twice), in the order of the file's fields. */
export function findGenesisMistakes(kernel: Kernel, value: AnyJson): readonly GenesisMistake[] {
  const findings: Findings = { kernel, mistakes: [], ids: new Map(), keys: new Map() }
  const required = ['name', 'time', 'quorum', 'members', 'actors', 'parameters']
  const genesis = asFields(findings, '', value, required, [])
  if (genesis === undefined) return findings.mistakes
  const { name } = genesis
  if (
    name !== undefined &&
    !(typeof name === 'string' && name.length <= LEDGER_NAME_LENGTH_MAX && isKeyName(name))
  ) {
    report(findings, '/name', `is not 1 to ${LEDGER_NAME_LENGTH_MAX} characters without space or +.`)
  }
  checkInteger(findings, '/time', genesis.time, 1, EXPIRES_MAX)
  const members = asList(findings, '/members', genesis.members)
  const cosignerCount = members.filter(
    (member) => isMap(member) && Object.hasOwn(member, 'cosignerKey'),
  ).length
  if (Array.isArray(genesis.members) && cosignerCount === 0) {
    report(findings, '/members', 'has no member with a logKey and a cosignerKey.')
  } else checkInteger(findings, '/quorum', genesis.quorum, 1, cosignerCount)
  const voterCount = members.filter((member) => isMap(member) && Object.hasOwn(member, 'orderKey')).length
  if (voterCount > ORDER_VOTERS_MAX) {
    report(findings, '/members', `has ${voterCount} order keys, more than ${ORDER_VOTERS_MAX}.`)
  }
  for (const [i, member] of members.entries()) checkMember(findings, `/members/${i}`, member)
  const memberIds = new Set(members.map((member) => (isMap(member) ? (member.id ?? null) : null)))
  for (const [i, actor] of asList(findings, '/actors', genesis.actors).entries()) {
    checkActor(findings, `/actors/${i}`, actor, memberIds)
  }
  checkParameters(findings, genesis.parameters)
  return findings.mistakes
}
