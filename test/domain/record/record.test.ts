import { beforeEach, describe, expect, it } from 'vitest'
import { hashOf, keyOf } from '../support/keys.ts'
import { actorOf, GENESIS_TIME, memberOf, World } from '../support/world.ts'

const S1 = hashOf('subject of ann at H1')
const S2 = hashOf('subject of ann at H2')
let world: World

beforeEach(() => {
  world = new World({
    members: [memberOf('H1', 'hospital'), memberOf('H2', 'hospital'), memberOf('INS', 'insurer')],
    actors: [
      actorOf('H1:doc', 'doctor'),
      actorOf('H1:nurse', 'nurse'),
      actorOf('H1:desk', 'employee'),
      actorOf('H1:ann', 'patient'),
      actorOf('H1:bob', 'patient'),
      actorOf('H1:scale', 'scale'),
      actorOf('H2:doc', 'doctor'),
      actorOf('H2:ann', 'patient'),
    ],
  })
  world.must('H1', 'identity.enrol-subject', { subject: S1, patient: 'H1:ann' })
  world.must('H2', 'identity.enrol-subject', { subject: S2, patient: 'H2:ann' })
})

const recordOf = (recordId: string, more: { [name: string]: unknown } = {}) => ({
  recordId,
  subject: S1,
  kind: 'Observation',
  contentHash: hashOf(`content of ${recordId}`),
  vaultHash: hashOf(`ciphertext of ${recordId}`),
  encounterAt: GENESIS_TIME - 60,
  ...more,
})
/** What a patient holds itself states how much room it takes. */
const ownRecordOf = (recordId: string) => recordOf(recordId, { bytes: 10 })
const amendmentOf = (recordId: string, supersedes: number, more: { [name: string]: unknown } = {}) => ({
  recordId,
  subject: S1,
  supersedes,
  contentHash: hashOf(`content of ${recordId} after ${supersedes}`),
  ...more,
})
const find = (ref: string, reader = 'H1:doc') => world.read(reader, 'record', '/records/:ref', { ref })

describe('record.anchor', () => {
  it('keeps what was committed to, by whom and when', () => {
    expect(world.run('H1:doc', 'record.anchor', recordOf('r1'))).toBe('ok')
    expect(find('H1:r1')).toEqual({
      ref: 'H1:r1',
      owner: 'H1',
      recordId: 'r1',
      subject: S1,
      kind: 'Observation',
      encounterAt: GENESIS_TIME - 60,
      anchoredAt: GENESIS_TIME,
      late: false,
      latest: {
        version: 1,
        contentHash: hashOf('content of r1'),
        vaultHash: hashOf('ciphertext of r1'),
        by: 'H1:doc',
        at: GENESIS_TIME,
      },
    })
  })

  it('is for doctors, nurses, pharmacists and the key of the facility', () => {
    for (const signer of ['H1', 'H1:doc', 'H1:nurse']) {
      expect(world.run(signer, 'record.anchor', recordOf(`by-${signer.replace(':', '-')}`))).toBe('ok')
    }
    for (const signer of ['H1:desk', 'H1:ann', 'H1:scale']) {
      expect(world.run(signer, 'record.anchor', recordOf('r1')), signer).toBe('record.role')
    }
  })

  it('is for the facility that made the subject, and no unknown subject', () => {
    expect(world.run('H2:doc', 'record.anchor', recordOf('r1'))).toBe('record.not-facility')
    const unknown = recordOf('r1', { subject: hashOf('nobody') })
    expect(world.run('H1:doc', 'record.anchor', unknown)).toBe('record.not-facility')
  })

  it("keys a record by owner, so nobody takes another's ids", () => {
    world.must('H1:doc', 'record.anchor', recordOf('r1'))
    expect(world.run('H1:nurse', 'record.anchor', recordOf('r1'))).toBe('record.exists')
    expect(world.run('H2:doc', 'record.anchor', recordOf('r1', { subject: S2 }))).toBe('ok')
  })

  it.each([
    [604_800, false],
    [604_801, true],
  ])('marks a report %d s after the encounter late: %s', (seconds, late) => {
    const payload = recordOf('r1', { encounterAt: GENESIS_TIME - seconds })
    world.must('H1:doc', 'record.anchor', payload)
    expect(find('H1:r1')).toMatchObject({ late })
  })

  it('forgives a clock five minutes ahead and not a second more', () => {
    expect(world.run('H1:doc', 'record.anchor', recordOf('r1', { encounterAt: GENESIS_TIME + 300 }))).toBe(
      'ok',
    )
    const future = recordOf('r2', { encounterAt: GENESIS_TIME + 301 })
    expect(world.run('H1:doc', 'record.anchor', future)).toBe('record.in-future')
  })

  it('concerns the subject and the facility', () => {
    const parties = world.parties('H1:doc', 'record.anchor', recordOf('r1'))
    for (const reader of ['H1', 'H1:desk', 'H1:ann'])
      expect(world.isParty(reader, parties), reader).toBe(true)
    for (const reader of ['H2', 'H1:bob', 'H1:scale', 'H2:ann', 'INS']) {
      expect(world.isParty(reader, parties), reader).toBe(false)
    }
  })
})

describe('record.amend', () => {
  beforeEach(() => world.must('H1:doc', 'record.anchor', recordOf('r1')))

  it('adds a version and keeps those before', () => {
    world.pass(10)
    expect(world.run('H1:nurse', 'record.amend', amendmentOf('r1', 1))).toBe('ok')
    expect(world.run('H1', 'record.amend', amendmentOf('r1', 2))).toBe('ok')
    const latest = {
      version: 3,
      contentHash: hashOf('content of r1 after 2'),
      by: 'H1',
      at: GENESIS_TIME + 10,
    }
    expect(find('H1:r1')).toMatchObject({ latest })
    const versions = world.list('H1:ann', 'record', '/records/:ref/versions', { ref: 'H1:r1' })
    expect(versions).toMatchObject([{ version: 1, by: 'H1:doc' }, { version: 2, by: 'H1:nurse' }, latest])
    expect(world.port('record.find')('H1:r1')).toMatchObject({
      contentHash: latest.contentHash,
      vaultHash: undefined,
    })
  })

  it('lists every version once, whatever the size of a page', () => {
    for (let version = 1; version <= 4; version++) {
      const query = { ref: 'H1:r1' }
      for (let limit = 1; limit <= version + 1; limit++) {
        const pages = world.list('H1:ann', 'record', '/records/:ref/versions', { ...query, limit })
        const found = pages?.map((item) => (item as { version: number }).version)
        expect(found, `pages of ${limit}`).toEqual(Array.from({ length: version }, (_, i) => i + 1))
      }
      const beyond = { ...query, cursor: String(version).padStart(6, '0') }
      expect(world.read('H1:ann', 'record', '/records/:ref/versions', beyond)).toEqual({ items: [] })
      world.must('H1:doc', 'record.amend', amendmentOf('r1', version))
    }
  })

  it('supersedes the latest version only', () => {
    world.must('H1:doc', 'record.amend', amendmentOf('r1', 1))
    for (const supersedes of [1, 3]) {
      const outcome = world.run('H1:doc', 'record.amend', amendmentOf('r1', supersedes))
      expect(outcome).toBe('record.not-latest')
    }
  })

  it('refuses another facility, another subject, an unknown record and other roles', () => {
    expect(world.run('H2:doc', 'record.amend', amendmentOf('r1', 1))).toBe('record.unknown')
    expect(world.run('H1:doc', 'record.amend', amendmentOf('r1', 1, { subject: S2 }))).toBe('record.unknown')
    expect(world.run('H1:doc', 'record.amend', amendmentOf('r2', 1))).toBe('record.unknown')
    expect(world.run('H1:desk', 'record.amend', amendmentOf('r1', 1))).toBe('record.role')
    expect(world.run('H1:ann', 'record.amend', amendmentOf('r1', 1))).toBe('record.unknown')
  })
})

describe('a content in the vault', () => {
  const vaultHash = hashOf('ciphertext of r1')
  beforeEach(() => world.must('H1:doc', 'record.anchor', recordOf('r1')))

  it('is named by one record of its owner, whoever of its people signs', () => {
    for (const signer of ['H1:doc', 'H1:nurse', 'H1']) {
      const outcome = world.run(signer, 'record.anchor', recordOf('r2', { vaultHash }))
      expect(outcome, signer).toBe('record.content-named')
    }
    world.must('H1:doc', 'record.anchor', recordOf('r2'))
    expect(world.run('H1:doc', 'record.amend', amendmentOf('r2', 1, { vaultHash }))).toBe(
      'record.content-named',
    )
    world.must('H1:ann', 'record.import', ownRecordOf('mine'))
    const ownHash = hashOf('ciphertext of mine')
    const again = { ...ownRecordOf('mine-2'), vaultHash: ownHash }
    expect(world.run('H1:ann', 'record.import', again)).toBe('record.content-named')
  })

  it('is named again by its own record, as a later version or an earlier one', () => {
    world.must('H1:doc', 'record.amend', amendmentOf('r1', 1, { vaultHash: hashOf('second') }))
    world.must('H1:doc', 'record.amend', amendmentOf('r1', 2, { vaultHash }))
    expect(world.port('record.contents')('H1:r1')).toEqual([vaultHash, hashOf('second')])
    const other = recordOf('r2', { vaultHash: hashOf('second') })
    expect(world.run('H1:doc', 'record.anchor', other)).toBe('record.content-named')
  })

  it('stays that of its record once it is erased', () => {
    world.must('H1', 'record.erase', { recordId: 'r1', subject: S1, reason: 'ordered' })
    expect(world.run('H1:doc', 'record.anchor', recordOf('r2', { vaultHash }))).toBe('record.content-named')
    expect(world.run('H1:doc', 'record.anchor', recordOf('r2', { vaultHash: hashOf('stored again') }))).toBe(
      'ok',
    )
  })

  it('may be named by another owner, who has nothing of it', () => {
    expect(world.run('H1:ann', 'record.import', { ...ownRecordOf('mine'), vaultHash })).toBe('ok')
    const elsewhere = recordOf('r1', { subject: S2, vaultHash })
    expect(world.run('H2:doc', 'record.anchor', elsewhere)).toBe('ok')
    const erasure = { recordId: 'mine', subject: S1, reason: 'own' }
    world.must('H1:ann', 'record.erase', erasure)
    const { owner } = world.port('record.erasedContents')('H1:ann', erasure)
    expect(owner).toBe('H1:ann')
    expect(find('H1:r1')).not.toHaveProperty('erasure')
  })

  it('is not bound where it is not in the vault: there is nothing that a node could destroy', () => {
    const { vaultHash: _, ...outside } = recordOf('r2')
    expect(world.run('H1:doc', 'record.anchor', outside)).toBe('ok')
    expect(world.run('H1:doc', 'record.anchor', { ...outside, recordId: 'r3' })).toBe('ok')
  })
})

describe('record.import', () => {
  it("keeps a patient's own record under its actor id", () => {
    expect(world.run('H1:ann', 'record.import', ownRecordOf('mine'))).toBe('ok')
    expect(find('H1:ann:mine', 'H1:ann')).toMatchObject({ owner: 'H1:ann', ref: 'H1:ann:mine' })
    expect(world.run('H1:ann', 'record.import', ownRecordOf('mine'))).toBe('record.exists')
    expect(world.run('H1:ann', 'record.amend', amendmentOf('mine', 1))).toBe('ok')
    expect(world.run('H1:bob', 'record.amend', amendmentOf('mine', 2))).toBe('record.unknown')
  })

  it('is for keys that act for the subject', () => {
    for (const signer of ['H1:bob', 'H1:doc', 'H1', 'H2:ann']) {
      expect(world.run(signer, 'record.import', ownRecordOf('mine')), signer).toBe('record.not-yours')
    }
    world.must('H1:ann', 'identity.link', { subject: S1, other: S2 })
    world.must('H2:ann', 'identity.link', { subject: S2, other: S1 })
    expect(world.run('H2:ann', 'record.import', ownRecordOf('mine'))).toBe('ok')
  })

  it('follows the key of a patient through rotation, not a suspended one', () => {
    world.must('H1', 'identity.suspend', { actor: 'H1:ann' })
    expect(world.run('H1:ann', 'record.import', ownRecordOf('mine'))).toBe('inactive')
    expect(world.run(keyOf('unknown'), 'record.import', ownRecordOf('mine'))).toBe('unknown')
  })
})

describe('reads of record', () => {
  beforeEach(() => {
    world.must('H1:doc', 'record.anchor', recordOf('r1'))
    world.must('H1:doc', 'record.anchor', recordOf('r2'))
    world.must('H1:ann', 'record.import', ownRecordOf('mine'))
  })
  const refs = (reader: string, subject = S1) =>
    world
      .list(reader, 'record', '/records', { subject, limit: 1 })
      ?.map((item) => (item as { ref: string }).ref)

  it('shows a subject to its patient whole, to its facility what it anchored', () => {
    expect(refs('H1:ann')).toEqual(['H1:r1', 'H1:r2', 'H1:ann:mine'])
    expect(refs('H1:desk')).toEqual(['H1:r1', 'H1:r2'])
  })

  it('follows links', () => {
    expect(refs('H2:ann')).toBeUndefined()
    world.must('H1:ann', 'identity.link', { subject: S1, other: S2 })
    expect(refs('H2:ann')).toBeUndefined()
    world.must('H2:ann', 'identity.link', { subject: S2, other: S1 })
    expect(refs('H2:ann')).toEqual(['H1:r1', 'H1:r2', 'H1:ann:mine'])
  })

  it('answers nothing to others, as for what does not exist', () => {
    for (const reader of ['H2', 'H2:doc', 'INS', 'H1:bob', 'H1:scale']) {
      expect(refs(reader), reader).toBeUndefined()
      expect(find('H1:r1', reader), reader).toBeUndefined()
      const versions = world.list(reader, 'record', '/records/:ref/versions', { ref: 'H1:r1' })
      expect(versions, reader).toBeUndefined()
    }
    expect(refs('H1:doc', hashOf('nobody'))).toBeUndefined()
    expect(find('H1:ann:mine', 'H1:doc')).toBeUndefined()
    expect(find('H1:nothing', 'H1:doc')).toBeUndefined()
  })
})
