import { beforeEach, describe, expect, it } from 'vitest'
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { hashOf } from '../support/keys.ts'
import { GENESIS_TIME, PRIVATE_HASH, type World } from '../support/world.ts'
import { balanceOf, fund, newWorld } from './support.ts'

let world: World

beforeEach(() => {
  world = newWorld()
  for (const body of ['LB', 'LB2']) {
    world.must(body, 'credential.issue', {
      licenceId: 'l1',
      practitioner: body === 'LB' ? 'H1:doc' : 'H2:doc',
      profession: 'doctor',
      validFrom: world.time,
      validUntil: world.time + 400 * DAY_SECONDS,
    })
  }
  fund(world, { H2: 50_000, INS: 1_000 })
})

const attest = (more = {}, signer = 'H1:desk') =>
  world.run(signer, 'credential.attest', {
    verificationId: 'v1',
    practitioner: 'H1:doc',
    element: 'education',
    confirmed: true,
    checkedAt: world.time,
    ...more,
  })
const attestLicence = (more = {}, signer?: string) =>
  attest({ element: 'licence', licence: 'LB:l1', ...more }, signer)
const own = { verificationId: 'v1', practitioner: 'H1:doc' }
const list = (more = {}, signer = 'H1:desk') =>
  world.run(signer, 'credential.list-verification', { ...own, price: 20_000, ...more })
const unlist = (more = {}, signer = 'H1') =>
  world.run(signer, 'credential.unlist-verification', { ...own, ...more })
const buy = (more = {}, signer = 'H2') =>
  world.run(signer, 'credential.purchase-verification', {
    verification: 'H1:v1',
    practitioner: 'H1:doc',
    price: 20_000,
    ...more,
  })
const deliver = (more = {}, privateHash = PRIVATE_HASH, signer = 'H1') =>
  world.run(signer, 'credential.deliver-verification', { ...own, buyer: 'H2', ...more }, { privateHash })
const setLicence = (verb: string) =>
  world.must('LB', `credential.${verb}`, { licenceId: 'l1', practitioner: 'H1:doc' })

describe('credential.attest', () => {
  it('says what a member found, with a commitment to the evidence', () => {
    expect(attestLicence()).toBe('ok')
    expect(world.read('H1', 'credential', '/verifications/:ref', { ref: 'H1:v1' })).toEqual({
      ref: 'H1:v1',
      attester: 'H1',
      practitioner: 'H1:doc',
      element: 'licence',
      licence: 'LB:l1',
      confirmed: true,
      checkedAt: GENESIS_TIME,
      attestedAt: GENESIS_TIME,
      by: 'H1:desk',
      evidence: PRIVATE_HASH,
      currentUntil: GENESIS_TIME + 180 * DAY_SECONDS,
      current: true,
      borneOut: true,
    })
  })

  it('is for key and employees of any member, about a practitioner', () => {
    for (const signer of ['H1:doc', 'H1:nurse', 'H1:ann'])
      expect(attest({}, signer), signer).toBe('credential.role')
    for (const practitioner of ['H1:ann', 'H1:desk', 'H9:doc']) {
      expect(attest({ practitioner }), practitioner).toBe('credential.practitioner-unfit')
    }
    expect(attest({}, 'INS')).toBe('ok')
    expect(attest()).toBe('ok')
    expect(attest()).toBe('credential.verification-exists')
  })

  it('does not look into the future', () => {
    expect(attest({ checkedAt: world.time + 301 })).toBe('credential.in-future')
    expect(attest({ checkedAt: world.time + 300 })).toBe('ok')
  })

  it('names a licence of the person where that was checked, and nowhere else', () => {
    expect(attest({ element: 'licence' })).toBe('credential.licence-unfit')
    expect(attest({ licence: 'LB:l1' })).toBe('credential.licence-unfit')
    expect(attestLicence({ licence: 'LB2:l1' })).toBe('credential.licence-unfit')
    expect(attestLicence({ licence: 'LB:l9' })).toBe('credential.licence-unfit')
  })

  it('does not contradict the ledger about a licence', () => {
    expect(attestLicence({ confirmed: false })).toBe('credential.contradicts')
    setLicence('suspend')
    expect(attestLicence()).toBe('credential.contradicts')
    expect(attestLicence({ confirmed: false })).toBe('ok')
  })
})

describe('the market', () => {
  beforeEach(() => expect(attest()).toBe('ok'))

  it('sells a verification once to a member, at the price on offer', () => {
    expect(buy()).toBe('credential.verification-unknown')
    expect(list()).toBe('ok')
    expect(buy({ price: 19_999 })).toBe('credential.price')
    expect(buy({}, 'H2:desk')).toBe('credential.role')
    expect(buy({}, 'H1')).toBe('credential.own')
    expect(buy({ practitioner: 'H2:doc' })).toBe('credential.verification-unknown')
    expect(buy({ verification: 'H1:v9' })).toBe('credential.verification-unknown')
    expect(buy()).toBe('ok')
    expect([balanceOf(world, 'H1'), balanceOf(world, 'H2')]).toEqual([20_000, 30_000])
    expect(buy()).toBe('credential.bought')
    expect([balanceOf(world, 'H1'), balanceOf(world, 'H2')]).toEqual([20_000, 30_000])
  })

  it('leaves the refusal of a payment to settlement, and then nothing is bought', () => {
    expect(list()).toBe('ok')
    expect(buy({}, 'INS')).toBe('settlement.insufficient')
    expect(world.list('INS', 'credential', '/purchases')).toEqual([])
    expect(balanceOf(world, 'INS')).toBe(1_000)
  })

  it('changes a price, and takes an offer back', () => {
    expect(unlist()).toBe('credential.not-listed')
    expect(list()).toBe('ok')
    expect(list({ price: 5 }, 'H1')).toBe('ok')
    expect(buy()).toBe('credential.price')
    expect(buy({ price: 5 })).toBe('ok')
    expect(unlist()).toBe('ok')
    expect(buy({ price: 5 }, 'INS')).toBe('credential.verification-unknown')
  })

  it('is for the attester to sell', () => {
    for (const signer of ['H2', 'INS:desk']) {
      expect(list({}, signer), signer).toBe('credential.verification-unknown')
      expect(unlist({}, signer), signer).toBe('credential.verification-unknown')
    }
    expect(list({ practitioner: 'H2:doc' })).toBe('credential.verification-unknown')
    for (const signer of ['H1:doc', 'H1:ann']) {
      expect(list({}, signer), signer).toBe('credential.role')
      expect(unlist({}, signer), signer).toBe('credential.role')
      expect(deliver({}, PRIVATE_HASH, signer), signer).toBe('credential.role')
    }
  })

  it('sells nothing that is too old, to the second', () => {
    expect(list()).toBe('ok')
    world.pass(180 * DAY_SECONDS)
    expect(buy()).toBe('ok')
    world.pass(1)
    expect(buy({}, 'INS')).toBe('credential.stale')
    expect(list()).toBe('credential.stale')
    expect(world.list('INS', 'credential', '/offers')).toEqual([])
  })

  it('sells nothing of a licence that is otherwise by now', () => {
    expect(attestLicence({ verificationId: 'v2' })).toBe('ok')
    expect(list({ verificationId: 'v2' })).toBe('ok')
    setLicence('suspend')
    expect(buy({ verification: 'H1:v2' })).toBe('credential.contradicts')
    expect(list({ verificationId: 'v2' })).toBe('credential.contradicts')
    expect(world.list('INS', 'credential', '/offers')).toEqual([])
    expect(world.read('H1', 'credential', '/verifications/:ref', { ref: 'H1:v2' })).toMatchObject({
      borneOut: false,
    })
    setLicence('restore')
    expect(buy({ verification: 'H1:v2' })).toBe('ok')
  })

  it('hands the buyer the evidence that was attested, once', () => {
    expect(deliver()).toBe('credential.not-bought')
    expect(list()).toBe('ok')
    expect(buy()).toBe('ok')
    expect(deliver({}, hashOf('other evidence'))).toBe('credential.evidence-differs')
    expect(deliver({ buyer: 'INS' })).toBe('credential.not-bought')
    expect(deliver({ verificationId: 'v9' })).toBe('credential.verification-unknown')
    world.pass(5)
    expect(deliver({}, PRIVATE_HASH, 'H1:desk')).toBe('ok')
    expect(deliver()).toBe('credential.delivered')
    expect(world.list('H1:desk', 'credential', '/sales')).toEqual([
      {
        verification: 'H1:v1',
        buyer: 'H2',
        price: 20_000,
        by: 'H2',
        at: GENESIS_TIME,
        deliveredAt: GENESIS_TIME + 5,
      },
    ])
    const parties = world.parties('H1', 'credential.deliver-verification', { ...own, buyer: 'H2' })
    for (const reader of ['H2:desk', 'H1:desk', 'H1:doc'])
      expect(world.isParty(reader, parties), reader).toBe(true)
    expect(world.isParty('INS', parties)).toBe(false)
  })
})

describe('who may read verifications', () => {
  beforeEach(() => {
    expect(attest()).toBe('ok')
    expect(attest({ verificationId: 'v2', practitioner: 'H2:doc' })).toBe('ok')
    expect(list()).toBe('ok')
  })
  const read = (reader: string) => world.read(reader, 'credential', '/verifications/:ref', { ref: 'H1:v1' })
  const refs = (reader: string, path: string) =>
    world.list(reader, 'credential', path)?.map((row) => (row as { ref: string }).ref)

  it('its attester, the practitioner, and whoever bought it', () => {
    for (const reader of ['H1:desk', 'H1:doc']) expect(read(reader), reader).toMatchObject({ price: 20_000 })
    for (const reader of ['H2', 'H2:doc', 'INS', 'H1:ann', 'LB']) expect(read(reader), reader).toBeUndefined()
    expect(buy()).toBe('ok')
    expect(read('H2:desk')).toMatchObject({ confirmed: true, evidence: PRIVATE_HASH })
    expect(read('INS')).toBeUndefined()
    expect(refs('H2', '/purchases')).toEqual(['H1:v1'])
    expect(refs('INS', '/purchases')).toEqual([])
    expect(refs('H1', '/attested')).toEqual(['H1:v1', 'H1:v2'])
    expect(refs('H2', '/attested')).toEqual([])
    expect(refs('H1:doc', '/about-me')).toEqual(['H1:v1'])
    expect(refs('H2:doc', '/about-me')).toEqual(['H1:v2'])
    for (const path of ['/attested', '/purchases', '/sales', '/offers']) {
      expect(refs('H1:ann', path), path).toBeUndefined()
    }
    for (const reader of ['H1:desk', 'H1', 'H1:ann'])
      expect(refs(reader, '/about-me'), reader).toBeUndefined()
  })

  it('an offer shows what was checked, not what was found', () => {
    expect(list({ verificationId: 'v2', practitioner: 'H2:doc', price: 7 })).toBe('ok')
    const offers = (query = {}) => world.list('INS:desk', 'credential', '/offers', query)
    expect(offers({ practitioner: 'H1:doc' })).toEqual([
      {
        verification: 'H1:v1',
        seller: 'H1',
        practitioner: 'H1:doc',
        element: 'education',
        checkedAt: GENESIS_TIME,
        currentUntil: GENESIS_TIME + 180 * DAY_SECONDS,
        price: 20_000,
        offeredAt: GENESIS_TIME,
      },
    ])
    expect(offers()).toHaveLength(2)
    expect(JSON.stringify(offers())).not.toContain('confirmed')
    expect(offers({ practitioner: 'INS:desk' })).toEqual([])
  })

  it('a purchase is for the practitioner, seller and buyer', () => {
    const payload = { verification: 'H1:v1', practitioner: 'H1:doc' }
    const parties = world.parties('H2', 'credential.purchase-verification', payload)
    for (const reader of ['H1:doc', 'H1:desk', 'H2:desk'])
      expect(world.isParty(reader, parties), reader).toBe(true)
    for (const reader of ['INS', 'LB', 'H1:ann']) expect(world.isParty(reader, parties), reader).toBe(false)
  })
})
