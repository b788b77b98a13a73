import { beforeEach, describe, expect, it } from 'vitest'
import { hashOf, keyOf } from '../support/keys.ts'
import { actorOf, GENESIS_TIME, memberOf, World } from '../support/world.ts'

const S1 = hashOf('subject of ann at H1')
const S2 = hashOf('subject of ann at H2')
let world: World

beforeEach(() => {
  world = new World({
    members: [memberOf('H1', 'hospital'), memberOf('H2', 'hospital'), memberOf('SS', 'social-security')],
    actors: [
      actorOf('H1:doc', 'doctor'),
      actorOf('H1:ann', 'patient'),
      actorOf('H1:bob', 'patient'),
      actorOf('H2:ann', 'patient'),
      actorOf('H2:doc', 'doctor'),
    ],
  })
  world.must('H1', 'identity.enrol-subject', { subject: S1, patient: 'H1:ann' })
})

const read = (reader: string, path: string, query = {}) => world.read(reader, 'identity', path, query)
const list = (reader: string, path: string, query = {}) => world.list(reader, 'identity', path, query)

describe('members and actors', () => {
  it('tells a key its actor', () => {
    const encryptionKey = hashOf('encryption key of H1:ann')
    const ann = { actor: 'H1:ann', member: 'H1', role: 'patient', memberRoles: ['hospital'], active: true }
    expect(read('H1:ann', '/me')).toEqual({ ...ann, key: keyOf('H1:ann').publicKey, encryptionKey })
    expect(read('SS', '/me')).toMatchObject({ actor: 'SS', member: 'SS', role: 'member' })
  })

  it('shows members to every reader', () => {
    expect(list('H1:ann', '/members', { limit: 2 })).toMatchObject([
      {
        member: 'H1',
        roles: ['hospital'],
        status: 'active',
        key: keyOf('H1').publicKey,
        admittedAt: GENESIS_TIME,
      },
      { member: 'H2' },
      { member: 'SS' },
    ])
    expect(read('H1:ann', '/members/:member', { member: 'H2' })).toMatchObject({ member: 'H2' })
    expect(read('H1:ann', '/members/:member', { member: 'H9' })).toBeUndefined()
  })

  it('lists the actors of the own member to its staff', () => {
    const actors = list('H1:doc', '/actors', { limit: 2 })
    expect(actors?.map((item) => (item as { actor: string }).actor)).toEqual(['H1:ann', 'H1:bob', 'H1:doc'])
    expect(list('H1:ann', '/actors')).toBeUndefined()
  })

  it('shows staff to everyone, a patient to itself and its member', () => {
    expect(read('H2:ann', '/actors/:actor', { actor: 'H1:doc' })).toMatchObject({
      role: 'doctor',
      active: true,
    })
    expect(read('H2:ann', '/actors/:actor', { actor: 'H1' })).toMatchObject({ role: 'member' })
    for (const reader of ['H1:ann', 'H1:doc', 'H1']) {
      expect(read(reader, '/actors/:actor', { actor: 'H1:ann' }), reader).toMatchObject({ role: 'patient' })
    }
    for (const reader of ['H1:bob', 'H2:doc', 'SS']) {
      expect(read(reader, '/actors/:actor', { actor: 'H1:ann' }), reader).toBeUndefined()
    }
    expect(read('H1:doc', '/actors/:actor', { actor: 'H1:nobody' })).toBeUndefined()
  })

  it('shows whose a key is with the same right, and when it was valid', () => {
    const key = keyOf('H1:doc').publicKey
    world.pass(5)
    world.must('H1', 'identity.revoke-key', { actor: 'H1:doc', key })
    const until = GENESIS_TIME + 5
    const expected = { key, actor: 'H1:doc', use: 'actor', from: GENESIS_TIME, until, valid: false }
    expect(read('H2:doc', '/keys/:key', { key })).toMatchObject(expected)
    expect(read('H2:doc', '/keys/:key', { key: keyOf('H1:ann').publicKey })).toBeUndefined()
    expect(read('H2:doc', '/keys/:key', { key: keyOf('nobody').publicKey })).toBeUndefined()
  })
})

describe('subjects', () => {
  it('shows a subject to its facility and who acts for it', () => {
    for (const reader of ['H1', 'H1:doc', 'H1:ann']) {
      const subject = { subject: S1, facility: 'H1', enrolledAt: GENESIS_TIME, verified: false }
      expect(read(reader, '/subjects/:subject', { subject: S1 }), reader).toEqual(subject)
      const agents = [{ actor: 'H1:ann', by: 'enrolment', since: GENESIS_TIME, active: true }]
      expect(list(reader, '/subjects/:subject/agents', { subject: S1 }), reader).toEqual(agents)
    }
    for (const reader of ['H1:bob', 'H2', 'H2:ann', 'SS']) {
      expect(read(reader, '/subjects/:subject', { subject: S1 }), reader).toBeUndefined()
      expect(list(reader, '/subjects/:subject/agents', { subject: S1 }), reader).toBeUndefined()
    }
    expect(read('H1', '/subjects/:subject', { subject: S2 })).toBeUndefined()
  })

  it('lists own subjects', () => {
    expect(list('H1:ann', '/subjects')).toEqual([{ subject: S1, since: GENESIS_TIME }])
    expect(list('H1:bob', '/subjects')).toEqual([])
    expect(list('H1', '/subjects')).toBeUndefined()
  })

  it('shows links to those who act for the subject', () => {
    world.must('H2', 'identity.enrol-subject', { subject: S2, patient: 'H2:ann' })
    world.must('H1:ann', 'identity.link', { subject: S1, other: S2 })
    const offered = { other: S2, since: GENESIS_TIME, joined: false }
    expect(list('H1:ann', '/subjects/:subject/links', { subject: S1 })).toEqual([offered])
    expect(list('H1:doc', '/subjects/:subject/links', { subject: S1 })).toBeUndefined()
    world.must('H2:ann', 'identity.link', { subject: S2, other: S1 })
    expect(list('H2:ann', '/subjects/:subject/links', { subject: S1 })).toEqual([
      { ...offered, joined: true },
    ])
  })

  it('shows an attestation to social security, the facility and the patient', () => {
    const insured = hashOf('insured')
    expect(read('SS', '/subjects/:subject/verification', { subject: S1 })).toBeUndefined()
    world.must('SS', 'identity.verify', { subject: S1, publicKey: keyOf('H1:ann').publicKey, insured })
    for (const reader of ['SS', 'H1:doc', 'H1:ann']) {
      const attested = { subject: S1, insured, actor: 'H1:ann', by: 'SS', at: GENESIS_TIME }
      expect(read(reader, '/subjects/:subject/verification', { subject: S1 }), reader).toEqual(attested)
    }
    for (const reader of ['H2', 'H1:bob']) {
      expect(read(reader, '/subjects/:subject/verification', { subject: S1 }), reader).toBeUndefined()
    }
  })
})
