import { beforeEach, describe, expect, it } from 'vitest'
import { hashOf, keyOf, statementOf } from '../support/keys.ts'
import { actorOf, enrolment, GENESIS_TIME, memberOf, World } from '../support/world.ts'

const SUBJECT = hashOf('subject of ann at H1')
const OTHER = hashOf('subject of ann at H2')
const WEEK = 604_800
let world: World

beforeEach(() => {
  world = new World({
    members: [memberOf('H1', 'hospital'), memberOf('H2', 'hospital'), memberOf('SS', 'social-security')],
    actors: [
      actorOf('H1:ann', 'patient'),
      actorOf('H2:ann', 'patient'),
      actorOf('H1:doc', 'doctor'),
      actorOf('SS:desk', 'employee'),
      actorOf('H1:bob', 'patient'),
    ],
  })
  world.must('H1', 'identity.enrol-subject', { subject: SUBJECT, patient: 'H1:ann' })
  const verification = { subject: SUBJECT, publicKey: keyOf('H1:ann').publicKey, insured: hashOf('insured') }
  world.must('SS:desk', 'identity.verify', verification)
})

const recovery = (key = 'new', oldKey = 'H1:ann', actor = 'H1:ann') => ({
  actor,
  publicKey: keyOf(key).publicKey,
  encryptionKey: hashOf(`encryption key of ${key}`),
  statement: statementOf(actor, keyOf(key), keyOf(oldKey)),
})
const recover = (signer: string, payload = recovery()) => world.run(signer, 'identity.recover', payload)
const start = (payload = recovery()) => {
  expect(recover('H1', payload)).toBe('ok')
  expect(recover('SS:desk', payload)).toBe('ok')
}
const stateOf = (reader = 'H1:ann') =>
  world.read(reader, 'identity', '/recoveries/:actor', { actor: 'H1:ann' })

describe('identity.recover', () => {
  it('gives a patient a new key seven days after the second vouch, to the second', () => {
    expect(recover('H1')).toBe('ok')
    expect(stateOf()).toBeUndefined()
    expect(recover('SS:desk')).toBe('ok')
    const effectiveAt = GENESIS_TIME + WEEK
    expect(stateOf()).toMatchObject({ state: 'waiting', effectiveAt, vouchers: ['H1', 'SS'] })
    world.pass(WEEK - 1)
    expect([world.isActive('H1:ann'), world.isActive('new')]).toEqual([true, false])
    world.pass(1)
    expect([world.isActive('H1:ann'), world.isActive('new')]).toEqual([false, true])
    expect(stateOf('new')).toMatchObject({ state: 'effective' })
    expect(world.actor('new').actor).toBe('H1:ann')
    const me = { key: keyOf('new').publicKey, encryptionKey: hashOf('encryption key of new'), active: true }
    expect(world.read('new', 'identity', '/me')).toMatchObject(me)
    expect(world.port('identity.actsFor')(world.actor('new'), SUBJECT)).toBe(true)
  })

  it('works again later, and the recovered key can rotate and be revoked', () => {
    start()
    world.pass(WEEK)
    expect(recover('H1', recovery('newer', 'H1:ann'))).toBe('identity.statement-invalid')
    start(recovery('newer', 'new'))
    world.pass(WEEK)
    expect([world.isActive('new'), world.isActive('newer')]).toEqual([false, true])
    const rotated = {
      publicKey: keyOf('newest').publicKey,
      statement: statementOf('H1:ann', keyOf('newest'), keyOf('newer')),
    }
    world.must('newer', 'identity.rotate-key', rotated)
    expect(world.isActive('newest')).toBe(true)
    const revoked = { actor: 'H1:ann', key: keyOf('newest').publicKey }
    expect(world.run('H1', 'identity.revoke-key', revoked)).toBe('ok')
    expect(world.isActive('newest')).toBe(false)
  })

  it('needs two members, both of whom know the patient', () => {
    expect(recover('H1')).toBe('ok')
    expect(recover('H1')).toBe('identity.vouched')
    expect(recover('H2')).toBe('identity.actor-unknown')
    expect(recover('H1:doc')).toBe('identity.role')
    world.must('H2', 'identity.enrol-subject', { subject: OTHER, patient: 'H2:ann' })
    world.must('H1:ann', 'identity.link', { subject: SUBJECT, other: OTHER })
    expect(recover('H2')).toBe('identity.actor-unknown')
    world.must('H2:ann', 'identity.link', { subject: OTHER, other: SUBJECT })
    expect(recover('H2')).toBe('ok')
    expect(stateOf()).toMatchObject({ vouchers: ['H1', 'H2'] })
  })

  it('counts vouches for the same keys only, lately given', () => {
    expect(recover('H1')).toBe('ok')
    expect(recover('SS', recovery('other'))).toBe('ok')
    expect(recover('SS', { ...recovery(), encryptionKey: hashOf('other') })).toBe('ok')
    expect(stateOf()).toBeUndefined()
    world.pass(WEEK + 1)
    expect(recover('SS')).toBe('ok')
    expect(stateOf()).toBeUndefined()
    expect(recover('H1')).toBe('ok')
    expect(stateOf()).toMatchObject({ state: 'waiting' })
  })

  it('is for patients, with a fresh key and its statement', () => {
    expect(recover('H1', recovery('new', 'H1:doc', 'H1:doc'))).toBe('identity.actor-unknown')
    expect(recover('H1', recovery('new', 'H1:ann', 'H1:nobody'))).toBe('identity.actor-unknown')
    expect(recover('H1', recovery('H1:bob'))).toBe('identity.key-used')
    const forged = { ...recovery(), statement: statementOf('H1:ann', keyOf('new')) }
    expect(recover('H1', forged)).toBe('identity.statement-invalid')
  })

  it('waits for one recovery at a time', () => {
    start()
    expect(recover('H1', recovery('other'))).toBe('identity.recovery-waits')
  })

  it('goes on when the lost key is revoked meanwhile', () => {
    start()
    const revoked = { actor: 'H1:ann', key: keyOf('H1:ann').publicKey }
    world.must('H1', 'identity.revoke-key', revoked)
    expect(world.isActive('H1:ann')).toBe(false)
    world.pass(WEEK)
    expect(world.isActive('new')).toBe(true)
  })
})

describe('identity.veto-recovery', () => {
  const veto = { publicKey: keyOf('new').publicKey }

  it('lets the old key stop it until the last second', () => {
    start()
    world.pass(WEEK - 1)
    expect(world.run('H1:ann', 'identity.veto-recovery', veto)).toBe('ok')
    expect(stateOf()).toMatchObject({ state: 'vetoed' })
    world.pass(WEEK)
    expect([world.isActive('H1:ann'), world.isActive('new')]).toEqual([true, false])
    expect(recover('H1')).toBe('identity.key-used')
    expect(recover('H1', recovery('other'))).toBe('ok')
  })

  it('comes too late once the new key has taken over', () => {
    start()
    world.pass(WEEK)
    expect(world.run('H1:ann', 'identity.veto-recovery', veto)).toBe('inactive')
    expect(world.run('new', 'identity.veto-recovery', veto)).toBe('identity.recovery-unknown')
  })

  it("names a waiting recovery of the signer's own", () => {
    expect(world.run('H1:ann', 'identity.veto-recovery', veto)).toBe('identity.recovery-unknown')
    start()
    for (const signer of ['H1:bob', 'H1', 'H2:ann']) {
      expect(world.run(signer, 'identity.veto-recovery', veto)).toBe('identity.recovery-unknown')
    }
    const other = { publicKey: keyOf('other').publicKey }
    expect(world.run('H1:ann', 'identity.veto-recovery', other)).toBe('identity.recovery-unknown')
  })

  it('is what a rotation amounts to', () => {
    start()
    const rotated = {
      publicKey: keyOf('mine').publicKey,
      statement: statementOf('H1:ann', keyOf('mine'), keyOf('H1:ann')),
    }
    world.must('H1:ann', 'identity.rotate-key', rotated)
    expect(stateOf('mine')).toMatchObject({ state: 'vetoed' })
    world.pass(WEEK)
    expect([world.isActive('H1:ann'), world.isActive('mine'), world.isActive('new')]).toEqual([
      false,
      true,
      false,
    ])
  })
})

it('a recovery is shown to the patient and to staff of members that know it', () => {
  start()
  for (const reader of ['H1:ann', 'H1:doc', 'SS:desk'])
    expect(stateOf(reader), reader).toMatchObject({ state: 'waiting' })
  for (const reader of ['H2', 'H1:bob', 'H2:ann']) expect(stateOf(reader), reader).toBeUndefined()
  world.must('H1', 'identity.enrol', enrolment('H1:carl', 'patient'))
  expect(world.read('H1', 'identity', '/recoveries/:actor', { actor: 'H1:carl' })).toBeUndefined()
})
