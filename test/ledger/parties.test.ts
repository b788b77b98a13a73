/** A reader's events by index: all that concern it, in order, at the cost of no leaf of others. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/base/index.ts'
import type { Actor } from '../../src/domain/index.ts'
import { createMemoryStore, type Ledger, openLedger, type Store } from '../../src/ledger/index.ts'
import { iteratePlaces, partyWrites } from '../../src/ledger/parties.ts'
import { checkAsyncProperty, checkProperty } from '../support/property.ts'
import { blockOf, genesisBytes, kernel, publicKeyOf, signEntry } from './support/consortium.ts'

const open = (store: Store): Promise<Ledger> => openLedger({ store, genesisBytes, kernel, create: true })

/** Who keys are now, of all that can read. */
async function readersOf(ledger: Ledger, names: readonly string[]): Promise<Actor[]> {
  const signers = await ledger.signers(names.map(publicKeyOf))
  return signers.map((signer) => signer!.actor)
}

async function ownEvents(ledger: Ledger, reader: Actor, from: number, limit: number) {
  const found: number[] = []
  for (let next = from; ; ) {
    const page = await ledger.eventsOf(reader, next, limit)
    expect(page.events.length).toBeLessThanOrEqual(limit)
    found.push(...page.events.map(({ index }) => index))
    if (page.next === next) return found
    next = page.next
  }
}

describe('the index of parties', () => {
  const NAMES = ['ann', 'an', 'anna', 'bob', 'b']

  it('has the places of every name, over bundles and blocks', () => {
    const block = fc.array(fc.subarray(NAMES), { maxLength: 400 })
    checkProperty(
      fc.property(
        fc.array(block, { maxLength: 5 }),
        fc.subarray(NAMES),
        fc.nat(900),
        (blocks, asked, from) => {
          const store = createMemoryStore()
          const expected: number[] = []
          let size = 0
          for (const transactions of blocks) {
            store.commit(
              partyWrites(
                store,
                size,
                transactions.map((names) => new Set(names)),
              ),
            )
            for (const [i, names] of transactions.entries()) {
              if (size + i >= from && names.some((name) => asked.includes(name))) expected.push(size + i)
            }
            // A header, which concerns nobody.
            size += transactions.length + 1
          }
          expect([...iteratePlaces(store, asked, from)]).toEqual(expected)
        },
      ),
      40,
    )
  })
})

describe('what concerns a reader', () => {
  it('is what it would be shown leaf by leaf, whatever the page', async () => {
    const ledger = await open(createMemoryStore())
    const subject = '11'.repeat(32)
    await ledger.commit(
      blockOf([
        signEntry('hospital', 'identity.enrol-subject', { subject }),
        signEntry('hospital', 'identity.enrol-subject', { subject: '22'.repeat(32) }),
        ...Array.from({ length: 300 }, (_, i) =>
          signEntry(i % 3 === 0 ? 'hospital' : 'hospital:dr-li', 'record.anchor', {
            recordId: `r-${i}`,
            subject: i % 2 === 0 ? subject : '22'.repeat(32),
            kind: 'Observation',
            contentHash: toHex(kernel.sha256(Uint8Array.of(i))),
            encounterAt: 1_767_225_600,
          }),
        ),
        signEntry('insurer', 'governance.propose', { proposalId: 'p', change: { quorum: { quorum: 1 } } }),
      ]),
    )
    const { size } = await ledger.head()
    const { events } = await ledger.events(0, size)
    const readers = await readersOf(ledger, ['hospital', 'insurer', 'hospital:dr-li', 'hospital:dr-wang'])
    await checkAsyncProperty(
      fc.asyncProperty(
        fc.constantFrom(...readers),
        fc.nat(size + 3),
        fc.integer({ min: 1, max: 300 }),
        async (reader, from, limit) => {
          const expected: number[] = []
          for (const event of events) {
            const isOwn = event.signer === reader.actor || (await ledger.isParty(reader, event.parties))
            if (isOwn && event.index >= from) expected.push(event.index)
          }
          expect(await ownEvents(ledger, reader, from, limit)).toEqual(expected)
        },
      ),
      30,
    )
    await ledger.close()
  })

  it('costs no look at the leaves of others', async () => {
    const store = createMemoryStore()
    let bundlesRead = 0
    const counting: Store = {
      ...store,
      get: (table, key) => {
        if (table === 'bundles') bundlesRead += 1
        return store.get(table, key)
      },
    }
    const ledger = await open(counting)
    const propose = (signer: string, proposalId: string) =>
      signEntry(signer, 'governance.propose', { proposalId, change: { quorum: { quorum: 1 } } })
    await ledger.commit(blockOf([propose('insurer', 'one')]))
    for (let i = 0; i < 10; i++) {
      await ledger.commit(blockOf(Array.from({ length: 200 }, (_, k) => propose('hospital', `p-${i}-${k}`))))
    }
    const [insurer] = await readersOf(ledger, ['insurer'])
    bundlesRead = 0
    const page = await ledger.eventsOf(insurer!, 0, 256)
    expect(page.events).toHaveLength(1)
    expect(page.next).toBe((await ledger.head()).size)
    // The leaf itself, and the header of its block.
    expect(bundlesRead).toBeLessThanOrEqual(3)
    await ledger.close()
  })

  it('refuses places and limits that are none', async () => {
    const ledger = await open(createMemoryStore())
    const [insurer] = await readersOf(ledger, ['insurer'])
    for (const [from, limit] of [
      [-1, 1],
      [0.5, 1],
      [0, 0],
    ] as const) {
      await expect(ledger.eventsOf(insurer!, from, limit)).rejects.toMatchObject({ code: 'read.range' })
    }
    await ledger.close()
  })
})
