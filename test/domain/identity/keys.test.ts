import { ed25519 } from '@noble/curves/ed25519.js'
import { beforeEach, describe, expect, it } from 'vitest'
import { toHex } from '../../../src/base/index.ts'
import { hashOf, keyOf, statementOf } from '../support/keys.ts'
import { actorOf, enrolment, memberOf, World } from '../support/world.ts'

let world: World
beforeEach(() => {
  world = new World({
    members: [memberOf('H1', 'hospital'), memberOf('H2', 'hospital'), memberOf('INS', 'insurer')],
    actors: [actorOf('H1:desk', 'employee'), actorOf('H1:doc', 'doctor'), actorOf('H2:doc', 'doctor')],
  })
})

describe('identity.enrol', () => {
  it('enrols an actor whose key may sign from the next transaction on', () => {
    expect(world.run('H1:nurse', 'identity.suspend', { actor: 'H1:doc' })).toBe('unknown')
    expect(world.run('H1', 'identity.enrol', enrolment('H1:nurse', 'nurse'))).toBe('ok')
    expect(world.actor('H1:nurse')).toEqual({
      key: keyOf('H1:nurse').publicKey,
      actor: 'H1:nurse',
      member: 'H1',
      role: 'nurse',
      memberRoles: ['hospital'],
    })
    expect(world.isActive('H1:nurse')).toBe(true)
  })

  it('lets a desk enrol patients and nobody else', () => {
    expect(world.run('H1:desk', 'identity.enrol', enrolment('H1:p1', 'patient'))).toBe('ok')
    expect(world.run('H1:desk', 'identity.enrol', enrolment('H1:d2', 'doctor'))).toBe('identity.role')
    expect(world.run('H1:doc', 'identity.enrol', enrolment('H1:p2', 'patient'))).toBe('identity.role')
  })

  it('refuses actors of another member and roles that do not fit the member', () => {
    expect(world.run('H1', 'identity.enrol', enrolment('H2:nurse', 'nurse'))).toBe('identity.foreign-member')
    expect(world.run('INS', 'identity.enrol', enrolment('INS:doc', 'doctor'))).toBe('identity.role-unfit')
  })

  it('refuses an id that is taken, even by the same member', () => {
    const again = enrolment('H1:doc', 'doctor', keyOf('another key'))
    expect(world.run('H1', 'identity.enrol', again)).toBe('identity.actor-exists')
  })

  it('refuses every key that was ever enrolled, whatever for', () => {
    for (const used of ['H1', 'H2', 'H1:doc', 'H2:doc']) {
      const payload = enrolment('H1:new', 'nurse', keyOf(used))
      expect(world.run('H1', 'identity.enrol', payload), used).toBe('identity.key-used')
    }
    world.must('H1', 'identity.enrol', enrolment('H1:gone', 'nurse'))
    world.must('H1', 'identity.revoke-key', { actor: 'H1:gone', key: keyOf('H1:gone').publicKey })
    const reused = enrolment('H1:new', 'nurse', keyOf('H1:gone'))
    expect(world.run('H1', 'identity.enrol', reused)).toBe('identity.key-used')
  })

  it('refuses node keys of genesis as actor keys', () => {
    const log = keyOf('log key').publicKey
    const cosigner = keyOf('cosigner key').publicKey
    const member = { ...memberOf('H1', 'hospital'), logKey: log, cosignerKey: cosigner }
    const ledger = new World({ members: [member] })
    for (const name of ['log key', 'cosigner key']) {
      expect(ledger.run('H1', 'identity.enrol', enrolment('H1:x', 'nurse', keyOf(name)))).toBe(
        'identity.key-used',
      )
      expect(ledger.run(name, 'identity.enrol', enrolment('H1:x', 'nurse'))).toBe('unknown')
    }
  })

  it('refuses keys that are not canonical points of the prime-order subgroup', () => {
    const smallOrder = 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'
    const identity = `01${'00'.repeat(31)}`
    const nonCanonical = 'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'
    for (const publicKey of [smallOrder, identity, nonCanonical, '02'.padEnd(64, '0')]) {
      const payload = { ...enrolment('H1:x', 'nurse'), publicKey }
      expect(world.run('H1', 'identity.enrol', payload), publicKey).toBe('identity.key-unsound')
    }
  })

  it.each([
    ['another actor', statementOf('H1:y', keyOf('H1:x'))],
    ['another ledger', statementOf('H1:x', keyOf('H1:x'), undefined, new Uint8Array(32))],
    ['a key that is replaced', statementOf('H1:x', keyOf('H1:x'), keyOf('H1'))],
    ['another key', toHex(ed25519.sign(new Uint8Array(1), keyOf('H2').secret))],
    ['nothing', '00'.repeat(64)],
  ])('refuses a key statement for %s', (_what, statement) => {
    const payload = { ...enrolment('H1:x', 'nurse'), statement }
    expect(world.run('H1', 'identity.enrol', payload)).toBe('identity.statement-invalid')
  })

  it("gives staff a new key only after its old one is revoked, and never a patient's", () => {
    world.must('H1', 'identity.revoke-key', { actor: 'H1:doc', key: keyOf('H1:doc').publicKey })
    const anew = enrolment('H1:doc', 'doctor', keyOf('second key'))
    expect(world.run('H1', 'identity.enrol', { ...anew, role: 'nurse' })).toBe('identity.actor-exists')
    expect(world.run('H1', 'identity.enrol', anew)).toBe('ok')
    expect(world.isActive('second key')).toBe(true)
    expect(world.isActive('H1:doc')).toBe(false)

    world.must('H1', 'identity.enrol', enrolment('H1:p', 'patient'))
    world.must('H1', 'identity.revoke-key', { actor: 'H1:p', key: keyOf('H1:p').publicKey })
    const taken = enrolment('H1:p', 'patient', keyOf('third key'))
    expect(world.run('H1', 'identity.enrol', taken)).toBe('identity.actor-exists')
  })

  it('keeps a suspension over a new key', () => {
    world.must('H1', 'identity.suspend', { actor: 'H1:doc' })
    world.must('H1', 'identity.revoke-key', { actor: 'H1:doc', key: keyOf('H1:doc').publicKey })
    world.must('H1', 'identity.enrol', enrolment('H1:doc', 'doctor', keyOf('second key')))
    expect(world.isActive('second key')).toBe(false)
  })

  it('is seen by the actor and its member', () => {
    const payload = enrolment('H1:p1', 'patient')
    world.must('H1', 'identity.enrol', payload)
    const parties = world.parties('H1', 'identity.enrol', payload)
    expect(world.isParty('H1:p1', parties)).toBe(true)
    expect(world.isParty('H1:doc', parties)).toBe(true)
    expect(world.isParty('H2:doc', parties)).toBe(false)
    world.must('H1', 'identity.enrol', enrolment('H1:p2', 'patient'))
    expect(world.isParty('H1:p2', parties)).toBe(false)
  })
})

describe('identity.rotate-key', () => {
  const rotation = (actor: string, oldKey: string, newKey: string) => ({
    publicKey: keyOf(newKey).publicKey,
    statement: statementOf(actor, keyOf(newKey), keyOf(oldKey)),
  })

  it('ends the old key at once and keeps actor and encryption key', () => {
    expect(world.run('H1:doc', 'identity.rotate-key', rotation('H1:doc', 'H1:doc', 'new'))).toBe('ok')
    expect(world.isActive('H1:doc')).toBe(false)
    expect(world.actor('new').actor).toBe('H1:doc')
    expect(world.read('new', 'identity', '/me')).toMatchObject({
      actor: 'H1:doc',
      key: keyOf('new').publicKey,
      encryptionKey: hashOf('encryption key of H1:doc'),
    })
    expect(world.run('H1:doc', 'identity.rotate-key', rotation('H1:doc', 'H1:doc', 'other'))).toBe('inactive')
  })

  it("rotates a member's own key, and can set its encryption key", () => {
    const payload = { ...rotation('H1', 'H1', 'H1 new'), encryptionKey: hashOf('new encryption key') }
    expect(world.run('H1', 'identity.rotate-key', payload)).toBe('ok')
    expect(world.run('H1', 'identity.suspend', { actor: 'H1:doc' })).toBe('inactive')
    expect(world.run('H1 new', 'identity.suspend', { actor: 'H1:doc' })).toBe('ok')
    expect(world.read('H2', 'identity', '/members/:member', { member: 'H1' })).toMatchObject({
      key: keyOf('H1 new').publicKey,
      encryptionKey: hashOf('new encryption key'),
    })
  })

  it('refuses a statement that does not name the old key, and a used key', () => {
    const forged = { publicKey: keyOf('new').publicKey, statement: statementOf('H1:doc', keyOf('new')) }
    expect(world.run('H1:doc', 'identity.rotate-key', forged)).toBe('identity.statement-invalid')
    const used = rotation('H1:doc', 'H1:doc', 'H2:doc')
    expect(world.run('H1:doc', 'identity.rotate-key', used)).toBe('identity.key-used')
    expect(world.isActive('H1:doc')).toBe(true)
  })
})

describe('identity.revoke-key', () => {
  it('ends a key, by its holder or by the member, and only once', () => {
    const own = { actor: 'H1:doc', key: keyOf('H1:doc').publicKey }
    expect(world.run('H1:doc', 'identity.revoke-key', own)).toBe('ok')
    expect(world.isActive('H1:doc')).toBe(false)
    expect(world.run('H1', 'identity.revoke-key', own)).toBe('identity.key-inactive')
    const desk = { actor: 'H1:desk', key: keyOf('H1:desk').publicKey }
    expect(world.run('H1', 'identity.revoke-key', desk)).toBe('ok')
    expect(world.isActive('H1:desk')).toBe(false)
  })

  it("refuses others, and keys that are not the actor's", () => {
    const own = { actor: 'H1:doc', key: keyOf('H1:doc').publicKey }
    for (const signer of ['H2', 'H1:desk', 'H2:doc']) {
      expect(world.run(signer, 'identity.revoke-key', own)).toBe('identity.foreign-member')
    }
    const foreign = { actor: 'H1:doc', key: keyOf('H2:doc').publicKey }
    expect(world.run('H1', 'identity.revoke-key', foreign)).toBe('identity.key-inactive')
    const never = { actor: 'H1:nobody', key: keyOf('nobody').publicKey }
    expect(world.run('H1', 'identity.revoke-key', never)).toBe('identity.key-inactive')
  })
})

describe('identity.suspend and identity.restore', () => {
  it('stops an actor from the next transaction on, until restored', () => {
    expect(world.run('H1', 'identity.suspend', { actor: 'H1:doc' })).toBe('ok')
    expect(world.isActive('H1:doc')).toBe(false)
    expect(world.run('H1', 'identity.suspend', { actor: 'H1:doc' })).toBe('identity.suspended')
    expect(world.run('H1', 'identity.restore', { actor: 'H1:doc' })).toBe('ok')
    expect(world.isActive('H1:doc')).toBe(true)
    expect(world.run('H1', 'identity.restore', { actor: 'H1:doc' })).toBe('identity.not-suspended')
  })

  it('is for the key of the enroller member only', () => {
    expect(world.run('H1:desk', 'identity.suspend', { actor: 'H1:doc' })).toBe('identity.role')
    expect(world.run('H2', 'identity.suspend', { actor: 'H1:doc' })).toBe('identity.foreign-member')
    expect(world.run('H1', 'identity.suspend', { actor: 'H1:nobody' })).toBe('identity.actor-unknown')
    expect(world.run('H1', 'identity.suspend', { actor: 'H1' })).toBe('form.payload /payload/actor')
  })
})

describe('genesis', () => {
  it('refuses an actor whose role does not fit its member', () => {
    const members = [memberOf('INS', 'insurer')]
    expect(() => new World({ members, actors: [actorOf('INS:doc', 'doctor')] })).toThrow(
      expect.objectContaining({
        code: 'genesis.invalid',
        details: expect.objectContaining({ field: '/actors/0/role' }),
      }),
    )
  })

  it('refuses parameters that no module has, or beyond their bounds', () => {
    const members = [memberOf('H1', 'hospital')]
    for (const [name, value] of [
      ['identity.nothing', 1],
      ['identity.linksMax', 0],
      ['constructor.name', 1],
    ] as const) {
      expect(() => new World({ members, parameters: { [name]: value } }), name).toThrow(
        expect.objectContaining({
          code: 'genesis.invalid',
          details: expect.objectContaining({ field: `/parameters/${name}` }),
        }),
      )
    }
  })
})
