import { beforeEach, describe, expect, it } from 'vitest'
import { DAY_SECONDS } from '../../../src/base/index.ts'
import { hashOf } from '../support/keys.ts'
import { actorOf, enrolment, GENESIS_TIME, memberOf, World } from '../support/world.ts'

const S1 = hashOf('subject of ann at H1')
const S2 = hashOf('subject of ann at H2')
let world: World

beforeEach(() => {
  world = new World({
    members: [
      memberOf('H1', 'hospital'),
      memberOf('H2', 'hospital'),
      memberOf('H3', 'hospital'),
      memberOf('LAB', 'exam-institution'),
      memberOf('HC', 'health-commission'),
      memberOf('INS', 'insurer'),
    ],
    actors: [
      actorOf('H1:ann', 'patient'),
      actorOf('H1:bob', 'patient'),
      actorOf('H1:doc', 'doctor'),
      actorOf('H1:nurse', 'nurse'),
      actorOf('H2:ann', 'patient'),
      actorOf('H2:doc', 'doctor'),
      actorOf('H2:nurse', 'nurse'),
      actorOf('H2:pharmacist', 'pharmacist'),
      actorOf('HC:desk', 'employee'),
      actorOf('INS:desk', 'employee'),
    ],
  })
  world.must('H1', 'identity.enrol-subject', { subject: S1, patient: 'H1:ann' })
  world.must('H2', 'identity.enrol-subject', { subject: S2, patient: 'H2:ann' })
  expect(attest('H1', 1)).toBe('ok')
  expect(attest('H2', 3)).toBe('ok')
  anchor('H1:doc', 'scan', 'ImagingStudy', S1)
  anchor('H1:doc', 'glucose', 'Observation', S1)
  consent('c1', S1, 'H1:ann', 'H2')
})

const attest = (hospital: string, tier: number, signer = 'HC:desk') =>
  world.run(signer, 'referral.attest-tier', { hospital, tier })
const recognise = (signer: string, facility: string, kinds: readonly string[]) =>
  world.run(signer, 'referral.recognise', { facility, kinds })
const anchor = (signer: string, recordId: string, kind: string, subject: string, encounterAt = world.time) =>
  world.must(signer, 'record.anchor', {
    recordId,
    subject,
    kind,
    contentHash: hashOf(recordId),
    encounterAt,
  })
function consent(consentId: string, subject: string, patient: string, grantee: string, more = {}) {
  world.must(patient, 'consent.grant', {
    consentId,
    subject,
    grantee,
    purpose: 'referral',
    kinds: ['Observation', 'ImagingStudy'],
    from: GENESIS_TIME,
    to: GENESIS_TIME + 30 * DAY_SECONDS,
    ...more,
  })
}
const up = (more = {}) => ({
  referralId: 'r1',
  subject: S1,
  to: 'H2',
  direction: 'up',
  fromTier: 1,
  toTier: 3,
  attachments: ['H1:scan'],
  consent: 'H1:ann:c1',
  ...more,
})
const create = (more = {}, signer = 'H1:doc') => world.run(signer, 'referral.create', up(more))
const act = (verb: string, signer: string, more = {}) =>
  world.run(signer, `referral.${verb}`, { referral: 'H1:r1', subject: S1, to: 'H2', ...more })
const decline = (signer = 'H2:doc', more = {}) => act('decline', signer, { reason: 'no-capacity', ...more })
const read = (reader: string, ref = 'H1:r1') => world.read(reader, 'referral', '/referrals/:ref', { ref })
const stateNow = () => (read('H1:doc') as { state: string }).state

describe('tiers', () => {
  it('are attested by a health commission, of active hospitals; the later word holds', () => {
    for (const signer of ['H1', 'INS:desk', 'H1:ann']) {
      expect(attest('H3', 2, signer), signer).toBe('referral.role')
    }
    for (const hospital of ['LAB', 'nobody']) {
      expect(attest(hospital, 2), hospital).toBe('referral.facility-unfit')
    }
    expect(attest('H3', 4)).toBe('form.payload /payload/tier')
    expect(attest('H3', 2)).toBe('ok')
    expect(attest('H3', 3, 'HC')).toBe('ok')
    expect(world.read('INS:desk', 'referral', '/tiers/:hospital', { hospital: 'H3' })).toEqual({
      hospital: 'H3',
      tier: 3,
      by: 'HC',
      at: GENESIS_TIME,
    })
    expect(world.read('INS:desk', 'referral', '/tiers/:hospital', { hospital: 'LAB' })).toBeUndefined()
  })
})

describe('referral.create', () => {
  it('sends a patient up, and back down with a plan', () => {
    expect(create()).toBe('ok')
    expect(read('H2:nurse')).toMatchObject({ ref: 'H1:r1', from: 'H1', state: 'SENT', late: false })
    anchor('H2:doc', 'letter', 'DocumentReference', S2)
    consent('c2', S2, 'H2:ann', 'H1', { kinds: ['DocumentReference'] })
    const down = {
      subject: S2,
      to: 'H1',
      direction: 'down',
      fromTier: 3,
      toTier: 1,
      attachments: ['H2:letter'],
      consent: 'H2:ann:c2',
    }
    expect(create(down, 'H2:doc')).toBe('referral.plan-missing')
    expect(create({ ...down, planHash: hashOf('plan') }, 'H2:doc')).toBe('ok')
    expect(read('H1:nurse', 'H2:r1')).toMatchObject({ direction: 'down', planHash: hashOf('plan') })
  })

  it('is for doctors and the key of the hospital that enrolled the subject', () => {
    for (const signer of ['H1:nurse', 'H1:ann', 'LAB', 'INS:desk']) {
      expect(create({}, signer), signer).toBe('referral.role')
    }
    expect(create({}, 'H2:doc')).toBe('referral.not-facility')
    expect(create({ subject: hashOf('nobody') })).toBe('referral.not-facility')
    expect(create({}, 'H1')).toBe('ok')
    expect(create()).toBe('referral.exists')
  })

  it('goes to another active hospital', () => {
    for (const to of ['H1', 'LAB', 'nobody']) expect(create({ to }), to).toBe('referral.receiver-unfit')
  })

  it.each([
    ['another tier of its own', { fromTier: 2 }, 'referral.tier'],
    ['another tier of the receiver', { toTier: 2 }, 'referral.tier'],
    ['a receiver whose tier nobody attested', { to: 'H3' }, 'referral.tier'],
    ['the wrong direction', { direction: 'down', planHash: hashOf('plan') }, 'referral.direction'],
  ])('is refused with %s', (_what, more, code) => {
    expect(create(more)).toBe(code)
  })

  it('is neither up nor down between hospitals of one tier', () => {
    expect(attest('H1', 3)).toBe('ok')
    for (const direction of ['up', 'down']) {
      const more = { direction, fromTier: 3, planHash: hashOf('plan') }
      expect(create(more), direction).toBe('referral.direction')
    }
  })

  it('names a referral consent in force of the subject to the receiver', () => {
    consent('treatment', S1, 'H1:ann', 'H2', { purpose: 'treatment' })
    consent('elsewhere', S1, 'H1:ann', 'H3')
    consent('later', S1, 'H1:ann', 'H2', { from: GENESIS_TIME + DAY_SECONDS })
    consent('other', S2, 'H2:ann', 'H2')
    for (const ref of [
      'H1:ann:none',
      'H1:ann:treatment',
      'H1:ann:elsewhere',
      'H1:ann:later',
      'H2:ann:other',
    ]) {
      expect(create({ consent: ref }), ref).toBe('referral.consent-unfit')
    }
    consent('to-doc', S1, 'H1:ann', 'H2:doc')
    expect(create({ consent: 'H1:ann:to-doc' })).toBe('ok')
    world.must('H1:ann', 'consent.revoke', { consent: 'H1:ann:c1', subject: S1, grantee: 'H2' })
    expect(create({ referralId: 'r2' })).toBe('referral.consent-unfit')
  })

  it('attaches records of the subject that the consent covers', () => {
    anchor('H2:doc', 'foreign', 'Observation', S2)
    anchor('H1:doc', 'letter', 'DocumentReference', S1)
    for (const ref of ['H1:none', 'H2:foreign']) {
      expect(create({ attachments: ['H1:scan', ref] }), ref).toBe('referral.attachment-unfit')
    }
    expect(create({ attachments: ['H1:letter'] })).toBe('referral.attachment-uncovered')
    consent('case', S1, 'H1:ann', 'H2', { caseRef: 'case-1' })
    expect(create({ consent: 'H1:ann:case' })).toBe('referral.attachment-uncovered')
    world.must('H1:ann', 'record.import', {
      recordId: 'own',
      subject: S1,
      kind: 'Observation',
      contentHash: hashOf('own'),
      encounterAt: GENESIS_TIME,
    })
    expect(create({ attachments: ['H1:scan', 'H1:glucose', 'H1:ann:own'] })).toBe('ok')
    expect(create({ referralId: 'r2', attachments: [] })).toBe('ok')
    world.must('H1:ann', 'record.erase', { recordId: 'own', subject: S1, reason: 'own' })
    expect(create({ referralId: 'r3', attachments: ['H1:ann:own'] })).toBe('referral.attachment-unfit')
  })
})

describe('opening an attachment', () => {
  const access = (verb: string, more = {}) =>
    world.run('H2:doc', `access.${verb}`, {
      accessId: 'a1',
      subject: S1,
      record: 'H1:scan',
      consent: 'H1:ann:c1',
      purpose: 'referral',
      ...more,
    })

  it("needs the referral's consent", () => {
    expect(create()).toBe('ok')
    expect(access('notify', { consent: 'H1:ann:none' })).toBe('access.consent-unfit')
    expect(access('notify', { purpose: 'treatment' })).toBe('access.purpose')
    expect(access('notify')).toBe('ok')
    expect(access('open')).toBe('ok')
    expect(access('notify', { accessId: 'a2' })).toBe('ok')
    world.must('H1:ann', 'consent.revoke', { consent: 'H1:ann:c1', subject: S1, grantee: 'H2' })
    expect(access('open', { accessId: 'a2' })).toBe('access.consent-inactive')
  })
})

describe('an answer', () => {
  beforeEach(() => expect(create()).toBe('ok'))

  it('is given once, by the receiver', () => {
    expect(act('accept', 'H2:pharmacist')).toBe('referral.role')
    for (const verb of ['accept', 'complete']) {
      expect(act(verb, 'H1:doc'), verb).toBe('referral.not-receiver')
      expect(act(verb, 'H1:doc', { to: 'H1' }), verb).toBe('referral.unknown')
      expect(act(verb, 'H2:doc', { subject: S2 }), verb).toBe('referral.unknown')
      expect(act(verb, 'H2:doc', { referral: 'H1:r9' }), verb).toBe('referral.unknown')
    }
    expect(decline('H1:doc')).toBe('referral.not-receiver')
    expect(act('complete', 'H2:doc')).toBe('referral.not-accepted')
    expect(act('accept', 'H2:nurse', { appointmentAt: GENESIS_TIME + DAY_SECONDS })).toBe('ok')
    expect(act('accept', 'H2:nurse')).toBe('referral.answered')
    expect(decline()).toBe('referral.answered')
    expect(act('complete', 'H2:doc', { replyHash: hashOf('reply') })).toBe('ok')
    expect(act('complete', 'H2:doc')).toBe('referral.over')
    expect(read('H1:ann')).toMatchObject({
      state: 'COMPLETED',
      acceptance: { by: 'H2:nurse', appointmentAt: GENESIS_TIME + DAY_SECONDS },
      completion: { by: 'H2:doc', replyHash: hashOf('reply') },
    })
  })

  it('may be no', () => {
    expect(decline('H2')).toBe('ok')
    expect(stateNow()).toBe('DECLINED')
    expect(act('accept', 'H2:doc')).toBe('referral.answered')
    expect(act('complete', 'H2:doc')).toBe('referral.over')
    expect(act('cancel', 'H1:doc')).toBe('referral.over')
  })

  it('that comes late is taken, and reads as late', () => {
    world.pass(3 * DAY_SECONDS)
    expect(read('H1:doc')).toMatchObject({ late: false })
    world.pass(1)
    expect(read('H1:doc')).toMatchObject({ state: 'SENT', late: true })
    expect(act('accept', 'H2:doc')).toBe('ok')
    expect(read('H1:doc')).toMatchObject({ state: 'ACCEPTED', late: true })
  })
})

describe('referral.cancel', () => {
  beforeEach(() => expect(create()).toBe('ok'))

  it.each(['H1', 'H1:doc', 'H1:ann'])('is for %s, before and after acceptance', (signer) => {
    expect(act('cancel', signer, { referral: 'H1:r9' })).toBe('referral.unknown')
    expect(act('accept', 'H2:doc')).toBe('ok')
    expect(act('cancel', signer)).toBe('ok')
    expect(stateNow()).toBe('CANCELLED')
    for (const verb of ['cancel', 'complete', 'accept']) {
      expect(act(verb, verb === 'cancel' ? signer : 'H2:doc'), verb).toBe('referral.over')
    }
    expect(decline()).toBe('referral.over')
    world.pass(30 * DAY_SECONDS)
    expect(read('H1:doc')).toMatchObject({ late: false })
  })

  it('is for nobody else', () => {
    for (const signer of ['H2:doc', 'H1:nurse', 'H1:bob', 'INS:desk']) {
      expect(act('cancel', signer), signer).toBe('referral.not-concerned')
    }
  })
})

describe('reads', () => {
  beforeEach(() => {
    expect(create()).toBe('ok')
    world.pass(10)
    expect(create({ referralId: 'r0' })).toBe('ok')
    expect(act('accept', 'H2:doc', { referral: 'H1:r0' })).toBe('ok')
  })
  const refs = (reader: string, path: string, query = {}) =>
    world.list(reader, 'referral', path, query)?.map((row) => (row as { ref: string }).ref)

  it('show each side its own', () => {
    expect(refs('H1:nurse', '/sent')).toEqual(['H1:r0', 'H1:r1'])
    expect(refs('H2:nurse', '/received')).toEqual(['H1:r1', 'H1:r0'])
    expect(refs('H2:nurse', '/received', { limit: 1 })).toEqual(['H1:r1', 'H1:r0'])
    expect(refs('H2:nurse', '/received', { state: 'SENT' })).toEqual(['H1:r1'])
    expect(refs('H1:doc', '/sent', { state: 'ACCEPTED' })).toEqual(['H1:r0'])
    expect(refs('H1:ann', '/referrals', { subject: S1 })).toEqual(['H1:r1', 'H1:r0'])
    expect([refs('H2:doc', '/sent'), refs('H1:doc', '/received')]).toEqual([[], []])
    expect([refs('H1:ann', '/sent'), refs('H1:ann', '/received')]).toEqual([undefined, undefined])
    for (const reader of ['H1:doc', 'H2:doc', 'H1:bob', 'H2:ann']) {
      expect(refs(reader, '/referrals', { subject: S1 }), reader).toBeUndefined()
    }
  })

  it('tell others nothing', () => {
    for (const reader of ['INS:desk', 'H3', 'H1:bob', 'HC:desk']) {
      expect(read(reader), reader).toBeUndefined()
      const ref = 'H1:r1'
      expect(world.read(reader, 'referral', '/referrals/:ref/recognised', { ref }), reader).toBeUndefined()
    }
    expect(read('H1:doc', 'H1:r9')).toBeUndefined()
  })

  it('make sender, receiver and patient parties', () => {
    for (const [type, payload] of [
      ['referral.create', up()],
      ['referral.accept', { referral: 'H1:r1', subject: S1, to: 'H2' }],
    ] as const) {
      const parties = world.parties('H1:doc', type, payload)
      for (const reader of ['H1:nurse', 'H2:doc', 'H1:ann']) {
        expect(world.isParty(reader, parties), reader).toBe(true)
      }
      for (const reader of ['H3', 'H1:bob', 'INS:desk']) {
        expect(world.isParty(reader, parties), reader).toBe(false)
      }
    }
    const tier = world.parties('HC:desk', 'referral.attest-tier', { hospital: 'H1', tier: 1 })
    expect(world.isParty('H1:doc', tier)).toBe(true)
    const recognition = world.parties('H2', 'referral.recognise', { facility: 'LAB', kinds: [] })
    expect(world.isParty('LAB', recognition)).toBe(true)
  })
})

describe('recognised results', () => {
  const results = (reader = 'H2:doc') => {
    const answer = world.read(reader, 'referral', '/referrals/:ref/recognised', { ref: 'H1:r1' })
    return (answer as { results: { record: string }[] } | undefined)?.results.map(({ record }) => record)
  }
  const recognitions = (member: string) => world.list('INS:desk', 'referral', '/recognitions', { member })

  beforeEach(() => expect(create()).toBe('ok'))

  it('are those of kinds that both sides recognise, as long as they are recent', () => {
    expect(results()).toEqual([])
    expect(recognise('H2', 'H1', ['Observation', 'ImagingStudy'])).toBe('ok')
    expect(results()).toEqual([])
    expect(recognise('H1', 'H2', ['Observation', 'DiagnosticReport'])).toBe('ok')
    expect(results()).toEqual(['H1:glucose'])
    expect(recognitions('H2')).toMatchObject([
      { facility: 'H1', kinds: ['Observation', 'ImagingStudy'], mutual: ['Observation'], by: 'H2' },
    ])
    expect(recognise('H1', 'H2', ['Observation', 'ImagingStudy'])).toBe('ok')
    expect(results()).toEqual(['H1:glucose', 'H1:scan'])
    world.pass(30 * DAY_SECONDS - 1)
    expect(results()).toEqual(['H1:glucose', 'H1:scan'])
    world.pass(2)
    expect(results('H1:ann')).toEqual([])
    expect(recognise('H1', 'H2', [])).toBe('ok')
    expect(recognitions('H1')).toEqual([])
  })

  it('are found at every facility where the patient is known', () => {
    for (const [member, other] of [
      ['H1', 'H2'],
      ['H2', 'H1'],
      ['H2', 'LAB'],
      ['LAB', 'H2'],
    ] as const) {
      expect(recognise(member, other, ['Observation'])).toBe('ok')
    }
    const atLab = hashOf('ann at LAB')
    world.must('LAB', 'identity.enrol-subject', { subject: atLab })
    world.must('LAB', 'record.anchor', {
      recordId: 'blood',
      subject: atLab,
      kind: 'Observation',
      contentHash: hashOf('blood'),
      encounterAt: GENESIS_TIME,
    })
    expect(results()).toEqual(['H1:glucose'])
    world.must('LAB', 'identity.enrol', enrolment('LAB:ann', 'patient'))
    world.must('LAB', 'identity.enrol-subject', { subject: atLab, patient: 'LAB:ann' })
    world.must('LAB:ann', 'identity.link', { subject: atLab, other: S1 })
    world.must('H1:ann', 'identity.link', { subject: S1, other: atLab })
    expect(results()).toEqual(['H1:glucose', 'LAB:blood'])
  })

  it('are shown to sender and receiver under the consent, of its kinds; to the patient always', () => {
    expect(recognise('H1', 'H2', ['Observation', 'Condition'])).toBe('ok')
    expect(recognise('H2', 'H1', ['Observation', 'Condition'])).toBe('ok')
    anchor('H1:doc', 'condition', 'Condition', S1)
    expect([results('H1:nurse'), results('H2:nurse')]).toEqual([['H1:glucose'], ['H1:glucose']])
    expect(results('H1:ann')).toEqual(['H1:glucose', 'H1:condition'])
    world.must('H1:ann', 'consent.revoke', { consent: 'H1:ann:c1', subject: S1, grantee: 'H2' })
    expect([results('H1:nurse'), results('H2:nurse')]).toEqual([undefined, undefined])
    expect(results('H1:ann')).toEqual(['H1:glucose', 'H1:condition'])
  })

  it('rest on the word of laboratories about others', () => {
    for (const signer of ['INS', 'H1:doc', 'HC']) {
      expect(recognise(signer, 'H2', ['Observation']), signer).toBe('referral.role')
    }
    for (const facility of ['H1', 'INS', 'nobody']) {
      expect(recognise('H1', facility, ['Observation']), facility).toBe('referral.facility-unfit')
    }
  })
})
