import { beforeEach, describe, expect, it } from 'vitest'
import { hashOf, keyOf } from '../support/keys.ts'
import { actorOf, memberOf, World } from '../support/world.ts'

let world: World
const S1 = hashOf('subject of ann at H1')
const S2 = hashOf('subject of ann at H2')
const S3 = hashOf('subject of bob at H1')

beforeEach(() => {
  world = new World({
    members: [
      memberOf('H1', 'hospital'),
      memberOf('H2', 'hospital'),
      memberOf('SS', 'social-security'),
      memberOf('INS', 'insurer'),
    ],
    actors: [
      actorOf('H1:doc', 'doctor'),
      actorOf('H1:ann', 'patient'),
      actorOf('H1:bob', 'patient'),
      actorOf('H2:ann', 'patient'),
      actorOf('SS:desk', 'employee'),
      actorOf('INS:desk', 'employee'),
    ],
    parameters: { 'identity.linksMax': 3 },
  })
})

const acts = (actor: string, subject: string) => world.port('identity.actsFor')(world.actor(actor), subject)

describe('identity.enrol-subject', () => {
  it('makes a subject for which the patient acts, and nobody else', () => {
    expect(acts('H1:ann', S1)).toBe(false)
    expect(world.run('H1:doc', 'identity.enrol-subject', { subject: S1, patient: 'H1:ann' })).toBe('ok')
    expect(world.port('identity.facilityOf')(S1)).toBe('H1')
    expect(acts('H1:ann', S1)).toBe(true)
    for (const other of ['H1:bob', 'H2:ann', 'H1:doc', 'H1']) expect(acts(other, S1), other).toBe(false)
  })

  it('refuses a subject that is known, whoever asks', () => {
    world.must('H1', 'identity.enrol-subject', { subject: S1, patient: 'H1:ann' })
    expect(world.run('H1', 'identity.enrol-subject', { subject: S1 })).toBe('identity.subject-exists')
    const bob = { subject: S1, patient: 'H1:bob' }
    expect(world.run('H1', 'identity.enrol-subject', bob)).toBe('identity.subject-exists')
    const ann = { subject: S1, patient: 'H2:ann' }
    expect(world.run('H2', 'identity.enrol-subject', ann)).toBe('identity.subject-exists')
  })

  it('lets the same facility name the patient later, once', () => {
    world.must('H1', 'identity.enrol-subject', { subject: S1 })
    const ann = { subject: S1, patient: 'H2:ann' }
    expect(world.run('H2', 'identity.enrol-subject', ann)).toBe('identity.subject-exists')
    expect(world.run('H1', 'identity.enrol-subject', { subject: S1, patient: 'H1:ann' })).toBe('ok')
    expect(acts('H1:ann', S1)).toBe(true)
    const bob = { subject: S1, patient: 'H1:bob' }
    expect(world.run('H1', 'identity.enrol-subject', bob)).toBe('identity.subject-exists')
  })

  it('refuses signers that keep no patients, and patients themselves', () => {
    for (const signer of ['INS', 'INS:desk', 'SS', 'H1:ann']) {
      expect(world.run(signer, 'identity.enrol-subject', { subject: S1 }), signer).toBe('identity.role')
    }
  })

  it('refuses to name anyone but an own active patient', () => {
    for (const patient of ['H2:ann', 'H1:doc', 'H1:nobody']) {
      const payload = { subject: S1, patient }
      expect(world.run('H1', 'identity.enrol-subject', payload), patient).toBe('identity.patient-unfit')
    }
    world.must('H1', 'identity.suspend', { actor: 'H1:ann' })
    const payload = { subject: S1, patient: 'H1:ann' }
    expect(world.run('H1', 'identity.enrol-subject', payload)).toBe('identity.patient-unfit')
    expect(world.port('identity.facilityOf')(S1)).toBeUndefined()
  })
})

describe('identity.link', () => {
  beforeEach(() => {
    world.must('H1', 'identity.enrol-subject', { subject: S1, patient: 'H1:ann' })
    world.must('H1', 'identity.enrol-subject', { subject: S3, patient: 'H1:bob' })
    world.must('H2', 'identity.enrol-subject', { subject: S2, patient: 'H2:ann' })
  })

  it('joins two subjects once both sides have said so', () => {
    expect(world.run('H1:ann', 'identity.link', { subject: S1, other: S2 })).toBe('ok')
    expect(acts('H1:ann', S2)).toBe(false)
    expect(acts('H2:ann', S1)).toBe(false)
    expect(world.run('H2:ann', 'identity.link', { subject: S2, other: S1 })).toBe('ok')
    expect(acts('H1:ann', S2)).toBe(true)
    expect(acts('H2:ann', S1)).toBe(true)
    expect(world.port('identity.joinedSubjects')(S1)).toEqual([S1, S2])
  })

  it('is not followed over a third subject', () => {
    world.must('H1:ann', 'identity.link', { subject: S1, other: S2 })
    world.must('H2:ann', 'identity.link', { subject: S2, other: S1 })
    world.must('H2:ann', 'identity.link', { subject: S2, other: S3 })
    world.must('H1:bob', 'identity.link', { subject: S3, other: S2 })
    expect(acts('H1:bob', S2)).toBe(true)
    expect(acts('H1:bob', S1)).toBe(false)
  })

  it("refuses a signer that does not act for the subject, the other's holder included", () => {
    for (const signer of ['H2:ann', 'H1:bob', 'H1', 'H1:doc']) {
      const outcome = world.run(signer, 'identity.link', { subject: S1, other: S2 })
      expect(outcome, signer).toBe('identity.not-yours')
    }
  })

  it('does not follow a link to offer in the name of the other subject', () => {
    world.must('H1:ann', 'identity.link', { subject: S1, other: S2 })
    world.must('H2:ann', 'identity.link', { subject: S2, other: S1 })
    expect(world.run('H1:ann', 'identity.link', { subject: S2, other: S3 })).toBe('identity.not-yours')
  })

  it('refuses a link to itself, one offered before, and more than the parameter allows', () => {
    expect(world.run('H1:ann', 'identity.link', { subject: S1, other: S1 })).toBe('identity.link-self')
    world.must('H1:ann', 'identity.link', { subject: S1, other: S2 })
    expect(world.run('H1:ann', 'identity.link', { subject: S1, other: S2 })).toBe('identity.link-exists')
    world.must('H1:ann', 'identity.link', { subject: S1, other: hashOf('a') })
    world.must('H1:ann', 'identity.link', { subject: S1, other: hashOf('b') })
    const more = { subject: S1, other: hashOf('c') }
    expect(world.run('H1:ann', 'identity.link', more)).toBe('identity.links-full')
  })
})

describe('identity.verify', () => {
  const insured = hashOf('insured person')
  beforeEach(() => world.must('H1', 'identity.enrol-subject', { subject: S1, patient: 'H1:ann' }))
  const verify = (signer: string, name: string, person = insured, subject = S1) =>
    world.run(signer, 'identity.verify', { subject, publicKey: keyOf(name).publicKey, insured: person })

  it('lets the attested key act for the subject', () => {
    expect(world.port('identity.insuredOf')(S1)).toBeUndefined()
    expect(verify('SS:desk', 'H2:ann')).toBe('ok')
    expect(acts('H2:ann', S1)).toBe(true)
    expect(world.port('identity.insuredOf')(S1)).toBe(insured)
    expect(verify('SS', 'H1:ann')).toBe('ok')
  })

  it('refuses everyone but social security', () => {
    for (const signer of ['H1', 'H1:doc', 'INS', 'H1:ann']) {
      expect(verify(signer, 'H1:ann'), signer).toBe('identity.role')
    }
  })

  it('refuses keys that are no active patient', () => {
    for (const name of ['H1:doc', 'H1', 'nobody']) {
      expect(verify('SS', name), name).toBe('identity.patient-unfit')
    }
    world.must('H1', 'identity.suspend', { actor: 'H1:ann' })
    expect(verify('SS', 'H1:ann')).toBe('identity.patient-unfit')
  })

  it('refuses an unknown subject and a second insured person', () => {
    expect(verify('SS', 'H1:ann', insured, S2)).toBe('identity.subject-unknown')
    expect(verify('SS', 'H1:ann')).toBe('ok')
    expect(verify('SS', 'H1:ann', hashOf('another'))).toBe('identity.insured-differs')
  })
})
