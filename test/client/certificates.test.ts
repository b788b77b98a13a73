/** The institution's desk for certificates, at a node in process. */
import { afterAll, describe, expect, it } from 'vitest'
import { type Clock, STATUS_INDEX_MAX } from '../../src/base/index.ts'
import { decodeStatusList, type JsonDocument, statusAt } from '../../src/w3c/index.ts'
import { DAY, openExamDoor } from '../api/support/exam-door.ts'

const door = await openExamDoor()
/** Time passes while the desk waits. */
const clock: Clock = {
  nowSeconds: () => door.clock.now,
  monotonicMs: () => door.clock.monotonicMs(),
  sleep: async (delayMs) => {
    door.clock.now += Math.ceil(delayMs / 1000)
  },
}
const office = await door.office('https://check.example/', clock)
afterAll(() => door.node.close())

async function bits(purpose: string): Promise<(index: number) => boolean | undefined> {
  const document: JsonDocument = (await door.get(`/v1/certificate/status-lists/hospital/${purpose}`)).json()
  const { encodedList } = document['credentialSubject'] as { encodedList: string }
  const list = (await decodeStatusList(encodedList))!
  return (index) => statusAt(list, index)
}

describe('the desk of an institution', () => {
  it('prepares without sending, and sends the same thing as often as asked', async () => {
    const prepared = await door.prepare(office)
    expect(prepared.link).toBe(`https://check.example/c/${prepared.hash}`)
    expect(prepared.certificate).toMatch(/^hospital:cert-/)
    expect((await door.get(`/v1/certificate/files/${prepared.hash}`)).statusCode).toBe(404)
    await office.issue(prepared)
    await office.issue(prepared)
    expect((await door.get(`/v1/certificate/files/${prepared.hash}`)).statusCode).toBe(200)
    const again = await door.prepare(office)
    expect(again.hash).not.toBe(prepared.hash)
  })

  it('tells why the ledger refuses, and puts up nothing then', async () => {
    const prepared = await door.prepare(office, { validUntil: door.clock.now + 500 * DAY })
    await expect(office.issue(prepared)).rejects.toMatchObject({ code: 'certificate.period' })
    expect((await door.get(`/v1/certificate/files/${prepared.hash}`)).statusCode).toBe(404)
  })

  it('gives places that a list has, and no other', async () => {
    for (const statusIndex of [-1, STATUS_INDEX_MAX + 1, 1.5, Number.NaN]) {
      await expect(door.prepare(office, { statusIndex })).rejects.toThrow(RangeError)
    }
    const last = await door.issue(office, { statusIndex: STATUS_INDEX_MAX })
    door.clock.now += 1
    await office.changeStatus('revoke', last.certificate.split(':')[1]!, door.holder)
    const revoked = await bits('revocation')
    expect([STATUS_INDEX_MAX - 1, STATUS_INDEX_MAX, STATUS_INDEX_MAX + 1].map(revoked)).toEqual([
      false,
      true,
      undefined,
    ])
  })

  it('gives the next free place where none is named', async () => {
    const next = async () => {
      const read = await door.get('/v1/certificate/status-index', 'hospital')
      return (read.json() as { statusIndexNext: number }).statusIndexNext
    }
    expect(await next()).toBe(STATUS_INDEX_MAX + 1)
    const taken = await door.prepare(office, { statusIndex: STATUS_INDEX_MAX })
    await expect(office.issue(taken)).rejects.toMatchObject({ code: 'certificate.index-taken' })
  })

  it('publishes what the ledger says, whatever lies at the node', async () => {
    const suspended = await door.issue(office, { statusIndex: 7 })
    await office.withdraw(suspended.hash)
    await office.changeStatus('suspend', suspended.certificate.split(':')[1]!, door.holder)
    expect([7, 8].map(await bits('suspension'))).toEqual([true, false])
    expect((await bits('revocation'))(STATUS_INDEX_MAX)).toBe(true)
    // Twice within one second: the later one stands.
    await office.changeStatus('restore', suspended.certificate.split(':')[1]!, door.holder)
    expect((await bits('suspension'))(7)).toBe(false)
    const published = await door.get('/v1/certificate/published-lists/hospital', 'hospital')
    expect(published.json()).toMatchObject({ institution: 'hospital', publishedAt: door.clock.now })
  })

  it('forgets certificates whose time is over', async () => {
    const { certificate } = await door.issue(office, { statusIndex: 9 })
    await office.changeStatus('suspend', certificate.split(':')[1]!, door.holder)
    expect((await bits('suspension'))(9)).toBe(true)
    door.clock.now += 400 * DAY
    await office.publishStatusLists()
    expect([7, 9, STATUS_INDEX_MAX].map(await bits('suspension'))).toEqual([false, false, false])
    expect((await bits('revocation'))(STATUS_INDEX_MAX)).toBe(false)
  })
})
