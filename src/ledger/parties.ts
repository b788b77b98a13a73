/**
 * The index of transactions by party: at which places of the log those stand that concern an actor, a member or a
 * subject. Written with the block, so it is as old as the log; who is asked for later finds its own without a look at
 * the leaves of others.
 *
 * One record a party and bundle: key = name ‖ 0x00 ‖ bundle index u64, value = places in the bundle, a byte each,
 * ascending. A hospital that signs a whole bundle takes one record for it.
 */
import { TILE_WIDTH, utf8 } from '../base/index.ts'
import { type Actor, isStaffOf, type Party, type PortCall } from '../domain/index.ts'
import { integerKey, type Store, type Write } from './store.ts'

/** A party as its records name it: kind and id. No id holds 0x00, so no name begins another's records. */
export type PartyName = string

export const nameOfActor = (actor: string): PartyName => `a${actor}`
const nameOfMember = (member: string): PartyName => `m${member}`
const nameOfSubject = (subject: string): PartyName => `s${subject}`

function nameOf(party: Party): PartyName {
  if ('actor' in party) return nameOfActor(party.actor)
  return 'member' in party ? nameOfMember(party.member) : nameOfSubject(party.subject)
}

/** Under which names a transaction is found: that of its signer, and those of its parties; each once. */
export const namesOf = (signer: string, parties: readonly Party[]): ReadonlySet<PartyName> =>
  new Set([nameOfActor(signer), ...parties.map(nameOf)])

/** Under which names a reader finds what concerns it now: what `isParty` would grant it one by one. */
export function namesOfReader(port: PortCall, reader: Actor): PartyName[] {
  const subjects = port('identity.subjectsOf')(reader.actor)
  return [
    nameOfActor(reader.actor),
    ...(isStaffOf(reader, reader.member) ? [nameOfMember(reader.member)] : []),
    ...subjects.map(nameOfSubject),
  ]
}

const SEPARATOR = Uint8Array.of(0)
const recordKey = (name: PartyName, bundle: number): Uint8Array =>
  Buffer.concat([utf8(name), SEPARATOR, integerKey(bundle)])
const bundleOf = (key: Uint8Array): number =>
  Number(new DataView(key.buffer, key.byteOffset + key.length - 8).getBigUint64(0))

/** The records of transactions that come to stand from `firstIndex` on; `names` of each, in order. */
export function partyWrites(
  store: Store,
  firstIndex: number,
  names: readonly ReadonlySet<PartyName>[],
): Write[] {
  const writes: Write[] = []
  const inBundle = (i: number) => Math.floor((firstIndex + i) / TILE_WIDTH)
  for (let from = 0; from < names.length; ) {
    const bundle = inBundle(from)
    const places = new Map<PartyName, number[]>()
    let i = from
    for (; i < names.length && inBundle(i) === bundle; i++) {
      for (const name of names[i]!) {
        const known = places.get(name)
        if (known === undefined) places.set(name, [(firstIndex + i) % TILE_WIDTH])
        else known.push((firstIndex + i) % TILE_WIDTH)
      }
    }
    // Only the bundle in which the log ends can hold earlier transactions.
    const isBegun = from === 0 && firstIndex % TILE_WIDTH !== 0
    for (const [name, added] of places) {
      const key = recordKey(name, bundle)
      const before = isBegun ? store.get('parties', key) : undefined
      const value = before === undefined ? Uint8Array.from(added) : Uint8Array.of(...before, ...added)
      writes.push({ table: 'parties', key, value })
    }
    from = i
  }
  return writes
}

/** A name's record at the first bundle from `bundle` on. */
function nextRecord(store: Store, name: PartyName, bundle: number) {
  const end = Buffer.concat([utf8(name), Uint8Array.of(1)])
  const [found] = store.range('parties', { start: recordKey(name, bundle), end, limit: 1 })
  return found && { name, bundle: bundleOf(found[0]), places: found[1] }
}

/** Places of transactions with index >= `from` that stand under any of `names`, ascending, each once. */
export function* iteratePlaces(
  store: Store,
  names: readonly PartyName[],
  from: number,
): Generator<number, void> {
  let heads = names.flatMap((name) => nextRecord(store, name, Math.floor(from / TILE_WIDTH)) ?? [])
  while (heads.length > 0) {
    const bundle = heads.reduce((least, head) => Math.min(least, head.bundle), Number.POSITIVE_INFINITY)
    const here = heads.filter((head) => head.bundle === bundle)
    const places = new Set(here.flatMap((head) => [...head.places]))
    for (const place of [...places].sort((a, b) => a - b)) {
      const index = bundle * TILE_WIDTH + place
      if (index >= from) yield index
    }
    heads = heads.flatMap((head) =>
      head.bundle > bundle ? head : (nextRecord(store, head.name, bundle + 1) ?? []),
    )
  }
}
